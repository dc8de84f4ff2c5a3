//! In process and as a program, a command line has the same result.

use crate::desk::Desk;
use crate::json::{COMMANDS, document, under_way};

/// Everything in a document except the time it was made and the port of its server.
fn comparable(desk: &Desk, line: &str, said: &crate::said::Said) -> serde_json::Value {
    let name = line.split_whitespace().next().expect("a command");
    let text = document(said, name, 0).to_string().replace(&desk.server(), "SERVER");
    let mut document: serde_json::Value = serde_json::from_str(&text).expect("it was JSON before");
    if let Some(fields) = document.as_object_mut() {
        fields.remove("as_of");
        fields.remove("tracked");
    }
    document
}

/// Command lines that may be repeated: they change nothing, or nothing more the second time.
const REPEATABLE: [&str; 9] = [
    "check",
    "segment",
    "draft --all",
    "submit --phase window --dry-run",
    "review --phase window",
    "remind --dry-run",
    "status",
    "report",
    "doctor",
];

#[test]
fn a_command_gives_the_same_document_in_this_process_and_as_a_program() {
    let desk = under_way();
    for command in REPEATABLE {
        let line = format!("{command} --json");
        let (here, there) = (desk.run(&line), desk.spawn(&line));
        assert_eq!(comparable(&desk, &line, &here), comparable(&desk, &line, &there), "{command}");
    }
}

#[test]
fn a_command_that_changes_things_gives_the_same_document_in_this_process_and_as_a_program() {
    let others =
        COMMANDS.into_iter().filter(|(name, _)| REPEATABLE.iter().all(|own| own.split(' ').next() != Some(name)));
    for command in others.map(|(_, command)| command).chain(["submit --phase window --yes"]) {
        let line = format!("{command} --json");
        let (here, there) = (under_way(), under_way());
        assert_eq!(
            comparable(&here, &line, &here.run(&line)),
            comparable(&there, &line, &there.spawn(&line)),
            "{command}"
        );
    }
}
