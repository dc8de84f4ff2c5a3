//! Withdrawing mails that wait at the server. What became of each is durable before the next one is asked about.

use std::cell::Cell;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::api::{ApiError, Cancel};
use crate::campaign::mail::{Accepted, Course, Fate};
use crate::campaign::recipient::Entry;
use crate::campaign::withdrawal::{Target, Withdrawal};
use crate::failure::{Failure, Kind};
use crate::ledger::{Journal, Ledger};
use crate::remote::{self, Remote};
use crate::submission::Run;
use crate::ui::{Report, clean, plural};

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
    let progress = run.context.terminal.progress(targets.len(), "withdrawing");
    let halted = Cell::new(false);
    let go_on = |_: &Target| std::future::ready(!run.stop.asked() && !halted.get());
    let calls = stream::iter(targets).take_while(go_on).map(|target| async move {
        let answer = remote.api.cancel(remote.mailbox_id(), &target.accepted.id).await;
        (target, answer)
    });
    let mut calls = std::pin::pin!(calls.buffer_unordered(run.campaign.limits.concurrency));
    while let Some((target, answer)) = calls.next().await {
        progress.step();
        withdrawn.remaining -= 1;
        match answer {
            Ok(answer) => withdrawn.take_in(run, target, answer, ledger, &journal).await?,
            Err(error) if error.stops_everything() => {
                halted.set(true);
                withdrawn.remaining += 1;
                withdrawn.halt.get_or_insert(Halt::Api(error));
            }
            Err(error) => withdrawn.failed.push((target, error.to_string())),
        }
    }
    if withdrawn.remaining > 0 {
        withdrawn.halt.get_or_insert(Halt::Interrupted);
    }
    ledger.save()?;
    Ok(withdrawn)
}

impl Withdrawn {
    async fn take_in(
        &mut self,
        run: &Run<'_>,
        target: Target,
        answer: Cancel,
        ledger: &mut Ledger,
        journal: &Journal,
    ) -> Result<(), Failure> {
        let now = run.context.clock.now();
        let known = target.accepted.clone();
        let (accepted, list) = match answer {
            Cancel::Done => {
                (Accepted { course: Course::Cancelled { when: now, why: target.why }, ..known }, &mut self.done)
            }
            Cancel::TooLate | Cancel::Gone => {
                // A person was just told; who reads a moved deadline is told the new one.
                let told = target.why.is_none_or(|why| why == Withdrawal::DeadlineMoved);
                let too_late = known.too_late.or(Some(now).filter(|_| !told));
                (Accepted { too_late, ..known }, &mut self.too_late)
            }
        };
        let entry = Entry::Fate { phase: target.phase.clone(), fate: Fate::Accepted(accepted) };
        journal.record(now, &target.key, &entry).await?;
        ledger.records_mut().apply(&target.key, now, entry);
        list.push(target);
        Ok(())
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
