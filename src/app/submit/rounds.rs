//! Submitting phase after phase, and again where a limit ended it and somebody wants it waited for.
//!
//! Each round asks the server afresh and holds the campaign only as long as it works: while one waits, others may track
//! and mark, and who is done meanwhile is not mailed.

use std::time::Duration;

use chrono::TimeDelta;

use super::Order;
use super::carry_out::carry_out;
use super::done::{Done, local};
use super::prepare::{Prepared, prepare};
use crate::app::Run;
use crate::app::cancel::{Cancelled, WaitingMail, cancel_mails};
use crate::app::failure::{Failure, Kind};
use crate::app::session::{Book, Session};
use crate::app::submit::deliver::Halt;
use crate::app::track::rebuilding::refuse_if_lost;
use crate::app::track::track;
use crate::campaign::Time;
use crate::campaign::mail::withdrawal::Target;
use crate::campaign::people::records::Records;
use crate::campaign::text::template::Templates;
use crate::campaign::text::variant::Texts;
use crate::cli::ui::clean;

/// How to go about it.
#[derive(Debug, Clone, Copy)]
pub struct Conduct<'a> {
    /// The command, for whoever finds the campaign held.
    pub command: &'a str,
    /// Only work out the plans.
    pub dry_run: bool,
    /// First withdraw what waits at the server and must not leave any more.
    pub withdraws: bool,
    /// Take over the lock of a run on another host.
    pub break_lock: bool,
    /// Wait for the end of a limit, and go on.
    pub wait: bool,
}

/// One phase of a submission.
#[derive(Debug)]
pub struct Part<'a> {
    /// What was asked for.
    pub order: Order<'a>,
    /// The plan, the last one where there were several.
    pub prepared: Prepared,
    /// What carrying it out came to; `None` where it was not to be carried out.
    pub done: Option<Done>,
    /// A failure that nothing can be told beside.
    pub failure: Option<Failure>,
}

/// What a submission came to.
#[derive(Debug)]
pub struct Submitted<'a> {
    /// Phase by phase.
    pub parts: Vec<Part<'a>>,
    /// What was cancelled before; `None` on a dry run.
    pub cancelled: Option<Cancelled>,
    /// What would be, on a dry run.
    pub to_cancel: Vec<WaitingMail>,
}

/// How long a run that only tracks or marks may take.
const BUSY: TimeDelta = TimeDelta::seconds(30);

/// Submits phases. `orders` says what is wanted, once it is known who is in the campaign; `agree` shows the plans and
/// what is to be withdrawn, and asks, before the first mail leaves.
pub async fn submit<'a>(
    run: &Run<'_>,
    conduct: Conduct<'_>,
    templates: &Templates,
    orders: impl Fn(&Records) -> Result<Vec<Order<'a>>, Failure>,
    agree: impl FnOnce(&[Part<'a>], &[Target]) -> Result<(), Failure>,
) -> Result<Submitted<'a>, Failure> {
    let mut submitted = round(run, conduct, templates, &orders, agree).await?;
    let mut moment = submitted.resumes().filter(|_| conduct.wait);
    let conduct = Conduct { break_lock: false, ..conduct };
    while let Some(until) = moment {
        if !wait(run, &submitted.parts, until).await {
            submitted.interrupted();
            break;
        }
        moment = match round(run, conduct, templates, &orders, |_, _| Ok(())).await {
            Ok(later) => {
                submitted = submitted.then(later);
                submitted.resumes()
            }
            // Somebody tracks, or marks: it takes a moment.
            Err(failure) if failure.kind == Kind::Busy => Some(run.app.clock.now() + BUSY),
            Err(failure) => {
                if let Some(part) = submitted.parts.last_mut() {
                    part.failure = Some(failure);
                }
                None
            }
        };
    }
    Ok(submitted)
}

/// One round: locks the campaign, asks the server, plans, asks the person, withdraws, sends.
async fn round<'a>(
    run: &Run<'_>,
    conduct: Conduct<'_>,
    templates: &Templates,
    orders: &impl Fn(&Records) -> Result<Vec<Order<'a>>, Failure>,
    agree: impl FnOnce(&[Part<'a>], &[Target]) -> Result<(), Failure>,
) -> Result<Submitted<'a>, Failure> {
    let Run { app, folder, campaign, .. } = *run;
    let book = Book::open(app, folder, conduct.command, conduct.dry_run, conduct.break_lock)?;
    let mut session = Session::open(app, folder, campaign, book).await?;
    session.refuse_if_all_left()?;
    refuse_if_lost(run, session.book.records(), &session.remote).await?;
    // Who answered or finished since the last look must not be reminded, and bounces count.
    track(run, session.book.records_mut(), &session.remote).await?;
    let mut parts = Vec::new();
    for order in orders(session.book.records())? {
        let mut texts = Texts::new(campaign, templates, order.phase);
        let prepared = prepare(run, &order, &mut session, &mut texts).await?;
        parts.push(Part { order, prepared, done: None, failure: None });
    }
    warn(run, &parts);
    let targets = if conduct.withdraws { session.overtaken(campaign) } else { Vec::new() };
    let Session { book: Book::Open(ledger), remote, .. } = &mut session else {
        return Ok(Submitted {
            parts,
            cancelled: None,
            to_cancel: targets.into_iter().map(WaitingMail::from).collect(),
        });
    };
    // A mailbox in a wrong mode is worth failing for even on a day with nothing to send.
    let refused = parts.iter().any(|part| !part.prepared.refusals.is_empty());
    let stopped = parts.iter().any(|part| part.prepared.stop.is_some());
    agree(if refused || stopped { &[] } else { &parts }, &targets)?;
    let cancelled = cancel_mails(run, targets, ledger, remote).await?;
    if parts.is_empty() {
        ledger.save()?;
    }
    if !refused && !cancelled.is_partial() {
        send(run, templates, &mut parts, &mut session).await?;
    }
    Ok(Submitted { parts, cancelled: Some(cancelled), to_cancel: Vec::new() })
}

/// Says what is worth knowing of the plans, each thing once.
fn warn(run: &Run<'_>, parts: &[Part<'_>]) {
    let mut said: Vec<&String> = Vec::new();
    for warning in parts.iter().flat_map(|part| &part.prepared.warnings) {
        if !said.contains(&warning) {
            run.app.observer.warn(warning.as_str());
            said.push(warning);
        }
    }
}

/// Carries out the plans, one after the other, until something halts it.
async fn send(
    run: &Run<'_>,
    templates: &Templates,
    parts: &mut [Part<'_>],
    session: &mut Session,
) -> Result<(), Failure> {
    let mut halted = false;
    for (place, part) in parts.iter_mut().enumerate() {
        let Part { order, prepared, done, .. } = part;
        let mut texts = Texts::new(run.campaign, templates, order.phase);
        if place > 0 && !halted {
            // What the phases before did may have changed who is to get this one.
            let settled = prepared.settled.clone();
            *prepared = prepare(run, order, session, &mut texts).await?;
            prepared.settled = settled.and(prepared.settled.clone());
            if !prepared.refusals.is_empty() {
                continue;
            }
        }
        let carried = if halted {
            Done::not_tried(prepared, None)
        } else if let Some(stop) = prepared.stop.take() {
            session.book.save()?;
            Done::not_tried(prepared, Some(stop.into()))
        } else if prepared.plan.mails() == 0 {
            session.book.save()?;
            Done::nothing(prepared)
        } else {
            let Session { book: Book::Open(ledger), remote, .. } = &mut *session else { continue };
            carry_out(run, order, prepared, ledger, remote, &mut texts).await?
        };
        halted |= carried.halt.is_some();
        *done = Some(carried);
    }
    Ok(())
}

impl Submitted<'_> {
    /// When it can go on, if nothing but a limit stands in the way.
    fn resumes(&self) -> Option<Time> {
        self.parts.iter().filter_map(|part| part.done.as_ref()?.limit).map(|(_, ends)| ends).max()
    }

    /// Somebody does not want to wait any longer.
    fn interrupted(&mut self) {
        if let Some(done) = self.parts.iter_mut().rev().find_map(|part| part.done.as_mut()) {
            (done.halt, done.limit) = (Some(Halt::Interrupted), None);
        }
    }

    /// This and the round after it together.
    fn then(self, later: Self) -> Self {
        let mut earlier = self.parts;
        let mut parts = later.parts;
        for part in &mut parts {
            let before = earlier.iter_mut().find(|before| before.order.phase.name == part.order.phase.name);
            let before = before.and_then(|before| before.done.take()).unwrap_or_default();
            // Where the second round was refused, the first one's mails are out all the same.
            let after = part.done.take().unwrap_or_else(|| Done::not_tried(&part.prepared, None));
            part.done = Some(before.then(after));
        }
        let cancelled = self.cancelled.zip(later.cancelled).map(|(earlier, later)| earlier.and(later));
        Self { parts, cancelled, to_cancel: later.to_cancel }
    }
}

/// Waits for a moment. False if somebody does not want to wait any longer.
async fn wait(run: &Run<'_>, parts: &[Part<'_>], moment: Time) -> bool {
    /// A machine that slept meanwhile is noticed so soon.
    const SLICE: Duration = Duration::from_mins(1);
    let Run { app, campaign, .. } = *run;
    let done = parts.iter().filter_map(|part| part.done.as_ref()).find(|done| done.limit.is_some());
    let why = done.map(Done::why).unwrap_or_default();
    app.observer.note(clean(&format!(
        "{why}. Waiting until {}, then it goes on; Ctrl-C ends that, and nothing is lost",
        local(moment, campaign.zone)
    )));
    loop {
        let Some(left) = (moment - app.clock.now()).to_std().ok().filter(|left| !left.is_zero()) else {
            return true;
        };
        tokio::select! {
            biased;
            () = app.stop.once() => return false,
            () = tokio::time::sleep(left.min(SLICE)) => {}
        }
    }
}
