//! Rebuilding a lost or damaged ledger from what the server still knows.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::{bookkeeping, track};
use crate::api::{ApiError, Direction, Listing, MailView};
use crate::app::failure::{Failure, Kind};
use crate::app::ledger::salvage;
use crate::app::observer::Work;
use crate::app::remote::{Remote, read_all};
use crate::app::session::{LedgerView, Session};
use crate::app::track as tracking;
use crate::app::{App, Outcome, Run};
use crate::campaign::decide::traces::{Findings, Held, Known, Trace, is_of, recognise, without_mails};
use crate::campaign::definition::Campaign;
use crate::campaign::hint::Action;
use crate::campaign::mail::Course;
use crate::campaign::people::recipient::{Entry, Recipient};
use crate::campaign::people::records::Records;
use crate::campaign::text::Form;
use crate::campaign::text::digest::Digest;
use crate::campaign::text::template::Templates;
use crate::campaign::text::variant::Texts;
use crate::campaign::{Time, plural};
use crate::hint;
use crate::store::folder::ignore;
use crate::store::local::Remains;

/// How many of those held a failure lists; the outcome has all.
const SHOWN: usize = 10;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct RebuildRequest {
    /// Take over the lock of a run on another host that is known to be dead.
    pub break_lock: bool,
}

/// What the old ledger still had, and what the server shows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RebuildOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Whether the old ledger was damaged.
    pub damaged: bool,
    /// Lines of it that could not be read.
    pub unreadable_lines: usize,
    /// Recipients of it that could be read.
    pub recipients_kept: usize,
    /// What was found at the server.
    #[serde(flatten)]
    pub findings: Findings,
    /// Where the old files are kept.
    pub aside: Vec<String>,
    /// Whether the server shows mails.
    #[serde(skip)]
    pub shows_mails: bool,
    /// Why not all is certain, if so.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for RebuildOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// Makes a ledger from what the server shows, where it is lost or damaged. What a damaged one still says comes first; nothing is
/// sent, and what is uncertain is held.
///
/// # Errors
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
    let Session { ledger: LedgerView::Open(ledger), remote, .. } = &mut session else { return Err(interrupted()) };
    if app.stop.asked() {
        return Err(interrupted());
    }
    ignore(&folder.path).map_err(|(path, error)| cannot_write(&path, &error))?;
    // The new one replaces the old one as a whole, so at any moment one of them is there.
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

fn interrupted() -> Failure {
    Failure::new(Kind::Interrupted, "interrupted; the ledger is as it was", "run the same command again")
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    let hint = "check the folder's permissions and the disk, then run the same command again";
    Failure::new(Kind::Ledger, format!("cannot write {}: {error}", path.display()), hint)
}

/// The failure for mails that may have been sent or not.
fn uncertain(held: &[Held]) -> Option<Failure> {
    let first = held.first()?;
    let message = format!("{} may have been sent or not: held", plural(held.len(), "mail"));
    let resend = Action::new("submit").phase(&first.phase).flag("resend-unknown").option("contact", "ADDRESS");
    let hint = hint![Action::new("status"), " lists them; ", resend, " sends one, perhaps twice"];
    let lines = held.iter().take(SHOWN).map(|held| format!("{} ({}): {}", held.contact, held.phase, held.why));
    let more = (held.len() > SHOWN).then(|| format!("and {} more", held.len() - SHOWN));
    Some(Failure::new(Kind::Partial, message, hint).with_details(lines.chain(more)))
}

/// Brings records that may lack anything up to what the server shows. `entries` are what a damaged journal says of
/// recipients whose own record was lost. Only the records change; nothing is saved.
async fn from_server(
    run: &Run<'_>,
    records: &mut Records,
    entries: Vec<(Time, String, Entry)>,
    templates: &Templates,
    remote: &Remote,
) -> Result<Findings, Failure> {
    let now = run.app.clock.now();
    for (at, who, entry) in entries {
        // Where the server does not show the recipient either, there is nobody to record it for.
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

/// How many of the newest mails that the ledger does not know are looked at by [`refuse_if_lost`].
const LOOKED_AT: usize = 5;

/// Refuses to go on where the newest mails of the mailbox are of this campaign and the ledger does not know them: it
/// was lost, or put back from an old copy, or another machine has a newer one, and people would be mailed a second time.
///
/// A mail gets the campaign's tags only after the ledger has its id, so no crash of ours looks like that. Where the server
/// shows no mails, the contacts' tags and the texts that were sent show that a ledger was lost.
pub async fn refuse_if_lost(run: &Run<'_>, records: &Records, remote: &Remote) -> Result<(), Failure> {
    let campaign = run.campaign;
    if !remote.api.capabilities().lists_mail {
        return if looks_lost(run, records) { Err(lost("texts of it were sent", campaign, true)) } else { Ok(()) };
    }
    let page = remote.api.mails(remote.mailbox_id(), Direction::Outbound, None).await?;
    let shown: HashSet<&str> = page.mails.iter().map(|mail| mail.id.as_str()).collect();
    let addressed: HashSet<String> = page.mails.iter().flat_map(|mail| &mail.to).map(|to| to.to_lowercase()).collect();
    let known: HashSet<&str> = records.mail_ids().filter(|id| shown.contains(id)).collect();
    let everybody = records.recipients().iter().map(|recipient| recipient.email.to_lowercase());
    let ours: HashSet<_> = everybody.filter(|address| addressed.contains(address.as_str())).collect();
    let unknown = page.mails.iter().filter(|mail| !known.contains(mail.id.as_str()));
    let to_us = unknown.filter(|mail| matches!(mail.to.as_slice(), [to] if ours.contains(to.to_lowercase().as_str())));
    for mail in to_us.take(LOOKED_AT) {
        let tags = tags(remote, &mail.id).await?;
        if is_of(campaign, &tags) {
            let knows_none = records.recipients().iter().all(|recipient| recipient.mails.is_empty());
            return Err(lost("the mailbox has mails of it", campaign, knows_none));
        }
    }
    Ok(())
}

/// The tags of a mail; none of one that is gone.
async fn tags(remote: &Remote, id: &str) -> Result<BTreeMap<String, String>, ApiError> {
    match remote.api.labels(remote.mailbox_id(), id).await {
        Err(ApiError::NotFound { .. }) => Ok(BTreeMap::new()),
        read => read,
    }
}

/// Whether, by what is here and by the contacts, mails left that the ledger does not know of.
fn looks_lost(run: &Run<'_>, records: &Records) -> bool {
    let tag = &run.campaign.tags.notified;
    let is_told = |recipient: &Recipient| recipient.tags.iter().any(|carried| carried == tag);
    let knows_none = records.recipients().iter().all(|recipient| recipient.mails.is_empty());
    records.rebuilt.is_none() && knows_none && run.folder.sent().has_any() && records.recipients().iter().any(is_told)
}

fn lost(proof: &str, campaign: &Campaign, knows_none: bool) -> Failure {
    let state = if knows_none {
        "this ledger knows of none: it is lost, or somewhere else"
    } else {
        "this ledger does not know the newest: it is an old copy, or another machine goes on with a newer one"
    };
    let message = format!("campaign `{}` is under way ({proof}), and of its mails {state}", campaign.name);
    let rebuild = Action::new("track").flag("rebuild");
    let hint = hint!["put the newest state.toml back; or ", rebuild, " makes one of what the server knows"];
    Failure::new(Kind::Ledger, message, hint)
}

/// The mails of the mailbox that the ledger does not know. A mail of ours has one recipient.
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
            at: view.received_at.map(tracking::whole_seconds),
            course: tracking::course(&view, &Course::Submitted, now),
            approved: tracking::approval(&view),
            id: view.id,
            thread: view.thread,
            subject: view.subject,
            tags,
        })
    };
    read_all(run, mails, read, || progress.step()).await
}

/// Each phase with its texts: those of today, and those that were reviewed. A template that can no longer be
/// rendered adds none.
fn known<'a>(run: &Run<'a>, records: &Records, templates: &Templates) -> Vec<Known<'a>> {
    let of_phase = |phase| {
        let mut forms: BTreeMap<Digest, Form> = BTreeMap::new();
        let mut texts = Texts::new(run.campaign, templates, phase);
        for recipient in records.recipients() {
            if let Ok(rendered) = texts.render(&texts.inputs(recipient)) {
                forms.entry(rendered.digest).or_insert_with(|| rendered.form.clone());
            }
        }
        let drafts = run.folder.drafts(&phase.name);
        for locked in drafts.lock().ok().flatten().map(|lock| lock.variants).unwrap_or_default() {
            let text = drafts.text(&locked);
            forms.extend(text.and_then(|text| Some((locked.digest, Form::of(&text).ok()?))));
        }
        let sent = run.folder.sent();
        let has_left = forms.keys().any(|digest| sent.text(*digest).is_some());
        Known { phase, texts: forms.into_iter().collect(), has_left }
    };
    run.campaign.phases.iter().map(of_phase).collect()
}
