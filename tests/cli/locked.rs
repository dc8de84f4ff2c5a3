//! Two runs at once: the second one ends with 6 and says who holds the campaign.

use crate::desk::{Desk, with_contacts};
use crate::gateway::silent;

#[test]
fn a_second_run_ends_with_6_and_says_who_holds_the_campaign() {
    let desk = Desk::drafted(with_contacts(10));
    let (listener, url) = silent();
    let mut first = desk.start(&format!("--api-url {url} submit --phase announce --yes"));
    // Once it asks the server, it holds the campaign; the connection stays open, so it keeps
    // waiting.
    let _waiting = listener.accept().expect("the first run comes");
    let customer = desk.people().tagged("api-v1")[0].clone();
    for command in [
        "segment",
        "submit --phase announce --yes",
        "track",
        "remind --yes",
        "cancel --phase announce --yes",
        "deadline 2027-05-30 --yes",
        &format!("track --mark started --contact {customer}"),
    ] {
        let _ = desk.run(command).ends(6).says("submit").says(&first.child.id().to_string());
    }
    assert_eq!(desk.people().taken(), 0);
    // Reading is always possible, and so is a dry run.
    let _ = desk.run("status").well();
    let _ = desk.run("submit --phase announce --dry-run").well();
    first.child.kill().expect("it runs");
    let _ = first.ended();
}

#[test]
fn a_run_that_was_killed_holds_nothing_any_more() {
    let desk = Desk::drafted(with_contacts(10));
    let (listener, url) = silent();
    let mut first = desk.start(&format!("--api-url {url} submit --phase announce --yes"));
    let _waiting = listener.accept().expect("the first run comes");
    first.child.kill().expect("it runs");
    let _ = first.ended();
    let _ = desk.submit("announce").well();
    assert_eq!(desk.people().taken(), 9);
}

#[test]
fn a_lock_of_another_machine_is_only_broken_by_hand_whatever_the_command() {
    let desk = Desk::drafted(with_contacts(10));
    let left = r#"{"pid":7,"host":"elsewhere","since":"2027-01-30T13:00:00Z","command":"remind"}"#;
    let customer = desk.people().tagged("api-v1")[0].clone();
    for command in [
        "segment",
        "submit --phase announce --yes",
        "track",
        "track --rebuild",
        "remind --yes",
        "cancel --phase announce --yes",
        "status --sync",
        &format!("track --mark started --contact {customer}"),
    ] {
        desk.write("state.lock", left);
        let said = desk.run(command).ends(6).says("elsewhere").says("process 7").says("2027-01-30T13:00:00Z");
        let _ = said.says("--break-lock");
        let _ = desk.run(&format!("{command} --break-lock")).well();
    }
}
