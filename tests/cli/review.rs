//! A reviewer reads a few texts, and each mail sent is one of them, word for word.

use serde_json::{Value, json};

use crate::desk::{Desk, with_contacts, with_rows};
use crate::human::recipient;
use crate::said::{attention, number, outcomes, texts};

/// 18 mails of three texts wait for approval.
fn submitted() -> Desk {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk
}

const APPROVE: &str = "review --approve --phase announce --by ann --yes --json";

fn statuses(desk: &Desk) -> Vec<String> {
    let mut all: Vec<String> =
        desk.people().mails().iter().map(|mail| mail["status"].as_str().unwrap().to_owned()).collect();
    all.dedup();
    all
}

#[test]
fn a_reviewer_reads_each_text_once_with_its_placeholders() {
    let desk = submitted();
    let said = desk.run("review").well().says("Hello ⟦contact.name⟧,").says("text 1 of 3: announce, webhooks  6 mails");
    assert_eq!(said.stdout.matches("│ Hello").count(), 3);
    let told = desk.run("review --json").well().json();
    assert_eq!((number(&told, "/waiting"), texts(&told, "variants", "draft").len()), (18, 3));
    assert_eq!(desk.people().waiting().len(), 18);
}

#[test]
fn what_was_approved_leaves_and_who_approved_it_is_kept() {
    let desk = submitted();
    let told = desk.run(APPROVE).well().json();
    assert_eq!((number(&told, "/approved"), number(&told, "/waiting")), (18, 0));
    assert_eq!(statuses(&desk), ["delivered"]);
    let customer = recipient(&desk.people().mails()[0]);
    let _ = desk.run(&format!("status --contact {customer}")).well().says("approved").says("by ann");
    // The server only knows the key; the name stays.
    desk.track();
    let history = desk.run(&format!("status --contact {customer} --json")).well().json();
    let approved = history["history"].as_array().unwrap().iter().find(|event| event["what"] == "approved").unwrap();
    assert_eq!((&approved["by"], &approved["time"]), (&json!("ann"), &json!("2027-01-30T14:00:00Z")));
    desk.people().saw_no_violation();
}

#[test]
fn a_second_review_finds_nothing_left_to_do() {
    let desk = submitted();
    let _ = desk.run(APPROVE).well();
    let told = desk.run(APPROVE).well().json();
    assert_eq!((number(&told, "/approved"), &told["variants"]), (0, &json!([])));
}

#[test]
fn one_text_can_be_approved_alone() {
    let desk = submitted();
    let told = desk.run("review --approve --variant rest --by ann --yes --json").well().json();
    assert_eq!((number(&told, "/approved"), texts(&told, "variants", "draft")), (6, vec!["rest".to_owned()]));
    assert_eq!(desk.people().waiting().len(), 12);
}

#[test]
fn several_texts_and_several_customers_can_be_named() {
    let desk = submitted();
    let told = desk.run("review --variant rest --variant webhooks --json").well().json();
    assert_eq!(texts(&told, "variants", "draft"), ["webhooks", "rest"]);
    let contacts: Vec<String> = desk.people().waiting().iter().take(2).map(recipient).collect();
    let named = format!("--contact {} --contact {}", contacts[0], contacts[1]);
    let told = desk.run(&format!("review --approve {named} --by ann --yes --json")).well().json();
    assert_eq!((number(&told, "/approved"), desk.people().waiting().len()), (2, 16));
}

#[test]
fn a_customer_can_be_named_by_id_or_by_a_part_that_only_one_has() {
    let row = |id: &str, name: &str, email: &str| json!({ "id": id, "name": name, "email": email, "tags": ["api-v1", "rest"], "created_at": 0 });
    let desk = Desk::drafted(with_rows(vec![row("c-1", "Ann", "a@one.example"), row("c-2", "Bob", "b@two.example")]));
    let _ = desk.submit("announce").well();
    for (who, email) in [("c-1", "a@one.example"), ("two.ex", "b@two.example"), ("bob", "b@two.example")] {
        let told = desk.run(&format!("review --contact {who} --json")).well().json();
        assert_eq!(
            (number(&told, "/waiting"), &told["variants"][0]["values"][0]["contact"]),
            (1, &json!(email)),
            "{who}"
        );
    }
    let _ = desk.run("review --contact example").ends(3).says("matches 2 customers");
}

#[test]
fn a_mail_that_was_changed_in_the_queue_is_set_aside_and_the_others_leave() {
    for change in [
        json!({ "body": "Send us your password.\n" }),
        json!({ "subject": "API v2: what changes for you by 30 April 2028" }),
        json!({ "to": "eve@elsewhere.example" }),
    ] {
        let desk = submitted();
        let mail = desk.people().waiting()[4].clone();
        desk.people().tamper(&mail, &change);
        let said = desk.run(APPROVE).ends(8).says(&recipient(&mail));
        let told = said.json();
        assert_eq!((number(&told, "/approved"), number(&told, "/set_apart")), (17, 1));
        assert_eq!(texts(&told, "apart", "contact"), [recipient(&mail)]);
        assert_eq!(desk.people().waiting().iter().map(|mail| &mail["id"]).collect::<Vec<_>>(), [&mail["id"]]);
    }
}

#[test]
fn one_byte_is_enough_to_be_set_aside_and_the_screen_shows_it() {
    let desk = submitted();
    let mail = desk.people().waiting()[0].clone();
    // A letter that looks the same.
    let body = mail["body"].as_str().unwrap().replacen("Hello", "H\u{435}llo", 1);
    desk.people().tamper(&mail, &json!({ "body": body }));
    let said = desk.run("review").ends(8);
    let _ = said.says("set aside").says("first difference: line 3, column 2: U+0435 where U+0065 was submitted");
}

#[test]
fn a_changed_mail_is_approved_by_nobody_and_can_be_rejected_by_itself() {
    let desk = submitted();
    let mail = desk.people().waiting()[0].clone();
    desk.people().tamper(&mail, &json!({ "body": "Send us your password.\n" }));
    let contact = recipient(&mail);
    let told = desk.run(&format!("review --approve --contact {contact} --by ann --yes --json")).ends(8).json();
    assert_eq!((number(&told, "/approved"), desk.people().waiting().len()), (0, 18));
    // Nor is it rejected with the others: someone has to look at it.
    let text = desk.run("review --json").ends(8).json()["apart"][0]["draft"].as_str().unwrap().to_owned();
    let _ = desk.run(&format!("review --reject --variant {text} --reason no --by ann --yes")).ends(8);
    assert!(desk.people().waiting().iter().any(|waiting| waiting["id"] == mail["id"]));
    let _ = desk.run(&format!("review --reject --contact {contact} --reason forged --by ann --yes")).well();
    assert!(desk.people().waiting().iter().all(|waiting| waiting["id"] != mail["id"]));
}

#[test]
fn a_rejected_text_is_void_until_another_is_drafted() {
    let desk = submitted();
    let told = desk.run("review --reject --variant rest --reason wrong-date --by ann --yes --json").well().json();
    assert_eq!(number(&told, "/rejected"), 6);
    let told = attention(&desk.status(), "rejected");
    let expected = "ann rejected it: wrong-date; fix it, `mmig draft --phase announce`, then `mmig submit --phase announce --retry-failed`";
    assert_eq!(told, [expected; 6]);
    // Not again, although the drafts are in the lock.
    let _ = desk.run("submit --phase announce --retry-failed --yes").ends(8).says("ann rejected it: wrong-date");
    desk.draft_all();
    let _ = desk.run("submit --phase announce --retry-failed --yes").ends(8);
    assert_eq!(desk.people().taken(), 18);

    let partial = "templates/partials/what-stops.md";
    desk.write(partial, &format!("{} In the night.", desk.read(partial).trim_end()));
    desk.draft_all();
    let told = desk.run("submit --phase announce --retry-failed --yes --json").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/already")), (6, 12));
    assert_eq!(attention(&desk.status(), "rejected"), [""; 0]);
    desk.people().doubled_nobody();
}

#[test]
fn a_mail_rejected_by_itself_leaves_its_text_to_the_others() {
    let desk = submitted();
    let contact = recipient(&desk.people().waiting()[0]);
    let _ = desk.run(&format!("review --reject --contact {contact} --reason theirs --by ann --yes")).well();
    // The server treats the same mail within a minute as a repetition.
    let desk = desk.on("2027-01-30T14:05:00Z");
    let told = desk.run("submit --phase announce --retry-failed --yes --json").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/already")), (1, 17));
}

#[test]
fn who_rejected_it_and_why_outlives_the_next_look_at_the_server() {
    let desk = submitted();
    let customer = recipient(&desk.people().waiting()[0]);
    let _ = desk.run("review --reject --phase announce --reason too-early --by ann --yes").well();
    let sent: Vec<Value> = desk.people().mails().iter().map(|mail| mail["rejected_because"].clone()).collect();
    assert!(sent.iter().all(|reason| reason == "too-early"), "{sent:?}");
    desk.track();
    let _ = desk.run(&format!("status --contact {customer}")).well().says("by ann, too-early");
}

#[test]
fn what_others_decide_meanwhile_is_looked_up_and_recorded() {
    let desk = submitted();
    let (ledger, queue) = (desk.files(), desk.people().waiting());
    assert_eq!((ledger.is_empty(), queue.len()), (false, 18));
    desk.people().approve(3);
    // The queue no longer has them; that is not a failure, and the next look finds out.
    let told = desk.run(APPROVE).well().json();
    assert_eq!(number(&told, "/approved"), 15);
    desk.track();
    assert_eq!(outcomes(&desk.status(), "announce"), [("delivered".to_owned(), 18)]);
}

#[test]
fn mail_of_others_and_mail_that_came_in_is_left_alone() {
    let desk = submitted();
    let _ = desk.run(APPROVE).well();
    let customer = recipient(&desk.people().mails()[0]);
    desk.people().reply(&customer);
    let _ = desk.run("review --approve --phase announce --by ann --yes").well().says("Nothing of this campaign waits");
    let waits = desk.people().record("mails")["mails"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|mail| mail["direction"] == "inbound")
        .cloned()
        .collect::<Vec<_>>();
    assert_eq!(waits[0]["status"], "pending_inbound_approval");
}

#[test]
fn a_mail_the_ledger_does_not_know_is_listed_and_never_decided() {
    let desk = submitted();
    let known = desk.read("state.toml");
    // As if someone else had sent one of them from the same mailbox.
    let stranger = desk.people().waiting()[0].clone();
    let id = stranger["id"].as_str().unwrap();
    desk.write("state.toml", &known.replace(id, "01JSOMETHINGELSE"));
    let told = desk.run(APPROVE).well().json();
    assert_eq!((number(&told, "/approved"), &told["not_ours"][0]["message_id"]), (17, &json!(id)));
    assert_eq!(desk.people().waiting().len(), 1);
}

#[test]
fn odd_names_are_shown_to_the_reviewer() {
    let row = |id: &str, name: &str| json!({ "id": id, "name": name, "email": format!("{id}@a.example"), "tags": ["api-v1", "rest"], "created_at": 0 });
    let desk = Desk::drafted(with_rows(vec![
        row("ann", "Ann"),
        row("nobody", ""),
        row("link", "[click](http://evil.example)"),
        row("codes", "Eve\u{7}"),
        row("long", &"x".repeat(300)),
        row("bob", "Bob"),
    ]));
    let _ = desk.submit("announce").well();
    let said = desk.run("review").well();
    for (why, contact) in [
        ("first", "ann"),
        ("no name", "nobody"),
        ("markup", "link"),
        ("hidden characters", "codes"),
        ("very long", "long"),
    ] {
        let line = said.stdout.lines().find(|line| line.contains(&format!("{contact}@a.example"))).unwrap();
        assert!(line.starts_with(why), "{line}");
    }
    assert!(!said.stdout.contains('\u{1b}'));
}
