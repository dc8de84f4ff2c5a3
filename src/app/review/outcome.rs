//! The result of a review, as documents: each text, and how many of its mails are in which state.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::DateTime;
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::Serialize;

use super::results::{MailState, Results};
use crate::app::document::Outcome;
use crate::app::failure::Failure;
use crate::campaign::lint::Verified;
use crate::campaign::mail;
use crate::campaign::review::{Group, Item, Mismatch};
use crate::campaign::text::Personal;
use crate::campaign::text::digest::Digest;
use crate::campaign::view::rejected::SameChange;

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
    pub(super) fn of(group: &Group<'_>, item: &Item<'_>) -> Self {
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
    /// The draft's name, or the start of the digest if it is no longer a draft.
    pub fn name(&self) -> String {
        self.draft.clone().unwrap_or_else(|| self.digest.short())
    }
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
