//! The result of a review: each text, how many of its mails are in which state, and why it is not all that was asked.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::queue;
use super::session::ReviewSession;
use super::text::ReviewText;
use crate::app::Outcome;
use crate::app::batch::Halt;
use crate::app::failure::{Failure, Kind};
use crate::campaign::hint::Action;
use crate::campaign::people::contact::as_a_word;
use crate::campaign::review::{Group, Item, Mismatch, Queued, Review};
use crate::campaign::text::digest::Digest;
use crate::campaign::view::rejected::{SameChange, same_changes};
use crate::campaign::{mail, plural};
use crate::hint;

/// How many failures a failure quotes.
const QUOTED: usize = 10;

/// The state of a mail under review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailState {
    /// It waits, and matches what was submitted.
    Waiting,
    /// It waits, and is not what was submitted or comes too late.
    SetAside(Vec<Mismatch>),
    /// This review approved it.
    Approved,
    /// This review rejected it.
    Rejected,
    /// Another person decided, or it was cancelled; where the server has it, if it says so.
    Elsewhere(Option<mail::Outcome>),
    /// The server did not carry out the decision; its words.
    Failed(String),
}

/// The results of a review's decisions.
#[derive(Debug, Default)]
pub struct Results {
    /// By the server's id of the mail.
    states: HashMap<String, MailState>,
    /// Why not everything that was decided was carried out.
    pub halt: Option<Halt>,
}

impl Results {
    /// Records the state of the mail with this id.
    pub fn set(&mut self, id: &str, state: MailState) {
        self.states.insert(id.to_owned(), state);
    }

    /// The state of a mail by now.
    pub fn state(&self, item: &Item<'_>) -> MailState {
        match self.states.get(&item.queued.id) {
            Some(state) => state.clone(),
            None if item.mismatches.is_empty() => MailState::Waiting,
            None => MailState::SetAside(item.mismatches.clone()),
        }
    }
}

/// How many mails are in which state; each is counted once.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// Waiting, and matching what was submitted.
    pub waiting: usize,
    /// Approved by this review.
    pub approved: usize,
    /// Rejected by this review.
    pub rejected: usize,
    /// Waiting, and set aside.
    #[serde(rename = "set_apart")]
    pub set_aside: usize,
    /// Decided by another person, or cancelled, meanwhile.
    pub decided_elsewhere: usize,
    /// Decided, but the server did not carry it out.
    pub failed: usize,
}

impl Counts {
    /// The states of these mails.
    pub fn of<'r, 'a: 'r>(items: impl Iterator<Item = &'r Item<'a>>, results: &Results) -> Self {
        let mut counts = Self::default();
        items.for_each(|item| *counts.of_state(&results.state(item)) += 1);
        counts
    }

    fn of_state(&mut self, state: &MailState) -> &mut usize {
        match state {
            MailState::Waiting => &mut self.waiting,
            MailState::SetAside(_) => &mut self.set_aside,
            MailState::Approved => &mut self.approved,
            MailState::Rejected => &mut self.rejected,
            MailState::Elsewhere(_) => &mut self.decided_elsewhere,
            MailState::Failed(_) => &mut self.failed,
        }
    }
}

/// A mail under review.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReviewedMail {
    /// Its phase.
    pub phase: String,
    /// The draft it was made from; null where the drafts hold other texts by now.
    pub draft: Option<String>,
    /// The identity of its text.
    pub digest: Digest,
    /// The address it was submitted to.
    pub contact: String,
    /// The server's id of the mail.
    pub message_id: String,
}

impl ReviewedMail {
    fn of(group: &Group<'_>, item: &Item<'_>) -> Self {
        Self {
            phase: group.phase.to_owned(),
            draft: group.draft().map(str::to_owned),
            digest: group.digest,
            contact: item.contact().to_owned(),
            message_id: item.queued.id.clone(),
        }
    }
}

/// A mail that was set aside.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SetAside {
    /// The mail.
    #[serde(flatten)]
    pub mail: ReviewedMail,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Whether it is what was submitted and only comes too late.
    #[serde(skip)]
    pub is_as_submitted: bool,
    /// The name of the difference, where every waiting mail of the text has this one; `review --accept-change` takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// Whether its text is no longer the draft, or no longer true.
    #[serde(skip)]
    pub has_older_text: bool,
}

impl SetAside {
    /// The mail of `item`, set aside for these mismatches.
    pub fn of(group: &Group<'_>, item: &Item<'_>, mismatches: &[Mismatch]) -> Self {
        let is_as_submitted = mismatches.iter().all(|mismatch| matches!(mismatch, Mismatch::Stale(_)));
        let reasons = mismatches.iter().map(Reason::of).collect();
        let (has_older_text, change) = (item.has_older_text(), item.change());
        Self { mail: ReviewedMail::of(group, item), reasons, is_as_submitted, change, has_older_text }
    }
}

/// Why a mail was set aside.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Reason {
    /// What kind of reason it is.
    pub kind: &'static str,
    /// The reason in words.
    pub message: String,
    /// The lines that differ from what was submitted, where the text differs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub difference: Vec<String>,
}

impl Reason {
    fn of(mismatch: &Mismatch) -> Self {
        let difference = if let Mismatch::Text { difference } = mismatch { difference.clone() } else { Vec::new() };
        Self { kind: mismatch.kind(), message: mismatch.to_string(), difference }
    }
}

/// A mail that another person decided, or that was cancelled.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DecidedElsewhere {
    /// The mail.
    #[serde(flatten)]
    pub mail: ReviewedMail,
    /// The mail's status at the server; null if unknown.
    pub outcome: Option<mail::Outcome>,
}

/// A decision that the server did not carry out.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct NotDecided {
    /// The mail.
    #[serde(flatten)]
    pub mail: ReviewedMail,
    /// The server's words.
    pub words: String,
}

/// A mail that waits in the campaign's mailbox and that the ledger does not know.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct UnknownMail {
    /// The server's id of the mail.
    pub message_id: String,
    /// Its recipients.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
}

/// A text that tells a change as one does that was rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SameChangeText {
    /// Its draft's name; null where the drafts hold other texts by now.
    pub draft: Option<String>,
    /// Which text, and which changes.
    #[serde(flatten)]
    pub same: SameChange,
}

impl SameChangeText {
    /// The draft's name, or the digest's beginning where there is no draft any more.
    pub fn name(&self) -> String {
        self.draft.clone().unwrap_or_else(|| self.same.digest.short())
    }
}

/// The texts that tell a change as those do that this review rejected as texts.
fn same_change_texts(session: &ReviewSession<'_>, review: &Review<'_>, results: &Results) -> Vec<SameChangeText> {
    let is_rejected = |group: &&Group<'_>| group.items().any(|item| results.state(item) == MailState::Rejected);
    let rejected: Vec<Digest> = review.groups.iter().filter(is_rejected).map(|group| group.digest).collect();
    if rejected.is_empty() {
        return Vec::new();
    }
    let with_draft = |same: SameChange| SameChangeText { draft: session.draft_name(&same.phase, same.digest), same };
    same_changes(session.records(), &rejected).into_iter().map(with_draft).collect()
}

/// The result of a review.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReviewOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// The texts whose mails waited, in the order of phases and drafts.
    #[serde(rename = "variants")]
    pub texts: Vec<ReviewText>,
    /// The mails that are set aside and still wait.
    #[serde(rename = "apart")]
    pub set_aside: Vec<SetAside>,
    /// The mails that another person decided, or that were cancelled, meanwhile.
    pub elsewhere: Vec<DecidedElsewhere>,
    /// The decisions that the server did not carry out.
    pub failures: Vec<NotDecided>,
    /// The mails that wait in the campaign's mailbox and that the ledger does not know.
    #[serde(rename = "not_ours")]
    pub unknown_mails: Vec<UnknownMail>,
    /// The mails of `submit --test-to` that wait.
    pub tests: Vec<UnknownMail>,
    /// The other texts that word a change the same way as a text this review rejected.
    pub same_changes: Vec<SameChangeText>,
    /// How many mails are in which state.
    #[serde(flatten)]
    pub counts: Counts,
    /// Whether customers were named, so that each mail was decided by itself.
    #[serde(skip)]
    pub by_itself: bool,
    /// Whether the texts are still to be read: nothing was decided, and nobody was shown them.
    #[serde(skip)]
    pub unread: bool,
    /// Why not all that was asked was done.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for ReviewOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

impl ReviewOutcome {
    pub(super) fn of(session: &ReviewSession<'_>, review: &Review<'_>, results: Results) -> Self {
        let texts: Vec<ReviewText> = review.groups.iter().map(|group| session.text(group, &results)).collect();
        let set_aside = texts.iter().flat_map(|text| text.set_aside.clone()).collect();
        let listed = |mails: &[&Queued]| {
            let each = mails.iter().map(|mail| UnknownMail {
                message_id: mail.id.clone(),
                to: mail.to.clone(),
                subject: mail.text.subject.clone(),
            });
            each.collect()
        };
        let mut outcome = Self {
            campaign: session.campaign.name.clone(),
            texts,
            set_aside,
            elsewhere: Vec::new(),
            failures: Vec::new(),
            unknown_mails: listed(&review.unknown_mails),
            tests: listed(&review.tests),
            same_changes: same_change_texts(session, review, &results),
            counts: Counts::of(review.groups.iter().flat_map(Group::items), &results),
            by_itself: !session.request.contacts.is_empty(),
            unread: results.states.is_empty(),
            failure: None,
        };
        for (group, item) in review.groups.iter().flat_map(|group| group.items().map(move |item| (group, item))) {
            outcome.add(ReviewedMail::of(group, item), results.state(item));
        }
        outcome.failure = outcome.why_not_all(results.halt);
        outcome
    }

    /// How many mails are set aside because their text was replaced.
    fn with_older_text(&self) -> usize {
        self.set_aside.iter().filter(|one| one.has_older_text).count()
    }

    /// Lists a mail that this review wanted to decide and did not.
    fn add(&mut self, mail: ReviewedMail, state: MailState) {
        match state {
            MailState::Elsewhere(outcome) => self.elsewhere.push(DecidedElsewhere { mail, outcome }),
            MailState::Failed(words) => self.failures.push(NotDecided { mail, words }),
            MailState::Waiting | MailState::SetAside(_) | MailState::Approved | MailState::Rejected => {}
        }
    }

    fn why_not_all(&self, halt: Option<Halt>) -> Option<Failure> {
        let again = "run the same command again: what is decided stays decided";
        let words =
            self.failures.iter().take(QUOTED).map(|failed| format!("{}: {}", failed.mail.contact, failed.words));
        match halt {
            Some(Halt::Api(error)) => Some(queue::failure(error)),
            Some(Halt::Interrupted) => {
                let message = "interrupted; what was in flight is finished and recorded";
                Some(Failure::new(Kind::Interrupted, message, again))
            }
            Some(Halt::TooManyFailures(number)) => {
                let message = format!("stopped after {number} failures in a row");
                Some(Failure::new(Kind::Partial, message, again).with_details(words))
            }
            Some(Halt::Ledger(error)) => {
                let failure = Failure::from(error);
                Some(Failure { message: format!("stopped deciding: {}", failure.message), ..failure })
            }
            // Only sending ends for these reasons.
            Some(Halt::Disabled(_) | Halt::Bounces(_) | Halt::Mode(_)) | None if self.counts.set_aside > 0 => {
                self.not_approved()
            }
            Some(Halt::Disabled(_) | Halt::Bounces(_) | Halt::Mode(_)) | None => (self.counts.failed > 0).then(|| {
                let message = format!("{} could not be decided", plural(self.counts.failed, "mail"));
                Failure::new(Kind::Partial, message, again).with_details(words)
            }),
        }
    }

    /// Why mails that are set aside still wait: a mail that was changed is the worse news.
    fn not_approved(&self) -> Option<Failure> {
        let forged = self.set_aside.iter().find(|one| !one.is_as_submitted);
        let SetAside { mail: ReviewedMail { phase, contact, .. }, .. } = forged.or(self.set_aside.first())?;
        let review = |verdict| Action::new("review").flag(verdict).phase(phase).option("contact", as_a_word(contact));
        let change = forged.and_then(|one| one.change.clone());
        let hint = if let Some(change) = change {
            let accept = Action::new("review").flag("approve").phase(phase).option("accept-change", change);
            hint!["all mails of the text differ in the same way; if that is intended: ", accept.option("by", "NAME")]
        } else if forged.is_some() {
            let reject = review("reject").option("reason", "…");
            hint!["find out who changed it; here it can only be rejected: ", reject]
        } else if self.with_older_text() == self.set_aside.len() {
            let replace = Action::new("submit").phase(phase).flag("replace");
            hint![
                replace,
                " cancels mails whose text is older than the draft, and submits the current text for approval"
            ]
        } else {
            let (cancel, submit) = (Action::new("cancel").phase(phase), Action::new("submit").phase(phase));
            let submit = submit.flag("retry-failed");
            hint![
                "cancel mails that are too late: ",
                cancel,
                ", then ",
                submit,
                "; or approve one on purpose: ",
                review("approve")
            ]
        };
        let number = self.set_aside.len();
        let others = if number > 1 { format!(" and {} more", number - 1) } else { String::new() };
        let message = format!("{} set aside, not approved: {contact}{others}", plural(number, "mail"));
        Some(Failure::new(Kind::Refused, message, hint))
    }
}
