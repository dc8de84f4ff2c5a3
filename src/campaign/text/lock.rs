//! The lock: which texts of a phase were reviewed. `submit` sends nothing else.

use std::collections::{BTreeMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::sorting::Sorting;
use super::template::Inputs;
use super::variant::{Texts, Variant};
use crate::campaign::definition::Campaign;
use crate::campaign::digest::Digest;
use crate::campaign::moment::LocalMoment;
use crate::campaign::text::Text;

/// `drafts/<phase>/lock.toml`. It contains no personal data and nothing that changes by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    version: u32,
    /// The drafts' campaign.
    pub campaign: String,
    /// The drafts' phase.
    pub phase: String,
    /// The deadline the texts were reviewed for. With another one, even a text that does not state it changes: its
    /// days left count to the deadline.
    pub deadline: LocalMoment,
    /// The segments that had their own deadline then, with that deadline.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<String, LocalMoment>,
    /// The variant that the others' drafts are compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commonest: Option<String>,
    /// Who gets which text.
    sorting: Sorting,
    /// The reviewed texts.
    #[serde(default, rename = "variant")]
    pub variants: Vec<Locked>,
}

/// One reviewed text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// The draft's file, without `.md`.
    pub name: String,
    /// The text's identity.
    pub digest: Digest,
    /// Its subject, for people who read the lock in a pull request.
    pub subject: String,
    /// The inputs that lead to it.
    #[serde(rename = "for")]
    pub inputs: Vec<Inputs>,
}

/// A lock that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidLock {
    /// It is not a lock.
    #[error("{0}")]
    Unreadable(String),
    /// A newer version wrote it.
    #[error("it was written by a later version of mmig (format {0}, this one reads {VERSION})")]
    Newer(u32),
    /// It belongs to something else.
    #[error("it is of campaign `{campaign}`, phase `{phase}`")]
    Misplaced {
        /// The campaign it names.
        campaign: String,
        /// The phase it names.
        phase: String,
    },
}

const VERSION: u32 = 1;

/// A reviewed text that the campaign no longer produces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The reviewed text's name.
    pub name: String,
    /// What the campaign produces instead today; `None` if nothing.
    pub now: Option<Text>,
}

impl Lock {
    /// The lock of new drafts, and of other segments' drafts that are kept.
    pub fn new(texts: &Texts<'_>, drafted: Vec<Locked>, kept: Vec<Locked>, commonest: Option<String>) -> Self {
        let mut variants = drafted;
        for locked in kept {
            if !variants.iter().any(|fresh| fresh.name == locked.name) {
                variants.push(locked);
            }
        }
        // Not by frequency: the order must stay while the numbers change.
        let campaign = texts.campaign();
        variants.sort_by_cached_key(|locked| {
            let segment = locked.inputs.first().map_or(usize::MAX, |inputs| campaign.place(&inputs.segment));
            (segment, locked.name.len(), locked.name.clone())
        });
        Self {
            version: VERSION,
            campaign: campaign.name.clone(),
            phase: texts.phase().name.clone(),
            deadline: campaign.deadline,
            extensions: extensions(campaign),
            commonest,
            sorting: texts.sorting(),
            variants,
        }
    }

    /// Parses a lock of this campaign and phase.
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
        toml::to_string_pretty(self).map(|text| format!("{head}{text}"))
    }

    /// Whether the texts were reviewed for the campaign's current deadlines: otherwise they are void.
    pub fn is_for(&self, campaign: &Campaign) -> bool {
        self.deadline == campaign.deadline && self.extensions == extensions(campaign)
    }

    /// The deadline they were reviewed for, and the current one, in words.
    pub fn other_deadline(&self, campaign: &Campaign) -> String {
        if self.deadline != campaign.deadline {
            return format!("the deadline {}, which is now {}", self.deadline, campaign.deadline);
        }
        let now = extensions(campaign);
        let changed = |segment: &&String| self.extensions.get(*segment) != now.get(*segment);
        let segments: Vec<&str> =
            self.extensions.keys().chain(now.keys()).filter(changed).map(String::as_str).collect();
        match segments.first() {
            Some(segment) => format!("another deadline of segment `{segment}` than it has now"),
            None => "the deadlines that there are".to_owned(),
        }
    }

    /// The name of a text's draft.
    pub fn name(&self, digest: Digest) -> Option<&str> {
        self.variants.iter().find(|locked| locked.digest == digest).map(|locked| locked.name.as_str())
    }

    /// Whether a text was reviewed for this segment's customers. A text reviewed for others is not.
    pub fn holds(&self, digest: Digest, segment: &str) -> bool {
        let for_segment = |locked: &Locked| locked.inputs.iter().any(|inputs| inputs.segment == segment);
        self.variants.iter().any(|locked| locked.digest == digest && for_segment(locked))
    }

    /// The reviewed texts that the campaign would produce differently today.
    pub(crate) fn drifts(&self, texts: &mut Texts<'_>) -> Vec<Drift> {
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

    /// Whether recipients get their texts by the same rules as when the drafts were made.
    pub(crate) fn sorts_as(&self, texts: &Texts<'_>) -> bool {
        self.sorting == texts.sorting()
    }

    /// The rules for sorting recipients that have changed since the review, as a diff.
    pub(crate) fn resorted(&self, texts: &Texts<'_>) -> Vec<String> {
        self.sorting.against(&texts.sorting())
    }

    /// The locked texts of segments other than these.
    pub(crate) fn without(&self, segments: &[String]) -> Vec<Locked> {
        let mut kept = self.variants.clone();
        for locked in &mut kept {
            locked.inputs.retain(|inputs| !segments.contains(&inputs.segment));
        }
        kept.retain(|locked| !locked.inputs.is_empty());
        kept
    }

    /// The draft name that a variant's readers had, if it belongs to the variant's segment and is free.
    pub(crate) fn name_before(&self, variant: &Variant, taken: &HashSet<String>) -> Option<String> {
        let of_segment = |name: &str| {
            let rest = name.strip_prefix(variant.segment());
            let number = |rest: &str| rest.strip_prefix('-').is_some_and(|number| number.parse::<usize>().is_ok());
            rest.is_some_and(|rest| rest.is_empty() || number(rest))
        };
        let shared = |locked: &Locked| locked.inputs.iter().any(|inputs| variant.inputs.contains(inputs));
        let candidates = self.variants.iter().filter(|locked| of_segment(&locked.name) && shared(locked));
        candidates.map(|locked| &locked.name).find(|name| !taken.contains(*name)).cloned()
    }
}

/// The segments with their own deadline.
fn extensions(campaign: &Campaign) -> BTreeMap<String, LocalMoment> {
    let own = campaign.segments.iter().filter_map(|segment| Some((segment.name.clone(), segment.deadline?)));
    own.collect()
}
