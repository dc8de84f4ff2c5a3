//! Mails whose time has passed while they waited: what they tell is no longer true, or no longer for this customer.

use std::collections::{HashMap, HashSet};
use std::fmt;

use chrono::NaiveDate;

use crate::campaign::Time;
use crate::campaign::definition::dates::Timing;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::mail::withdrawal::{Withdrawal, overtaken_by};
use crate::campaign::mail::{Mail, Outcome};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::text::digest::Digest;
use crate::campaign::text::{Form, Personal};

/// Why a mail that waits should no longer leave as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// The days left that it tells are not those on the day it would leave.
    DaysLeft {
        /// As told.
        told: i64,
        /// As it would be.
        now: i64,
    },
    /// The day it tells is not the day it would leave.
    SendDate {
        /// As told.
        told: NaiveDate,
        /// As it would be.
        now: NaiveDate,
    },
    /// The deadline was moved.
    Deadline {
        /// As told.
        told: NaiveDate,
        /// As it is.
        now: NaiveDate,
    },
    /// Its phase is past `max_late`.
    PhaseLate {
        /// The day it was due.
        due: NaiveDate,
    },
    /// The campaign no longer has its phase.
    PhaseGone,
    /// The customer is no longer one of those the phase is for.
    Overtaken(Withdrawal),
}

impl Stale {
    /// A word for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::DaysLeft { .. } => "days_left",
            Self::SendDate { .. } => "send_date",
            Self::Deadline { .. } => "deadline_moved",
            Self::PhaseLate { .. } => "phase_late",
            Self::PhaseGone => "phase_gone",
            Self::Overtaken(Withdrawal::Completed) => "done",
            Self::Overtaken(Withdrawal::Left) => "left",
            Self::Overtaken(_) => "overtaken",
        }
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DaysLeft { told, now } => write!(f, "it tells {told} days left, and there are {now}"),
            Self::SendDate { told, now } => write!(f, "it is dated {told}, and would leave {now}"),
            Self::Deadline { told, now } => write!(f, "it tells the deadline {told}, which is {now} by now"),
            Self::PhaseLate { due } => write!(f, "its phase was due {due}, more than [limits] max_late days ago"),
            Self::PhaseGone => f.write_str("the campaign has no such phase any more"),
            Self::Overtaken(why) => write!(f, "the customer {}", why.told()),
        }
    }
}

/// What is no longer true of a mail that a person would let out now. Without the text's form, it is taken to tell all.
///
/// A text may be let out as many days after the day it tells as a phase may be late: few approvals come on the very day,
/// and who writes a mail knows that limit.
pub fn stale(campaign: &Campaign, recipient: &Recipient, mail: &Mail, form: Option<&Form>, now: Time) -> Vec<Stale> {
    let mut found = Vec::new();
    let leaves = mail.send_at.filter(|at| *at > now).unwrap_or(now);
    let (told, today) = (campaign.local_date(mail.leaves()), campaign.local_date(leaves));
    let too_late = (today - told).num_days() > i64::from(campaign.limits.max_late);
    let tells = |personal| too_late && form.is_none_or(|form| form.tells(personal));
    if tells(Personal::DaysLeft) {
        let left = |date: NaiveDate| (mail.deadline - date).num_days();
        found.push(Stale::DaysLeft { told: left(told), now: left(today) });
    }
    if tells(Personal::SendDate) {
        found.push(Stale::SendDate { told, now: today });
    }
    if mail.deadline != campaign.deadline {
        found.push(Stale::Deadline { told: mail.deadline, now: campaign.deadline });
    }
    match campaign.phase(&mail.phase) {
        None => found.push(Stale::PhaseGone),
        // One that is held until its time was not late when it was handed over.
        Some(phase) => found.extend(late(campaign, phase, now).filter(|_| leaves <= now)),
    }
    // Who is on the suppression list only a key that a reviewer does not have can tell.
    found.extend(overtaken_by(campaign, recipient, mail, &HashSet::new()).map(Stale::Overtaken));
    found
}

fn late(campaign: &Campaign, phase: &Phase, now: Time) -> Option<Stale> {
    let due = campaign.due(phase).filter(|_| campaign.timing(phase, now) == Timing::Late)?;
    Some(Stale::PhaseLate { due: campaign.local_date(due) })
}

/// The mails that wait for approval, as far as the ledger knows, and would tell what is no longer true. `form` finds a
/// text by its digest. What overtook a mail is told where it can be withdrawn.
pub fn stale_mails<'a>(
    campaign: &Campaign,
    records: &'a Records,
    form: impl Fn(Digest) -> Option<Form>,
    now: Time,
) -> Vec<(&'a Recipient, &'a Mail, Vec<Stale>)> {
    let told_elsewhere = |stale: &Stale| matches!(stale, Stale::Overtaken(_) | Stale::Deadline { .. });
    let mut forms: HashMap<Digest, Option<Form>> = HashMap::new();
    let mut found = Vec::new();
    for recipient in records.recipients() {
        for mail in recipient.mails.iter().filter(|mail| mail.outcome() == Outcome::PendingApproval) {
            let form = forms.entry(mail.variant).or_insert_with(|| form(mail.variant));
            let why = stale(campaign, recipient, mail, form.as_ref(), now);
            if !why.iter().any(told_elsewhere) && !why.is_empty() {
                found.push((recipient, mail, why));
            }
        }
    }
    found
}
