//! Ctrl-C: what is in flight is finished and recorded, and the next run continues where this one
//! stopped.
#![cfg(unix)] // Ctrl-C is sent with `kill`.

use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::desk::{Desk, Running, with_contacts};
use crate::said::{number, outcomes};

/// A submit with slow replies, once the server has accepted some mails.
pub fn under_way(milliseconds: u64, taken: u64) -> (Desk, Running) {
    let desk = Desk::drafted(with_contacts(100));
    desk.edit("campaign.toml", "concurrency = 8", "concurrency = 4");
    desk.people().post("faults", &json!({ "slow": 1.0, "slow_ms": milliseconds }));
    let mut running = desk.start("submit --phase announce --yes --json");
    while desk.people().taken() < taken {
        assert!(running.child.try_wait().expect("it can be asked").is_none(), "it ended before it was interrupted");
        thread::sleep(Duration::from_millis(5));
    }
    (desk, running)
}

/// Another run, at the usual speed, and everyone has the mail once.
fn the_next_run_finishes(desk: &Desk) {
    desk.people().post("faults", &json!({}));
    let _ = desk.submit("announce").well();
    assert_eq!(desk.people().taken(), 90);
    desk.people().doubled_nobody();
    assert_eq!(outcomes(&desk.status(), "announce"), [("pending_approval".to_owned(), 90)]);
}

#[test]
fn ctrl_c_finishes_what_is_in_flight_and_records_it() {
    let (desk, running) = under_way(100, 6);
    running.interrupt();
    let said = running.ended().ends(130);
    let told = said.json();
    let taken = desk.people().taken();
    assert!(taken < 90, "it was not interrupted");
    assert_eq!((number(&told, "/accepted"), number(&told, "/unknown")), (taken, 0));
    assert_eq!(number(&told, "/remaining"), 90 - taken);
    let recorded: u64 =
        outcomes(&desk.status(), "announce").iter().filter(|(what, _)| what != "waiting").map(|(_, count)| count).sum();
    assert_eq!(recorded, taken);
    assert_eq!(desk.read("state.journal"), "", "the journal is folded");
    the_next_run_finishes(&desk);
}

#[test]
fn the_signal_a_job_is_ended_with_does_the_same_as_ctrl_c() {
    let (desk, running) = under_way(100, 6);
    running.signal("TERM");
    let told = running.ended().ends(130).json();
    let taken = desk.people().taken();
    assert!(taken < 90, "it was not ended");
    assert_eq!((number(&told, "/accepted"), number(&told, "/unknown")), (taken, 0));
    the_next_run_finishes(&desk);
}

#[test]
fn a_second_ctrl_c_leaves_at_once_and_loses_nothing() {
    // No one waits for these replies.
    let (desk, mut running) = under_way(600_000, 3);
    while running.child.try_wait().expect("it can be asked").is_none() {
        running.interrupt();
        thread::sleep(Duration::from_millis(5));
    }
    let _ = running.ended().ends(130).json();
    the_next_run_finishes(&desk);
}

#[test]
fn a_kill_loses_nothing_either() {
    let (desk, mut running) = under_way(600_000, 3);
    running.child.kill().expect("it runs");
    let _ = running.ended();
    let _ = desk.run("status").well();
    the_next_run_finishes(&desk);
}

#[test]
fn after_a_kill_and_a_months_pause_the_mailbox_tells_what_was_sent() {
    let (desk, mut running) = under_way(600_000, 3);
    running.child.kill().expect("it runs");
    let _ = running.ended();
    // The server has forgotten the keys, and the phase may still be sent.
    desk.edit("campaign.toml", "max_late = 3", "max_late = 60");
    let desk = desk.on("2027-03-02T14:00:00Z");
    the_next_run_finishes(&desk);
}
