//! Six hundred mails in six texts, more than one page of the queue: six are read, one that was tampered with is set
//! aside, all others are sent.

use serde_json::{Value, json};

use crate::desk::{Desk, with_rows};
use crate::human::recipient;
use crate::said::{number, texts};

const CUSTOMERS: usize = 600;

/// Customers of three segments, every other one with its own host.
fn customers() -> Vec<Value> {
    let row = |number: usize| {
        let mut tags = vec!["api-v1", ["webhooks", "rest", "graphql"][number % 3]];
        tags.extend(number.is_multiple_of(2).then_some("own-host"));
        let (id, email) = (format!("c{number}"), format!("c{number}@customer.example"));
        json!({ "id": id, "name": format!("Customer {number}"), "email": email, "tags": tags, "created_at": 0 })
    };
    (0..CUSTOMERS).map(row).collect()
}

const CHANGE: &str = "\n[[change]]\nid = \"own-host\"\ntitle = \"Your own host moves\"\ntext = \"Its name gets a v2.\"\ntags = \"own-host\"\n";

#[test]
fn six_texts_are_read_and_all_but_the_changed_mail_leave() {
    let desk = Desk::at(with_rows(customers()));
    desk.write("campaign.toml", &(desk.read("campaign.toml") + CHANGE));
    desk.edit("campaign.toml", "concurrency = 8", "concurrency = 64");
    desk.segment();
    let _ = desk.run("draft --phase announce").well();
    assert_eq!(number(&desk.submit("announce").well().json(), "/accepted"), CUSTOMERS as u64);

    let mail = desk.people().waiting()[234].clone();
    desk.people().tamper(&mail, &json!({ "body": mail["body"].as_str().unwrap().replacen('2', "3", 1) }));
    let said = desk.run("review").ends(8).says(&recipient(&mail));
    assert_eq!((said.stdout.matches("│ Subject: ").count(), said.stdout.matches("│ Hello ").count()), (6, 6));

    let told = desk.run("review --approve --phase announce --by ann --yes --json").ends(8).json();
    assert_eq!((texts(&told, "variants", "draft").len(), number(&told, "/approved")), (6, CUSTOMERS as u64 - 1));
    assert_eq!(texts(&told, "apart", "contact"), [recipient(&mail)]);
    assert!(told["error"]["message"].as_str().unwrap().contains(&recipient(&mail)), "{}", told["error"]);
    assert_eq!(desk.people().waiting().iter().map(|mail| &mail["id"]).collect::<Vec<_>>(), [&mail["id"]]);
    desk.people().saw_no_violation();
}
