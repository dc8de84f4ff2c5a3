//! The tag on a conversation that shows its customer's stage in MultiMail.

use serde_json::{Value, json};

use crate::audience::announced;
use crate::desk::{Desk, PREPARE_DAY};
use crate::human::recipient;

/// Each mail of the conversation with a customer, oldest first, with the stage in its tag.
fn shown(desk: &Desk, customer: &str) -> Vec<(bool, Option<String>)> {
    let Value::Array(mails) = desk.people().record("mails")["mails"].take() else { panic!("there is no list") };
    let outbound = |mail: &Value| mail["direction"] == "outbound";
    let is_theirs = |mail: &Value| if outbound(mail) { recipient(mail) == customer } else { mail["from"] == customer };
    let stage = |mail: &Value| mail["tags"]["mmig-stage"].as_str().map(str::to_owned);
    mails.iter().filter(|mail| is_theirs(mail)).map(|mail| (outbound(mail), stage(mail))).collect()
}

/// A mail of ours, or of the customer, with this tag.
fn tagged(ours: bool, stage: &str) -> (bool, Option<String>) {
    (ours, Some(stage.to_owned()))
}

#[test]
fn the_latest_mail_of_a_conversation_shows_the_customers_stage() {
    let desk = announced();
    let customer = desk.people().tagged("api-v1")[0].clone();
    assert_eq!(shown(&desk, &customer), [tagged(true, "notified")]);
    desk.people().reply(&customer);
    desk.track();
    assert_eq!(shown(&desk, &customer), [tagged(true, "notified"), tagged(false, "acknowledged")]);
    let desk = desk.on(PREPARE_DAY);
    desk.people().post("answer", &json!({ "to": customer }));
    let _ = desk.run(&format!("track --mark started --contact {customer}")).well();
    desk.track();
    let answered = [tagged(true, "notified"), tagged(false, "acknowledged"), tagged(true, "started")];
    assert_eq!(shown(&desk, &customer), answered);
    // A new mail of the campaign begins a new conversation, which shows the stage from its first day.
    let _ = desk.submit("prepare").well();
    desk.people().approve_all();
    desk.track();
    let last = shown(&desk, &customer).pop();
    assert_eq!(last, Some(tagged(true, "started")));
    desk.people().saw_no_violation();
}

#[test]
fn a_stage_that_the_server_says_it_wrote_and_did_not_is_written_by_the_next_run() {
    let desk = announced();
    let customer = desk.people().tagged("api-v1")[0].clone();
    let _ = desk.run(&format!("track --mark started --contact {customer}")).well();
    let lie = |body: &Value| desk.people().post("lie", &json!({ "operation": "email_tags_write", "body": body }));
    lie(&json!({ "ok": true }));
    let _ = desk.run("track").well().says("1 mail not tagged; the next run tries again");
    assert_eq!(shown(&desk, &customer), [tagged(true, "notified")]);
    desk.people().post("lie", &json!({ "operation": "email_tags_write" }));
    let _ = desk.run("track").well().says_nothing_of("not tagged");
    assert_eq!(shown(&desk, &customer), [tagged(true, "started")]);
}

#[test]
fn a_stage_is_written_once() {
    let desk = announced();
    let writes =
        || desk.people().record("requests")["operations"]["email_tags_write"]["total"].as_u64().expect("a number");
    let before = writes();
    assert!(before > 0);
    desk.track();
    assert_eq!(writes(), before);
}
