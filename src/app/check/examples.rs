//! Feeding code examples to the commands that the campaign names for their language.

use std::collections::HashSet;
use std::process::Stdio;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, Command};

use super::tried;
use crate::app::App;
use crate::app::failure::Failure;
use crate::app::observer::Work;
use crate::campaign::definition::CodeCheck;
use crate::campaign::definition::problem::Problem;
use crate::campaign::lint::Tried;

/// What of a command's complaint is shown, from its end (in bytes).
const SHOWN: usize = 2000;
/// Lines of it.
const LINES: usize = 8;

/// The findings for the examples that a command refuses. Each command tries each example once, one after another.
pub async fn refused(
    app: &App<'_>,
    checks: &[CodeCheck],
    examples: &[(String, Tried)],
) -> Result<Vec<Problem>, Failure> {
    let mut seen = HashSet::new();
    let mut pairs = Vec::new();
    for (at, check) in checks.iter().enumerate() {
        let language = check.language.to_lowercase();
        let of_language = examples.iter().filter(|(own, _)| *own == language).map(|(_, example)| example);
        pairs.extend(of_language.filter(|one| seen.insert((at, one.text.as_str()))).map(|one| (check, one)));
    }
    tried(app, Work::RunningExamples, 1, pairs, async |(check, example)| {
        let Err(why) = run(app, check, &example.text).await else { return Vec::new() };
        let what = format!("{} refuses this example: {why}", check.command.join(" "));
        let fix = "correct the example, or the command in [[check]]".to_owned();
        vec![Problem { what, fix, ..example.finding.clone() }]
    })
    .await
}

/// Runs a command on an example; why it refuses it.
async fn run(app: &App<'_>, check: &CodeCheck, code: &str) -> Result<(), String> {
    let (program, arguments) = check.command.split_first().ok_or("it names no program")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    // The keys are for the server only.
    for name in &app.keys.variables {
        command.env_remove(name);
    }
    if !app.root.as_os_str().is_empty() {
        command.current_dir(&app.root);
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
