//! Moving the deadline: the mails that wait with the old date are cancelled, the campaign file is changed, and a phase corrects
//! what was sent with the old date.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::batch::Halt;
use crate::app::calendar::write_calendar;
use crate::app::cancel::{Cancelled, cancel_mails, without};
use crate::app::failure::{Failure, Kind};
use crate::app::observer::{Question, agreed};
use crate::app::remote::Remote;
use crate::app::settings::KEY;
use crate::app::track::outbound;
use crate::app::{App, Outcome, Run, ledger, lost, selection};
use crate::campaign::decide::withdrawal::Target;
use crate::campaign::definition::facts::Fact;
use crate::campaign::definition::{Campaign, When};
use crate::campaign::hint::Action;
use crate::campaign::mail::Mail;
use crate::campaign::moment::LocalMoment;
use crate::campaign::plural;
use crate::campaign::view::deadline::{FixedDate, Move, PhaseMove, Silence, ToldDeadline, outdated};
use crate::campaign::view::outdated::OutdatedFact;
use crate::campaign::view::overview::State;
use crate::store::Ledger;
use crate::store::folder::Definition;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct DeadlineRequest {
    /// Until when the old way is to work.
    pub date: LocalMoment,
    /// The phases to repeat for those who are not done, under new names.
    pub again: Vec<String>,
    /// Do not ask.
    pub yes: bool,
    /// Also write the new dates to this file, for a calendar.
    pub ics: Option<PathBuf>,
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
}

/// What moving the deadline means, before or after it was moved.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeadlinePlan {
    /// The campaign's name.
    pub campaign: String,
    /// The deadline in the campaign file.
    pub old: LocalMoment,
    /// The one that was asked for.
    pub new: LocalMoment,
    /// How many days later it is; negative where it is earlier.
    pub days: i64,
    /// The phases there are after the move, in order.
    pub phases: Vec<PhaseMove>,
    /// The mails that state another deadline, by phase and date.
    pub told: Vec<ToldDeadline>,
    /// By phase, how many mails wait at the server with another date.
    pub under_way: BTreeMap<String, usize>,
    /// The phase that tells customers the new date; none where no customer has to be told.
    pub correction: Option<Correction>,
    /// The phases that are added because they are to be repeated.
    pub again: Vec<String>,
    /// The days without any mail that the move leaves, where they are many.
    pub silence: Option<Silence>,
    /// The dates that did not move.
    pub fixed: Vec<FixedDate>,
    /// The phases that have to be drafted and reviewed again.
    pub draft_again: Vec<String>,
    /// What else customers were told that has changed since: the correction tells them of it as well.
    pub outdated: Vec<OutdatedFact>,
    /// What a person should know before the move.
    pub warnings: Vec<String>,
    /// The campaign as it is.
    #[serde(skip)]
    pub before: Campaign,
    /// The campaign after the move.
    #[serde(skip)]
    pub after: Campaign,
    /// Whether the mails that wait with another date will be cancelled.
    #[serde(skip)]
    pub cancels: bool,
}

/// The phase that tells customers the new date.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Correction {
    /// Its name.
    pub phase: String,
    /// How many customers it goes to.
    pub recipients: usize,
    /// Whether the move adds it to the campaign file.
    pub added: bool,
}

/// Whether the deadline was moved, and what that means.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeadlineOutcome {
    /// What it means.
    #[serde(flatten)]
    pub plan: DeadlinePlan,
    /// Whether the campaign file has the new date because of this run.
    pub moved: bool,
    /// The mails with another date.
    #[serde(flatten)]
    pub cancelled: Cancelled,
    /// Why not all was done, if so.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for DeadlineOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

impl From<DeadlinePlan> for DeadlineOutcome {
    fn from(plan: DeadlinePlan) -> Self {
        Self { plan, moved: false, cancelled: Cancelled::default(), failure: None }
    }
}

/// Moves the deadline, and cancels the mails that wait with another one. Without a key only the campaign file is changed.
///
/// # Errors
/// No campaign, another run holds the ledger, the date is in the past, the server cannot be asked, or the campaign file cannot be
/// changed; the deadline is not moved then.
pub async fn deadline(app: &App<'_>, request: DeadlineRequest) -> Result<DeadlineOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    // Before anything is opened: what is refused leaves no trace.
    refuse(&Run { app, folder: &folder, campaign: &campaign }, &request)?;
    let mut ledger = ledger::open(app, &folder, &campaign, "deadline", request.break_lock).await?;
    let definition = folder.definition()?;
    let run = Run { app, folder: &folder, campaign: &definition.campaign };
    refuse(&run, &request)?;
    let mut outcome = move_to(&run, &request, &definition, &mut ledger).await?;
    if let Some(file) = request.ics.as_ref().filter(|_| outcome.failure.is_none()) {
        outcome.failure = write_calendar(app, file).err();
    }
    Ok(outcome)
}

/// Refuses a date that cannot be the deadline, and phases that cannot be repeated.
fn refuse(run: &Run<'_>, request: &DeadlineRequest) -> Result<(), Failure> {
    refuse_past(run, request.date)?;
    refuse_before_extensions(run, request.date)?;
    let again = selection::phases(run.campaign, &request.again)?;
    match again.iter().find(|phase| !request.again.is_empty() && !matches!(phase.when, When::Dated(_))) {
        None => Ok(()),
        Some(phase) => {
            let message = format!("phase `{}` has no date, so it cannot be repeated", phase.name);
            Err(Failure::new(Kind::Usage, message, "name phases that count from a date"))
        }
    }
}

fn refuse_past(run: &Run<'_>, date: LocalMoment) -> Result<(), Failure> {
    let now = run.app.clock.now();
    if run.campaign.moment(date.last()).is_some_and(|ends| ends >= now) {
        return Ok(());
    }
    let today = run.campaign.local_date(now);
    Err(Failure::new(Kind::Usage, format!("{date} is in the past"), format!("name a day from {today} on")))
}

/// A deadline after a segment's own one would leave that segment less time than the others have.
fn refuse_before_extensions(run: &Run<'_>, date: LocalMoment) -> Result<(), Failure> {
    let shorter = run.campaign.segments.iter().find(|own| own.deadline.is_some_and(|deadline| deadline < date));
    let Some((segment, own)) = shorter.and_then(|own| Some((&own.name, own.deadline?))) else { return Ok(()) };
    let message = format!("segment `{segment}` has a deadline of its own, {own}, which would be before {date}");
    let hint = "first change or remove `deadline` in its [[segment]], then run the same command again";
    Err(Failure::new(Kind::Usage, message, hint))
}

/// Cancels first, then changes the file: a run that is cut off in between has moved nothing, and is repeated.
async fn move_to(
    run: &Run<'_>,
    request: &DeadlineRequest,
    definition: &Definition,
    ledger: &mut Ledger,
) -> Result<DeadlineOutcome, Failure> {
    let Run { app, folder, campaign } = *run;
    let (date, now) = (request.date, app.clock.now());
    let remote = ask(run, ledger).await?;
    let remote = remote.filter(|remote| remote.api.capabilities().cancels);
    let after = Campaign { deadline: date, ..campaign.clone() };
    let targets = outdated(&after, ledger.records());
    let cancelled = remote.as_ref().map(|_| without(ledger.records(), &targets, now));
    let moved = Move::new(campaign, cancelled.as_ref().unwrap_or(ledger.records()), date, &request.again, now);
    let plan = DeadlinePlan::new(run, &moved, &targets, remote.is_some());
    if !plan.changes_anything() {
        return Ok(plan.into());
    }
    // Found out now, before anything is done.
    folder.change(definition, &moved.after)?;
    let again = Action::new("deadline").value(date.iso()).options("again", &request.again);
    if let Err(failure) = agreed(app, request.yes, Question::MoveDeadline(&plan), again.clone()).await {
        return Ok(DeadlineOutcome { failure: Some(failure), ..plan.into() });
    }
    let mut cancelled = Cancelled::default();
    if let Some(remote) = &remote {
        cancelled = cancel_mails(run, targets, ledger, remote).await?;
        ledger.save()?;
    }
    let failure = cancelled.failure(&again);
    if matches!(cancelled.halt, Some(Halt::Interrupted)) {
        return Ok(DeadlineOutcome { cancelled, failure, ..plan.into() });
    }
    // Not all of them may have been cancelled: who has to be told depends on what is true now.
    let moved = Move::new(campaign, ledger.records(), date, &request.again, now);
    folder.change(definition, &moved.after)?.write()?;
    let plan = DeadlinePlan::new(run, &moved, &outdated(&moved.after, ledger.records()), false);
    Ok(DeadlineOutcome { plan, moved: true, cancelled, failure })
}

/// The server, if there is a key, asked what became of the mails. Without one only the file can be changed.
async fn ask(run: &Run<'_>, ledger: &mut Ledger) -> Result<Option<Remote>, Failure> {
    let any = ledger.records().recipients().iter().flat_map(|own| &own.mails).any(Mail::is_out);
    if !any || run.app.keys.send.is_none() {
        return Ok(None);
    }
    let offline = |failure: Failure| {
        let hint = failure.hint.and(format!("; or, without {KEY} set, only the file is changed"));
        Failure { hint, ..failure }
    };
    let remote = Remote::open(run.app, run.campaign).await.map_err(offline)?;
    lost::refuse_another_mailbox(ledger.records(), remote.mailbox_id())?;
    if remote.api.capabilities().lists_mail {
        outbound(run, ledger.records_mut(), &remote).await.map_err(offline)?;
    }
    Ok(Some(remote))
}

impl DeadlinePlan {
    fn new(run: &Run<'_>, moved: &Move, targets: &[Target], cancels: bool) -> Self {
        let Run { folder, campaign, .. } = *run;
        let (old, new) = (campaign.deadline, moved.after.deadline);
        let correction = moved.after.correction().filter(|_| moved.to_tell > 0).map(|phase| Correction {
            phase: phase.name.clone(),
            recipients: moved.to_tell,
            added: moved.added.is_some(),
        });
        let mut under_way = BTreeMap::new();
        for target in targets {
            *under_way.entry(target.phase.clone()).or_default() += 1;
        }
        // Those that somebody waits for, and whose drafts, if any, are void.
        let waits = |line: &&PhaseMove| !matches!(line.state, State::Done | State::Late);
        let draft_again = moved.phases.iter().filter(waits).map(|line| line.name.clone());
        let draft_again = draft_again.filter(|name| !folder.drafts(name).are_for(&moved.after)).collect();
        Self {
            campaign: campaign.name.clone(),
            old,
            new,
            days: (new.date - old.date).num_days(),
            phases: moved.phases.clone(),
            told: moved.told.clone(),
            under_way,
            correction,
            again: moved.again.iter().map(|phase| phase.name.clone()).collect(),
            silence: moved.silence.clone(),
            fixed: moved.fixed.clone(),
            draft_again,
            outdated: moved.outdated.iter().filter(|one| one.fact != Fact::Deadline).cloned().collect(),
            warnings: warnings(moved),
            before: campaign.clone(),
            after: moved.after.clone(),
            cancels,
        }
    }

    /// Whether there is anything to do: the date is another, or an earlier run was cut off.
    pub fn changes_anything(&self) -> bool {
        let adds = self.correction.as_ref().is_some_and(|correction| correction.added);
        self.new != self.old || adds || !self.again.is_empty() || self.cancels && !self.under_way.is_empty()
    }
}

fn warnings(moved: &Move) -> Vec<String> {
    let waiting = |state| moved.phases.iter().filter(move |line| line.state == state && line.ready > 0);
    let late = waiting(State::Late).map(|line| {
        let number = plural(line.ready, "customer");
        let name = &line.name;
        format!(
            "phase {name} is too late then, and {number} never had it: raise [limits] max_late, or choose a later date"
        )
    });
    let mut warnings: Vec<String> = late.collect();
    let due = [State::Due, State::Running].into_iter().flat_map(waiting).filter(|line| line.new_due.is_some());
    let due: Vec<&str> = due.map(|line| line.name.as_str()).collect();
    if due.len() > 1 {
        warnings.push(format!("phases {} are due at the same time then", due.join(" and ")));
    }
    warnings
}
