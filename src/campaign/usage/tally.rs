//! Adding up the rows of a file of usage, whatever order they come in, in memory that does not grow with them.

use std::hash::{DefaultHasher, Hash, Hasher};

use compact_str::CompactString;

use super::row::{Name, Row, UsageReport};
use super::{Calls, Operation, Operations};
use crate::campaign::definition::Campaign;
use crate::campaign::people::records::Records;

/// The rows so far, by recipient.
#[derive(Debug)]
pub struct Tallies<'a> {
    campaign: &'a Campaign,
    people: People,
    asked: Asked<'a>,
    /// In the records' order.
    by_recipient: Vec<Tally>,
    unattributed: usize,
}

/// The operations that changes name, and what stands in the ledger for all of them.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    operations: Vec<&'a Operation>,
    among: CompactString,
}

/// What a row came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// It was added up.
    Added,
    /// It names nobody in the campaign.
    Unmatched,
    /// It cannot be read, for this reason: its customer is not known, or nobody is if it cannot be said whose row it is.
    Unreadable(String),
}

/// One recipient's rows, added up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub calls: Calls,
    pub rows: Rows,
    /// Whether any row is of one endpoint.
    by_endpoint: bool,
    /// Whether there are old calls of no endpoint in particular.
    at_large: bool,
    /// Places in [`Asked::operations`].
    called: Vec<usize>,
}

/// Whether a sum can be trusted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Rows {
    /// There is no row.
    #[default]
    None,
    /// All rows were read.
    All,
    /// A row could not be read.
    Some,
}

impl<'a> Tallies<'a> {
    /// None yet.
    pub fn new(campaign: &'a Campaign, records: &Records) -> Self {
        let asked = Asked { operations: campaign.operations(), among: campaign.operations_asked_about() };
        let by_recipient = vec![Tally::default(); records.recipients().len()];
        Self { campaign, people: People::of(records), asked, by_recipient, unattributed: 0 }
    }

    /// Adds a row.
    pub fn add(&mut self, row: &Row<'_>, records: &Records) -> Fit {
        let people = self.people.named(row, records);
        let report = match row.report(self.campaign) {
            Ok(report) => report,
            Err(why) => {
                self.give_up(row, &people);
                return Fit::Unreadable(why);
            }
        };
        for place in &people {
            self.by_recipient[*place].add(&report, &self.asked.operations);
        }
        if people.is_empty() { Fit::Unmatched } else { Fit::Added }
    }

    /// What every row that cannot be read results in, whatever is wrong with it.
    fn give_up(&mut self, row: &Row<'_>, people: &[usize]) {
        for place in people {
            self.by_recipient[*place].rows = Rows::Some;
        }
        if people.is_empty() && !row.names_somebody() {
            self.unattributed += 1;
        }
    }

    /// How many rows cannot be read so far, and may be anybody's.
    pub fn unattributed(&self) -> usize {
        self.unattributed
    }

    /// The sums in the records' order, and what they were asked about.
    pub(super) fn finish(self) -> (Vec<Tally>, Asked<'a>) {
        (self.by_recipient, self.asked)
    }
}

impl Tally {
    fn add(&mut self, report: &UsageReport<'_>, asked: &[&Operation]) {
        if self.rows == Rows::None {
            self.rows = Rows::All;
        }
        self.calls.old_calls = self.calls.old_calls.saturating_add(report.calls.old_calls).min(Calls::MOST);
        self.calls.new_calls = self.calls.new_calls.saturating_add(report.calls.new_calls).min(Calls::MOST);
        self.calls.last_seen = self.calls.last_seen.max(report.calls.last_seen);
        self.by_endpoint |= report.endpoint.is_some();
        match report.endpoint {
            _ if report.calls.old_calls == 0 => {}
            None => self.at_large = true,
            Some((method, path)) => self.call(method, path, asked),
        }
    }

    fn call(&mut self, method: &str, path: &str, asked: &[&Operation]) {
        let places = asked.iter().enumerate().filter(|(_, operation)| operation.matches(method, path));
        for (place, _) in places {
            if !self.called.contains(&place) {
                self.called.push(place);
            }
        }
    }

    /// The operations called; `None` where not every old call is known by endpoint, no change names an operation, or the
    /// paths that are called fit none: they may only be spelled differently.
    pub(super) fn operations(&self, asked: &Asked<'_>) -> Option<Operations> {
        let fits_none = self.calls.old_calls > 0 && self.called.is_empty();
        if !self.by_endpoint || self.at_large || fits_none || asked.operations.is_empty() {
            return None;
        }
        let in_order = asked.operations.iter().enumerate().filter(|(place, _)| self.called.contains(place));
        let called = in_order.map(|(_, operation)| operation.as_str().into()).collect();
        Some(Operations { called, among: asked.among.clone() })
    }
}

/// The recipients by address, without a copy of the addresses: there may be many. Also those who left: a customer who
/// is done may be in no segment any more, and call the old version all the same.
#[derive(Debug)]
pub(super) struct People {
    /// Hash of the address, and the place in the records, sorted.
    by_address: Vec<(u64, usize)>,
}

impl People {
    pub fn of(records: &Records) -> Self {
        let recipients = records.recipients().iter().enumerate();
        let mut by_address: Vec<_> = recipients.map(|(place, one)| (hash(&one.email), place)).collect();
        by_address.sort_unstable();
        Self { by_address }
    }

    /// The places in the records of those a row names: by its first name that is known. An address names all who have
    /// it.
    pub fn named(&self, row: &Row<'_>, records: &Records) -> Vec<usize> {
        let known = row.names().map(|name| self.with_name(name, records)).find(|places| !places.is_empty());
        known.unwrap_or_default()
    }

    fn with_name(&self, name: Name<'_>, records: &Records) -> Vec<usize> {
        let by_id = |id: &str| -> Vec<usize> { records.place(id).into_iter().collect() };
        match name {
            Name::Id(id) => by_id(id),
            Name::Address(address) => self.with_address(address, records),
            Name::Either(text) => {
                let places = self.with_address(text, records);
                if places.is_empty() { by_id(text) } else { places }
            }
        }
    }

    fn with_address(&self, address: &str, records: &Records) -> Vec<usize> {
        let wanted = hash(address);
        let start = self.by_address.partition_point(|(hash, _)| *hash < wanted);
        let alike = self.by_address[start..].iter().take_while(|(hash, _)| *hash == wanted).map(|(_, place)| *place);
        alike.filter(|place| is_same(&records.recipients()[*place].email, address)).collect()
    }
}

/// The same for two spellings of one address.
fn hash(address: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    if address.is_ascii() {
        address.bytes().for_each(|byte| byte.to_ascii_lowercase().hash(&mut hasher));
    } else {
        address.to_lowercase().bytes().for_each(|byte| byte.hash(&mut hasher));
    }
    hasher.finish()
}

fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || !one.is_ascii() && one.to_lowercase() == other.to_lowercase()
}
