//! What the README shows is what the program does.
#![allow(clippy::unwrap_used, clippy::panic)] // A test's own helpers may fail like a test.

use std::process::Command;

use clap::Parser;
use mmig::cli::Cli;

const README: &str = include_str!("../README.md");

/// The block that follows a marker.
fn block(marker: &str) -> &'static str {
    let after =
        README.split_once(&format!("<!-- {marker} -->\n```\n")).unwrap_or_else(|| panic!("no block {marker}")).1;
    after.split_once("```").unwrap().0
}

fn said_by(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_mmig")).args(arguments).env_clear().output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn its_commands_are_understood() {
    let mut checked = 0;
    let mut fenced = false;
    for line in README.lines() {
        fenced ^= line.starts_with("```");
        if !fenced && !line.starts_with("    ") {
            continue;
        }
        let line = line.trim_start_matches(['$', ' ', '-']).trim_start_matches("run: ");
        for command in line.split("&&").map(|part| part.split('#').next().unwrap_or_default().trim()) {
            if command.starts_with("mmig ") && !command.contains("NAME") && !command.contains("COMMAND") {
                let parsed = Cli::try_parse_from(command.split_whitespace());
                assert!(parsed.is_ok(), "{command}: {}", parsed.unwrap_err());
                checked += 1;
            }
        }
    }
    assert!(checked >= 14, "only {checked} commands were found");
}

#[test]
fn its_list_of_commands_is_the_programs_own() {
    assert!(said_by(&["--help"]).contains(block("help").trim_end()));
}

#[test]
fn its_screen_is_the_last_one_of_the_demo() {
    let demo: serde_json::Value = serde_json::from_str(&said_by(&["demo", "--json"])).unwrap();
    let last = demo["steps"].as_array().unwrap().last().unwrap();
    let shown = format!("$ {}\n{}", last["command"].as_str().unwrap(), last["said"].as_str().unwrap());
    assert_eq!(block("screen"), shown);
}

#[test]
fn it_names_the_two_commands_that_need_nothing_else() {
    for command in ["    cargo run -- demo\n", "    cargo test\n"] {
        assert!(README.contains(command), "{command}");
    }
}
