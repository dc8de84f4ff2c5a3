//! Mails that became outdated while they waited: they are no longer true, or no longer for this customer.

use std::collections::{HashMap, HashSet};
use std::fmt;

use chrono::NaiveDate;

use crate::campaign::Time;
use crate::campaign::decide::withdrawal::overtaken_by;
use crate::campaign::definition::dates::Timing;
use crate::campaign::definition::facts::Fact;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::digest::Digest;
use crate::campaign::mail::withdrawal::Withdrawal;
use crate::campaign::mail::{Mail, Outcome};
use crate::campaign::moment::LocalMoment;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::text::{Form, Personal};

/// Why a waiting mail should no longer be sent as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// It states a number of days left that is wrong on the day it would be sent.
    DaysLeft {
        /// In the mail.
        stated: i64,
        /// On the day it would be sent.
        now: i64,
    },
    /// It is dated a different day from the one it would be sent on.
    SendDate {
        /// In the mail.
        stated: NaiveDate,
        /// The day it would be sent.
        now: NaiveDate,
    },
    /// The deadline was moved.
    Deadline {
        /// In the mail.
        stated: LocalMoment,
        /// In the campaign.
        now: LocalMoment,
    },
    /// Its phase is past `max_late`.
    PhaseLate {
        /// The day it was due.
        due: NaiveDate,
    },
    /// Its reader's deadline has passed.
    AfterDeadline {
        /// The deadline.
        deadline: LocalMoment,
    },
    /// The campaign no longer has its phase.
    PhaseGone,
    /// The drafts have a different text now.
    TextReplaced,
    /// It states facts that have changed.
    FactsChanged(Vec<Fact>),
    /// The customer is no longer one of those the phase is for.
    Overtaken(Withdrawal),
}

impl Stale {
    /// Whether it has an older text: then it is never approved, not even individually.
    pub fn is_of_an_older_text(&self) -> bool {
        matches!(self, Self::TextReplaced | Self::FactsChanged(_))
    }

    /// Its name in documents.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::DaysLeft { .. } => "days_left",
            Self::SendDate { .. } => "send_date",
            Self::Deadline { .. } => "deadline_moved",
            Self::PhaseLate { .. } => "phase_late",
            Self::AfterDeadline { .. } => "after_deadline",
            Self::PhaseGone => "phase_gone",
            Self::TextReplaced => "text_replaced",
            Self::FactsChanged(_) => "facts_changed",
            Self::Overtaken(Withdrawal::Completed) => "done",
            Self::Overtaken(Withdrawal::Left) => "left",
            Self::Overtaken(_) => "overtaken",
        }
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DaysLeft { stated, now } => write!(f, "it says {stated} days are left instead of {now}"),
            Self::SendDate { stated, now } => write!(f, "it is dated {stated} and would be sent on {now}"),
            Self::Deadline { stated, now } => write!(f, "it names {stated} as the deadline, which is now {now}"),
            Self::PhaseLate { due } => write!(f, "its phase was due {due}, more than [limits] max_late days ago"),
            Self::AfterDeadline { deadline } => write!(f, "the customer's deadline, {deadline}, has passed"),
            Self::PhaseGone => f.write_str("the campaign no longer has its phase"),
            Self::TextReplaced => f.write_str("it has an older text: the drafts have changed since"),
            Self::FactsChanged(facts) => {
                let facts: Vec<String> = facts.iter().map(Fact::to_string).collect();
                write!(f, "it has an older text: {} changed since", facts.join(", "))
            }
            Self::Overtaken(why) => write!(f, "the customer {}", why.describe()),
        }
    }
}

/// What would be wrong about a mail if it were approved now. Without the text's form, it is assumed to state
/// everything.
///
/// A text may be sent as many days after the day it states as a phase may be late: few approvals come on the very day,
/// and its author knows that limit.
pub fn stale(campaign: &Campaign, recipient: &Recipient, mail: &Mail, form: Option<&Form>, now: Time) -> Vec<Stale> {
    let mut found = Vec::new();
    let leaves = mail.send_at.filter(|at| *at > now).unwrap_or(now);
    let (stated, today) = (campaign.local_date(mail.leaves()), campaign.local_date(leaves));
    let too_late = (today - stated).num_days() > i64::from(campaign.limits.max_late);
    let is_wrong = |personal| too_late && form.is_none_or(|form| form.tells(personal));
    if is_wrong(Personal::DaysLeft) {
        let left = |date: NaiveDate| (mail.deadline.date - date).num_days();
        found.push(Stale::DaysLeft { stated: left(stated), now: left(today) });
    }
    if is_wrong(Personal::SendDate) {
        found.push(Stale::SendDate { stated, now: today });
    }
    let deadline = campaign.reader(&recipient.segment).deadline();
    if mail.deadline != deadline {
        found.push(Stale::Deadline { stated: mail.deadline, now: deadline });
    }
    match campaign.phase(&mail.phase) {
        None => found.push(Stale::PhaseGone),
        // A mail held for its send time was not late when it was submitted.
        Some(phase) => found.extend(late(campaign, recipient, phase, now).filter(|_| leaves <= now)),
    }
    // A reviewer's key cannot read the suppression list.
    found.extend(overtaken_by(campaign, recipient, mail, &HashSet::new()).map(Stale::Overtaken));
    found
}

fn late(campaign: &Campaign, recipient: &Recipient, phase: &Phase, now: Time) -> Option<Stale> {
    let reader = campaign.reader(&recipient.segment);
    let due = reader.due_local(phase).filter(|_| reader.timing(phase, now) == Timing::Late)?;
    Some(match reader.deadline() {
        deadline if reader.ends_at() < now && !phase.may_follow_deadline() => Stale::AfterDeadline { deadline },
        _ => Stale::PhaseLate { due: due.date() },
    })
}

/// The mails that wait for approval, as far as the ledger knows, and are outdated. `form` finds a text by its digest.
/// Obsolete mails are left out: they are listed where they can be cancelled.
pub fn stale_mails<'a>(
    campaign: &Campaign,
    records: &'a Records,
    form: impl Fn(Digest) -> Option<Form>,
    now: Time,
) -> Vec<(&'a Recipient, &'a Mail, Vec<Stale>)> {
    let listed_elsewhere =
        |stale: &Stale| stale.is_of_an_older_text() || matches!(stale, Stale::Overtaken(_) | Stale::Deadline { .. });
    let mut forms: HashMap<Digest, Option<Form>> = HashMap::new();
    let mut found = Vec::new();
    for recipient in records.recipients() {
        for mail in recipient.mails.iter().filter(|mail| mail.outcome() == Outcome::PendingApproval) {
            let form = forms.entry(mail.variant).or_insert_with(|| form(mail.variant));
            let why = stale(campaign, recipient, mail, form.as_ref(), now);
            if !why.iter().any(listed_elsewhere) && !why.is_empty() {
                found.push((recipient, mail, why));
            }
        }
    }
    found
}
