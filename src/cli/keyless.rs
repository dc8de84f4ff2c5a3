//! Restarts the process without keys: every program it starts can read its initial environment (on Linux, in
//! /proc/PID/environ), and removing a variable later does not change that.

use std::ffi::OsString;

use super::help::environment::environment;

/// Variables that are not settings of mmig, and that the system, the terminal or a program needs in order to
/// run.
const OF_THE_SYSTEM: [&str; 14] = [
    "PATH",
    "HOME",
    "LANG",
    "LANGUAGE",
    "TERM",
    "COLORTERM",
    "TZ",
    "PWD",
    "SHELL",
    "LOGNAME",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "CLICOLOR",
];
/// A proxy's address may contain a password, so it is kept only if links are requested.
const OF_THE_NETWORK: [&str; 4] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"];

/// Whether `check --run` may keep a variable: it is not a key or another secret of a job.
fn is_kept(name: &str, links: bool) -> bool {
    if name.ends_with("_KEY") || name.ends_with("_KEY_FILE") {
        return false;
    }
    if OF_THE_NETWORK.contains(&name.to_uppercase().as_str()) {
        return links;
    }
    let ours = || environment().groups.iter().flat_map(|group| &group.variables).any(|known| known.name == name);
    OF_THE_SYSTEM.contains(&name) || name.starts_with("LC_") || ours()
}

/// The variables that a restarted `check --run` gets; `None` if there are no others.
fn kept(all: impl Iterator<Item = (OsString, OsString)>, links: bool) -> Option<Vec<(OsString, OsString)>> {
    let mut dropped = false;
    let mut kept = Vec::new();
    for (name, value) in all {
        if name.to_str().is_some_and(|name| is_kept(name, links)) {
            kept.push((name, value));
        } else {
            dropped = true;
        }
    }
    dropped.then_some(kept)
}

/// Restarts this process, with the same process id, with only the variables that `check --run` needs. Returns if there
/// is nothing to remove, or with the error.
#[cfg(unix)]
pub fn start_again(arguments: &[OsString], links: bool) -> std::io::Result<()> {
    use std::os::unix::process::CommandExt;
    let Some(kept) = kept(std::env::vars_os(), links) else { return Ok(()) };
    let mut command = std::process::Command::new(std::env::current_exe()?);
    if let Some((own, rest)) = arguments.split_first() {
        command.arg0(own).args(rest);
    }
    Err(command.env_clear().envs(kept).exec())
}

/// On this system no process can read another's environment without permission.
#[cfg(not(unix))]
pub fn start_again(_: &[OsString], _: bool) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_keeps_what_it_needs_and_no_secret() {
        for name in ["PATH", "HOME", "LC_ALL", "MMIG_CAMPAIGN", "MMIG_AS_OF", "NO_COLOR", "SSL_CERT_FILE", "TMPDIR"] {
            assert!(is_kept(name, false), "{name}");
        }
        for name in [
            "MULTIMAIL_API_KEY",
            "MULTIMAIL_OVERSIGHT_KEY",
            "MULTIMAIL_ADMIN_KEY",
            "SOME_MODEL_KEY",
            "MULTIMAIL_API_KEY_FILE",
            "GITHUB_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "X",
        ] {
            assert!(!is_kept(name, true), "{name}");
        }
        assert!(is_kept("https_proxy", true) && !is_kept("https_proxy", false) && !is_kept("HTTPS_PROXY", false));
    }

    #[test]
    fn it_starts_again_only_where_there_is_something_to_drop() {
        let all = |names: &[&str]| names.iter().map(|name| (OsString::from(name), "x".into())).collect::<Vec<_>>();
        assert_eq!(kept(all(&["PATH", "LANG"]).into_iter(), false), None);
        let left = kept(all(&["PATH", "MULTIMAIL_API_KEY", "LANG"]).into_iter(), false).unwrap();
        assert_eq!(left, all(&["PATH", "LANG"]));
        assert_eq!(kept(left.into_iter(), false), None);
    }
}
