//! What puts the account at risk stops the run: a suspended account mails no one any more.

use serde_json::json;

use crate::desk::{Desk, PREPARE_DAY, with_contacts};
use crate::said::number;

/// Ninety have the first mail, and this many of them bounced.
fn bounced(count: usize) -> Desk {
    let desk = Desk::drafted(with_contacts(100));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.people().post("bounce", &json!({ "count": count }));
    desk.on(PREPARE_DAY)
}

#[test]
fn more_than_four_percent_bounces_stop_the_next_phase_until_a_person_decides() {
    let desk = bounced(5);
    for command in ["submit --phase prepare --yes", "submit --phase prepare --dry-run"] {
        let said = desk.run(command).ends(1).says("5 of 90 mails bounced (5.6 %)");
        let _ = said.says("85 recipients still to be mailed").says("max_bounces");
    }
    assert_eq!(desk.people().taken(), 90);
    let _ = desk.run("status").well().says("bounced");
    desk.edit("campaign.toml", "max_bounces = 4.0", "max_bounces = 10.0");
    let told = desk.submit("prepare").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/excluded/bounced_before")), (85, 5));
}

#[test]
fn more_than_two_percent_are_a_warning() {
    let desk = bounced(3);
    let _ = desk.run("submit --phase prepare --yes").well().says("3 of 90 mails bounced (3.3 %)");
    assert_eq!(desk.people().taken(), 90 + 87);
}

#[test]
fn where_mails_leave_at_once_bounces_stop_the_phase_in_its_middle() {
    let desk = Desk::drafted(with_contacts(300));
    desk.people().mode("monitored");
    desk.edit("campaign.toml", "oversight = [\"gated_all\"]", "oversight = [\"monitored\"]");
    desk.people().post("latency", &json!({ "ms": 20 }));
    // Two among the first twenty.
    let customers = desk.people().tagged("api-v1");
    for customer in &customers[8..10] {
        desk.people().post("bounce", &json!({ "to": customer, "next": true }));
    }
    let said = desk.submit("announce").ends(1).says("bounced");
    let (told, taken) = (said.json(), desk.people().taken());
    assert!((20..100).contains(&taken), "{taken} left");
    assert_eq!((number(&told, "/accepted"), number(&told, "/remaining")), (taken, 270 - taken));
}

#[cfg(unix)]
#[test]
fn an_account_that_is_switched_off_in_the_middle_stops_the_run_and_says_why() {
    let (desk, running) = crate::interrupted::under_way(100, 6);
    desk.people().post("disable", &json!({ "reason": "complaints above 0.3%" }));
    let said = running.ended().ends(1).says("complaints above 0.3%");
    let told = said.json();
    let taken = desk.people().taken();
    assert!(taken < 90, "nothing was left to stop");
    assert_eq!((number(&told, "/accepted"), number(&told, "/remaining")), (taken, 90 - taken));
    desk.people().post("disable", &json!({ "reason": null }));
    desk.people().post("faults", &json!({}));
    let _ = desk.submit("announce").well();
    assert_eq!(desk.people().taken(), 90);
    desk.people().doubled_nobody();
}
