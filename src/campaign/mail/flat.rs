//! A mail as the ledger's snapshot has it: all fields side by side in one table, what does not apply left out.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::withdrawal::Withdrawal;
use super::{Accepted, Addressee, Approval, Course, Fate, Mail, Rejection};
use crate::campaign::calls::Calls;
use crate::campaign::digest::Digest;
use crate::campaign::{Time, moment};

/// The fields, in the order they are written in.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flat<'a> {
    #[serde(borrow)]
    phase: Cow<'a, str>,
    variant: Digest,
    #[serde(borrow, default)]
    to: Cow<'a, str>,
    #[serde(borrow, default)]
    to_name: Cow<'a, str>,
    #[serde(borrow, default)]
    to_id: Cow<'a, str>,
    #[serde(with = "moment")]
    deadline: NaiveDate,
    old_calls: Option<u64>,
    new_calls: Option<u64>,
    #[serde(default, with = "moment::optional")]
    last_seen: Option<Time>,
    #[serde(with = "moment")]
    sending: Time,
    #[serde(default, with = "moment::optional")]
    send_at: Option<Time>,
    #[serde(borrow, default)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    thread: Cow<'a, str>,
    /// When the server took it: what makes it an accepted mail.
    #[serde(default, with = "moment::optional")]
    accepted: Option<Time>,
    #[serde(default, with = "moment::optional")]
    approved: Option<Time>,
    #[serde(borrow, default)]
    approved_by: Cow<'a, str>,
    #[serde(default)]
    labelled: bool,
    #[serde(default, with = "moment::optional")]
    too_late: Option<Time>,
    withdrawing: Option<Withdrawal>,
    fate: Word,
    /// When the fate befell it, or we learned of it.
    #[serde(default, with = "moment::optional")]
    when: Option<Time>,
    #[serde(borrow, default)]
    words: Cow<'a, str>,
    #[serde(borrow, default)]
    by: Cow<'a, str>,
    #[serde(default)]
    whole_text: bool,
    why: Option<Withdrawal>,
}

/// [`Fate`] and [`Course`] in one word.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Sending,
    Unknown,
    Failed,
    Submitted,
    Handed,
    PendingApproval,
    Scheduled,
    Delivered,
    Bounced,
    Rejected,
    Cancelled,
    SendFailed,
}

impl<'a> Flat<'a> {
    fn of(mail: &'a Mail) -> Self {
        let (fate, when, words) = last_news(&mail.fate);
        let text = |text: &'a str| Cow::Borrowed(text);
        let (to, usage, accepted) = (mail.to.as_deref(), mail.usage.as_deref(), mail.accepted());
        let approved = accepted.and_then(|accepted| accepted.approved.as_ref());
        let (rejection, why) = match accepted.map(|accepted| &accepted.course) {
            Some(Course::Rejected(rejection)) => (Some(&**rejection), None),
            Some(Course::Cancelled { why, .. }) => (None, *why),
            _ => (None, None),
        };
        Self {
            phase: text(&mail.phase),
            variant: mail.variant,
            to: text(to.map_or("", |to| &to.email)),
            to_name: text(to.map_or("", |to| &to.name)),
            to_id: text(to.map_or("", |to| &to.id)),
            deadline: mail.deadline,
            old_calls: usage.map(|calls| calls.old_calls),
            new_calls: usage.map(|calls| calls.new_calls),
            last_seen: usage.and_then(|calls| calls.last_seen),
            sending: mail.sending,
            send_at: mail.send_at,
            id: text(accepted.map_or("", |accepted| &accepted.id)),
            thread: text(accepted.map_or("", |accepted| &accepted.thread)),
            accepted: accepted.map(|accepted| accepted.at),
            approved: approved.map(|approval| approval.at),
            approved_by: text(approved.map_or("", |approval| &approval.by)),
            labelled: accepted.is_some_and(|accepted| accepted.labelled),
            too_late: accepted.and_then(|accepted| accepted.too_late),
            withdrawing: accepted.and_then(|accepted| accepted.withdrawing),
            fate,
            when,
            words: text(words),
            by: text(rejection.map_or("", |rejection| &rejection.by)),
            whole_text: rejection.is_some_and(|rejection| rejection.whole_text),
            why,
        }
    }

    /// The mail; `None` where the fate lacks a field. Fields that it has no use for are ignored here.
    fn mail(&self) -> Option<Mail> {
        let Self { to, to_name, to_id, .. } = self;
        let corrected = [to, to_name, to_id].iter().any(|text| !text.is_empty());
        let addressee = || Addressee { email: (&**to).into(), name: (&**to_name).into(), id: (&**to_id).into() };
        let calls = self.old_calls.zip(self.new_calls);
        let calls = calls.map(|(old_calls, new_calls)| Calls { old_calls, new_calls, last_seen: self.last_seen });
        Some(Mail {
            phase: (&*self.phase).into(),
            variant: self.variant,
            to: corrected.then(|| Box::new(addressee())),
            deadline: self.deadline,
            usage: calls.map(Box::new),
            sending: self.sending,
            send_at: self.send_at,
            fate: self.fate()?,
        })
    }

    /// Which of the fields that not every mail has are there.
    fn given(&self) -> [bool; 16] {
        [
            self.old_calls.is_some(),
            self.new_calls.is_some(),
            self.last_seen.is_some(),
            !self.id.is_empty(),
            !self.thread.is_empty(),
            self.accepted.is_some(),
            self.approved.is_some(),
            !self.approved_by.is_empty(),
            self.labelled,
            self.too_late.is_some(),
            self.withdrawing.is_some(),
            self.when.is_some(),
            !self.words.is_empty(),
            !self.by.is_empty(),
            self.whole_text,
            self.why.is_some(),
        ]
    }

    fn fate(&self) -> Option<Fate> {
        let words = || self.words.to_string();
        Some(match self.fate {
            Word::Sending => Fate::Sending,
            Word::Unknown => Fate::Unknown { at: self.when?, why: words() },
            Word::Failed => Fate::Failed { at: self.when?, words: words() },
            Word::Submitted => self.accepted(Course::Submitted)?,
            Word::Handed => self.accepted(Course::Handed)?,
            Word::PendingApproval => self.accepted(Course::PendingApproval)?,
            Word::Scheduled => self.accepted(Course::Scheduled)?,
            Word::Delivered => self.accepted(Course::Delivered { when: self.when? })?,
            Word::Bounced => self.accepted(Course::Bounced { when: self.when?, kind: words().into() })?,
            Word::Rejected => {
                let (by, whole_text) = (self.by.to_string(), self.whole_text);
                let rejection = Rejection { when: self.when?, reason: words(), by, whole_text };
                self.accepted(Course::Rejected(Box::new(rejection)))?
            }
            Word::Cancelled => self.accepted(Course::Cancelled { when: self.when?, why: self.why })?,
            Word::SendFailed => self.accepted(Course::Failed { when: self.when?, words: words().into() })?,
        })
    }

    fn accepted(&self, course: Course) -> Option<Fate> {
        Some(Fate::Accepted(Accepted {
            id: (&*self.id).into(),
            thread: (&*self.thread).into(),
            at: self.accepted?,
            labelled: self.labelled,
            approved: self.approved.map(|at| Approval { at, by: (&*self.approved_by).into() }),
            too_late: self.too_late,
            withdrawing: self.withdrawing,
            course,
        }))
    }
}

/// A fate's word, its time, and what was said.
fn last_news(fate: &Fate) -> (Word, Option<Time>, &str) {
    match fate {
        Fate::Sending => (Word::Sending, None, ""),
        Fate::Unknown { at, why } => (Word::Unknown, Some(*at), why),
        Fate::Failed { at, words } => (Word::Failed, Some(*at), words),
        Fate::Accepted(accepted) => match &accepted.course {
            Course::Submitted => (Word::Submitted, None, ""),
            Course::Handed => (Word::Handed, None, ""),
            Course::PendingApproval => (Word::PendingApproval, None, ""),
            Course::Scheduled => (Word::Scheduled, None, ""),
            Course::Delivered { when } => (Word::Delivered, Some(*when), ""),
            Course::Bounced { when, kind } => (Word::Bounced, Some(*when), kind),
            Course::Rejected(rejection) => (Word::Rejected, Some(rejection.when), &rejection.reason),
            Course::Cancelled { when, .. } => (Word::Cancelled, Some(*when), ""),
            Course::Failed { when, words } => (Word::SendFailed, Some(*when), words),
        },
    }
}

impl Serialize for Mail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Flat::of(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Mail {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let flat = Flat::deserialize(deserializer)?;
        // What reading would lose was written by somebody who means something by it.
        let mail = flat.mail().filter(|mail| Flat::of(mail).given() == flat.given());
        mail.ok_or_else(|| D::Error::custom("the fields of a mail do not fit its `fate`, or one of them is missing"))
    }
}
