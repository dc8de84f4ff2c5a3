//! Runs an installed oasdiff to compare two documents.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use crate::app::App;
use crate::app::failure::{Failure, Kind};
use crate::app::settings::{ADMIN_KEY, KEY, OVERSIGHT_KEY};

/// How much of a changelog or document is read at most, in bytes: more than any real one, and small enough for
/// memory.
pub(super) const LARGEST: u64 = 1 << 26;
/// How long oasdiff may take: it also reads documents from the network, and the largest public ones take it half a
/// minute.
const PATIENCE: Duration = Duration::from_mins(5);
/// How much of its error output is read at most, in bytes.
const COMPLAINT: u64 = 1 << 16;

const INSTALL: &str =
    "install it (https://www.oasdiff.com), or import what it writes elsewhere: `mmig import oasdiff FILE`";

/// What `oasdiff changelog` writes as JSON.
///
/// # Errors
/// It is not installed, rejects the documents, or does not end in time.
pub(super) async fn changelog(app: &App<'_>, old: &str, new: &str) -> Result<Vec<u8>, Failure> {
    let mut command = Command::new("oasdiff");
    command.args(["changelog", "--format", "json", "--", old, new]).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // The keys are only for the mail server.
    for name in [KEY, OVERSIGHT_KEY, ADMIN_KEY] {
        command.env_remove(name);
    }
    if !app.root.as_os_str().is_empty() {
        command.current_dir(&app.root);
    }
    let failed = |message: String, hint: &'static str| Failure::new(Kind::Usage, message, hint);
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => failed("oasdiff is not installed, or not on PATH".to_owned(), INSTALL),
        _ => failed(format!("cannot start oasdiff: {error}"), INSTALL),
    })?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let work = async { tokio::join!(some(stdout, LARGEST + 1), some(stderr, COMPLAINT), child.wait()) };
    let (found, said, status) = tokio::select! {
        biased;
        () = app.stop.once() => return Err(Failure::new(Kind::Interrupted, "interrupted; nothing was done", "")),
        done = tokio::time::timeout(PATIENCE, work) => done.map_err(|_| {
            failed(format!("oasdiff did not end within {} minutes", PATIENCE.as_secs() / 60), INSTALL)
        })?,
    };
    let status = status.map_err(|error| failed(format!("oasdiff: {error}"), INSTALL))?;
    if !status.success() && found.len() as u64 <= LARGEST {
        let said = String::from_utf8_lossy(&said);
        let words = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it does not say why");
        return Err(failed(format!("oasdiff failed: {words}"), "check the names of the two documents"));
    }
    // Some versions write nothing if nothing changed.
    Ok(if found.trim_ascii().is_empty() { b"[]".to_vec() } else { found })
}

/// The beginning of a program's output. A program that writes more finds its output closed.
async fn some(output: Option<impl AsyncRead + Unpin>, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(output) = output {
        // After an error, keep what was read.
        let _ = output.take(most).read_to_end(&mut bytes).await;
    }
    bytes
}
