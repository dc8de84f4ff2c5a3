//! Writing a new campaign folder that passes `check`.

use std::path::Path;

use chrono::{Days, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, Kind};
use crate::app::{App, Outcome};
use crate::campaign::definition::is_name;
use crate::campaign::people::contact::Address;
use crate::store::folder::{CAMPAIGNS, DEFINITION, Folder, write_file};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct InitRequest {
    /// The campaign's name, which becomes its folder's.
    pub name: String,
    /// The last day on which the old way works; `None` leaves time for all phases.
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
    /// The last day on which the old way works.
    pub deadline: NaiveDate,
    /// The files that were written, the campaign file first.
    pub written: Vec<String>,
}

impl Outcome for InitOutcome {}

/// Without a deadline given: time for all five phases, the first in a month.
const USUAL_LEAD: Days = Days::new(120);

/// Writes a new campaign under `campaigns/`.
///
/// # Errors
/// The name or the address cannot be used, there is such a campaign already, or its files cannot be written.
pub fn init(app: &App<'_>, request: InitRequest) -> Result<InitOutcome, Failure> {
    let InitRequest { name, deadline, from, agents } = request;
    if !is_name(&name) {
        let hint = "use letters, digits, `-` and `_`, up to 64 of them, the first no `-`";
        return Err(Failure::new(Kind::Usage, format!("`{name}` cannot name a campaign"), hint));
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
    let written = Folder::create(&path, &definition(&name, deadline, &from))?;
    let mut written: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
    if agents {
        written.extend(write_agents(app)?);
    }
    Ok(InitOutcome { campaign: name, deadline, written })
}

/// Writes what an agent in this repository should know; one that is there stays as it is.
fn write_agents(app: &App<'_>) -> Result<Option<String>, Failure> {
    let path = app.path(Path::new("AGENTS.md"));
    if path.exists() {
        app.observer.note(format!("{} is there already, and was left alone", path.display()));
        return Ok(None);
    }
    write_file(&path, include_str!("agents.md")).map_err(|error| Failure::not_written(&path, &error))?;
    Ok(Some(path.display().to_string()))
}

fn definition(name: &str, deadline: NaiveDate, from: &str) -> String {
    include_str!("init.toml")
        .replace("{name}", name)
        .replace("{deadline}", &deadline.to_string())
        .replace("your-company.com", from.rsplit('@').next().unwrap_or(from))
        // An address may contain quotes.
        .replace("\"{from}\"", &toml::Value::from(from).to_string())
}
