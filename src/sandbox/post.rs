//! The mails, with indexes so that no request has to search all of them.

use std::cmp::Reverse;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::hash::{Hash, Hasher};

use chrono::{DateTime, Utc};

use super::mail::{Letter, Mail, Status};

/// All mails in order of arrival; a mail's index never changes.
#[derive(Debug, Default)]
pub struct PostOffice {
    pub mails: Vec<Mail>,
    by_id: HashMap<String, usize>,
    by_thread: HashMap<String, Vec<usize>>,
    by_customer: HashMap<String, Vec<usize>>,
    waiting: BTreeSet<usize>,
    alarms: BinaryHeap<Reverse<(DateTime<Utc>, usize)>>,
    keys: HashMap<String, usize>,
    contents: HashMap<u64, usize>,
    /// How often repeated content was refused.
    pub refused_repeats: u64,
}

impl PostOffice {
    /// Adds a mail to all indexes.
    pub fn add(&mut self, mail: Mail) -> usize {
        let place = self.mails.len();
        self.by_id.insert(mail.id.clone(), place);
        self.by_thread.entry(mail.thread_id.clone()).or_default().push(place);
        for address in &mail.letter.to {
            self.by_customer.entry(address.to_lowercase()).or_default().push(place);
        }
        if let Some(key) = mail.letter.idempotency_key.as_ref().filter(|_| mail.letter.heeds_key) {
            self.keys.insert(key.clone(), place);
        }
        for address in &mail.letter.to {
            self.contents.insert(content_of(&mail.letter, address), place);
        }
        self.mails.push(mail);
        place
    }

    pub fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub fn thread(&self, id: &str) -> &[usize] {
        self.by_thread.get(id).map_or(&[], Vec::as_slice)
    }

    /// The mails to an address, oldest first.
    pub fn to_customer(&self, address: &str) -> &[usize] {
        self.by_customer.get(&address.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The mail accepted with this key, unless that was too long ago.
    pub fn with_key(&self, key: &str, since: DateTime<Utc>) -> Option<usize> {
        self.keys.get(key).copied().filter(|place| self.mails[*place].received_at > since)
    }

    /// The latest mail with this content to one of these addresses, unless that was too long ago.
    pub fn with_content(&self, letter: &Letter, since: DateTime<Utc>) -> Option<usize> {
        let found = letter.to.iter().find_map(|address| self.contents.get(&content_of(letter, address)));
        found.copied().filter(|place| self.mails[*place].received_at > since)
    }

    /// Changes a mail's status; the only place that does, so that the queue stays right.
    pub fn put(&mut self, place: usize, status: Status) -> &mut Mail {
        if status.waits() {
            self.waiting.insert(place);
        } else {
            self.waiting.remove(&place);
        }
        let mail = &mut self.mails[place];
        mail.status = status;
        mail
    }

    /// The mails waiting for a person, oldest first.
    pub fn waiting(&self) -> impl Iterator<Item = usize> {
        self.waiting.iter().copied()
    }

    /// Schedules another look at the mail at that time.
    pub fn wake(&mut self, place: usize, at: DateTime<Utc>) {
        self.alarms.push(Reverse((at, place)));
    }

    /// The next mail that is due.
    pub fn due(&mut self, now: DateTime<Utc>) -> Option<usize> {
        let Reverse((at, place)) = self.alarms.peek()?;
        let (at, place) = (*at, *place);
        if at > now {
            return None;
        }
        self.alarms.pop();
        Some(place)
    }
}

fn content_of(letter: &Letter, address: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (address.to_lowercase(), &letter.subject, &letter.body).hash(&mut hasher);
    hasher.finish()
}
