//! The pager: shows what is longer than the terminal.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::cli::environment::Environment;

/// The default pager.
const USUAL: &str = if cfg!(unix) { "less" } else { "" };

/// Colours, no alternate screen, and exit at once if the text fits.
const LESS: &str = "FRX";

/// The command in `PAGER`, split into words; empty if there is no pager.
pub fn command(environment: &Environment) -> Vec<String> {
    let pager = environment.get("PAGER").unwrap_or_else(|| USUAL.to_owned());
    shell_words::split(&pager).unwrap_or_default()
}

/// Shows a text through the pager, if it is longer than the terminal; returns false if it is not, or there is no
/// pager.
pub fn show(command: &[String], text: &str) -> bool {
    let rows = terminal_size::terminal_size().map_or(0, |(_, height)| usize::from(height.0));
    let Some((program, arguments)) = command.split_first() else { return false };
    // A terminal of unknown height has no rows.
    rows > 0 && text.lines().count() >= rows && paged(program, arguments, text)
}

/// Whether the pager showed the text.
fn paged(program: &str, arguments: &[String], text: &str) -> bool {
    let _here_to_the_end = Uninterrupted::start();
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", LESS);
    }
    let Ok(mut pager) = command.spawn() else { return false };
    // A user who has read enough closes the pager before it has the whole text.
    let _ = pager.stdin.take().map(|mut stdin| stdin.write_all(text.as_bytes()));
    pager.wait().is_ok()
}

/// Leaves Ctrl-C to the pager: our process ignores it meanwhile.
struct Uninterrupted {
    _runtime: Option<tokio::runtime::Runtime>,
}

impl Uninterrupted {
    fn start() -> Self {
        // In a runtime, a listener already exists.
        if tokio::runtime::Handle::try_current().is_ok() {
            return Self { _runtime: None };
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok();
        if let Some(runtime) = &runtime {
            let _within = runtime.enter();
            listen();
        }
        Self { _runtime: runtime }
    }
}

/// Once a signal has a listener, it no longer ends the process.
#[cfg(unix)]
fn listen() {
    drop(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt()));
}

#[cfg(not(unix))]
fn listen() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pager_may_have_arguments_and_an_empty_one_is_as_if_unset() {
        let of = |value: &str| command(&[("PAGER".to_owned(), value.to_owned())].into_iter().collect());
        assert_eq!(of("most -s '+G x'"), ["most", "-s", "+G x"]);
        assert_eq!(of(""), command(&Environment::default()));
    }

    #[cfg(unix)]
    #[test]
    fn a_pager_that_is_not_there_takes_nothing() {
        assert!(paged("cat", &[], ""));
        assert!(!paged("no-pager-of-this-name", &[], "text"));
    }
}
