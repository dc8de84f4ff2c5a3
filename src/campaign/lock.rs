//! The lock: which texts of a phase were reviewed. `submit` sends nothing else.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::digest::Digest;
use super::template::Inputs;
use super::text::Text;
use super::variant::{Texts, Variant};

/// `drafts/<phase>/lock.toml`. It holds no personal data and nothing that changes by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    version: u32,
    /// The campaign the drafts are of.
    pub campaign: String,
    /// The phase the drafts are of.
    pub phase: String,
    /// The deadline the texts were reviewed for. With another one, also a text that does not name it tells something
    /// else: days left are counted from it.
    pub deadline: NaiveDate,
    /// See [`Texts::sorting`].
    sorting: Digest,
    /// The reviewed texts.
    #[serde(default, rename = "variant")]
    pub variants: Vec<Locked>,
}

/// One reviewed text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// The draft's file, without `.md`.
    pub name: String,
    /// The text's identity.
    pub digest: Digest,
    /// Its subject, for whoever reads the lock in a pull request.
    pub subject: String,
    /// What leads to it.
    #[serde(rename = "for")]
    pub inputs: Vec<Inputs>,
}

/// A lock that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidLock {
    /// It is no lock.
    #[error("{0}")]
    Unreadable(String),
    /// A later program wrote it.
    #[error("it was written by a later version of mmig (format {0}, this one reads {VERSION})")]
    Newer(u32),
    /// It belongs elsewhere.
    #[error("it is of campaign `{campaign}`, phase `{phase}`")]
    Misplaced {
        /// The campaign it names.
        campaign: String,
        /// The phase it names.
        phase: String,
    },
}

const VERSION: u32 = 1;

/// A reviewed text that today's campaign no longer makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The reviewed text's name.
    pub name: String,
    /// What the campaign makes of it today; `None` where it makes nothing.
    pub now: Option<Text>,
}

impl Lock {
    /// The lock of freshly drafted variants.
    pub fn new(texts: &Texts<'_>, variants: &[Variant]) -> Self {
        let locked = variants.iter().map(|variant| Locked {
            name: variant.name.clone(),
            digest: variant.digest,
            subject: variant.text.subject.clone(),
            inputs: variant.inputs.clone(),
        });
        Self {
            version: VERSION,
            campaign: texts.campaign().name.clone(),
            phase: texts.phase().name.clone(),
            deadline: texts.campaign().deadline,
            sorting: texts.sorting(),
            variants: locked.collect(),
        }
    }

    /// Reads a lock of this campaign and phase.
    pub fn parse(text: &str, campaign: &str, phase: &str) -> Result<Self, InvalidLock> {
        let unreadable = |error: toml::de::Error| InvalidLock::Unreadable(error.message().to_owned());
        let table: toml::Table = text.parse().map_err(unreadable)?;
        let version =
            table.get("version").and_then(toml::Value::as_integer).and_then(|number| u32::try_from(number).ok());
        if let Some(newer) = version.filter(|&version| version > VERSION) {
            return Err(InvalidLock::Newer(newer));
        }
        let lock: Self = table.try_into().map_err(unreadable)?;
        if lock.campaign != campaign || lock.phase != phase {
            return Err(InvalidLock::Misplaced { campaign: lock.campaign, phase: lock.phase });
        }
        Ok(lock)
    }

    /// The lock as a file.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        let head = "# Which texts were reviewed. Written by `mmig draft`; `mmig submit` sends nothing else.\n\n";
        toml::to_string(self).map(|text| format!("{head}{text}"))
    }

    /// Whether a text was reviewed for customers of this segment. A text that was reviewed for others is not.
    pub fn holds(&self, digest: Digest, segment: &str) -> bool {
        let for_segment = |locked: &Locked| locked.inputs.iter().any(|inputs| inputs.segment == segment);
        self.variants.iter().any(|locked| locked.digest == digest && for_segment(locked))
    }

    /// The reviewed texts the campaign would make differently today.
    pub fn drifts(&self, texts: &mut Texts<'_>) -> Vec<Drift> {
        let mut drifts: Vec<Drift> = Vec::new();
        for locked in &self.variants {
            let today = locked.inputs.iter().map(|inputs| texts.render(inputs).ok());
            let changed = today.into_iter().find(|now| now.as_ref().is_none_or(|now| now.digest != locked.digest));
            if let Some(now) = changed {
                drifts.push(Drift { name: locked.name.clone(), now: now.map(|now| now.text.clone()) });
            }
        }
        drifts
    }

    /// Whether who gets which text is decided as it was when the drafts were made.
    pub fn sorts_as(&self, texts: &Texts<'_>) -> bool {
        self.sorting == texts.sorting()
    }

    /// Takes another lock's variants for these segments, and keeps its own for all others.
    #[must_use]
    pub fn with_segments_of(mut self, fresh: Self, segments: &[&str]) -> Self {
        let redrafted = |inputs: &Inputs| segments.contains(&inputs.segment.as_str());
        for locked in &mut self.variants {
            locked.inputs.retain(|inputs| !redrafted(inputs));
        }
        self.variants.retain(|locked| !locked.inputs.is_empty());
        for mut locked in fresh.variants {
            match self.variants.iter_mut().find(|own| own.digest == locked.digest) {
                Some(own) => own.inputs.append(&mut locked.inputs),
                None => self.variants.push(locked),
            }
        }
        Self { sorting: fresh.sorting, ..self }
    }
}
