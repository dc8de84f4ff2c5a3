//! `check --run`: feeds code examples to the commands that the campaign names for their language.

use std::collections::BTreeSet;
use std::process::Stdio;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, Command};

use crate::app::observer::Work;
use crate::campaign::definition::CodeCheck;
use crate::campaign::definition::problem::Problem;
use crate::campaign::lint::Tried;
use crate::cli::Face;

/// What of a command's complaint is shown, from its end (in bytes).
const SHOWN: usize = 2000;
/// Lines of it.
const LINES: usize = 8;

/// The findings for the examples that a command refuses. Each example is tried once by each command.
pub async fn refused(face: Face<'_>, checks: &[CodeCheck], examples: &[(String, Tried)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let of_language = |check: &CodeCheck| {
        let language = check.language.to_lowercase();
        examples.iter().filter(move |(own, _)| *own == language).map(|(_, example)| example)
    };
    let total: usize = checks.iter().map(|check| of_language(check).count()).sum();
    let progress = face.app.observer.progress(Work::RunningExamples, total);
    for check in checks {
        let mut tried: BTreeSet<&str> = BTreeSet::new();
        for example in of_language(check) {
            progress.step();
            if !tried.insert(&example.text) {
                continue;
            }
            if let Err(why) = run(check, &example.text).await {
                let what = format!("{} refuses this example: {why}", check.command.join(" "));
                let fix = "correct the example, or the command in [[check]]".to_owned();
                problems.push(Problem { what, fix, ..example.finding.clone() });
            }
        }
    }
    problems
}

/// Runs a command on an example; why it refuses it.
async fn run(check: &CodeCheck, code: &str) -> Result<(), String> {
    let (program, arguments) = check.command.split_first().ok_or("it names no program")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    // The keys are for the server alone.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MULTIMAIL_")) {
        command.env_remove(name);
    }
    let mut child = command.spawn().map_err(|error| format!("it cannot be started: {error}"))?;
    match tokio::time::timeout(check.timeout, outcome(&mut child, code)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(format!("it did not end within {} s", check.timeout.as_secs())),
    }
}

async fn outcome(child: &mut Child, code: &str) -> Result<(), String> {
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // A command that has seen enough may close its end.
            let _ = stdin.write_all(code.as_bytes()).await;
        }
    };
    let ((), said) = tokio::join!(feed, end_of(stderr));
    let status = child.wait().await.map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(());
    }
    let ended = status.code().map_or_else(|| "it was killed".to_owned(), |code| format!("exit {code}"));
    Err(if said.is_empty() { ended } else { format!("{ended}, {said}") })
}

/// The end of what a command says, however much that is.
async fn end_of(stderr: Option<ChildStderr>) -> String {
    let Some(mut stderr) = stderr else { return String::new() };
    let (mut kept, mut piece) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = stderr.read(&mut piece).await {
        kept.extend_from_slice(&piece[..read]);
        let over = kept.len().saturating_sub(SHOWN);
        kept.drain(..over);
    }
    let text = String::from_utf8_lossy(&kept).into_owned();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(LINES)..].join(" | ")
}
