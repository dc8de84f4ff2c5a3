//! A review while it lasts: what it reads, and how its decisions are carried out and written down.

use std::collections::HashMap;

use super::Args;
use super::outcome::{Endings, Turn};
use super::page::pages;
use crate::api::Verdict;
use crate::app::Run;
use crate::app::failure::Failure;
use crate::app::review::decide::{Case, Deciding, Decision, Ending};
use crate::app::review::queue::Oversight;
use crate::campaign::people::records::Records;
use crate::campaign::review::{self, Group, Item, Kept, Queued, Review};
use crate::campaign::text::digest::Digest;
use crate::campaign::text::lock::Lock;
use crate::cli::Face;
use crate::store::local::{Holder, Ledger};

/// A review of a campaign.
#[derive(Clone, Copy)]
pub struct Sitting<'a> {
    /// How to speak.
    pub face: Face<'a>,
    /// The campaign, and how to speak.
    pub run: Run<'a>,
    /// The queue.
    pub oversight: &'a Oversight,
    /// What was asked for.
    pub args: &'a Args,
}

/// A decision about several mails, or about one.
#[derive(Debug, Clone)]
pub struct Ruling {
    /// What was decided.
    pub verdict: Verdict,
    /// Who decided.
    pub by: String,
    /// Whether it is about one mail on purpose, and not about a text.
    pub alone: bool,
}

impl Ruling {
    /// Whether it lets mails out.
    pub fn approves(&self) -> bool {
        self.verdict == Verdict::Approve
    }

    /// The mails it may be about.
    pub fn bound<'r, 'a: 'r>(&self, items: impl Iterator<Item = &'r Item<'a>>) -> Vec<&'r Item<'a>> {
        items.filter(|item| item.may_be_decided(self.approves(), self.alone)).collect()
    }
}

impl Sitting<'_> {
    /// What waits, sorted by text.
    pub fn sort<'r>(&self, records: &'r Records, queue: &'r [Queued]) -> Review<'r> {
        let locks: HashMap<&str, Lock> = self
            .run
            .campaign
            .phases
            .iter()
            .filter_map(|phase| Some((phase.name.as_str(), self.lock(&phase.name)?)))
            .collect();
        let kept = |phase: &str, digest| self.kept(locks.get(phase), phase, digest);
        review::sort(self.run.campaign, records, queue, kept, self.face.app.clock.now())
    }

    /// A lock that cannot be read names no text; `submit` says what is wrong with it.
    fn lock(&self, phase: &str) -> Option<Lock> {
        self.run.folder.drafts(phase).lock().ok().flatten()
    }

    fn kept(&self, lock: Option<&Lock>, phase: &str, digest: Digest) -> Kept {
        let mut locked = lock.into_iter().flat_map(|lock| lock.variants.iter().enumerate());
        let draft = locked.find(|(_, own)| own.digest == digest);
        let of_draft = || self.run.folder.drafts(phase).text(draft?.1);
        let text = self.run.folder.sent().text(digest).or_else(of_draft);
        Kept { text, draft: draft.map(|(place, own)| (place, own.name.clone())) }
    }

    /// The names of the drafts of a phase, or of all.
    pub fn drafts(&self, phase: Option<&str>) -> Vec<String> {
        let phases = self.run.campaign.phases.iter().filter(|own| phase.is_none_or(|wanted| own.name == wanted));
        let locks = phases.filter_map(|own| self.lock(&own.name));
        locks.flat_map(|lock| lock.variants).map(|locked| locked.name).collect()
    }

    /// Shows a person who is to be asked what the question is about.
    pub fn show_all(&self, review: &Review<'_>) {
        if self.face.terminal.interactive && !self.args.yes {
            self.face.terminal.present(&pages(self, review));
        }
    }

    /// Carries out a decision about mails that were shown. Queue and ledger are asked afresh, with the campaign locked:
    /// what changed since it was shown is not decided about.
    pub async fn decide(&self, shown: &[&Item<'_>], ruling: &Ruling, endings: &mut Endings) -> Result<(), Failure> {
        let holder = Holder { command: "review".to_owned(), at: self.face.app.clock.now() };
        let mut ledger = Ledger::open(&self.run.folder.path, &holder, self.args.break_lock)?;
        let queue = self.oversight.queue().await?;
        let (texts, mails) = self.cases(shown, ruling, ledger.records(), &queue, endings);
        for (whole_text, cases) in [(true, texts), (false, mails)] {
            let decision = Decision { verdict: ruling.verdict.clone(), by: ruling.by.clone(), whole_text };
            if endings.halt.is_none() {
                self.carry_out(cases, &decision, &mut ledger, endings).await?;
            }
        }
        Ok(())
    }

    /// The mails that still are what was shown: those that stand for their text, and those that stand for themselves.
    fn cases(
        &self,
        shown: &[&Item<'_>],
        ruling: &Ruling,
        records: &Records,
        queue: &[Queued],
        endings: &mut Endings,
    ) -> (Vec<Case>, Vec<Case>) {
        let fresh = self.sort(records, queue);
        let fresh: HashMap<&str, &Item<'_>> =
            fresh.groups.iter().flat_map(Group::items).map(|item| (item.queued.id.as_str(), item)).collect();
        let (mut texts, mut mails) = (Vec::new(), Vec::new());
        for item in shown {
            let id = item.queued.id.as_str();
            match fresh.get(id) {
                Some(now) if now.may_be_decided(ruling.approves(), ruling.alone) => {
                    let of_text = !ruling.alone && now.flaws.is_empty();
                    if of_text { &mut texts } else { &mut mails }.push(case(now, true));
                }
                Some(now) => endings.set(id, Turn::Apart(now.flaws.clone())),
                None => mails.extend(gone(item, records, endings)),
            }
        }
        (texts, mails)
    }

    async fn carry_out(
        &self,
        cases: Vec<Case>,
        decision: &Decision,
        ledger: &mut Ledger,
        endings: &mut Endings,
    ) -> Result<(), Failure> {
        if cases.is_empty() {
            return Ok(());
        }

        let progress = self.face.app.observer.progress(crate::app::observer::Work::Deciding, cases.len());
        let journal = ledger.journal()?;
        let deciding = Deciding {
            api: &self.oversight.api,
            journal: &journal,
            clock: &self.face.app.clock,
            stop: &self.run.app.stop,
            concurrency: self.run.campaign.limits.concurrency,
            decision,
        };
        let halt = deciding.run(cases, |case, noted, ending| {
            progress.step();
            if let Some((at, entry)) = noted {
                ledger.records_mut().apply(&case.key, at, entry);
            }
            endings.set(&case.accepted.id, Turn::Taken(ending));
        });
        let halt = halt.await;
        drop(journal);
        let broken = matches!(halt, Some(crate::app::review::decide::Halt::Ledger(_)));
        endings.halt = halt;
        if broken { Ok(()) } else { Ok(ledger.save()?) }
    }
}

fn case(item: &Item<'_>, waits: bool) -> Case {
    Case {
        key: item.recipient.key().to_owned(),
        phase: item.mail.phase.to_string(),
        mailbox_id: item.queued.mailbox_id.clone(),
        accepted: item.accepted.clone(),
        send_at: item.mail.send_at,
        waits,
    }
}

/// A mail that has left the queue since it was shown is looked up, unless the ledger knows already.
fn gone(shown: &Item<'_>, records: &Records, endings: &mut Endings) -> Option<Case> {
    let recipient = records.get(shown.recipient.key())?;
    let is_it = |mail: &&crate::campaign::mail::Mail| mail.accepted().is_some_and(|own| own.id == shown.accepted.id);
    let mail = recipient.mails.iter().find(is_it)?;
    let accepted = mail.accepted()?.clone();
    if mail.is_open() && recipient.mail(&mail.phase) == Some(mail) {
        return Some(Case { accepted, ..case(shown, false) });
    }
    endings.set(&shown.queued.id, Turn::Taken(Ending::Elsewhere(Some(mail.outcome()))));
    None
}
