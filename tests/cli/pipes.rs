//! Data goes to stdout, everything else to stderr, and styles only where they are wanted.

use crate::json::{COMMANDS, document, under_way};

#[test]
fn through_a_pipe_there_is_no_escape_code_and_no_bar() {
    for (_, command) in COMMANDS {
        let said = under_way().run(command).well();
        assert!(said.all().chars().all(|c| c == '\n' || !c.is_control()), "{:?}", said.all());
    }
    let failed = under_way().run("submit --phase anounce");
    assert!(!failed.all().contains('\x1b'));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_finds_no_room_is_an_error() {
    let desk = under_way();
    for command in ["status", "status --json", "report --format csv", "--help"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let said = desk.start_into(command, full.into()).ended().ends(1);
        assert!(said.stderr.contains("could not be written completely"), "{command}: {}", said.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_went_away_is_not_an_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let said = under_way().start_into("report --format csv", writer.into()).ended().ends(0);
    assert_eq!(said.stderr, "");
}

#[test]
fn colours_come_where_they_are_asked_for_and_never_into_a_document() {
    let desk = under_way();
    assert!(desk.run("status --color always").well().stdout.contains('\x1b'));
    assert!(!desk.run("status --color never").well().stdout.contains('\x1b'));
    document(&desk.run("status --color always --json"), "status", 0);
}

#[test]
fn quiet_leaves_the_data_and_the_failures() {
    let desk = under_way();
    let said = desk.run("submit --phase window --yes --quiet").well();
    assert_eq!(said.stderr, "");
    assert!(said.stdout.contains("9 accepted"));
    let _ = desk.run("submit --phase nowhere --quiet").ends(3).says("error");
}
