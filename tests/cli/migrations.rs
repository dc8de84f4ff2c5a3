//! Five real migrations as campaigns, each played from its first mail to its last while deadlines move and instructions are corrected.
//! A script that shares no code with the program compares every mail with the facts that were valid on the day it was
//! sent.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// `python3` with the packages the scripts need; `None`, with a message, if it is missing.
fn python() -> Option<String> {
    let python = std::env::var("MMIG_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let needs = "import tomllib, zoneinfo; zoneinfo.ZoneInfo('America/New_York')";
    let there = Command::new(&python).args(["-c", needs]).output();
    if there.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    #[allow(clippy::print_stderr, reason = "who runs the tests is to know what was not tried")]
    {
        eprintln!("skipped: {python} is not there, is older than 3.11 or has no time zones; MMIG_PYTHON names another");
    }
    None
}

fn run(python: &str, script: &str, arguments: &[&str]) -> Output {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/migrations");
    Command::new(python).arg("-B").arg(scripts.join(script)).args(arguments).output().unwrap()
}

/// Plays a campaign; returns its record.
fn play(python: &str, name: &str, home: &Path) -> PathBuf {
    let record = home.join("record.json");
    let played = run(python, "run.py", &[env!("CARGO_BIN_EXE_mmig"), name, record.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&played.stderr);
    assert!(played.status.success(), "{name}: {said}");
    record
}

#[track_caller]
fn every_mail_stated_the_facts_of_its_day(name: &str) {
    let Some(python) = python() else { return };
    let home = tempfile::tempdir().unwrap();
    let record = play(&python, name, home.path());
    // The judge is judged as well: each way in which a mail of the record can be falsified has to be noticed.
    let judged = run(&python, "facts.py", &[record.to_str().unwrap(), "--prove"]);
    let said = String::from_utf8_lossy(&judged.stdout);
    assert!(judged.status.success(), "{said}{}", String::from_utf8_lossy(&judged.stderr));
    assert!(said.contains("not noticed: none"), "{said}");
}

#[test]
fn a_postponement_by_eight_months_and_a_wrong_parameter() {
    every_mail_stated_the_facts_of_its_day("slack-files-upload");
}

#[test]
fn brownouts_with_hours_that_are_moved_while_their_mails_wait() {
    every_mail_stated_the_facts_of_its_day("github-teams");
}

#[test]
fn an_extension_for_some_after_they_were_told_another_date() {
    every_mail_stated_the_facts_of_its_day("hubspot-lists");
}

#[test]
fn three_dates_in_a_row_two_of_them_for_some_customers() {
    every_mail_stated_the_facts_of_its_day("letsencrypt-ocsp");
}

#[test]
fn a_brownout_and_a_removal_that_move_with_the_end_and_a_segment_in_japanese() {
    every_mail_stated_the_facts_of_its_day("openai-assistants");
}
