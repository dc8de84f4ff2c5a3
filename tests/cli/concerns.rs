//! With usage by endpoint, each customer reads the changes of the operations they call, and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};

use crate::desk::{Desk, with_rows};
use crate::said::number;

const SEGMENTS: [&str; 3] = ["webhooks", "rest", "graphql"];

/// A change: the operations it names, and the rest of its table.
const CHANGES: [(&[&str], &str); 12] = [
    (&[], ""),
    (&["POST /hooks"], ""),
    (&["GET /v1/items/{id}"], ""),
    (&["GET /v1/items/{id}", "DELETE /v1/items/{id}"], ""),
    (&["GET /v1/items"], "segments = [\"rest\"]"),
    (&["PUT /v1/items/{id}/parts/{part}"], "segments = [\"rest\", \"webhooks\"]"),
    (&["POST /v1/graphql"], "segments = [\"graphql\"]"),
    (&["GET /v1/{kind}/search"], "tags = \"api-v1,vip\""),
    (&["POST /v1/items", "POST /v1/orders"], "tags = \"api-v1,-vip\""),
    (&["GET /v1/nothing"], ""),
    (&["DELETE /hooks/{id}", "POST /hooks"], "segments = [\"webhooks\"]"),
    (&[], "segments = [\"graphql\"]"),
];

/// Endpoints as calls show them, with ids and as templates.
const ENDPOINTS: [(&str, &str); 14] = [
    ("POST", "/hooks"),
    ("DELETE", "/hooks/17"),
    ("GET", "/v1/items"),
    ("GET", "/v1/items/{id}"),
    ("GET", "/v1/items/4711"),
    ("GET", "/v1/items/search"),
    ("GET", "/v1/orders/search"),
    ("DELETE", "/v1/items/9"),
    ("PUT", "/v1/items/9/parts/2"),
    ("PUT", "/v1/items/9/parts"),
    ("POST", "/v1/items"),
    ("POST", "/v1/orders"),
    ("POST", "/v1/graphql"),
    ("GET", "/v2/items"),
];

/// The knowledge about one customer's usage.
#[derive(Clone)]
enum Known {
    Nothing,
    InAll,
    ByEndpoint(Vec<(usize, u32)>),
}

struct Customer {
    email: String,
    tags: Vec<&'static str>,
    known: Known,
}

/// The same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit as u64).unwrap()
    }
}

fn customers() -> Vec<Customer> {
    let mut numbers = Numbers(5);
    let customer = |number: usize| {
        let mut tags = vec!["api-v1", SEGMENTS[numbers.below(3)]];
        tags.extend((numbers.below(4) == 0).then_some("vip"));
        let known = match number % 10 {
            0 => Known::Nothing,
            1 => Known::InAll,
            _ => {
                let endpoints = 1 + numbers.below(6);
                let calls = |_| (numbers.below(ENDPOINTS.len()), [0, 0, 3, 250][numbers.below(4)]);
                Known::ByEndpoint((0..endpoints).map(calls).collect())
            }
        };
        Customer { email: format!("c{number}@customer.example"), tags, known }
    };
    (0..1000).map(customer).collect()
}

fn file_of(customers: &[Customer]) -> String {
    let mut csv = "contact,method,path,old_calls,new_calls,last_seen\n".to_owned();
    for Customer { email, known, .. } in customers {
        match known {
            Known::Nothing => {}
            Known::InAll => writeln!(csv, "{email},,,12,0,2027-01-29").unwrap(),
            Known::ByEndpoint(calls) => {
                for (endpoint, old) in calls {
                    let (method, path) = ENDPOINTS[*endpoint];
                    writeln!(csv, "{email},{method},{path},{old},0,").unwrap();
                }
            }
        }
    }
    csv
}

/// The numbers of the changes that a customer should read, by the simplest possible rule.
fn expected(customer: &Customer) -> BTreeSet<usize> {
    let carries = |tag: &&str| customer.tags.contains(tag);
    let concerns = |rest: &str| match rest.split_once(" = ") {
        None => true,
        Some(("segments", list)) => {
            list.trim_matches(['[', ']']).split(", ").any(|name| carries(&name.trim_matches('"')))
        }
        Some((_, query)) => query.trim_matches('"').split(',').all(|term| match term.strip_prefix('-') {
            Some(tag) => !carries(&tag),
            None => carries(&term),
        }),
    };
    let calls = |operation: &&&str| match &customer.known {
        Known::Nothing | Known::InAll => true,
        Known::ByEndpoint(calls) => {
            let mut called =
                calls.iter().filter(|(_, old)| *old > 0).map(|(endpoint, _)| ENDPOINTS[*endpoint]).peekable();
            let asked = || CHANGES.iter().flat_map(|(operations, _)| *operations);
            // Calls that match no operation at all leave nothing out.
            let fit_none = called.peek().is_some() && !called.clone().any(|call| asked().any(|own| is_of(own, call)));
            fit_none || called.any(|call| is_of(operation, call))
        }
    };
    let met = |(operations, rest): &(&[&str], &str)| {
        concerns(rest) && (operations.is_empty() || operations.iter().any(|operation| calls(&operation)))
    };
    (0..CHANGES.len()).filter(|number| met(&CHANGES[*number])).collect()
}

fn is_of(operation: &str, (method, path): (&str, &str)) -> bool {
    let parts = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (wanted, given) = (parts(operation), parts(&format!("{method} {path}")));
    wanted.len() == given.len() && wanted.iter().zip(&given).all(|(own, other)| own == other || own.starts_with('{'))
}

/// The example campaign with these changes, before a server with these customers.
fn desk(customers: &[Customer]) -> Desk {
    let row = |(number, customer): (usize, &Customer)| json!({ "id": format!("c_{number}"), "email": customer.email, "name": "A", "tags": customer.tags });
    let desk = Desk::at(with_rows(customers.iter().enumerate().map(row).collect()));
    let text = desk.read("campaign.toml");
    let mut text = text[..text.find("[[change]]").unwrap()].to_owned();
    for (number, (operations, rest)) in CHANGES.iter().enumerate() {
        let operations = if operations.is_empty() { String::new() } else { format!("operations = {operations:?}\n") };
        write!(text, "[[change]]\nid = \"c{number}\"\ntitle = \"Number {number}\"\ntext = \"x\"\n{operations}{rest}\n")
            .unwrap();
    }
    desk.write("campaign.toml", &text);
    desk.segment();
    desk
}

/// The numbers of the changes in a mail.
fn read_in(mail: &Value) -> BTreeSet<usize> {
    let body = mail["body"].as_str().unwrap();
    let listed = body.lines().filter_map(|line| line.split_once(". Number "));
    listed.map(|(_, number)| number.parse().unwrap()).collect()
}

#[test]
fn a_thousand_mails_list_the_changes_that_usage_and_campaign_join_to() {
    let customers = customers();
    let desk = desk(&customers);
    desk.write("usage.csv", &file_of(&customers));
    let taken = desk.run("track --usage campaigns/api-v2/usage.csv --json").well().json();
    assert_eq!((number(&taken, "/customers"), number(&taken, "/without_row")), (900, 100));
    let _ = desk.run("draft --phase announce").well();
    assert_eq!(number(&desk.submit("announce").well().json(), "/accepted"), 1000);
    let read: BTreeMap<String, BTreeSet<usize>> =
        desk.people().mails().iter().map(|mail| (crate::human::recipient(mail), read_in(mail))).collect();
    let wanted: BTreeMap<String, BTreeSet<usize>> =
        customers.iter().map(|customer| (customer.email.clone(), expected(customer))).collect();
    assert_eq!(read.len(), 1000);
    let wrong: Vec<_> = wanted.iter().filter(|(email, changes)| read[*email] != **changes).collect();
    assert!(wrong.is_empty(), "{} of 1000, such as {:?}, who read {:?}", wrong.len(), wrong[0], read[wrong[0].0]);
    // Every change is read by some and not by others, except those for no one or everyone.
    let readers = |number: usize| read.values().filter(|changes| changes.contains(&number)).count();
    assert_eq!(readers(0), 1000);
    assert!(
        (1..12).all(|number| (20..900).contains(&readers(number))),
        "{:?}",
        (0..12).map(readers).collect::<Vec<_>>()
    );
}

#[test]
fn only_the_customer_whose_calls_changed_since_the_review_is_held() {
    let call = |endpoint| Known::ByEndpoint(vec![(endpoint, 3)]);
    let customer = |number: usize, known| Customer {
        email: format!("c{number}@customer.example"),
        tags: vec!["api-v1", "rest"],
        known,
    };
    let mut customers = vec![customer(0, call(2)), customer(1, call(3)), customer(2, call(3))];
    let desk = desk(&customers);
    let take = |desk: &Desk, customers: &[Customer]| {
        desk.write("usage.csv", &file_of(customers));
        let _ = desk.run("track --usage campaigns/api-v2/usage.csv").well();
    };
    take(&desk, &customers);
    let _ = desk.run("draft --phase announce").well();
    // One calls what another's draft covers: that text is reviewed. One calls something no draft
    // covers.
    (customers[1].known, customers[2].known) = (call(2), call(10));
    take(&desk, &customers);
    let told = desk.submit("announce").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/excluded/not_reviewed")), (2, 1));
    assert_eq!(told["held"], json!(["c2@customer.example"]));
    let _ = desk.run("draft --phase announce").well();
    assert_eq!(number(&desk.submit("announce").well().json(), "/accepted"), 1);
    assert!(customers.iter().all(|one| read_in(&desk.people().mails_to(&one.email)[0]) == expected(one)));
}

#[test]
fn a_mail_tells_the_numbers_of_its_own_reader_and_holds_those_whose_are_not_known() {
    let customer = |number: usize, known| Customer {
        email: format!("c{number}@customer.example"),
        tags: vec!["api-v1", "rest"],
        known,
    };
    let customers = [customer(0, Known::InAll), customer(1, Known::Nothing)];
    let desk = desk(&customers);
    let text = "+++\nsubject = \"x\"\n+++\n{{ usage.old_calls }} old, {{ usage.new_calls }} new, last {{ usage.last_seen }}.\n";
    desk.write("templates/announce.md", text);
    desk.write("usage.csv", &file_of(&customers));
    let _ = desk.run("track --usage campaigns/api-v2/usage.csv").well();
    let _ = desk.run("draft --phase announce").well();
    let _ = desk.run("draft --phase announce --contact c1@customer.example").ends(8).says("mmig track --usage FILE");
    let told = desk.submit("announce").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/excluded/no_usage")), (1, 1));
    let mails = desk.people().mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["body"], "12 old, 0 new, last 2027-01-29.\n");
    // A repetition states the original numbers, whatever they are now.
    desk.write("usage.csv", "contact,old_calls,new_calls\nc0@customer.example,99,1\n");
    let _ = desk.run("track --usage campaigns/api-v2/usage.csv").well();
    let _ = desk.run("status --contact c0@customer.example --evidence").well().says("12 old, 0 new");
}
