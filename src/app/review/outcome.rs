//! The result of a review: each text, the states of its mails, and why the request was not completed, if it was not.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use chrono::DateTime;
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::Serialize;
use strum::IntoEnumIterator;

use super::queue;
use super::session::ReviewSession;
use crate::app::Outcome;
use crate::app::batch::Halt;
use crate::app::failure::{Failure, Kind};
use crate::campaign::hint::Action;
use crate::campaign::lint::{self, Verified};
use crate::campaign::people::contact::as_a_word;
use crate::campaign::people::told::Comparison;
use crate::campaign::review::{Group, Item, Mismatch, Queued, Review, sights, spread};
use crate::campaign::text::digest::Digest;
use crate::campaign::text::template::{Inputs, TagsRead};
use crate::campaign::text::{Personal, Text};
use crate::campaign::view::rejected::{SameChange, same_changes};
use crate::campaign::{mail, plural};
use crate::hint;

/// How many failures an error message lists.
const QUOTED: usize = 10;

/// The state of a mail under review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailState {
    /// It waits, and matches what was submitted.
    Waiting,
    /// It waits, and differs from what was submitted or is too late.
    SetAside(Vec<Mismatch>),
    /// This review approved it.
    Approved,
    /// This review rejected it.
    Rejected,
    /// Another person decided, or it was cancelled; with its status at the server, if known.
    Elsewhere(Option<mail::Outcome>),
    /// The server did not carry out the decision; its message.
    Failed(String),
}

/// The results of a review's decisions.
#[derive(Debug, Default)]
pub struct Results {
    /// The states, by the server's id of the mail.
    states: HashMap<String, MailState>,
    /// Why some decisions were not carried out.
    pub halt: Option<Halt>,
}

impl Results {
    /// Records the state of the mail with this id.
    pub fn set(&mut self, id: &str, state: MailState) {
        self.states.insert(id.to_owned(), state);
    }

    /// The current state of a mail.
    pub fn state(&self, item: &Item<'_>) -> MailState {
        match self.states.get(&item.queued.id) {
            Some(state) => state.clone(),
            None if item.mismatches.is_empty() => MailState::Waiting,
            None => MailState::SetAside(item.mismatches.clone()),
        }
    }
}

/// How many mails are in each state; each is counted once.
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
    /// Decided by another person, or cancelled, in the meantime.
    pub decided_elsewhere: usize,
    /// Decided, but the server did not carry it out.
    pub failed: usize,
}

impl Counts {
    /// Counts the states of these mails.
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
    /// The draft it was made from; null if the drafts have other texts now.
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
    /// Whether it matches what was submitted and is only too late.
    #[serde(skip)]
    pub is_as_submitted: bool,
    /// The id of the difference, if every waiting mail of the text has the same one; `review --accept-change` takes it.
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
    /// The lines that differ from what was submitted, if the text differs.
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
    /// The server's message.
    pub words: String,
}

/// A mail that waits in the campaign's mailbox and is unknown to the ledger.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct UnknownMail {
    /// The server's id of the mail.
    pub message_id: String,
    /// Its recipients.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
}

/// The values filled in for one customer.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FilledIn {
    /// Why this customer is shown.
    pub why: String,
    /// The customer's address.
    pub contact: String,
    /// The values by placeholder; null if unknown.
    pub values: BTreeMap<String, Option<String>>,
}

/// A text, as a reviewer reads it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReviewText {
    /// Its phase.
    pub phase: String,
    /// Its draft's name; null if the drafts have other texts now.
    pub draft: Option<String>,
    /// The text's identity.
    pub digest: Digest,
    /// Whether it is still among the drafts.
    pub in_drafts: bool,
    /// Its subject, with placeholders; null if the text was not kept.
    pub subject: Option<String>,
    /// Its body, with placeholders; null if the text was not kept.
    pub markdown: Option<String>,
    /// What the rules verified in the text, and what they leave to the reviewer; null if the text was not kept.
    pub verified: Option<Verified>,
    /// The customers' values that are worth checking.
    pub values: Vec<FilledIn>,
    /// How many of its mails are in each state.
    #[serde(flatten)]
    pub counts: Counts,
    /// The draft's file.
    #[serde(skip)]
    pub file: Option<PathBuf>,
    /// When its mails leave once approved, with how many at each time; `None` means at once.
    #[serde(skip)]
    pub leaves: Vec<(Option<DateTime<Tz>>, usize)>,
    /// The placeholders that differ from customer to customer.
    #[serde(skip)]
    pub own: Vec<Personal>,
    /// The placeholders that most customers share, each with its values and their number.
    #[serde(skip)]
    pub common: Vec<(Personal, Vec<(String, usize)>)>,
    /// The mails of this text that are set aside.
    #[serde(skip)]
    pub set_aside: Vec<SetAside>,
}

impl ReviewText {
    pub(super) fn of(session: &ReviewSession<'_>, group: &Group<'_>, results: &Results) -> Self {
        let campaign = &session.campaign;
        let text = group.kept.text.as_ref();
        let is_used = |personal: &Personal| group.form().is_some_and(|form| form.tells(*personal));
        let (common, own): (Vec<_>, Vec<_>) = Personal::iter().filter(is_used).partition(|one| is_common(*one));
        let set_aside = group.items().filter_map(|item| match results.state(item) {
            MailState::SetAside(mismatches) => Some(SetAside::of(group, item, &mismatches)),
            _ => None,
        });
        let folder = session.folder.drafts(group.phase);
        Self {
            phase: group.phase.to_owned(),
            draft: group.draft().map(str::to_owned),
            digest: group.digest,
            in_drafts: group.draft().is_some(),
            subject: text.map(|text| text.subject.clone()),
            markdown: text.map(|text| text.body.clone()),
            verified: text.and_then(|text| verified_in(session, group, text)),
            values: filled_in(session, group, &own),
            counts: Counts::of(group.items(), results),
            file: group.draft().map(|name| folder.path().join(format!("{name}.md"))),
            leaves: leaves(session, &group.matching),
            common: common.into_iter().map(|one| (one, spread(campaign, &group.matching, one))).collect(),
            own,
            set_aside: set_aside.collect(),
        }
    }

    /// The draft's name, or the start of the digest if it is no longer a draft.
    pub fn name(&self) -> String {
        self.draft.clone().unwrap_or_else(|| self.digest.short())
    }
}

/// What is verified in a text, in the mail of its first customer.
fn verified_in(session: &ReviewSession<'_>, group: &Group<'_>, text: &Text) -> Option<Verified> {
    let campaign = &session.campaign;
    let phase = campaign.phase(group.phase)?;
    let item = group.items().next()?;
    let comparison = Comparison::new(campaign, &session.records().told);
    let inputs = Inputs::of(&comparison, phase, item.recipient, &TagsRead::None, &campaign.operations_asked_about());
    Some(lint::verified(campaign, phase, &inputs, text, session.app.clock.now()))
}

/// Whether most mails of a text share the value.
fn is_common(personal: Personal) -> bool {
    matches!(personal, Personal::DaysLeft | Personal::SendDate)
}

fn filled_in(session: &ReviewSession<'_>, group: &Group<'_>, own: &[Personal]) -> Vec<FilledIn> {
    let shown = sights(&session.campaign, &group.matching).into_iter().map(|sight| FilledIn {
        values: own.iter().map(|own| (own.to_string(), sight.values.value(*own))).collect(),
        contact: sight.item.contact().to_owned(),
        why: sight.why,
    });
    shown.collect()
}

fn leaves(session: &ReviewSession<'_>, items: &[Item<'_>]) -> Vec<(Option<DateTime<Tz>>, usize)> {
    let now = session.app.clock.now();
    let mut times: Vec<(Option<DateTime<Tz>>, usize)> = Vec::new();
    for item in items {
        let later = item.mail.send_at.filter(|at| *at > now);
        let leaves = later.map(|at| at.with_timezone(&session.campaign.zone));
        match times.iter_mut().find(|(known, _)| *known == leaves) {
            Some((_, count)) => *count += 1,
            None => times.push((leaves, 1)),
        }
    }
    times
}

/// A text that words a change the same way as a rejected one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SameChangeText {
    /// Its draft's name; null if the drafts have other texts now.
    pub draft: Option<String>,
    /// The text, and the changes it words the same way.
    #[serde(flatten)]
    pub same: SameChange,
}

impl SameChangeText {
    /// The draft's name, or the start of the digest if it is no longer a draft.
    pub fn name(&self) -> String {
        self.draft.clone().unwrap_or_else(|| self.same.digest.short())
    }
}

/// The texts that word a change the same way as those this review rejected.
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
    /// The mails that another person decided, or that were cancelled, in the meantime.
    pub elsewhere: Vec<DecidedElsewhere>,
    /// The decisions that the server did not carry out.
    pub failures: Vec<NotDecided>,
    /// The mails that wait in the campaign's mailbox and are unknown to the ledger.
    #[serde(rename = "not_ours")]
    pub unknown_mails: Vec<UnknownMail>,
    /// The mails of `submit --test-to` that wait.
    pub tests: Vec<UnknownMail>,
    /// The other texts that word a change the same way as a text this review rejected.
    pub same_changes: Vec<SameChangeText>,
    /// How many mails are in each state.
    #[serde(flatten)]
    pub counts: Counts,
    /// Whether customers were named, so that each mail was decided individually.
    #[serde(skip)]
    pub by_itself: bool,
    /// Whether the texts still have to be read: nothing was decided, and no one was shown them.
    #[serde(skip)]
    pub unread: bool,
    /// Why the request was not completed, if it was not.
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

    /// Lists a mail that this review was asked to decide and did not.
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
            // These reasons only end sending.
            Some(Halt::Disabled(_) | Halt::Bounces(_) | Halt::Mode(_)) | None if self.counts.set_aside > 0 => {
                self.not_approved()
            }
            Some(Halt::Disabled(_) | Halt::Bounces(_) | Halt::Mode(_)) | None => (self.counts.failed > 0).then(|| {
                let message = format!("{} could not be decided", plural(self.counts.failed, "mail"));
                Failure::new(Kind::Partial, message, again).with_details(words)
            }),
        }
    }

    /// Why mails that are set aside still wait: a changed mail is worse news than a late one.
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
