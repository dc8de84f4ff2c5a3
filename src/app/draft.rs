//! Renders phases into the few texts a reviewer reads, and locks them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, Kind};
use crate::app::{App, Outcome, ledger, selection};
use crate::campaign::Time;
use crate::campaign::decide::older_text::older_texts;
use crate::campaign::definition::{Campaign, Phase, Scope, When};
use crate::campaign::hint::Action;
use crate::campaign::lint::{CodeRuns, Verified, verified_variant};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::text::difference::{self, Line};
use crate::campaign::text::digest::Digest;
use crate::campaign::text::draft::{Draft, Edition, Since, edition};
use crate::campaign::text::lock::Lock;
use crate::campaign::text::template::Inputs;
use crate::campaign::text::variant::{Texts, Variant};
use crate::campaign::view::next::next_phase;
use crate::campaign::view::overview::{Overview, PhaseLine, State, overview};
use crate::hint;
use crate::store::folder::{Drafts, Folder, write_file};

/// The arguments of [`draft`].
#[derive(Debug, Clone, Default)]
pub struct DraftRequest {
    /// The phases, by name; empty means all.
    pub phases: Vec<String>,
    /// Only these segments, by name; the other segments' drafts stay as they are. Empty means all.
    pub segments: Vec<String>,
    /// Whether to write and lock the drafts.
    pub lock: bool,
    /// Also write an HTML page.
    pub page: Option<PageRequest>,
    /// Show the old and the new wording of what changed since the last lock.
    pub diff: bool,
}

/// An HTML page of the drafts.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// Its file; `None` means `index.html` in the drafts folder.
    pub file: Option<PathBuf>,
    /// Renders the page. An error says why it cannot be made.
    pub render: fn(&Campaign, &[Edition], &CodeRuns, Time) -> Result<String, String>,
}

/// The texts that were drafted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DraftOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// The texts, phase by phase, in reading order.
    pub variants: Vec<DraftedText>,
    /// Whether they were written and locked.
    pub locked: bool,
    /// The path of the HTML page, if one was requested.
    pub page: Option<String>,
    /// How many mails wait with an older text than these, by phase.
    pub older_text: BTreeMap<String, usize>,
    /// Of all phases, those whose mails have all been sent: their drafts stay as they were reviewed.
    pub done: Vec<String>,
    /// The folder of the drafts.
    #[serde(skip)]
    pub folder: PathBuf,
    /// The phase to submit next, if its texts were locked.
    #[serde(skip)]
    pub next: Option<String>,
    /// Whether to show the old and the new wording.
    #[serde(skip)]
    pub diff: bool,
}

impl Outcome for DraftOutcome {}

/// One distinct text of a phase.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DraftedText {
    /// The phase.
    pub phase: String,
    /// The text's name: its file in the phase's drafts, without the extension.
    pub draft: String,
    /// The text's identity.
    pub digest: Digest,
    /// The subject.
    pub subject: String,
    /// How many recipients get it.
    pub recipients: usize,
    /// The inputs that lead to this text.
    #[serde(rename = "for")]
    pub readers: Vec<Inputs>,
    /// How it compares with the last lock.
    pub since: Comparison,
    /// Its file.
    pub file: String,
    /// How it differs from the phase's most common text; `null` for that text itself.
    pub differs: Option<Difference>,
    /// What changed in it since the last lock, and who has the old text; omitted if nothing changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<ChangedText>,
    /// What the rules verified in it, and what they leave to people.
    pub verified: Verified,
}

/// What changed in a text since the last lock.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChangedText {
    /// The identity of the old text.
    pub old: Digest,
    /// The lines around the changes: old ones begin with `-`, new ones with `+`. Empty if the old text is gone.
    pub lines: Vec<String>,
    /// How many customers have the old text, or may have it.
    pub hold: usize,
    /// How many mails wait at the server with it.
    pub wait: usize,
}

/// How a text compares with the one that was locked under its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Comparison {
    /// No text was locked under this name.
    New,
    /// A different text was locked.
    Changed,
    /// The same text was locked.
    Same,
}

/// How a text differs from the phase's most common one.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Difference {
    /// The name of the most common text.
    pub from: String,
    /// What causes the difference, in words.
    pub why: Vec<String>,
}

impl From<&Since> for Comparison {
    fn from(since: &Since) -> Self {
        match since {
            Since::New => Self::New,
            Since::Changed(_) => Self::Changed,
            Since::Same => Self::Same,
        }
    }
}

/// Renders the texts of phases; on request, writes and locks them and an HTML page.
///
/// # Errors
/// No campaign, an unknown name, no customers, a template that cannot be rendered, or a file that cannot be written. No
/// draft is written unless all can be rendered.
pub fn draft(app: &App<'_>, request: DraftRequest) -> Result<DraftOutcome, Failure> {
    let DraftRequest { phases: named, segments, lock, page, diff } = request;
    let folder = app.folder()?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let phases = chosen(campaign, &named)?;
    selection::segments(campaign, &segments)?;
    let templates = folder.vetted(&definition)?;
    let records = recorded(app, &folder, campaign)?;
    let overview = overview(campaign, &records, app.clock.now(), Scope::default());
    let done = if named.is_empty() && lock { done(&folder, campaign, &overview) } else { Vec::new() };
    let mut drafted = Vec::new();
    let mut problems = Vec::new();
    for phase in phases.into_iter().filter(|phase| diff || !done.contains(&phase.name)) {
        let mut texts = Texts::new(campaign, &templates, phase).knowing(&records.sent_facts);
        match texts.variants(recipients(&records, &segments)) {
            Ok(variants) => drafted.push((texts, variants)),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::invalid(&campaign.name, problems));
    }
    let mut editions = Vec::new();
    let mut before = Vec::new();
    for (texts, variants) in drafted {
        let drafts = folder.drafts(&texts.phase().name);
        let old = drafts.lock()?;
        editions.push(edition_of(&drafts, &texts, variants, old.as_ref(), &segments)?);
        before.push(old);
    }
    // The page comes first: if it fails, the old drafts it compares with are still there for the
    // next run.
    let page = page.map(|page| write_page(app, campaign, &folder, &editions, page)).transpose()?;
    for edition in editions.iter().filter(|edition| lock && !done.contains(&edition.lock.phase)) {
        folder.drafts(&edition.lock.phase).write(edition)?;
    }
    Ok(DraftOutcome {
        campaign: campaign.name.clone(),
        variants: drafted_texts(campaign, &folder, &records, editions.iter().zip(&before), app.clock.now()),
        older_text: older_text(campaign, &records, &editions),
        diff,
        locked: lock && !editions.is_empty(),
        page: page.map(|page| page.display().to_string()),
        folder: folder.file("drafts"),
        next: to_submit(campaign, &overview, &editions).filter(|_| lock).map(str::to_owned),
        done,
    })
}

/// The phases whose mails were all sent and that no one gets later: their drafts stay as reviewed and sent, even if the
/// campaign has changed since. A phase that customers get when they are done never ends.
fn done(folder: &Folder, campaign: &Campaign, overview: &Overview) -> Vec<String> {
    let is_over = |line: &&PhaseLine| {
        let phase = campaign.phase(&line.name).filter(|phase| phase.when != When::Completed);
        phase.is_some() && line.state == State::Done && line.out() > 0
    };
    let is_drafted = |line: &&PhaseLine| matches!(folder.drafts(&line.name).lock(), Ok(Some(_)));
    overview.phases.iter().filter(is_over).filter(is_drafted).map(|line| line.name.clone()).collect()
}

/// The phases with these names, or all of them in order of date.
pub(super) fn chosen<'a>(campaign: &'a Campaign, names: &[String]) -> Result<Vec<&'a Phase>, Failure> {
    if names.is_empty() { Ok(campaign.phases_in_time()) } else { selection::phases(campaign, names) }
}

/// The ledger's records; an error if there is no recipient.
pub(super) fn recorded(app: &App<'_>, folder: &Folder, campaign: &Campaign) -> Result<Records, Failure> {
    let records = Some(ledger::read_newest(app, folder, campaign)?).filter(|records| !records.recipients().is_empty());
    records.ok_or_else(|| {
        let message = format!("campaign `{}` has no recipients yet, so there is nothing to draft for", folder.name);
        Failure::new(Kind::NotFound, message, hint!["find them: ", Action::new("segment")])
    })
}

/// The customers in the campaign, in one of these segments or, if none is named, in any.
fn recipients<'a>(records: &'a Records, segments: &'a [String]) -> impl Iterator<Item = &'a Recipient> {
    let current = records.recipients().iter().filter(|recipient| recipient.left.is_none());
    current.filter(|recipient| segments.is_empty() || segments.iter().any(|own| recipient.segment == *own))
}

/// The drafts of a phase, ready to be written in place of those with the old lock.
fn edition_of(
    drafts: &Drafts,
    texts: &Texts<'_>,
    variants: Vec<Variant>,
    old: Option<&Lock>,
    segments: &[String],
) -> Result<Edition, Failure> {
    if let Some(old) = old.filter(|old| !segments.is_empty() && !old.sorts_as(texts)) {
        let phase = &texts.phase().name;
        let message =
            format!("who gets which text of phase `{phase}` changed, not only for segment `{}`", segments.join("`, `"));
        let hint = hint!["draft the whole phase: ", Action::new("draft").phase(phase)];
        return Err(Failure::new(Kind::Refused, message, hint).with_details(old.resorted(texts)));
    }
    Ok(edition(texts, variants, old, segments, |locked| drafts.text(locked)))
}

/// Writes the page; returns its path.
fn write_page(
    app: &App<'_>,
    campaign: &Campaign,
    folder: &Folder,
    editions: &[Edition],
    page: PageRequest,
) -> Result<PathBuf, Failure> {
    let file = match page.file {
        Some(file) => app.output(&file)?,
        None => folder.file("drafts").join("index.html"),
    };
    let html = (page.render)(campaign, editions, &folder.code_runs(), app.clock.now());
    let written = html.and_then(|html| write_file(&file, &html).map_err(|error| error.to_string()));
    written.map(|()| file.clone()).map_err(|why| {
        let message = format!("cannot write {}: {why}", file.display());
        Failure::new(Kind::Invalid, message, "check that the folder can be written and the disk has room")
    })
}

/// The phase to submit next, if it was drafted; otherwise the first one that was.
fn to_submit<'a>(campaign: &Campaign, overview: &Overview, editions: &'a [Edition]) -> Option<&'a str> {
    let next = next_phase(campaign, overview);
    let phases = || editions.iter().map(|edition| edition.lock.phase.as_str());
    phases().find(|phase| next == Some(*phase)).or_else(|| phases().next())
}

/// How many mails of each phase wait with a text that is not among these.
fn older_text(campaign: &Campaign, records: &Records, editions: &[Edition]) -> BTreeMap<String, usize> {
    let of_phase = |edition: &Edition| {
        let phase = &edition.lock.phase;
        (phase.clone(), older_texts(campaign, records, phase, Some(&edition.lock)).count())
    };
    editions.iter().map(of_phase).filter(|(_, mails)| *mails > 0).collect()
}

/// The texts of each edition, compared with the previous lock.
fn drafted_texts<'a>(
    campaign: &Campaign,
    folder: &Folder,
    records: &Records,
    editions: impl Iterator<Item = (&'a Edition, &'a Option<Lock>)>,
    now: Time,
) -> Vec<DraftedText> {
    let runs = folder.code_runs();
    let of_phase = |(edition, before): (&Edition, &Option<Lock>)| {
        let phase = &edition.lock.phase;
        let drafts = folder.drafts(phase);
        let texts = edition.drafts.iter().map(|draft| DraftedText {
            changed: changed(draft, before.as_ref(), phase, records),
            ..DraftedText::of(
                phase,
                draft,
                drafts.path(),
                verified_variant(campaign, phase, &draft.variant, &runs, now),
            )
        });
        texts.collect::<Vec<_>>()
    };
    editions.flat_map(of_phase).collect()
}

/// What changed in a draft since the previous lock, and who has the text it replaces.
fn changed(draft: &Draft, before: Option<&Lock>, phase: &str, records: &Records) -> Option<ChangedText> {
    let Since::Changed(text) = &draft.since else { return None };
    let old = before?.variants.iter().find(|locked| locked.name == draft.name)?.digest;
    let lines = text.as_ref().map(|text| difference::lines(text, &draft.variant.text)).unwrap_or_default();
    let mails = records.recipients().iter().filter_map(|own| own.mail(phase)).filter(|mail| mail.variant == old);
    Some(ChangedText {
        old,
        lines: difference::hunks(&lines, 1).into_iter().map(Line::signed).collect(),
        hold: mails.clone().filter(|mail| mail.tells() && !mail.waits()).count(),
        wait: mails.filter(|mail| mail.waits()).count(),
    })
}

impl DraftedText {
    fn of(phase: &str, draft: &Draft, folder: &Path, verified: Verified) -> Self {
        let Draft { name, variant, since, differs, composed: _ } = draft;
        Self {
            phase: phase.to_owned(),
            draft: name.clone(),
            digest: variant.digest,
            subject: variant.text.subject.clone(),
            recipients: variant.recipients,
            readers: variant.inputs.clone(),
            since: since.into(),
            file: folder.join(format!("{name}.md")).display().to_string(),
            differs: differs
                .as_ref()
                .map(|differs| Difference { from: differs.from.clone(), why: differs.why.clone() }),
            changed: None,
            verified,
        }
    }
}
