//! Writes a new campaign folder that passes `check`.

use std::path::Path;

use chrono::{Datelike, Days, NaiveDate, TimeDelta, Weekday};
use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, Kind};
use crate::app::{App, Outcome};
use crate::campaign::definition::audience::Audience;
use crate::campaign::definition::{Phase, When, is_name};
use crate::campaign::people::contact::Address;
use crate::campaign::plural;
use crate::store::folder::{CAMPAIGNS, DEFINITION, Folder, write_file};

/// The arguments of [`init`].
#[derive(Debug, Clone)]
pub struct InitRequest {
    /// The campaign's name, also the name of its folder.
    pub name: String,
    /// The last day on which the old version works; `None` leaves time for all phases.
    pub deadline: Option<NaiveDate>,
    /// The address of the sending mailbox.
    pub from: String,
    /// Also write an AGENTS.md for the repository, unless there is one.
    pub agents: bool,
}

/// The campaign that was written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InitOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// The last day on which the old version works.
    pub deadline: NaiveDate,
    /// Whether there was too little time for the usual phases, so that they are closer together.
    pub scaled: bool,
    /// The files that were written, the campaign file first.
    pub written: Vec<String>,
}

impl Outcome for InitOutcome {}

/// Lead time if no deadline is given: enough for all five phases, the first in a month.
const USUAL_LEAD: Days = Days::new(120);

/// Writes a new campaign under `campaigns/`.
///
/// # Errors
/// The name or the address is invalid, the deadline is in the past, the campaign already exists, or its files cannot be
/// written.
pub fn init(app: &App<'_>, request: InitRequest) -> Result<InitOutcome, Failure> {
    let InitRequest { name, deadline, from, agents } = request;
    if !is_name(&name) {
        let hint = "use letters, digits, `-` and `_`, up to 64 of them, not beginning with `-`";
        return Err(Failure::new(Kind::Usage, format!("`{name}` is not a valid campaign name"), hint));
    }
    if Address::parse(&from).is_err() {
        let message = format!("the sender `{from}` is not an e-mail address");
        return Err(Failure::new(Kind::Usage, message, "give the sending mailbox's address"));
    }
    let path = app.path(Path::new(CAMPAIGNS)).join(&name);
    if path.join(DEFINITION).exists() {
        let hint = format!("edit {}, or choose another name", path.join(DEFINITION).display());
        return Err(Failure::new(Kind::Usage, format!("campaign `{name}` exists already"), hint));
    }
    let today = app.clock.now().date_naive();
    let deadline = deadline.or_else(|| today.checked_add_days(USUAL_LEAD)).unwrap_or(today);
    if deadline < today {
        let message = format!("the deadline {deadline} is in the past");
        return Err(Failure::new(Kind::Usage, message, format!("name a day from {today} on")));
    }
    let (phases, scaled) = plan(deadline, today);
    let written = Folder::create(&path, &definition(&name, deadline, &from, &phases))?;
    let mut written: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
    if agents {
        written.extend(write_agents(app)?);
    }
    if scaled {
        let days = plural(usize::try_from((deadline - today).num_days()).unwrap_or_default(), "day");
        app.observer
            .note(format!("{days} to the deadline instead of the usual plan's 90: the phases are closer together"));
    }
    Ok(InitOutcome { campaign: name, deadline, scaled, written })
}

/// The usual phases with a date: name, days before the deadline, audience, and whether `remind` submits
/// it.
const USUAL: [(&str, i64, Audience, bool); 4] = [
    ("announce", 90, Audience::All, false),
    ("prepare", 60, Audience::NotCompleted, false),
    ("window", 30, Audience::NotStarted, true),
    ("final", 7, Audience::NotCompleted, true),
];

/// The phases of a campaign that begins today, avoiding weekends if possible; and whether there is too little time for
/// the usual ones.
fn plan(deadline: NaiveDate, today: NaiveDate) -> (Vec<Phase>, bool) {
    let lead = (deadline - today).num_days();
    let scaled = lead < USUAL[0].1;
    let mut phases: Vec<Phase> = Vec::new();
    let mut earliest = None;
    for (name, usual, audience, automatic) in USUAL {
        let days = if scaled { usual * lead / 120 } else { usual };
        let days = on_a_weekday(deadline, days, lead);
        // If two fall on the same day, keep the first.
        if earliest.is_none_or(|before| days < before)
            && let Ok(days_before) = u32::try_from(days)
        {
            phases.push(Phase { automatic, ..Phase::new(name, When::before(days_before), audience) });
            earliest = Some(days);
        }
    }
    (phases, scaled)
}

/// The same number of days, or the nearest that is not a Saturday or Sunday, neither before today nor after the
/// deadline.
fn on_a_weekday(deadline: NaiveDate, days: i64, lead: i64) -> i64 {
    let is_free = |days: &i64| {
        let day = deadline - TimeDelta::days(*days);
        (0..=lead).contains(days) && !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
    };
    [days, days + 1, days + 2, days - 1, days - 2].into_iter().find(is_free).unwrap_or(days)
}

/// A phase as written to the file.
fn written(phase: &Phase) -> String {
    let days = match &phase.when {
        When::Dated(due) => due.distance.days().abs(),
        When::Completed | When::DeadlineMoved => 0,
    };
    let mut text =
        format!("[[phase]]\nname = \"{}\"\ndays_before = {days}\naudience = \"{}\"\n", phase.name, phase.audience);
    if phase.automatic {
        text.push_str("automatic = true                  # `mmig remind` submits it when it is due\n");
    }
    text + "\n"
}

/// Writes an AGENTS.md for agents in this repository; an existing one stays as it is.
fn write_agents(app: &App<'_>) -> Result<Option<String>, Failure> {
    let path = app.path(Path::new("AGENTS.md"));
    if path.exists() {
        app.observer.note(format!("{} already exists and was not changed", path.display()));
        return Ok(None);
    }
    write_file(&path, include_str!("agents.md")).map_err(|error| Failure::not_written(&path, &error))?;
    Ok(Some(path.display().to_string()))
}

fn definition(name: &str, deadline: NaiveDate, from: &str, phases: &[Phase]) -> String {
    include_str!("init.toml")
        .replace("{phases}", phases.iter().map(written).collect::<String>().trim_end())
        .replace("{name}", name)
        .replace("{deadline}", &deadline.to_string())
        .replace("your-company.com", from.rsplit('@').next().unwrap_or(from))
        // An address may contain quotes.
        .replace("\"{from}\"", &toml::Value::from(from).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(deadline: &str, today: &str) -> (Vec<(String, i64)>, bool) {
        let (phases, scaled) = plan(deadline.parse().unwrap(), today.parse().unwrap());
        let days = |phase: &Phase| match &phase.when {
            When::Dated(due) => due.distance.days(),
            _ => panic!("{phase:?}"),
        };
        (phases.iter().map(|phase| (phase.name.clone(), days(phase))).collect(), scaled)
    }

    fn of(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
        pairs.iter().map(|(name, days)| ((*name).to_owned(), *days)).collect()
    }

    #[test]
    fn no_phase_is_on_a_weekend_or_before_today() {
        // 30 April 2027 is a Friday: 90 days before it is a Saturday.
        let (phases, scaled) = days("2027-04-30", "2027-01-01");
        assert_eq!(
            (phases, scaled),
            (of(&[("announce", -91), ("prepare", -60), ("window", -30), ("final", -7)]), false)
        );
        let (phases, _) = days("2027-04-30", "2027-01-30");
        assert_eq!(phases[0], ("announce".to_owned(), -88), "Monday, since Friday was yesterday");
    }

    #[test]
    fn with_little_time_the_phases_follow_each_other_faster_and_fewer_of_them() {
        let (phases, scaled) = days("2027-04-30", "2027-03-25");
        assert_eq!((phases, scaled), (of(&[("announce", -28), ("prepare", -18), ("window", -9), ("final", -2)]), true));
        let (phases, _) = days("2027-04-30", "2027-04-28");
        assert_eq!(phases, of(&[("announce", -1), ("window", 0)]));
        let (phases, _) = days("2027-04-30", "2027-04-30");
        assert_eq!(phases, of(&[("announce", 0)]));
    }
}
