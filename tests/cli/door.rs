//! In process and as a program, a command line has the same result.

use std::collections::BTreeSet;

use clap::CommandFactory;
use serde_json::Value;

use crate::desk::Desk;
use crate::json::{document, under_way};
use crate::said::Said;

/// Command lines that may be repeated: they change nothing, or nothing more the second time.
const REPEATABLE: [&str; 16] = [
    "check",
    "segment",
    "draft --all",
    "submit --phase window --dry-run",
    "review --phase window",
    "remind --dry-run",
    "status",
    "report",
    "doctor",
    "ledger",
    "correct",
    "template",
    "template announce",
    "completions bash",
    "man",
    "help",
];
/// Those that only change files.
const OF_FILES: [&str; 3] =
    ["init other", "import oasdiff campaigns/api-v2/found.json", "compose --phase announce --offline"];
/// Those that change what the server has too, in an order in which each has something to do.
const OF_THE_SERVER: [&str; 7] = [
    "track",
    "tag campaigns/api-v2/tags.csv",
    "remind --yes",
    "submit --phase window --yes",
    "cancel --phase announce --yes",
    "deadline 2027-05-30 --yes",
    "correct --yes",
];
/// The demo runs the others; a server runs until it is stopped.
const NOT_COMPARED: [&str; 3] = ["demo", "mcp", "sandbox"];

fn command(line: &str) -> &str {
    line.split_whitespace().next().expect("a command")
}

/// Everything in a document except the time it was made and the port of its server.
fn comparable(desk: &Desk, line: &str, said: &Said) -> Value {
    let text = document(said, command(line), 0).to_string().replace(&desk.server(), "SERVER");
    let mut document: Value = serde_json::from_str(&text).expect("it was JSON before");
    if let Some(fields) = document.as_object_mut() {
        fields.remove("as_of");
        fields.remove("tracked");
    }
    document
}

/// Asks once here and once there; `line` is run in this process on one desk, and by the program on the other.
fn ends_alike(line: &str, here: &Desk, there: &Desk) {
    let json = format!("{line} --json");
    let (own, programs) = (here.run(&json), there.spawn(&json));
    assert_eq!(comparable(here, line, &own), comparable(there, line, &programs), "{line}");
}

#[test]
fn every_command_is_asked_for_both_ways() {
    let lines = REPEATABLE.iter().chain(&OF_FILES).chain(&OF_THE_SERVER).map(|line| command(line));
    let compared: BTreeSet<&str> = lines.chain(NOT_COMPARED).collect();
    let cli = mmig::cli::Cli::command();
    let known: BTreeSet<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
    assert_eq!(compared, known);
}

#[test]
fn a_command_gives_the_same_document_in_this_process_and_as_a_program() {
    let desk = under_way();
    for line in REPEATABLE {
        ends_alike(line, &desk, &desk);
    }
    let found = r#"[{"id":"a","text":"removed `b`","level":3,"operation":"GET","path":"/x"}]"#;
    desk.write("found.json", found);
    for line in OF_FILES {
        ends_alike(line, &desk.copy(), &desk.copy());
    }
}

#[test]
fn a_command_that_changes_things_gives_the_same_document_in_this_process_and_as_a_program() {
    let (here, there) = (under_way(), under_way());
    for desk in [&here, &there] {
        let customer = &desk.people().tagged("api-v1")[0];
        desk.write("tags.csv", &format!("contact,tags\n{customer},priority-high\n"));
    }
    for line in OF_THE_SERVER {
        ends_alike(line, &here, &there);
    }
}
