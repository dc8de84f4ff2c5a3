//! Who got which mail, and who got one twice.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::sandbox::answer::{Answer, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::mail::{Direction, Mail};
use crate::sandbox::world::World;

/// Counts over all accepted mails.
#[derive(Default, Serialize)]
struct Stats<'a> {
    now: DateTime<Utc>,
    /// Mails submitted and accepted, without replays.
    accepted: u64,
    /// Replies of customers.
    inbound: u64,
    by_status: BTreeMap<String, u64>,
    by_subject: BTreeMap<&'a str, u64>,
    by_customer: BTreeMap<&'a str, u64>,
    /// Customers with two mails with the same text or the same key, neither of them cancelled.
    doubled: BTreeSet<&'a str>,
    /// Customers with two mails with the same subject, neither of them cancelled: texts may differ in a
    /// date.
    same_subject: BTreeSet<&'a str>,
    /// Submissions answered with `already_sent`.
    replayed: u64,
    /// Submissions refused with 409 because of their content.
    refused_repeats: u64,
}

pub fn stats(world: &mut World, _: &Call) -> Answer {
    let mut stats = Stats { now: world.now, refused_repeats: world.post.refused_repeats, ..Stats::default() };
    let mut seen = Seen::default();
    for mail in &world.post.mails {
        match mail.direction {
            Direction::Inbound => stats.inbound += 1,
            Direction::Outbound => stats.count(mail),
        }
        if mail.direction == Direction::Outbound && !mail.status.is_withdrawn() {
            stats.compare(mail, &mut seen);
        }
    }
    Reply::ok(&stats)
}

/// The mails so far.
#[derive(Default)]
struct Seen<'a> {
    texts: HashSet<(&'a str, &'a str, &'a str)>,
    keys: HashSet<&'a str>,
    subjects: HashSet<(&'a str, &'a str)>,
}

impl<'a> Stats<'a> {
    fn count(&mut self, mail: &'a Mail) {
        self.accepted += 1;
        self.replayed += u64::from(mail.submissions - 1);
        *self.by_status.entry(mail.status.to_string()).or_default() += 1;
        *self.by_subject.entry(&mail.letter.subject).or_default() += 1;
        for customer in &mail.letter.to {
            *self.by_customer.entry(customer).or_default() += 1;
        }
    }

    fn compare(&mut self, mail: &'a Mail, seen: &mut Seen<'a>) {
        let letter = &mail.letter;
        for customer in &letter.to {
            let new_text = seen.texts.insert((customer, &letter.subject, &letter.body));
            let new_key = letter.idempotency_key.as_ref().is_none_or(|key| seen.keys.insert(key));
            if !new_text || !new_key {
                self.doubled.insert(customer);
            }
            if !seen.subjects.insert((customer, &letter.subject)) {
                self.same_subject.insert(customer);
            }
        }
    }
}
