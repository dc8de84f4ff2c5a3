//! A mail in the ledger's snapshot: all fields in one flat table, without those that do not apply.

use std::mem::take;

use compact_str::CompactString;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::withdrawal::Withdrawal;
use super::{Accepted, Addressee, Approval, Course, Fate, Mail, Rejection};
use crate::campaign::calls::{Calls, QuotedUsage};
use crate::campaign::definition::stage::Stage;
use crate::campaign::digest::Digest;
use crate::campaign::moment::LocalMoment;
use crate::campaign::{Time, moment};

/// The fields, in the order in which they are written.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flat {
    #[serde(default)]
    phase: CompactString,
    variant: Option<Digest>,
    #[serde(default)]
    to: CompactString,
    #[serde(default)]
    to_name: CompactString,
    #[serde(default)]
    to_id: CompactString,
    #[serde(default, with = "moment::optional")]
    deadline: Option<LocalMoment>,
    old_calls: Option<u64>,
    new_calls: Option<u64>,
    #[serde(default, with = "moment::optional")]
    last_seen: Option<Time>,
    #[serde(default)]
    endpoints: Vec<CompactString>,
    #[serde(default, with = "moment::optional")]
    sending: Option<Time>,
    #[serde(default, with = "moment::optional")]
    send_at: Option<Time>,
    #[serde(default)]
    id: CompactString,
    #[serde(default)]
    thread: CompactString,
    #[serde(default, with = "moment::optional")]
    accepted: Option<Time>,
    #[serde(default, with = "moment::optional")]
    approved: Option<Time>,
    #[serde(default)]
    approved_by: CompactString,
    #[serde(default)]
    labelled: bool,
    stage: Option<Stage>,
    #[serde(default, with = "moment::optional")]
    too_late: Option<Time>,
    withdrawing: Option<Withdrawal>,
    fate: Option<Word>,
    /// The time of the fate, or when we learned of it.
    #[serde(default, with = "moment::optional")]
    when: Option<Time>,
    #[serde(default)]
    words: CompactString,
    #[serde(default)]
    by: CompactString,
    #[serde(default)]
    whole_text: bool,
    why: Option<Withdrawal>,
}

/// [`Fate`] and [`Course`] in one word.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
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

impl From<&Mail> for Flat {
    fn from(mail: &Mail) -> Self {
        let (variant, deadline, sending) = (Some(mail.variant), Some(mail.deadline), Some(mail.sending));
        let (phase, send_at) = (mail.phase.clone(), mail.send_at);
        let mut flat = Self { phase, variant, deadline, sending, send_at, ..Self::default() };
        if let Some(Addressee { email, name, id }) = mail.to.as_deref() {
            (flat.to, flat.to_name, flat.to_id) = (email.clone(), name.clone(), id.clone());
        }
        if let Some(QuotedUsage { calls, endpoints }) = mail.usage.as_deref() {
            (flat.old_calls, flat.new_calls) = (Some(calls.old_calls), Some(calls.new_calls));
            (flat.last_seen, flat.endpoints) = (calls.last_seen, endpoints.clone());
        }
        match &mail.fate {
            Fate::Sending => flat.news(Word::Sending, None, ""),
            Fate::Unknown { at, why } => flat.news(Word::Unknown, Some(*at), why),
            Fate::Failed { at, words } => flat.news(Word::Failed, Some(*at), words),
            Fate::Accepted(accepted) => flat.accept(accepted),
        }
        flat
    }
}

impl Flat {
    fn news(&mut self, fate: Word, when: Option<Time>, words: &str) {
        (self.fate, self.when, self.words) = (Some(fate), when, words.into());
    }

    fn accept(&mut self, accepted: &Accepted) {
        (self.id, self.thread, self.accepted) = (accepted.id.clone(), accepted.thread.clone(), Some(accepted.at));
        (self.labelled, self.stage, self.too_late) = (accepted.labelled, accepted.stage, accepted.too_late);
        self.withdrawing = accepted.withdrawing;
        if let Some(Approval { at, by }) = &accepted.approved {
            (self.approved, self.approved_by) = (Some(*at), by.clone());
        }
        match &accepted.course {
            Course::Submitted => self.news(Word::Submitted, None, ""),
            Course::Handed => self.news(Word::Handed, None, ""),
            Course::PendingApproval => self.news(Word::PendingApproval, None, ""),
            Course::Scheduled => self.news(Word::Scheduled, None, ""),
            Course::Delivered { when } => self.news(Word::Delivered, Some(*when), ""),
            Course::Bounced { when, kind } => self.news(Word::Bounced, Some(*when), kind),
            Course::Rejected(no) => {
                self.news(Word::Rejected, Some(no.when), &no.reason);
                (self.by, self.whole_text) = ((&*no.by).into(), no.whole_text);
            }
            Course::Cancelled { when, why } => {
                self.news(Word::Cancelled, Some(*when), "");
                self.why = *why;
            }
            Course::Failed { when, words } => self.news(Word::SendFailed, Some(*when), words),
        }
    }

    /// Converts the fields to a mail; an error names a missing one.
    fn mail(&mut self) -> Result<Mail, &'static str> {
        Ok(Mail {
            phase: take(&mut self.phase),
            variant: self.variant.take().ok_or("variant")?,
            to: self.addressee(),
            deadline: self.deadline.take().ok_or("deadline")?,
            usage: self.usage().map(Box::new),
            sending: self.sending.take().ok_or("sending")?,
            send_at: self.send_at.take(),
            fate: self.fate()?,
        })
    }

    fn addressee(&mut self) -> Option<Box<Addressee>> {
        let changed = [&self.to, &self.to_name, &self.to_id].iter().any(|text| !text.is_empty());
        let mut then =
            || Addressee { email: take(&mut self.to), name: take(&mut self.to_name), id: take(&mut self.to_id) };
        changed.then(|| Box::new(then()))
    }

    /// What it quoted of its reader's usage: with both numbers of calls, or nothing.
    fn usage(&mut self) -> Option<QuotedUsage> {
        let (old_calls, new_calls) = self.old_calls.zip(self.new_calls)?;
        (self.old_calls, self.new_calls) = (None, None);
        let calls = Calls { old_calls, new_calls, last_seen: self.last_seen.take() };
        Some(QuotedUsage { calls, endpoints: take(&mut self.endpoints) })
    }

    fn fate(&mut self) -> Result<Fate, &'static str> {
        let course = match self.fate.take().ok_or("fate")? {
            Word::Sending => return Ok(Fate::Sending),
            Word::Unknown => return Ok(Fate::Unknown { at: self.when()?, why: self.words().into() }),
            Word::Failed => return Ok(Fate::Failed { at: self.when()?, words: self.words().into() }),
            Word::Submitted => Course::Submitted,
            Word::Handed => Course::Handed,
            Word::PendingApproval => Course::PendingApproval,
            Word::Scheduled => Course::Scheduled,
            Word::Delivered => Course::Delivered { when: self.when()? },
            Word::Bounced => Course::Bounced { when: self.when()?, kind: (&*self.words()).into() },
            Word::Rejected => {
                let (when, reason, by) = (self.when()?, self.words().into(), take(&mut self.by).into());
                Course::Rejected(Box::new(Rejection { when, reason, by, whole_text: take(&mut self.whole_text) }))
            }
            Word::Cancelled => Course::Cancelled { when: self.when()?, why: self.why.take() },
            Word::SendFailed => Course::Failed { when: self.when()?, words: (&*self.words()).into() },
        };
        let approved = self.approved.take().map(|at| Approval { at, by: take(&mut self.approved_by) });
        Ok(Fate::Accepted(Accepted {
            id: take(&mut self.id),
            thread: take(&mut self.thread),
            at: self.accepted.take().ok_or("accepted")?,
            labelled: take(&mut self.labelled),
            stage: self.stage.take(),
            approved,
            too_late: self.too_late.take(),
            withdrawing: self.withdrawing.take(),
            course,
        }))
    }

    fn when(&mut self) -> Result<Time, &'static str> {
        self.when.take().ok_or("when")
    }

    fn words(&mut self) -> CompactString {
        take(&mut self.words)
    }
}

impl Serialize for Mail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Flat::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Mail {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut flat = Flat::deserialize(deserializer)?;
        let mail = flat.mail().map_err(D::Error::missing_field)?;
        // A leftover field was written for a reason, so it must not be lost.
        if flat == Flat::default() { Ok(mail) } else { Err(D::Error::custom("a mail's fields do not fit its `fate`")) }
    }
}
