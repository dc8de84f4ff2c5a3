//! The drafted and locked texts as they would be sent, with placeholders for personal values.

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::Failure;
use crate::app::{App, Outcome, selection};
use crate::campaign::digest::Digest;
use crate::campaign::moment::LocalMoment;
use crate::campaign::text::lock::{Lock, Locked};
use crate::campaign::text::template::Inputs;
use crate::store::folder::{Drafts, Folder};

/// The arguments of [`drafts`].
#[derive(Debug, Clone, Default)]
pub struct DraftsRequest {
    /// Only these phases; empty means all.
    pub phases: Vec<String>,
    /// Only the texts with these names; empty means all.
    pub texts: Vec<String>,
}

/// The locked texts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DraftsOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// The texts, phase by phase. A phase that was not drafted has none.
    pub drafts: Vec<LockedDraft>,
}

impl Outcome for DraftsOutcome {}

/// A locked text.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LockedDraft {
    /// The phase.
    pub phase: String,
    /// The text's name: its file in the phase's drafts, without the extension.
    pub draft: String,
    /// The text's identity.
    pub digest: Digest,
    /// The deadline it was drafted for; it is not sent with any other.
    pub deadline: LocalMoment,
    /// The subject.
    pub subject: String,
    /// The body, with personal values as placeholders in brackets; `null` if the file is gone or was edited, and so
    /// cannot be sent.
    pub markdown: Option<String>,
    /// The inputs that lead to this text.
    #[serde(rename = "for")]
    pub readers: Vec<Inputs>,
    /// Its file.
    pub file: String,
}

/// Lists the locked texts; writes nothing.
///
/// # Errors
/// No campaign, no such phase, or a lock that cannot be read.
pub fn drafts(app: &App<'_>, request: &DraftsRequest) -> Result<DraftsOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let wanted = |name: &str| request.texts.is_empty() || request.texts.iter().any(|own| own == name);
    let mut found = Vec::new();
    for phase in selection::phases(&campaign, &request.phases)? {
        let drafts = folder.drafts(&phase.name);
        if let Some(lock) = drafts.lock()? {
            let locked = lock.variants.iter().filter(|locked| wanted(&locked.name));
            found.extend(locked.map(|locked| LockedDraft::of(&lock, locked, &drafts)));
        }
    }
    Ok(DraftsOutcome { campaign: campaign.name, drafts: found })
}

/// One locked text as a page: its subject, then its body.
///
/// # Errors
/// No campaign, no such phase or text, or its file is gone or was edited.
pub fn draft_page(folder: &Folder, phase: &str, text: &str) -> Result<String, Failure> {
    let campaign = folder.definition()?.campaign;
    let drafts = folder.drafts(&selection::phase(&campaign, phase)?.name);
    let lock = drafts.lock()?;
    let texts = lock.as_ref().map(|lock| lock.variants.as_slice()).unwrap_or_default();
    let locked = selection::text(texts, text, |locked: &Locked| locked.name.as_str())?;
    drafts.text(locked).map(|text| text.page()).ok_or_else(|| {
        let message = format!("the file of text `{text}` of phase `{phase}` is gone or was edited");
        Failure::new(crate::app::failure::Kind::Refused, message, "draft the phase again")
    })
}

impl LockedDraft {
    fn of(lock: &Lock, locked: &Locked, drafts: &Drafts) -> Self {
        Self {
            phase: lock.phase.clone(),
            draft: locked.name.clone(),
            digest: locked.digest,
            deadline: lock.deadline,
            subject: locked.subject.clone(),
            markdown: drafts.text(locked).map(|text| text.body),
            readers: locked.inputs.clone(),
            file: drafts.path().join(format!("{}.md", locked.name)).display().to_string(),
        }
    }
}
