//! Taking a whole file's sums into the ledger.

use schemars::JsonSchema;
use serde::Serialize;

use super::evidence::{Case, News, quiet_since};
use super::tally::{Rows, Tallies, Tally};
use super::{Calls, Operations, Rules, Usage};
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::people::stage::{Evidence, Stage};

/// What a file of usage came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Customers with rows.
    pub customers: usize,
    /// In the campaign, and in no row: what is known of them stays as it was.
    pub without_row: Listed<String>,
    /// With a row that could not be read: what is known of them stays as it was.
    pub incomplete: Listed<String>,
    /// Who has started.
    pub started: Listed<String>,
    /// Who has completed.
    pub completed: Listed<String>,
    /// Who was done, and called the old version again.
    pub relapsed: Listed<String>,
    /// Who will have completed once the old version has been quiet for long enough.
    pub quiet: Listed<String>,
}

/// Things that are counted, and listed up to a number that a file for programs can hold.
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
    /// No more are listed.
    pub const MOST: usize = 1000;

    /// One more; it is only made where it is listed.
    pub fn push(&mut self, item: impl FnOnce() -> T) {
        self.count += 1;
        if self.first.len() < Self::MOST {
            self.first.push(item());
        }
    }
}

/// Takes the sums in: what is known of each customer with rows, and the stages it shows.
///
/// # Errors
/// A rule cannot be evaluated for some customer's numbers. Then a part of the records may have changed: they are not to be
/// saved.
pub fn ingest(
    campaign: &Campaign,
    rules: &Rules,
    tallies: Tallies<'_>,
    records: &mut Records,
    now: Time,
) -> Result<Findings, String> {
    let mut findings = Findings::default();
    let (tallies, asked) = tallies.finish();
    for (recipient, tally) in records.recipients_mut().iter_mut().zip(tallies) {
        let name = || recipient.email.to_string();
        match tally.rows {
            Rows::None if recipient.left.is_some() => {}
            Rows::None => findings.without_row.push(name),
            Rows::Some => findings.incomplete.push(name),
            Rows::All => {
                findings.customers += 1;
                let usage = usage(recipient.usage.as_deref(), tally.operations(&asked), &tally, now);
                let news = Case { campaign, rules, recipient, reported: &tally.calls, usage: &usage, now }.judge()?;
                count(&mut findings, recipient, &news);
                recipient.usage = Some(Box::new(usage));
                mark(campaign, recipient, news, now);
            }
        }
    }
    Ok(findings)
}

fn usage(before: Option<&Usage>, operations: Option<Operations>, tally: &Tally, now: Time) -> Usage {
    // A last call that was once reported stays known, also if a later file does not report it.
    let last_seen = tally.calls.last_seen.or(before.and_then(|before| before.calls.last_seen));
    let quiet_since = quiet_since(before, &tally.calls, now);
    Usage { at: now, calls: Calls { last_seen, ..tally.calls }, quiet_since, operations }
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
        // Also the tag we wrote when they were done.
        recipient.mark_tags(&campaign.tags, now);
    }
    recipient.marks.push(mark);
}
