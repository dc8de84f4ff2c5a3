//! A server that reports success and did nothing, and what a later look shows.

use serde_json::{Value, json};

use crate::desk::{Desk, with_contacts};
use crate::said::{number, outcomes};

/// Four days before the first phase: its mails wait for their date.
const EARLY: &str = "2027-01-26T09:00:00Z";

impl Desk {
    /// From now on `operation` returns this reply, and does nothing.
    fn lies(&self, operation: &str, body: &Value) {
        self.people().post("lie", &json!({ "operation": operation, "body": body }));
    }

    fn is_honest_about(&self, operation: &str) {
        self.people().post("lie", &json!({ "operation": operation }));
    }

    #[track_caller]
    fn kinds(&self) -> Vec<String> {
        let status = self.status();
        let kinds = status["attention"].as_array().expect("a list").iter();
        kinds.map(|item| item["kind"].as_str().expect("a word").to_owned()).collect()
    }
}

fn submitted() -> Desk {
    let desk = Desk::drafted(with_contacts(4)).on(EARLY);
    let _ = desk.submit("announce").well();
    desk
}

#[test]
fn a_cancel_that_is_answered_with_another_status_is_not_done() {
    let desk = submitted();
    desk.lies("cancel", &json!({ "id": "x", "status": "scheduled" }));
    let said = desk.run("cancel --phase announce --yes --json").ends(1).json();
    assert_eq!((&said["cancelled"], number(&said, "/failed")), (&json!(0), desk.people().taken()));
    desk.is_honest_about("cancel");
    let _ = desk.run("cancel --phase announce --yes").well();
    assert_eq!(outcomes(&desk.status(), "announce").iter().filter(|(name, _)| name == "cancelled").count(), 1);
}

#[test]
fn mails_that_were_called_cancelled_and_still_wait_are_found_and_named() {
    let desk = submitted();
    desk.lies("cancel", &json!({ "id": "x", "status": "cancelled" }));
    let _ = desk.run("cancel --phase announce --yes").well();
    desk.track();
    assert!(
        desk.kinds().iter().all(|kind| kind == "too-late-to-withdraw") && !desk.kinds().is_empty(),
        "{:?}",
        desk.kinds()
    );
    assert_eq!(outcomes(&desk.status(), "announce").len(), 1);
    desk.people().approve_all();
    let desk = desk.on("2027-01-30T14:00:00Z");
    desk.track();
    assert!(desk.kinds().contains(&"too-late-to-withdraw".to_owned()), "{:?}", desk.kinds());
}

#[test]
fn a_mail_that_was_only_called_cancelled_is_not_sent_a_second_time() {
    let desk = submitted();
    let taken = desk.people().taken();
    desk.lies("cancel", &json!({ "id": "x", "status": "cancelled" }));
    let _ = desk.run("cancel --phase announce --yes").well();
    desk.is_honest_about("cancel");
    let desk = desk.on("2027-01-26T10:00:00Z");
    let _ = desk.run("submit --phase announce --retry-failed --yes").well();
    assert_eq!(desk.people().taken(), taken);
}

#[test]
fn a_rejection_that_was_only_said_is_found_out() {
    let desk = submitted();
    desk.lies("decide", &json!({ "status": "rejected" }));
    let _ = desk.run("review --phase announce --reject --reason no --yes --by Rita").well();
    desk.is_honest_about("decide");
    desk.people().approve_all();
    let desk = desk.on("2027-01-30T14:00:00Z");
    desk.track();
    let delivered = outcomes(&desk.status(), "announce");
    assert!(delivered.len() == 1 && delivered[0].0 == "delivered", "{delivered:?}");
    assert!(desk.kinds().contains(&"too-late-to-withdraw".to_owned()), "{:?}", desk.kinds());
}

#[test]
fn a_decision_that_is_contradicted_is_not_shown_as_made() {
    for (decision, answer) in [
        ("--approve", json!({ "ok": false, "error": "not allowed" })),
        ("--reject --reason no", json!({ "status": "pending_send_approval" })),
    ] {
        let desk = submitted();
        desk.lies("decide", &answer);
        let _ =
            desk.run(&format!("review --phase announce {decision} --yes --by Rita")).ends(1).says("the server did not");
        assert_eq!(outcomes(&desk.status(), "announce")[0].0, "pending_approval");
    }
}

#[test]
fn an_approval_that_was_only_said_is_found_out() {
    let desk = submitted();
    desk.lies("decide", &json!({ "status": "approved" }));
    let _ = desk.run("review --phase announce --approve --yes --by Rita").well();
    desk.track();
    assert!(desk.kinds().contains(&"not-approved".to_owned()), "{:?}", desk.kinds());
}

#[test]
fn unreadable_rows_and_incomplete_lists_do_not_prove_that_anyone_left() {
    let desk = submitted();
    let taken = desk.people().taken();
    let all = desk.people().record("contacts")["contacts"].as_array().expect("a list").clone();
    let half: Vec<Value> = all.iter().take(2).cloned().collect();
    let mut spoilt = all.clone();
    spoilt.iter_mut().skip(1).for_each(|row| row["tags"] = "api-v1,rest".into());
    for answer in [
        json!({ "contacts": half, "has_more": true }),
        json!({ "contacts": half, "meta": { "total": all.len() } }),
        json!({ "contacts": half, "links": { "next": { "href": "/v1/contacts?page=2" } } }),
        json!({ "contacts": spoilt }),
    ] {
        desk.lies("contacts", &answer);
        let told = desk.track();
        assert_eq!(told["withdrawn"], json!([]), "{told}");
        assert!(told["odd"].as_array().unwrap().iter().any(|odd| odd["kind"] == "unreadable"), "{told}");
        assert_eq!(outcomes(&desk.status(), "announce"), [("pending_approval".to_owned(), taken)]);
    }
}

#[test]
fn a_mailbox_that_is_not_the_senders_is_refused() {
    let desk = submitted();
    let _ = desk.run("track").well();
    let other = desk.people().mailbox("support@example.com");
    let desk = desk.with("MULTIMAIL_MAILBOX_ID", &other);
    for command in ["submit --phase announce --yes", "track", "remind --yes", "review --phase announce"] {
        let _ = desk.run(command).ends(8).says("MULTIMAIL_MAILBOX_ID").says("support@example.com");
    }
}

#[test]
fn a_status_that_nobody_published_is_no_news_and_named_after_a_week() {
    let desk = Desk::drafted(with_contacts(4));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    let quarantined = |mail: &Value| {
        json!({ "id": mail["id"], "to": mail["to"], "subject": mail["subject"], "direction": "outbound", "status": "quarantined",
                "received_at": mail["received_at"], "thread_id": mail["thread_id"] })
    };
    let mails: Vec<Value> = desk.people().mails().iter().map(quarantined).collect();
    desk.lies("emails", &json!({ "emails": mails, "cursor": null }));
    let without_news = |desk: &Desk| desk.kinds().iter().filter(|kind| *kind == "no-news").count();
    desk.track();
    assert_eq!(without_news(&desk), 0);
    let desk = desk.on("2027-02-10T14:00:00Z");
    desk.track();
    assert_eq!(without_news(&desk), mails.len());
    assert_eq!(desk.people().mails().len(), mails.len());
}

#[test]
fn a_list_of_mails_that_says_there_are_more_proves_nothing() {
    let desk = Desk::drafted(with_contacts(4));
    let _ = desk.submit("announce").well();
    for file in ["state.toml", "state.journal"] {
        std::fs::remove_file(desk.path(file)).unwrap();
    }
    desk.lies("emails", &json!({ "emails": [], "cursor": null, "has_more": true }));
    let _ = desk.run("track --rebuild").ends(1).says("could not be read to its end");
    let before = desk.people().mails().len();
    let _ = desk.submit("announce").ends(9).says("could not be read to its end");
    assert_eq!(desk.people().mails().len(), before);
}

#[test]
fn tags_that_were_only_said_to_be_written_are_written_again() {
    let desk = Desk::drafted(with_contacts(4));
    let tagged = || desk.people().mails().iter().filter(|mail| mail["tags"]["mmig-phase"] == "announce").count();
    desk.lies("email_tags_write", &json!({}));
    let said = desk.submit("announce").well();
    assert!(said.stderr.contains("does not carry"), "{}", said.all());
    desk.lies("email_tags_write", &json!({ "tags": {} }));
    let said = desk.run("track").well();
    assert!(said.stderr.contains("does not carry"), "{}", said.all());
    assert_eq!(tagged(), 0);
    desk.is_honest_about("email_tags_write");
    desk.track();
    assert_eq!(tagged(), desk.people().mails().len());
}
