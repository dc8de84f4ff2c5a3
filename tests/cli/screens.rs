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
