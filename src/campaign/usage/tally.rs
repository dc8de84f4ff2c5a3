//! Sums up the rows of a usage file, in any order, in memory that does not grow with them.

use chrono::TimeDelta;
use compact_str::CompactString;

use super::keys::Keys;
use super::people::{People, Whose};
use super::row::{Row, UsageReport};
use super::seen::Seen;
use super::{Calls, Operation, Operations};
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::people::records::Records;

/// By how many days clocks and time zones may differ.
const SKEW: i64 = 1;

/// The sums so far, by recipient.
#[derive(Debug)]
pub struct Tallies<'a> {
    campaign: &'a Campaign,
    people: People,
    asked: Asked<'a>,
    /// In the records' order; contacts of one customer share the first one's.
    by_recipient: Vec<Tally>,
    /// Of each recipient the place of its sums; none where each contact is a customer.
    customers: Vec<usize>,
    unattributed: usize,
    seen: Seen,
    /// A call that is known to be later than this is a mistake.
    latest: Time,
}

/// The operations that changes name, and their identifier in the ledger.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    operations: Vec<&'a Operation>,
    among: CompactString,
}

/// The result for a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// It was added.
    Added,
    /// It names no one in the campaign.
    Unmatched,
    /// It has no customer and no successful old call, so no customer's progress depends on it.
    Anonymous,
    /// It cannot be read, for this reason: its customer, or every customer if it may be anyone's, then counts as not
    /// known.
    Unreadable(String),
}

/// One recipient's sums.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub calls: Calls,
    pub rows: Rows,
    /// Whether any row is about one endpoint.
    by_endpoint: bool,
    /// Whether there are old calls without an endpoint.
    at_large: bool,
    /// Indices in [`Asked::operations`].
    called: Vec<u32>,
}

/// Whether a sum is complete.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Rows {
    /// There is no row.
    #[default]
    None,
    /// All rows were read.
    All,
    /// Some row could not be read.
    Some,
}

impl<'a> Tallies<'a> {
    /// None yet, as of `now`.
    pub fn new(campaign: &'a Campaign, records: &Records, now: Time) -> Self {
        let asked = Asked { operations: campaign.operations(), among: campaign.operations_asked_about() };
        let number = records.recipients().len();
        let people = People::of(campaign, records);
        let customers = people.customers(number);
        let by_recipient = vec![Tally::default(); number];
        let latest = now + TimeDelta::days(SKEW);
        Self { campaign, people, asked, by_recipient, customers, unattributed: 0, seen: Seen::default(), latest }
    }

    /// The same, for files whose customers are looked up by these keys.
    #[must_use]
    pub fn with_keys(self, keys: Option<Keys>) -> Self {
        Self { people: self.people.with_keys(keys), ..self }
    }

    /// Adds a row.
    pub fn add(&mut self, row: &Row<'_>, records: &Records) -> Fit {
        let whose = self.people.whose(row, records);
        let report = row.report(self.campaign).and_then(|report| self.not_of_the_future(report));
        let report = match report.and_then(|report| attributable(row, &whose, report)) {
            Ok(report) => report,
            Err(why) => {
                self.give_up(row, &whose);
                return Fit::Unreadable(why);
            }
        };
        self.seen.add(&report);
        if row.label().is_empty() {
            self.seen.anonymous += 1;
            return Fit::Anonymous;
        }
        let Whose::Of(places) = whose else { return Fit::Unmatched };
        if places.is_empty() {
            return Fit::Unmatched;
        }
        let called = self.called(&report);
        if let [place] = places[..] {
            let customer = self.customer(place);
            self.by_recipient[customer].add(&report, &called);
            return Fit::Added;
        }
        let mut customers: Vec<usize> = places.iter().map(|place| self.customer(*place)).collect();
        customers.sort_unstable();
        customers.dedup();
        for place in customers {
            self.by_recipient[place].add(&report, &called);
        }
        Fit::Added
    }

    /// Refuses a call that is still to come: the time, or the clock that it was read from, is wrong, and what was called when is
    /// not known. Clocks and zones that differ a little are passed over.
    fn not_of_the_future<'r>(&self, report: UsageReport<'r>) -> Result<UsageReport<'r>, String> {
        match report.calls.last_seen.filter(|seen| *seen > self.latest) {
            Some(seen) => {
                Err(format!("its last call is `{}`, which is in the future", seen.format("%Y-%m-%dT%H:%M:%SZ")))
            }
            None => Ok(report),
        }
    }

    /// The place of the sums of a recipient.
    fn customer(&self, place: usize) -> usize {
        self.customers.get(place).copied().unwrap_or(place)
    }

    /// The indices of the operations of a row's old calls.
    fn called(&mut self, report: &UsageReport<'_>) -> Vec<u32> {
        let Some(endpoint) = report.endpoint.as_ref().filter(|_| report.calls.old_calls > 0) else { return Vec::new() };
        let bases = &self.campaign.usage.base_paths;
        let operations = (0..).zip(&self.asked.operations);
        let fitting = operations.filter(|(_, own)| own.matches(endpoint.method, &endpoint.path, bases));
        let called: Vec<u32> = fitting.map(|(place, _)| place).collect();
        if called.is_empty() && !self.asked.operations.is_empty() {
            self.seen.unfit(endpoint.method, &endpoint.path);
        }
        called
    }

    /// The result of every unreadable row, whatever is wrong with it.
    fn give_up(&mut self, row: &Row<'_>, whose: &Whose) {
        match whose {
            Whose::Of(places) if !places.is_empty() => {
                for place in places {
                    let customer = self.customer(*place);
                    self.by_recipient[customer].rows = Rows::Some;
                }
            }
            Whose::Of(_) if row.names_somebody() => {}
            Whose::Of(_) | Whose::Unlisted => self.unattributed += 1,
        }
    }

    /// The rows so far, by kind.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// How many unreadable rows so far may be anyone's.
    pub fn unattributed(&self) -> usize {
        self.unattributed
    }

    /// The sums in the records' order, and the operations they were compared with.
    pub(super) fn finish(mut self) -> (Vec<Tally>, Asked<'a>) {
        for (place, customer) in self.customers.iter().enumerate().filter(|(place, customer)| place != *customer) {
            self.by_recipient[place] = self.by_recipient[*customer].clone();
        }
        (self.by_recipient, self.asked)
    }
}

/// Rejects an old call whose customer is uncertain.
fn attributable<'r>(row: &Row<'_>, whose: &Whose, report: UsageReport<'r>) -> Result<UsageReport<'r>, String> {
    let worked = report.calls.old_calls > 0 && !report.is_refused;
    match whose {
        _ if !worked => Ok(report),
        _ if row.label().is_empty() => Err("it has old calls and names no customer".to_owned()),
        Whose::Unlisted => {
            Err(format!("`{}` has old calls, and is neither a customer nor in the file of accounts", row.label()))
        }
        Whose::Of(_) => Ok(report),
    }
}

impl Tally {
    fn add(&mut self, report: &UsageReport<'_>, called: &[u32]) {
        if self.rows == Rows::None {
            self.rows = Rows::All;
        }
        self.calls.old_calls = self.calls.old_calls.saturating_add(report.calls.old_calls).min(Calls::MOST);
        self.calls.new_calls = self.calls.new_calls.saturating_add(report.calls.new_calls).min(Calls::MOST);
        self.calls.last_seen = self.calls.last_seen.max(report.calls.last_seen);
        self.by_endpoint |= report.endpoint.is_some();
        self.at_large |= report.calls.old_calls > 0 && report.endpoint.is_none();
        for place in called {
            if !self.called.contains(place) {
                // Exact: there are many customers, who call few.
                self.called.reserve_exact(1);
                self.called.push(*place);
            }
        }
    }

    /// Whether the paths of the old calls match none of the operations: they may only be spelled differently.
    pub(super) fn fits_none(&self, asked: &Asked<'_>) -> bool {
        let has_paths = self.by_endpoint && !self.at_large && !asked.operations.is_empty();
        has_paths && self.calls.old_calls > 0 && self.called.is_empty()
    }

    /// The operations called; `None` if some old calls have no endpoint, no change names an operation, or the called
    /// paths match none.
    pub(super) fn operations(&self, asked: &Asked<'_>) -> Option<Operations> {
        if !self.by_endpoint || self.at_large || self.fits_none(asked) || asked.operations.is_empty() {
            return None;
        }
        let in_order = (0..).zip(&asked.operations).filter(|(place, _)| self.called.contains(place));
        let mut called = Vec::with_capacity(self.called.len());
        called.extend(in_order.map(|(_, operation)| operation.as_str().into()));
        Some(Operations { called, among: asked.among.clone() })
    }
}
