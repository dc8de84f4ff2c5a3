//! The most important screens, complete.

use serde_json::json;

use crate::desk::{Desk, with_contacts};
use crate::human::recipient;

#[test]
fn the_help_of_the_program() {
    insta::assert_snapshot!(Desk::offline().run("--help").well().stdout);
}

/// A campaign with a bit of everything.
fn under_way() -> Desk {
    let desk = Desk::drafted(with_contacts(20));
    // One by one, so that the same mails come first in every run.
    desk.edit("campaign.toml", "concurrency = 8", "concurrency = 1");
    let _ = desk.submit("announce").well();
    desk.people().approve(12);
    let mails = desk.people().mails();
    desk.people().bounce(&recipient(&mails[0]));
    desk.people().reply(&recipient(&mails[1]));
    desk.people().post("reject", &json!({ "to": recipient(&mails[13]), "reason": "the date is wrong" }));
    desk.track();
    desk
}

#[test]
fn the_status_of_a_campaign_under_way() {
    let desk = under_way();
    // Seconds after the start of a run may be shown; minutes may not.
    insta::assert_snapshot!(desk.run("status").well().stdout);
    for columns in ["120", "80", "40"] {
        let shown = desk.copy().with("COLUMNS", columns).run("status").well().stdout;
        insta::assert_snapshot!(format!("the_status_of_a_campaign_under_way_in_{columns}_columns"), shown);
    }
}

#[test]
fn the_customers_who_are_behind() {
    insta::assert_snapshot!(under_way().with("COLUMNS", "80").run("status --behind").well().stdout);
}

#[test]
fn the_status_of_a_campaign_that_has_not_begun() {
    insta::assert_snapshot!(Desk::offline().run("status").well().stdout);
}

/// Each line of what a command shows that is wider than the terminal, though it has more than one word.
fn too_wide(columns: usize, command: &str, said: &str) -> Vec<String> {
    let lines = said.lines().filter(|line| unicode_width::UnicodeWidthStr::width(*line) > columns);
    let lines = lines.filter(|line| line.split_whitespace().count() > 1);
    lines.map(|line| format!("mmig {command}: {line}")).collect()
}

#[test]
fn every_screen_and_failure_fits_the_terminal() {
    let bare = "\n[[change]]\nid = \"raw\"\ntitle = \"Removed the optional property `supportedShopperInteractions` from the response\"\n\
                text = \"TODO: say what customers do about this removed property of the response, and by when it has to be done\"\n";
    for columns in [120, 80, 60] {
        let desk = under_way().with("COLUMNS", &columns.to_string());
        let mut wide = Vec::new();
        let mut look = |commands: &[&str]| {
            for command in commands {
                let said = desk.run(command);
                wide.extend(too_wide(columns, command, &said.stdout));
                wide.extend(too_wide(columns, command, &said.stderr));
            }
        };
        look(&[
            "check",
            "doctor",
            "segment",
            "status",
            "status --behind",
            "status --contact a",
            "status --contact nobody",
            "status --phase nope",
            "draft --all",
            "draft --phase anounce",
            "submit --phase announce --dry-run",
            "submit --phase prepare --yes",
            "submit --phase announce",
            "review",
            "review --approve --phase announce",
            "remind --dry-run",
            "track",
            "track --usage campaigns/api-v2/campaign.toml",
            "cancel --phase announce",
            "deadline 2020-01-01",
            "deadline 2027-12-31",
            "correct",
            "report --format markdown",
            "ledger",
            "ledger move ftp://x",
            "template nope",
            "tag campaigns/api-v2/campaign.toml",
            "compose --phase announce",
            "import oasdiff nowhere.json",
            "track --set started --contact nobody",
            "submit --nope",
        ]);
        desk.edit("campaign.toml", "\n[[change]]", &format!("{bare}\n[[change]]"));
        look(&["check", "submit --phase prepare --yes", "status"]);
        assert!(wide.is_empty(), "at {columns} columns:\n{}", wide.join("\n"));
    }
}
