//! If no one can be asked, nothing is done: exit 2, and no file changes.

use crate::desk::{Desk, WINDOW_DAY, with_contacts};

/// A campaign with an announcement that waits and a reminder that is due.
fn under_way() -> Desk {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk.on(WINDOW_DAY)
}

#[test]
fn without_yes_nothing_is_sent_withdrawn_or_written() {
    let desk = under_way();
    let (files, mails) = (desk.files(), desk.people().record("mails"));
    for command in ["submit --phase window", "remind", "cancel --phase announce", "deadline 2027-05-30"] {
        for more in ["", " --no-input", " --json"] {
            let _ = desk.run(&format!("{command}{more}")).ends(2).says("--yes");
        }
    }
    assert!(desk.files() == files, "a file changed");
    assert_eq!(desk.people().record("mails"), mails);
}

#[test]
fn the_plan_is_shown_before_the_question() {
    let _ = under_way().run("submit --phase window").ends(2).says("phase window: 18 to send");
}

#[test]
fn a_command_line_that_makes_no_sense_gets_an_error() {
    let desk = Desk::offline();
    for command in [
        "",
        "sumbit",
        "submit",
        "submit --phase announce --canary 1 --limit 1",
        "submit --phase announce --now --at 2027-02-01",
        "draft",
        "status --as-of yesterday",
        "track --contact a@b.example",
        "track --mark started",
        "track --mark gone --contact a@b.example",
        "init",
        "init ../elsewhere",
        "init x --from nobody",
        "--contract post status",
        "remind --phase announce",
        "deadline",
        "deadline tomorrow",
        "deadline 2027-02-30",
    ] {
        let _ = desk.run(command).ends(2);
    }
}

#[test]
fn a_stage_that_there_is_not_is_answered_with_those_there_are() {
    let said = Desk::offline().run("track --mark gone --contact a@b.example").ends(2);
    let _ = said.says("pending, notified, acknowledged, started, completed");
}

#[test]
fn a_misspelt_command_is_named_with_the_one_that_was_meant() {
    let _ = Desk::offline().run("sumbit").ends(2).says("submit");
}
