//! Reviews with faults: lost replies, Ctrl-C, a kill, a key that expires.

use serde_json::json;

use crate::desk::{Desk, with_contacts};
use crate::human::recipient;
use crate::said::{attention, number, outcomes};

/// 90 mails that wait.
fn submitted() -> Desk {
    let desk = Desk::drafted(with_contacts(100));
    let _ = desk.submit("announce").well();
    desk
}

const APPROVE: &str = "review --approve --phase announce --by ann --yes --json";

/// How many mails the ledger has as approved by Ann.
fn by_ann(desk: &Desk) -> usize {
    let records = desk.ledger();
    let mails = records.recipients().iter().flat_map(|recipient| &recipient.mails);
    let approvals = mails.filter_map(|mail| mail.accepted()?.approved.as_ref());
    approvals.filter(|approval| approval.by == "ann").count()
}

#[test]
fn a_decision_whose_answer_is_lost_is_still_known_to_be_ours() {
    let desk = submitted();
    let faults = json!({ "seed": 7, "cut_after": 0.15, "error_after": 0.1, "garbage": 0.1, "everywhere": true });
    desk.people().post("faults", &faults);
    let told = desk.run(APPROVE).well().json();
    desk.people().post("faults", &json!({}));
    assert_eq!((number(&told, "/approved"), number(&told, "/decided_elsewhere")), (90, 0));
    assert_eq!(by_ann(&desk), 90);
    // Some were requested twice.
    let decisions = &desk.people().record("requests")["operations"]["decide"];
    assert!(number(decisions, "/endings/404") > 0, "{decisions}");
}

#[test]
fn a_rejection_whose_answer_is_lost_keeps_its_reason() {
    let desk = submitted();
    let faults = json!({ "seed": 3, "cut_after": 0.3, "everywhere": true });
    desk.people().post("faults", &faults);
    let _ = desk.run("review --reject --phase announce --reason wrong --by ann --yes").well();
    desk.people().post("faults", &json!({}));
    let told = attention(&desk.status(), "rejected");
    assert_eq!(told.len(), 90);
    assert!(told.iter().all(|message| message.starts_with("ann rejected it: wrong")), "{told:?}");
}

#[test]
fn a_mail_that_someone_else_rejected_is_not_reported_as_approved() {
    let desk = submitted();
    // A copy takes its place in the queue, and someone decides about that before we get to it.
    desk.people().post("latency", &json!({ "ms": 30 }));
    let mut running = desk.start(APPROVE);
    let decided = || desk.people().record("requests")["operations"]["decide"]["total"].as_u64().unwrap_or(0);
    while decided() == 0 {
        assert!(running.child.try_wait().unwrap().is_none(), "it ended too early");
    }
    let last = desk.people().waiting().last().unwrap().clone();
    desk.people().post("reject", &json!({ "id": last["id"], "reason": "not this one" }));
    let told = running.ended().well().json();
    desk.people().post("latency", &json!({ "ms": 0 }));
    assert_eq!((number(&told, "/approved"), number(&told, "/decided_elsewhere")), (89, 1));
    assert_eq!(
        (&told["elsewhere"][0]["contact"], &told["elsewhere"][0]["outcome"]),
        (&json!(recipient(&last)), &json!("rejected"))
    );
    assert!(outcomes(&desk.status(), "announce").contains(&("rejected".to_owned(), 1)));
    assert_eq!(by_ann(&desk), 89);
}

#[cfg(unix)] // Ctrl-C is sent with `kill`.
#[test]
fn ctrl_c_finishes_what_is_in_flight_and_the_next_review_continues() {
    let desk = submitted();
    desk.people().post("latency", &json!({ "ms": 50 }));
    let mut running = desk.start(APPROVE);
    while desk.people().waiting().len() > 80 {
        assert!(running.child.try_wait().unwrap().is_none(), "it ended too early");
    }
    running.interrupt();
    let told = running.ended().ends(130).json();
    desk.people().post("latency", &json!({ "ms": 0 }));
    let approved = number(&told, "/approved");
    assert_eq!((approved, desk.people().waiting().len() as u64), (approved, 90 - approved));
    assert!(approved < 90, "it was not interrupted");
    assert_eq!((by_ann(&desk) as u64, desk.read("state.journal")), (approved, String::new()));
    assert_eq!(number(&desk.run(APPROVE).well().json(), "/approved"), 90 - approved);
    assert_eq!(by_ann(&desk), 90);
}

#[test]
fn after_a_kill_decisions_are_known_and_the_rest_waits() {
    let desk = submitted();
    desk.people().post("latency", &json!({ "ms": 20 }));
    let mut running = desk.start(APPROVE);
    while desk.people().waiting().len() > 60 {
        assert!(running.child.try_wait().unwrap().is_none(), "it ended too early");
    }
    running.child.kill().unwrap();
    let _ = running.ended();
    desk.people().post("latency", &json!({ "ms": 0 }));
    let left = desk.people().waiting().len();
    // At most what was in flight lacks the name.
    assert!(by_ann(&desk) + 8 >= 90 - left && by_ann(&desk) <= 90 - left, "{} of {}", by_ann(&desk), 90 - left);
    let told = desk.run(APPROVE).well().json();
    assert_eq!(number(&told, "/approved"), left as u64);
    desk.track();
    assert_eq!(outcomes(&desk.status(), "announce"), [("delivered".to_owned(), 90)]);
}

#[test]
fn a_rate_limit_is_waited_for() {
    let desk = submitted();
    desk.people().post("rate", &json!({ "per_second": 200, "everywhere": true, "retry_after": false }));
    assert_eq!(number(&desk.run(APPROVE).well().json(), "/approved"), 90);
}
