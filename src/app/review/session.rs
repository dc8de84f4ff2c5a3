//! A review while it is open: what it reads, and how its decisions are carried out and recorded.

use std::collections::HashMap;

use super::decide::{Case, Deciding};
use super::queue::Oversight;
use super::request::{ReviewDecision, ReviewRequest};
use super::results::{MailState, Results};
use crate::app::batch::Halt;
use crate::app::failure::{Failure, Kind};
use crate::app::observer::Work;
use crate::app::selection;
use crate::app::{App, ledger};
use crate::campaign::definition::Campaign;
use crate::campaign::hint::Action;
use crate::campaign::people::records::Records;
use crate::campaign::review::{self, Group, Item, Kept, Queued, Review};
use crate::campaign::text::digest::Digest;
use crate::campaign::text::lock::Lock;
use crate::hint;
use crate::store::folder::Folder;

/// An open review: the campaign's ledger and queue as they were at its start.
pub struct ReviewSession<'a> {
    pub(super) app: &'a App<'a>,
    pub(super) folder: Folder,
    pub(super) campaign: Campaign,
    pub(super) request: ReviewRequest,
    records: Records,
    oversight: Oversight,
    queue: Vec<Queued>,
}

impl<'a> ReviewSession<'a> {
    /// Reads the ledger, and the queue with the reviewer's key. Takes no lock: people read for longer than a daily job should wait.
    ///
    /// # Errors
    /// No campaign, no such phase, no ledger, no reviewer's key, or the server cannot be reached.
    pub async fn open(app: &'a App<'a>, request: &ReviewRequest) -> Result<Self, Failure> {
        let folder = app.folder()?;
        let campaign = folder.definition()?.campaign;
        selection::phases(&campaign, &request.phases)?;
        let records = recorded(app, &folder, &campaign)?;
        let oversight = Oversight::open(app, &campaign).await?;
        let queue = oversight.queue().await?;
        Ok(Self { app, folder, campaign, request: request.clone(), records, oversight, queue })
    }

    /// The waiting mails that were selected, grouped by text.
    ///
    /// # Errors
    /// A named text or customer is unknown.
    pub fn waiting(&self) -> Result<Review<'_>, Failure> {
        let mut review = self.sort(&self.records, &self.queue);
        let phases = selection::phases(&self.campaign, &self.request.phases)?;
        let locks = phases.into_iter().filter_map(|phase| self.lock(&phase.name));
        let drafts = locks.flat_map(|lock| lock.variants).map(|locked| locked.name).collect();
        self.request.narrow(&mut review, &self.records, drafts)?;
        Ok(review)
    }

    /// Carries out a decision about mails that were shown. Queue and ledger are read again, with the campaign locked: a mail
    /// that has changed since is not decided.
    ///
    /// # Errors
    /// Another run holds the campaign, the queue cannot be read, or the ledger cannot be written. Any other early end
    /// is in `results`.
    pub async fn decide(
        &self,
        shown: &[&Item<'_>],
        decision: &ReviewDecision,
        results: &mut Results,
    ) -> Result<(), Failure> {
        let (app, folder, campaign) = (self.app, &self.folder, &self.campaign);
        let mut ledger = ledger::open(app, folder, campaign, "review", self.request.break_lock).await?;
        let queue = self.oversight.queue().await?;
        let cases = self.cases(shown, decision, ledger.records(), &queue, results);
        if cases.is_empty() {
            return Ok(());
        }
        let progress = self.app.observer.progress(Work::Deciding, cases.len());
        let journal = ledger.journal()?;
        let (app, concurrency) = (self.app, self.campaign.limits.concurrency);
        let deciding = Deciding { app, api: &self.oversight.api, journal: &journal, concurrency, decision };
        let halt = deciding.run(cases, |case, noted, state| {
            progress.step();
            if let Some((at, entry)) = noted {
                ledger.records_mut().apply(&case.key, at, entry);
            }
            results.set(&case.accepted.id, state);
        });
        results.halt = halt.await;
        drop(journal);
        let is_broken = matches!(results.halt, Some(Halt::Ledger(_)));
        if is_broken { Ok(()) } else { Ok(ledger.save()?) }
    }

    /// The mails that still match what was shown: those decided with their text first, then those decided
    /// individually.
    fn cases(
        &self,
        shown: &[&Item<'_>],
        decision: &ReviewDecision,
        records: &Records,
        queue: &[Queued],
        results: &mut Results,
    ) -> Vec<Case> {
        let now = self.sort(records, queue);
        let now: HashMap<&str, &Item<'_>> =
            now.groups.iter().flat_map(Group::items).map(|item| (item.queued.id.as_str(), item)).collect();
        let mut cases = Vec::new();
        for item in shown {
            let id = item.queued.id.as_str();
            match now.get(id) {
                Some(now) if decision.includes(now) => {
                    let whole_text = !decision.by_itself && now.mismatches.is_empty();
                    cases.push(Case { whole_text, waits: true, ..case(now) });
                }
                Some(now) => results.set(id, MailState::SetAside(now.mismatches.clone())),
                None => cases.extend(no_longer_waiting(item, records, results)),
            }
        }
        cases.sort_by_key(|case| !case.whole_text);
        cases
    }

    fn sort<'r>(&self, records: &'r Records, queue: &'r [Queued]) -> Review<'r> {
        let phases = self.campaign.phases.iter();
        let locks: HashMap<&str, Lock> =
            phases.filter_map(|phase| Some((phase.name.as_str(), self.lock(&phase.name)?))).collect();
        let kept = |phase: &str, digest| self.kept(locks.get(phase), phase, digest);
        review::sort(&self.campaign, records, queue, kept, self.app.clock.now())
    }

    /// An unreadable lock lists no text; `submit` reports what is wrong with it.
    fn lock(&self, phase: &str) -> Option<Lock> {
        self.folder.drafts(phase).lock().ok().flatten()
    }

    /// The ledger at the start of the review.
    pub(super) fn records(&self) -> &Records {
        &self.records
    }

    /// The name of a text's draft; `None` if its phase's drafts have other texts now.
    pub(super) fn draft_name(&self, phase: &str, digest: Digest) -> Option<String> {
        self.lock(phase)?.name(digest).map(str::to_owned)
    }

    fn kept(&self, lock: Option<&Lock>, phase: &str, digest: Digest) -> Kept {
        let mut locked = lock.into_iter().flat_map(|lock| lock.variants.iter().enumerate());
        let draft = locked.find(|(_, own)| own.digest == digest);
        let of_draft = || self.folder.drafts(phase).text(draft?.1);
        let text = self.folder.sent().text(digest).or_else(of_draft);
        Kept {
            text,
            replaced: lock.is_some() && draft.is_none(),
            draft: draft.map(|(place, own)| (place, own.name.clone())),
        }
    }
}

fn recorded(app: &App<'_>, folder: &Folder, campaign: &Campaign) -> Result<Records, Failure> {
    let records = Some(ledger::read_newest(app, folder, campaign)?).filter(|records| !records.recipients().is_empty());
    records.ok_or_else(|| {
        let message = format!("campaign `{}` has no ledger here, so nothing can be compared", folder.name);
        let submit = Action::new("submit");
        let hint = hint!["review where ", submit, " ran: state.toml and sent/ say what was submitted"];
        Failure::new(Kind::NotFound, message, hint)
    })
}

/// A case to decide individually, which may no longer wait.
fn case(item: &Item<'_>) -> Case {
    Case {
        key: item.recipient.key().to_owned(),
        phase: item.mail.phase.to_string(),
        mailbox_id: item.queued.mailbox_id.clone(),
        accepted: item.accepted.clone(),
        send_at: item.mail.send_at,
        whole_text: false,
        waits: false,
    }
}

/// Looks up a mail that has left the queue since it was shown, unless the ledger knows its fate.
fn no_longer_waiting(shown: &Item<'_>, records: &Records, results: &mut Results) -> Option<Case> {
    let recipient = records.get(shown.recipient.key())?;
    let mail = recipient.mails.iter().find(|mail| mail.accepted().is_some_and(|own| own.id == shown.accepted.id))?;
    let accepted = mail.accepted()?.clone();
    if mail.is_open() && recipient.mail(&mail.phase) == Some(mail) {
        return Some(Case { accepted, ..case(shown) });
    }
    results.set(&shown.queued.id, MailState::Elsewhere(Some(mail.outcome())));
    None
}
