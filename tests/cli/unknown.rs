//! What cannot be known is held and listed, and only a person releases it, by name.

use mmig::sandbox::{Contract, Options};
use serde_json::{Value, json};

use crate::desk::{Desk, with_contacts};
use crate::said::{number, outcomes};

/// A server without keys accepted some mails whose receipts were lost; the addresses of those
/// customers.
fn held() -> (Desk, Vec<String>) {
    let desk = Desk::drafted(Options { contract: Contract::Simple, ..with_contacts(50) });
    desk.people().post("faults", &json!({ "seed": 7, "cut_after": 0.1 }));
    let told = desk.submit("announce").ends(1).json();
    desk.people().post("faults", &json!({}));
    let held = told["unknowns"].as_array().unwrap().iter().map(|line| line["contact"].as_str().unwrap().to_owned());
    let held: Vec<String> = held.collect();
    assert!(held.len() > 1, "{told:#}");
    (desk, held)
}

fn attention(desk: &Desk, customer: &str) -> Vec<Value> {
    let list = desk.status()["attention"].as_array().unwrap().clone();
    list.into_iter().filter(|line| line["contact"] == customer).collect()
}

#[test]
fn status_names_each_who_is_held_and_the_command_that_frees_them() {
    let (desk, held) = held();
    for customer in &held {
        let [line] = attention(&desk, customer).try_into().expect("one line a customer");
        assert_eq!(line["kind"], "unknown");
        let command = format!("mmig submit --phase announce --resend-unknown --contact {customer}");
        assert!(line["message"].as_str().unwrap().contains(&command), "{line}");
    }
}

#[test]
fn an_unknown_mail_is_sent_again_only_to_those_named_and_only_on_a_yes() {
    let (desk, held) = held();
    let before = desk.people().taken();
    let command = format!("submit --phase announce --resend-unknown --contact {}", held[0]);
    let _ = desk.run("submit --phase announce --resend-unknown --yes").ends(2).says("--contact");
    let _ = desk.run(&command).ends(2).says("a second time").says("add --yes");
    let _ = desk.run(&format!("{command} --dry-run")).well().says("1 to send").says("a second time");
    assert_eq!(desk.people().taken(), before);

    let told = desk.run(&format!("{command} --yes --json")).well().json();
    assert_eq!((number(&told, "/planned"), number(&told, "/accepted")), (1, 1));
    assert_eq!(desk.people().mailed()[&held[0]], 2, "the first one had arrived, which no one could know");
    assert_eq!(desk.people().taken(), before + 1);
    assert!(attention(&desk, &held[0]).is_empty() && !attention(&desk, &held[1]).is_empty());

    // The unknown mail stays on record, and the customer is counted once.
    let history = desk.run(&format!("status --contact {} --json", held[0])).well().json();
    let what: Vec<_> = history["history"].as_array().unwrap().iter().map(|event| event["what"].clone()).collect();
    assert!(what.contains(&json!("unknown")) && what.contains(&json!("submitted")), "{history:#}");
    assert_eq!(outcomes(&desk.status(), "announce").iter().map(|(_, count)| count).sum::<u64>(), 45);
}

#[test]
fn who_is_not_held_is_not_sent_anything_again() {
    let (desk, held) = held();
    let before = desk.people().taken();
    let has_it = desk.people().tagged("api-v1").into_iter().find(|customer| !held.contains(customer)).unwrap();
    for (contacts, code) in [(has_it.as_str(), 2), ("nobody@nowhere.example", 3)] {
        let command = format!("submit --phase announce --resend-unknown --contact {} --contact {contacts}", held[0]);
        let _ = desk.run(&format!("{command} --yes")).ends(code).says(contacts);
    }
    assert_eq!(desk.people().taken(), before);
}

#[cfg(unix)]
#[test]
fn a_mail_sent_again_has_a_key_of_its_own_unless_the_first_turns_up() {
    let desk = crate::settled::killed();
    let [first, second] = [0, 1].map(|place| desk.people().mails()[place].clone());
    for mail in [&first, &second] {
        desk.people().post("tamper", &json!({ "id": mail["id"], "subject": "Please read" }));
    }
    let desk = desk.on(crate::settled::NEXT_DAY);
    let told = desk.submit("announce").ends(1).json();
    assert_eq!(number(&told, "/unknown"), 2);
    // A reviewer undid one change, so that this mail can be recognised again.
    desk.people().post("tamper", &json!({ "id": first["id"], "subject": first["subject"] }));
    let named = |mail: &Value| format!("--contact {}", mail["to"][0].as_str().unwrap());
    let again = format!("submit --phase announce --resend-unknown {} {} --yes --json", named(&first), named(&second));
    let told = desk.run(&again).well().json();
    assert_eq!((number(&told, "/planned"), number(&told, "/accepted")), (2, 2));
    assert_eq!(desk.people().mails_to(first["to"][0].as_str().unwrap()).len(), 1);
    let both = desk.people().mails_to(second["to"][0].as_str().unwrap());
    assert_eq!(both.len(), 2);
    assert_ne!(both[0]["idempotency_key"], both[1]["idempotency_key"]);
}
