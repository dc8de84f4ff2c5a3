//! The verbs. Each file holds one: its arguments, its run, what it shows.

pub mod check;
pub mod draft;
pub mod init;
pub mod packaging;
pub mod status;

use crate::cli::Global;
use crate::clock::Clock;
use crate::failure::{Failure, Kind};
use crate::ui::{Report, Terminal};

/// What every command is given.
#[derive(Debug)]
pub struct Context {
    /// How to speak.
    pub terminal: Terminal,
    /// The global flags.
    pub global: Global,
    /// The time.
    pub clock: Clock,
}

/// A command's end: its report, or the failure that left nothing to report.
pub type Ending = Result<Report, Failure>;

/// The failure for a name that is not there.
fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Failure {
    let hint = match crate::campaign::problem::nearest(name, known.clone()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
    };
    Failure::new(Kind::NotFound, format!("there is no {kind} `{name}` in this campaign"), hint)
}

/// "1 recipient", "2 recipients".
fn plural(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}
