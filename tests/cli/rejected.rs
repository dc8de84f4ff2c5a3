//! A reviewer rejects: the text is corrected, drafted again, and sent to exactly those who never got
//! one.

use serde_json::json;

use crate::desk::{Desk, with_contacts};
use crate::human::recipient;
use crate::said::{number, outcomes};

/// 18 submitted: 8 approved, 10 rejected.
fn rejected() -> (Desk, Vec<String>) {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk.people().approve(8);
    desk.people().reject(10, "the date is wrong");
    desk.track();
    let mut never: Vec<String> =
        desk.people().mails().iter().filter(|mail| mail["status"] == "rejected").map(recipient).collect();
    never.sort();
    (desk, never)
}

#[test]
fn status_shows_who_was_rejected() {
    let (desk, never) = rejected();
    let status = desk.status();
    assert!(outcomes(&status, "announce").contains(&("rejected".to_owned(), 10)));
    let listed = status["attention"].as_array().unwrap().iter().filter(|item| item["kind"] == "rejected").count();
    assert_eq!(listed, 10);
    let told = desk.run(&format!("status --contact {}", never[0])).well();
    let _ = told.says("rejected");
}

#[test]
fn the_next_step_is_the_text_and_not_a_submit_that_is_refused() {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    let _ = desk.run("review --reject --phase announce --reason wrong --by rita --yes").well();
    desk.people()
        .post("contact", &json!({ "add": { "name": "Cy", "email": "cy@c.example", "tags": ["api-v1", "rest"] } }));
    desk.segment();
    let _ = desk.run("status").well().says("next: fix the text that was rejected, then mmig draft --phase announce");
}

#[test]
fn the_rejected_text_is_not_sent_again_by_itself() {
    let (desk, _) = rejected();
    let told = desk.submit("announce").json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/excluded/rejected")), (0, 10));
    assert_eq!(desk.people().taken(), 18);
}

#[test]
fn the_corrected_text_reaches_exactly_those_who_never_got_one() {
    let (desk, never) = rejected();
    desk.write(
        "templates/partials/what-stops.md",
        "{{ vars.old }} ends in the night of that day. Then {{ vars.stops }}.",
    );
    let _ = desk.run("submit --phase announce --retry-failed --yes").ends(8);
    let _ = desk.run("draft --phase announce").well();
    let told = desk.run("submit --phase announce --retry-failed --yes --json").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/already")), (10, 8));
    let corrected =
        desk.people().mails().into_iter().filter(|mail| mail["body"].as_str().unwrap().contains("in the night"));
    let mut reached: Vec<String> = corrected.map(|mail| recipient(&mail)).collect();
    reached.sort();
    assert_eq!(reached, never);
    // And only once.
    let again = desk.run("submit --phase announce --retry-failed --yes --json").well().json();
    assert_eq!(number(&again, "/accepted"), 0);
    desk.people().doubled_nobody();
}
