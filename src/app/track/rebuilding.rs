//! Rebuilding a lost or damaged ledger from what the server still knows.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::seen;
use super::{bookkeeping, track};
use crate::api::{Direction, Listing, MailView};
use crate::app::failure::{Failure, Kind};
use crate::app::ledger::salvage;
use crate::app::lost::tags;
use crate::app::observer::Work;
use crate::app::remote::{Remote, read_all};
use crate::app::session::{LedgerView, Session};
use crate::app::{App, Outcome, Run};
use crate::campaign::decide::traces::{Findings, Held, Known, KnownText, Trace, recognise, without_mails};
use crate::campaign::hint::Action;
use crate::campaign::mail::Course;
use crate::campaign::people::recipient::Entry;
use crate::campaign::people::records::Records;
use crate::campaign::text::Form;
use crate::campaign::text::digest::Digest;
use crate::campaign::text::template::Templates;
use crate::campaign::text::variant::Texts;
use crate::campaign::{Time, plural};
use crate::hint;
use crate::store::folder::ignore;
use crate::store::local::Remains;

/// How many held mails a failure lists; the outcome has all.
const SHOWN: usize = 10;

/// The arguments of [`rebuild`].
#[derive(Debug, Clone, Default)]
pub struct RebuildRequest {
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
}

/// What could be read of the old ledger, and what the server shows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RebuildOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Whether the old ledger was damaged.
    pub damaged: bool,
    /// How many of its lines could not be read.
    pub unreadable_lines: usize,
    /// How many of its recipients could be read.
    pub recipients_kept: usize,
    /// What was found at the server.
    #[serde(flatten)]
    pub findings: Findings,
    /// Where the old files were moved.
    pub aside: Vec<String>,
    /// Whether the server lists mails.
    #[serde(skip)]
    pub shows_mails: bool,
    /// Why the result is not certain, if it is not.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for RebuildOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// Builds a ledger from what the server shows, if it is lost or damaged. What can still be read of a damaged one comes
/// first; nothing is sent, and what is uncertain is held.
///
/// No campaign, no key, another run holds the ledger, the server cannot be reached, or the folder cannot be written; the ledger is then unchanged.
/// No campaign, no key, another run holds the ledger, the server cannot be asked, or the folder cannot be written; the ledger is
/// as it was then.
pub async fn rebuild(app: &App<'_>, request: RebuildRequest) -> Result<RebuildOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let templates = folder.templates()?;
    let (ledger, remains) = salvage(app, &folder, &campaign, "track --rebuild", request.break_lock).await?;
    let recipients_kept = ledger.records().recipients().len();
    let Remains { damaged, entries, unreadable } = remains;
    let mut session = Session::open(app, &folder, &campaign, LedgerView::Open(ledger)).await?;
    let run = Run { app, folder: &folder, campaign: &campaign };
    let findings = from_server(&run, session.ledger.records_mut(), entries, &templates, &session.remote).await?;
    track(&run, session.ledger.records_mut(), &session.remote).await?;
    is_the_newest(&run, session.ledger.records_mut(), &session.remote);
    let Session { ledger: LedgerView::Open(ledger), remote, .. } = &mut session else { return Err(interrupted()) };
    if app.stop.asked() {
        return Err(interrupted());
    }
    ignore(&folder.path).map_err(|(path, error)| cannot_write(&path, &error))?;
    // The new ledger replaces the old one as a whole, so one of them exists at any moment.
    let aside = ledger.set_aside(app.clock.now())?;
    ledger.save()?;
    bookkeeping::keep(&run, ledger, remote).await;
    ledger.save()?;
    Ok(RebuildOutcome {
        damaged,
        unreadable_lines: unreadable,
        recipients_kept,
        aside: aside.iter().map(|path| path.display().to_string()).collect(),
        shows_mails: remote.api.capabilities().lists_mail,
        failure: uncertain(&findings.held),
        findings,
        campaign: campaign.name,
    })
}

/// Records that from now on this is the campaign's ledger, whatever was sent before, and that its mails are
/// in this mailbox.
fn is_the_newest(run: &Run<'_>, records: &mut Records, remote: &Remote) {
    // If it cannot be read, the next run that sends replaces it.
    let last = run.folder.sent().last_run().ok().flatten();
    records.runs = last.map_or(records.runs, |last| records.runs.max(last.run));
    records.mailbox = remote.mailbox_id().into();
}

fn interrupted() -> Failure {
    Failure::new(Kind::Interrupted, "interrupted; the ledger is as it was", "run the same command again")
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    let hint = "check the folder's permissions and the disk, then run the same command again";
    Failure::new(Kind::Ledger, format!("cannot write {}: {error}", path.display()), hint)
}

/// The failure for mails that may or may not have been sent.
fn uncertain(held: &[Held]) -> Option<Failure> {
    let first = held.first()?;
    let message = format!("{} may have been sent or not: held", plural(held.len(), "mail"));
    let resend = Action::new("submit").phase(&first.phase).flag("resend-unknown").option("contact", "ADDRESS");
    let hint = hint![Action::new("status"), " lists them; ", resend, " sends one, perhaps twice"];
    let lines = held.iter().take(SHOWN).map(|held| format!("{} ({}): {}", held.contact, held.phase, held.why));
    let more = (held.len() > SHOWN).then(|| format!("and {} more", held.len() - SHOWN));
    Some(Failure::new(Kind::Partial, message, hint).with_details(lines.chain(more)))
}

/// Completes records, which may lack anything, from what the server shows. `entries` are what a damaged journal
/// says about recipients whose own record was lost. Only the records change; nothing is saved.
async fn from_server(
    run: &Run<'_>,
    records: &mut Records,
    entries: Vec<(Time, String, Entry)>,
    templates: &Templates,
    remote: &Remote,
) -> Result<Findings, Failure> {
    let now = run.app.clock.now();
    for (at, who, entry) in entries {
        // If the server does not show the recipient either, there is no one to record it for.
        records.apply(&who, at, entry);
    }
    let known = known(run, records, templates);
    let findings = if remote.api.capabilities().lists_mail {
        let listed = unknown_mails(records, remote).await?;
        let traces = traces(run, remote, listed.mails).await?;
        recognise(records, run.campaign, &known, traces, listed.complete, now)
    } else {
        without_mails(records, run.campaign, &known, now)
    };
    records.rebuilt = Some(now);
    Ok(findings)
}

/// The mailbox's mails that the ledger does not know. A mail of ours has one recipient.
async fn unknown_mails(records: &Records, remote: &Remote) -> Result<Listing, Failure> {
    let known: HashSet<&str> = records.mail_ids().collect();
    let in_question = |mail: &MailView| mail.to.len() == 1 && !known.contains(mail.id.as_str());
    remote.api.every_mail(remote.mailbox_id(), Direction::Outbound, in_question).await.map_err(Failure::from)
}

/// Mails, each with its tags.
async fn traces(run: &Run<'_>, remote: &Remote, mails: Vec<MailView>) -> Result<Vec<Trace>, Failure> {
    let progress = run.app.observer.progress(Work::Rebuilding, mails.len());
    let now = run.app.clock.now();
    let read = async |view: MailView| {
        let tags = tags(remote, &view.id).await?;
        Ok(Trace {
            to: view.to.first().cloned().unwrap_or_default(),
            at: view.received_at.map(seen::whole_seconds),
            course: seen::course(&view, &Course::Submitted, now),
            approved: seen::approval(&view),
            id: view.id,
            thread: view.thread,
            subject: view.subject,
            tags,
        })
    };
    read_all(run, mails, read, || progress.step()).await
}

/// Each phase with its texts: today's, and those that were reviewed. A template that can no longer be
/// rendered adds none.
fn known<'a>(run: &Run<'a>, records: &Records, templates: &Templates) -> Vec<Known<'a>> {
    let of_phase = |phase| {
        let mut forms: BTreeMap<Digest, KnownText> = BTreeMap::new();
        let mut add = |digest, form: &Form, segment: &str| {
            let new = || KnownText { digest, form: form.clone(), segments: BTreeSet::new() };
            forms.entry(digest).or_insert_with(new).segments.insert(segment.to_owned());
        };
        let mut texts = Texts::new(run.campaign, templates, phase);
        for recipient in records.recipients() {
            if let Ok(rendered) = texts.render(&texts.inputs(recipient)) {
                add(rendered.digest, &rendered.form, &recipient.segment);
            }
        }
        let drafts = run.folder.drafts(&phase.name);
        for locked in drafts.lock().ok().flatten().map(|lock| lock.variants).unwrap_or_default() {
            let form = drafts.text(&locked).and_then(|text| Form::of(&text).ok());
            if let Some(form) = form {
                locked.inputs.iter().for_each(|inputs| add(locked.digest, &form, &inputs.segment));
            }
        }
        let sent = run.folder.sent();
        let has_left = forms.keys().any(|digest| sent.text(*digest).is_some());
        Known { phase, texts: forms.into_values().collect(), has_left }
    };
    run.campaign.phases.iter().map(of_phase).collect()
}
