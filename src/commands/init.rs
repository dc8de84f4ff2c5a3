//! `mmig init`: a new campaign folder that passes `check`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};
use serde_json::json;

use super::Ending;
use crate::app::failure::{Failure, Kind};
use crate::campaign::definition::is_name;
use crate::campaign::people::contact::Address;
use crate::cli::Face;
use crate::cli::ui::Report;
use crate::store::folder::{CAMPAIGNS, DEFINITION, Folder, ignore};

/// The arguments of `init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The campaign's name, which becomes its folder's: campaigns/NAME
    name: String,
    /// The last day on which the old way works (default: 120 days from now)
    #[arg(long, value_name = "DATE")]
    deadline: Option<NaiveDate>,
    /// The address of the sending mailbox
    #[arg(long, value_name = "ADDRESS", default_value = "migrations@example.com")]
    from: String,
}

/// Without a deadline given: time for all five phases, the first in a month.
const USUAL_LEAD: Days = Days::new(120);

/// Runs `init`.
pub fn run(face: Face<'_>, args: &Args) -> Ending {
    if !is_name(&args.name) {
        let hint = "use letters, digits, `-` and `_`, up to 64 of them, the first no `-`";
        return Err(Failure::new(Kind::Usage, format!("`{}` cannot name a campaign", args.name), hint));
    }
    if Address::parse(&args.from).is_err() {
        return Err(Failure::new(
            Kind::Usage,
            "--from is not an e-mail address",
            "write the sending mailbox's address",
        ));
    }
    let path = Path::new(CAMPAIGNS).join(&args.name);
    if path.join(DEFINITION).exists() {
        let hint = format!("edit {}, or choose another name", path.join(DEFINITION).display());
        return Err(Failure::new(Kind::Usage, format!("campaign `{}` exists already", args.name), hint));
    }
    let deadline = args.deadline.unwrap_or_else(|| {
        let today = face.app.clock.now().date_naive();
        today.checked_add_days(USUAL_LEAD).unwrap_or(today)
    });
    let written = write(&path, &definition(&args.name, deadline, &args.from)).map_err(|(path, error)| {
        let hint = "check that the folder can be written and the disk has room";
        Failure::new(Kind::Invalid, format!("cannot write {}: {error}", path.display()), hint)
    })?;
    // What is written must be what the other commands read.
    Folder::at(&path)?.definition()?;
    let shown: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
    let screen = shown.iter().map(|path| format!("wrote {path}\n")).collect::<String>()
        + &format!("\nnext: describe segments and changes in {}, then `mmig check`\n", path.join(DEFINITION).display());
    let data = json!({ "campaign": args.name, "deadline": deadline.to_string(), "written": shown });
    Ok(Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() })
}

fn write(path: &Path, definition: &str) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    let templates = path.join("templates");
    fs::create_dir_all(&templates).map_err(|error| (templates.clone(), error))?;
    let file = path.join(DEFINITION);
    fs::write(&file, definition).map_err(|error| (file.clone(), error))?;
    let ignore = ignore(path)?;
    Ok(vec![file, ignore])
}

fn definition(name: &str, deadline: NaiveDate, from: &str) -> String {
    include_str!("init.toml")
        .replace("{name}", name)
        .replace("{deadline}", &deadline.to_string())
        .replace("your-company.com", from.rsplit('@').next().unwrap_or(from))
        // Quotes may stand in an address.
        .replace("\"{from}\"", &toml::Value::from(from).to_string())
}
