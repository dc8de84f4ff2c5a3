//! Withdrawing mails that wait at the server. Why is written down before the server is asked: if the answer is lost, what
//! became of the mail tells.

use std::cell::{Cell, RefCell};

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::api::{ApiError, Cancel};
use crate::app::Run;
use crate::app::failure::{Failure, Kind};
use crate::app::observer::Work;
use crate::app::remote;
use crate::app::remote::Remote;
use crate::campaign::Time;
use crate::campaign::mail::withdrawal::{Target, Withdrawal};
use crate::campaign::mail::{Accepted, Course, Fate};
use crate::campaign::people::recipient::Entry;
use crate::cli::ui::{Report, clean, plural};
use crate::store::local::{Journal, Ledger};

/// What withdrawing came to.
#[derive(Debug, Default)]
pub struct Withdrawn {
    /// They will not go out.
    pub done: Vec<Target>,
    /// They are out, or the server does not let go of them.
    pub too_late: Vec<Target>,
    /// The server failed: the mail and its words.
    pub failed: Vec<(Target, String)>,
    /// Not tried.
    remaining: usize,
    halt: Option<Halt>,
}

#[derive(Debug)]
enum Halt {
    Interrupted,
    Api(ApiError),
}

/// How many the screen lists; `--json` has all.
const SHOWN: usize = 10;

/// Withdraws these mails, and saves the ledger.
///
/// # Errors
/// The server cannot withdraw, or the ledger cannot be written; what the server says of a mail is in the result.
pub async fn withdraw(
    run: &Run<'_>,
    targets: Vec<Target>,
    ledger: &mut Ledger,
    remote: &Remote,
) -> Result<Withdrawn, Failure> {
    let mut withdrawn = Withdrawn { remaining: targets.len(), ..Withdrawn::default() };
    if targets.is_empty() {
        return Ok(withdrawn);
    }
    if !remote.api.capabilities().cancels {
        let hint = "withdraw them in MultiMail itself, then `mmig track`";
        return Err(Failure::new(Kind::Refused, "this server cannot withdraw mails", hint));
    }
    let journal = ledger.journal()?;
    let books = Books { run, journal: &journal, ledger: RefCell::new(ledger) };
    ask_all(&books, targets, remote, &mut withdrawn).await?;
    if withdrawn.remaining > 0 {
        withdrawn.halt.get_or_insert(Halt::Interrupted);
    }
    books.ledger.into_inner().save()?;
    Ok(withdrawn)
}

/// Asks the server to withdraw each, several at a time.
async fn ask_all(
    books: &Books<'_>,
    targets: Vec<Target>,
    remote: &Remote,
    withdrawn: &mut Withdrawn,
) -> Result<(), Failure> {
    let Run { app, campaign, .. } = *books.run;
    let progress = app.observer.progress(Work::Cancelling, targets.len());
    let halted = Cell::new(false);
    let go_on = |_: &Target| std::future::ready(!app.stop.asked() && !halted.get());
    let calls = stream::iter(targets).take_while(go_on).map(|target| async {
        if target.why.is_some() {
            books.record(&target, Accepted { withdrawing: target.why, ..target.accepted.clone() }).await?;
        }
        let answer = remote.api.cancel(remote.mailbox_id(), &target.accepted.id).await;
        if let Ok(answer) = &answer {
            books.record(&target, answered(&target, *answer, app.clock.now())).await?;
        }
        Ok::<_, Failure>((target, answer))
    });
    let mut calls = std::pin::pin!(calls.buffer_unordered(campaign.limits.concurrency));
    while let Some(called) = calls.next().await {
        progress.step();
        let (target, answer) = called?;
        if !withdrawn.take_in(target, answer) {
            halted.set(true);
        }
    }
    Ok(())
}

/// The mail as the server's answer leaves it.
fn answered(target: &Target, answer: Cancel, now: Time) -> Accepted {
    let known = target.accepted.clone();
    match answer {
        Cancel::Done => {
            Accepted { course: Course::Cancelled { when: now, why: target.why }, withdrawing: None, ..known }
        }
        Cancel::TooLate | Cancel::Gone => {
            // A person was just told.
            let listed = target.why.is_some_and(Withdrawal::is_worth_a_look);
            Accepted { too_late: known.too_late.or(listed.then_some(now)), withdrawing: None, ..known }
        }
    }
}

/// Where it is all written down.
struct Books<'a> {
    run: &'a Run<'a>,
    journal: &'a Journal,
    ledger: RefCell<&'a mut Ledger>,
}

impl Books<'_> {
    /// Writes down what is known of a target's mail.
    async fn record(&self, target: &Target, accepted: Accepted) -> Result<(), Failure> {
        let now = self.run.app.clock.now();
        let entry = Entry::Fate { phase: target.phase.clone(), fate: Fate::Accepted(accepted) };
        self.journal.record(now, &target.key, &entry).await?;
        self.ledger.borrow_mut().records_mut().apply(&target.key, now, entry);
        Ok(())
    }
}

impl Withdrawn {
    /// Counts what became of a target. False where the server says no to all of them.
    fn take_in(&mut self, target: Target, answer: Result<Cancel, ApiError>) -> bool {
        match answer {
            Err(error) if error.stops_everything() => {
                self.halt.get_or_insert(Halt::Api(error));
                return false;
            }
            Ok(Cancel::Done) => self.done.push(target),
            Ok(Cancel::TooLate | Cancel::Gone) => self.too_late.push(target),
            Err(error) => self.failed.push((target, error.to_string())),
        }
        self.remaining -= 1;
        true
    }

    /// The result for people and programs. `again` is the command that goes on with what is left.
    pub fn report(self, again: &str) -> Report {
        let rows = |targets: &[Target]| targets.iter().map(row).collect::<Vec<_>>();
        let data = json!({ "withdrawn": rows(&self.done), "too_late_to_withdraw": rows(&self.too_late) });
        let data = data.as_object().cloned().unwrap_or_default();
        Report { data, screen: self.screen(), failure: self.failure(again), ..Report::default() }
    }

    fn screen(&self) -> String {
        let mut text = String::new();
        if !self.done.is_empty() {
            text.push_str(&format!("{} withdrawn: {}.\n", plural(self.done.len(), "mail"), reasons(&self.done)));
        }
        if !self.too_late.is_empty() {
            let number = plural(self.too_late.len(), "mail");
            text.push_str(&format!("{number} could not be withdrawn any more: {}.\n", reasons(&self.too_late)));
            for target in self.too_late.iter().take(SHOWN) {
                text.push_str(&format!("  {} ({})\n", clean(&target.email), target.phase));
            }
            if self.too_late.len() > SHOWN {
                text.push_str(&format!("  and {} more: --json lists all\n", self.too_late.len() - SHOWN));
            }
        }
        text
    }

    /// The failure this amounts to, if any. `again` is the command that goes on.
    pub fn failure(self, again: &str) -> Option<Failure> {
        let rest = if self.remaining == 0 { String::new() } else { format!("; {} not withdrawn", self.remaining) };
        match self.halt {
            Some(Halt::Interrupted) => {
                let message = format!("interrupted; what was in flight is finished and recorded{rest}");
                return Some(Failure::new(Kind::Interrupted, message, format!("`{again}` goes on with them")));
            }
            Some(Halt::Api(error)) => {
                let failure = remote::failure(error);
                return Some(Failure { message: format!("{}{rest}", failure.message), ..failure });
            }
            None if self.failed.is_empty() => return None,
            None => {}
        }
        let message = format!("{} could not be withdrawn", plural(self.failed.len(), "mail"));
        let lines = self.failed.iter().take(SHOWN).map(|(target, words)| format!("{}: {words}", target.email));
        Some(Failure::new(Kind::Partial, message, format!("`{again}` tries again")).with_details(lines))
    }
}

/// What is to be withdrawn, for people and programs.
pub fn planned(targets: &[Target]) -> Report {
    let mut report = Report::default();
    if !targets.is_empty() {
        report.screen = format!("{} to withdraw: {}\n", plural(targets.len(), "mail"), reasons(targets));
        report.data.insert("to_withdraw".to_owned(), targets.iter().map(row).collect());
    }
    report
}

/// The reports of two rounds as one.
pub fn both(mut earlier: Report, later: Report) -> Report {
    for (name, rows) in later.data {
        match (earlier.data.get_mut(&name), rows) {
            (Some(Value::Array(known)), Value::Array(rows)) => known.extend(rows),
            (_, rows) => drop(earlier.data.insert(name, rows)),
        }
    }
    earlier.screen.push_str(&later.screen);
    Report { failure: later.failure, ..earlier }
}

fn row(target: &Target) -> Value {
    json!({ "contact": target.email, "phase": target.phase, "why": target.why })
}

/// Why, by number of mails: "2 whose customer is done, 1 whose customer left the campaign".
fn reasons(targets: &[Target]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for target in targets {
        let told = target.why.map_or("was to be withdrawn", |why| why.told());
        match counts.iter_mut().find(|(known, _)| *known == told) {
            Some((_, count)) => *count += 1,
            None => counts.push((told, 1)),
        }
    }
    counts.iter().map(|(told, count)| format!("{count} whose customer {told}")).collect::<Vec<_>>().join(", ")
}
