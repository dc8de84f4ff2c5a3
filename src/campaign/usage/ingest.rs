//! Records the sums of a usage file in the ledger.

use schemars::JsonSchema;
use serde::Serialize;

use super::evidence::{Basis, Case, News, quiet_since};
use super::tally::{Rows, Tallies, Tally};
use super::{Calls, Operations, Rules, Usage};
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::people::stage::{Evidence, Stage};

/// The result of a usage file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Customers with rows.
    pub customers: usize,
    /// Customers in the campaign without a row: what is known about them stays.
    pub without_row: Listed<String>,
    /// Customers with an unreadable row: they get every change, and are not marked as done.
    pub incomplete: Listed<String>,
    /// Customers with old calls whose paths match no operation of a change: they get every change, and are not marked
    /// as done.
    pub fits_none: Listed<String>,
    /// Customers who have started.
    pub started: Listed<String>,
    /// Customers who are done.
    pub completed: Listed<String>,
    /// Customers who were done and then called the old version again.
    pub relapsed: Listed<String>,
    /// Customers who will be done once the old version has been quiet for long enough.
    pub quiet: Listed<String>,
}

/// Items that are counted, and listed up to a maximum that suits a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Listed<T> {
    /// How many.
    pub count: usize,
    /// The first of them.
    pub first: Vec<T>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { count: 0, first: Vec::new() }
    }
}

impl<T> Listed<T> {
    /// The maximum number listed.
    pub const MOST: usize = 1000;

    /// Adds one; `item` is called only if it is listed.
    pub fn push(&mut self, item: impl FnOnce() -> T) {
        self.count += 1;
        if self.first.len() < Self::MOST {
            self.first.push(item());
        }
    }
}

/// Records the sums: the usage of each customer with rows, and the stages it shows.
///
/// # Errors
/// A rule cannot be evaluated for some customer's numbers. Some records may then have changed, so they must not be
/// saved.
pub fn ingest(
    campaign: &Campaign,
    rules: &Rules,
    tallies: Tallies<'_>,
    records: &mut Records,
    now: Time,
) -> Result<Findings, String> {
    let mut findings = Findings::default();
    let doubtful = tallies.unattributed() > 0;
    let (tallies, asked) = tallies.finish();
    for (recipient, tally) in records.recipients_mut().iter_mut().zip(tallies) {
        let name = || recipient.email.to_string();
        let before = recipient.usage.as_deref();
        let (usage, basis) = match tally.rows {
            Rows::None => {
                if recipient.left.is_none() {
                    findings.without_row.push(name);
                }
                if let Some(usage) = recipient.usage.as_mut().filter(|_| doubtful) {
                    usage.unread = true;
                }
                continue;
            }
            Rows::Some => {
                findings.incomplete.push(name);
                (incomplete(before, &tally, now), Basis::Part)
            }
            Rows::All => {
                findings.customers += 1;
                let fits_none = tally.fits_none(&asked);
                if fits_none {
                    findings.fits_none.push(name);
                }
                let basis = if doubtful || fits_none { Basis::Doubtful } else { Basis::Whole };
                (Usage { unread: doubtful, ..usage(before, tally.operations(&asked), &tally, now) }, basis)
            }
        };
        let reported = &tally.calls;
        let news = Case { campaign, rules, recipient, reported, usage: &usage, basis, now }.judge()?;
        count(&mut findings, recipient, &news);
        // Only part of the rows gives no numbers that a mail could quote.
        if basis != Basis::Part || recipient.usage.is_some() {
            recipient.usage = Some(Box::new(usage));
        }
        mark(campaign, recipient, news, now);
    }
    Ok(findings)
}

fn usage(before: Option<&Usage>, operations: Option<Operations>, tally: &Tally, now: Time) -> Usage {
    let calls = Calls { last_seen: last_seen(before, tally, now), ..tally.calls };
    Usage { at: now, calls, quiet_since: quiet_since(before, &tally.calls, now), operations, unread: false }
}

/// What is known if some rows were unreadable: the earlier usage, and the old calls in the other rows.
fn incomplete(before: Option<&Usage>, tally: &Tally, now: Time) -> Usage {
    let fresh = usage(before, None, tally, now);
    let Some(before) = before else { return Usage { unread: true, ..fresh } };
    let calls = Calls {
        old_calls: before.calls.old_calls.max(tally.calls.old_calls),
        new_calls: before.calls.new_calls.max(tally.calls.new_calls),
        last_seen: fresh.calls.last_seen,
    };
    let calls_old = tally.calls.old_calls > 0;
    let quiet_since = if calls_old { before.quiet_since.max(fresh.quiet_since) } else { before.quiet_since };
    Usage { at: before.at, calls, quiet_since, operations: None, unread: true }
}

/// The last known call: an earlier report stays, and future times are ignored.
fn last_seen(before: Option<&Usage>, tally: &Tally, now: Time) -> Option<Time> {
    let reported = tally.calls.last_seen.map(|seen| seen.min(now));
    reported.max(before.and_then(|before| before.calls.last_seen))
}

fn count(findings: &mut Findings, recipient: &Recipient, news: &News) {
    let name = || recipient.email.to_string();
    if news.waits {
        findings.quiet.push(name);
    }
    match &news.mark {
        None => {}
        Some(mark) if mark.by == Evidence::Relapse => findings.relapsed.push(name),
        Some(mark) if mark.stage == Stage::Completed => findings.completed.push(name),
        Some(_) => findings.started.push(name),
    }
}

fn mark(campaign: &Campaign, recipient: &mut Recipient, news: News, now: Time) {
    let Some(mark) = news.mark else { return };
    if mark.by == Evidence::Relapse {
        // Including the tag we wrote when they were done.
        recipient.mark_tags(&campaign.tags, now);
    }
    // Exact: room for four, which a first push makes, would be most of what a mark takes.
    recipient.marks.reserve_exact(1);
    recipient.marks.push(mark);
}
