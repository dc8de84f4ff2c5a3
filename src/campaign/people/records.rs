//! Everything the ledger knows about a campaign, in memory.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::contact::Address;
use super::recipient::{self, Recipient};
use super::sent_facts::SentFacts;
use crate::campaign::{Time, moment};

/// The recipients of a campaign, in the order they were found, and what concerns all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    /// When the cohorts were last updated.
    pub segmented: Option<Time>,
    /// When the server was last asked about the mails.
    pub tracked: Option<Time>,
    /// When the ledger was last rebuilt from the server; `None` if it never was.
    pub rebuilt: Option<Time>,
    /// When a person accepted that contacts carry this campaign's tags without a known mail; `None` if no one did.
    pub adopted: Option<Time>,
    /// How many runs have sent: a ledger with a lower count than another is older. 0 if written by 0.1.
    pub runs: u64,
    /// The server's id of the mailbox with the mails; empty before the first mail, and if written by 0.1.
    pub mailbox: CompactString,
    /// Why contact tags are no longer written; `None` while they are.
    pub tags_stopped: Option<String>,
    /// The server's last report about the account's warm-up; `None` if there was none, or more mails got through
    /// since.
    pub warm_up: Option<WarmUp>,
    /// The contacts with the tags of all segments that were in none, at the last update of the cohorts.
    pub unsegmented: Vec<CompactString>,
    /// The keys of those who matched several segments then.
    pub several: Vec<CompactString>,
    /// The cohort's addresses on the server's suppression list, when it last showed it.
    pub suppressed: Vec<CompactString>,
    /// The keys of those whose tags another program replaced: they have a stage tag and no segment's tags.
    pub retagged: Vec<CompactString>,
    /// The server's ids of mails that were sent without the approval that the campaign requires.
    pub unapproved: Vec<CompactString>,
    /// The facts stated by the sent texts. They are not in the ledger's own files; the comparison loads them here.
    pub sent_facts: Arc<SentFacts>,
    recipients: Vec<Recipient>,
    by_key: HashMap<CompactString, usize>,
}

/// The warm-up limit of a new account: a daily number of mails that grows. The server reports when it is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarmUp {
    /// The day, in UTC.
    #[serde(with = "moment")]
    pub on: NaiveDate,
    /// The mails allowed that day.
    pub most: u64,
    /// The mails sent that day, by anyone.
    pub sent: u64,
}

impl Records {
    /// Records with room for this many recipients.
    pub(crate) fn with_capacity(recipients: usize) -> Self {
        let by_key = HashMap::with_capacity(recipients);
        Self { recipients: Vec::with_capacity(recipients), by_key, ..Self::default() }
    }

    /// The addresses on the server's suppression list, when it last showed it.
    pub fn suppressed(&self) -> HashSet<Address> {
        self.suppressed.iter().filter_map(|address| Address::parse(address).ok()).collect()
    }

    /// The recipients, in the order they were found.
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// When the server accepted each mail, or may have (see [`Mail::taken`](crate::campaign::mail::Mail::taken)).
    pub fn taken(&self) -> impl Iterator<Item = Time> {
        self.recipients.iter().flat_map(|recipient| &recipient.mails).filter_map(crate::campaign::mail::Mail::taken)
    }

    /// The server's ids of all mails that it has.
    pub(crate) fn mail_ids(&self) -> impl Iterator<Item = &str> {
        let mails = self.recipients.iter().flat_map(|recipient| &recipient.mails);
        mails.filter_map(|mail| Some(mail.accepted()?.id.as_str()))
    }

    /// The recipients, to be changed in place; their keys may not change.
    pub(crate) fn recipients_mut(&mut self) -> &mut [Recipient] {
        &mut self.recipients
    }

    /// The recipient with this key (see [`Recipient::key`]).
    pub fn get(&self, key: &str) -> Option<&Recipient> {
        self.by_key.get(key).map(|&index| &self.recipients[index])
    }

    /// The index of the recipient with this id.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.by_key.get(id).copied().filter(|place| self.recipients[*place].id == id)
    }

    /// Adds a recipient; replaces one with the same key in its place.
    pub fn insert(&mut self, recipient: Recipient) {
        if let Some(&index) = self.by_key.get(recipient.key()) {
            self.recipients[index] = recipient;
        } else {
            self.by_key.insert(recipient.key().into(), self.recipients.len());
            self.recipients.push(recipient);
        }
    }

    /// Adds a recipient with a new key; otherwise gives it back.
    pub(crate) fn insert_new(&mut self, recipient: Recipient) -> Result<(), Box<Recipient>> {
        match self.by_key.entry(recipient.key().into()) {
            Entry::Occupied(_) => Err(Box::new(recipient)),
            Entry::Vacant(place) => {
                place.insert(self.recipients.len());
                self.recipients.push(recipient);
                Ok(())
            }
        }
    }

    /// Changes a recipient in place, possibly its key too: a contact that was re-created keeps its record. `None` if
    /// no recipient has this key.
    pub fn update<T>(&mut self, key: &str, change: impl FnOnce(&mut Recipient) -> T) -> Option<T> {
        let &index = self.by_key.get(key)?;
        let recipient = &mut self.recipients[index];
        let changed = change(recipient);
        if recipient.key() != key {
            self.by_key.remove(key);
            self.by_key.insert(recipient.key().into(), index);
        }
        Some(changed)
    }

    /// Applies one line of the journal. Returns false if it concerns an unknown recipient.
    pub fn apply(&mut self, key: &str, at: Time, entry: recipient::Entry) -> bool {
        self.update(key, |recipient| recipient.apply(at, entry)).is_some()
    }
}

impl FromIterator<Recipient> for Records {
    fn from_iter<I: IntoIterator<Item = Recipient>>(recipients: I) -> Self {
        let mut records = Self::default();
        recipients.into_iter().for_each(|recipient| records.insert(recipient));
        records
    }
}
