//! Invalid or shared addresses, and rows that are not contacts: listed, and no one else is lost.

use serde_json::{Value, json};

use crate::desk::{Desk, with_rows};
use crate::hostile::{contact, says_harmless_things};
use crate::said::number;

/// Addresses that cannot be mailed.
const NO_ADDRESSES: [&str; 9] = [
    "",
    "nobody",
    "a@b@c.example",
    "Ann <ann@example.org>",
    "ann@localhost",
    "ann@example.org, bob@example.org",
    "a b@example.org",
    "ann@example.org\nBcc: eve@evil.example",
    "\u{1b}[2J@example.org",
];

#[test]
fn addresses_that_are_none_are_listed_and_everybody_else_is_mailed() {
    let mut rows: Vec<Value> =
        NO_ADDRESSES.iter().enumerate().map(|(n, email)| contact(&format!("bad-{n}"), "Ann", email)).collect();
    rows.push(contact("good", "Ada", "ada@example.org"));
    let desk = Desk::at(with_rows(rows));
    let found = desk.segment();
    let odd = found["odd"].as_array().unwrap();
    let listed = odd.iter().filter(|odd| odd["kind"] == "invalid-address" || odd["kind"] == "unreadable").count();
    assert_eq!(listed, NO_ADDRESSES.len(), "{odd:#?}");
    let _ = desk.run("segment").well().says("cannot be mailed");
    says_harmless_things(&desk, "segment", 0);
    desk.draft_all();
    let told = desk.submit("announce").well().json();
    assert_eq!(number(&told, "/accepted"), 1);
    assert!(number(&told, "/excluded/invalid_address") > 0);
    assert_eq!(desk.people().mailed().into_keys().collect::<Vec<_>>(), ["ada@example.org"]);
    says_harmless_things(&desk, "status", 0);
}

#[test]
fn an_address_two_contacts_share_is_mailed_once_and_listed() {
    let rows = vec![
        contact("a", "Ada", "ada@example.org"),
        contact("b", "Ada L.", " ADA@Example.org"),
        contact("c", "Bob", "bob@example.org"),
    ];
    let desk = Desk::at(with_rows(rows));
    let found = desk.segment();
    assert!(found["odd"].as_array().unwrap().iter().any(|odd| odd["kind"] == "duplicate-address"), "{found:#}");
    desk.draft_all();
    let told = desk.submit("announce").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/excluded/duplicate_address")), (2, 1));
    let again = desk.submit("announce").well().json();
    assert_eq!(number(&again, "/accepted"), 0);
    assert_eq!(desk.people().taken(), 2);
}

#[test]
fn rows_that_are_not_contacts_do_not_affect_the_rest_of_their_page() {
    let odd = [
        json!("text"),
        json!(42),
        json!(null),
        json!([]),
        json!({}),
        json!({ "email": 7 }),
        json!({ "id": "x", "email": "x@example.org", "tags": "api-v1,rest" }),
        json!({ "id": "y", "email": "y@example.org", "tags": ["api-v1", 3] }),
    ];
    let mut rows = vec![contact("first", "Ada", "ada@example.org")];
    rows.extend(odd.iter().cloned());
    rows.push(contact("last", "Bob", "bob@example.org"));
    // Optional fields are missing: those who can be mailed are.
    rows.push(json!({ "email": "no-id@example.org", "tags": ["api-v1", "rest"] }));
    rows.push(json!({ "id": "no-tags", "email": "no-tags@example.org" }));
    rows.push(json!({ "id": "no-email", "tags": ["api-v1", "rest"] }));
    let desk = Desk::at(with_rows(rows));
    let found = desk.segment();
    let unreadable = found["odd"].as_array().unwrap().iter().filter(|odd| odd["kind"] == "unreadable").count();
    // The contact without an address is either unreadable or cannot be mailed: it is listed in any case.
    assert!(unreadable >= odd.len(), "{found:#}");
    desk.draft_all();
    let told = desk.submit("announce").well().json();
    assert_eq!(number(&told, "/accepted"), 3, "{told:#}");
    assert_eq!(
        desk.people().mailed().into_keys().collect::<Vec<_>>(),
        ["ada@example.org", "bob@example.org", "no-id@example.org"]
    );
    let again = desk.submit("announce").well().json();
    assert_eq!(number(&again, "/accepted"), 0);
    desk.people().doubled_nobody();
}
