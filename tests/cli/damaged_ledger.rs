//! A ledger that differs from what was written: exit 9, nothing written, and what to do.

use crate::desk::{Desk, WINDOW_DAY, with_contacts};
use crate::human::recipient;

const COMMANDS: [&str; 11] = [
    "check",
    "segment",
    "segment --dry-run",
    "draft --all",
    "submit --phase window --yes",
    "submit --phase window --dry-run",
    "track",
    "remind --yes",
    "status",
    "cancel --phase announce --yes",
    "doctor",
];

fn announced() -> Desk {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk.on(WINDOW_DAY)
}

#[track_caller]
fn is_refused_by_all(desk: &Desk) {
    let (files, mails) = (desk.files(), desk.people().record("mails"));
    for command in COMMANDS {
        let _ = desk.run(command).ends(9).says("state.").says("backup").says("mmig track --rebuild");
        assert!(desk.files() == files, "{command} wrote to a damaged ledger");
    }
    assert_eq!(desk.people().record("mails"), mails);
}

#[test]
fn a_torn_ledger_is_not_touched() {
    let desk = announced();
    let whole = desk.read("state.toml");
    desk.write("state.toml", &whole[..whole.len() / 2]);
    is_refused_by_all(&desk);
    desk.write("state.toml", &whole);
    let _ = desk.run("status").well();
}

#[test]
fn a_ledger_with_a_value_nobody_wrote_is_not_touched() {
    let desk = announced();
    let customer = recipient(&desk.people().mails()[0]);
    let line = desk.read("state.toml").lines().find(|line| line.contains(&customer)).unwrap().to_owned();
    let broken = line.replacen("phase = \"announce\"", "phase = \"announce\", sent = true", 1);
    assert_ne!(line, broken);
    desk.edit("state.toml", &line, &broken);
    is_refused_by_all(&desk);
}

#[test]
fn an_empty_ledger_is_not_taken_for_a_new_campaign() {
    let desk = announced();
    desk.write("state.toml", "");
    is_refused_by_all(&desk);
}

#[test]
fn a_journal_without_its_ledger_is_not_taken_for_a_new_campaign() {
    let desk = announced();
    let line = r#"{"seq":7,"at":"2027-01-30T14:00:00Z","who":"x","what":{"entry":"tagged","tags":[]}}"#;
    std::fs::remove_file(desk.path("state.toml")).unwrap();
    desk.write("state.journal", &format!("{:08x} {line}\n", crc32fast::hash(line.as_bytes())));
    let files = desk.files();
    let _ = desk.run("submit --phase window --yes").ends(9);
    assert!(desk.files() == files);
}

#[test]
fn a_ledger_of_a_later_version_is_left_to_that_version() {
    let desk = announced();
    desk.edit("state.toml", "version = 2", "version = 3");
    let files = desk.files();
    let _ = desk.run("segment").ends(9).says("later version");
    assert!(desk.files() == files);
}
