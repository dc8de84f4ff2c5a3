//! Faults on the way: after a few runs everyone has the mail exactly once, according to the sandbox's own
//! record.

use std::collections::BTreeSet;
use std::thread;

use mmig::sandbox::{Contract, Faults, Options};
use serde_json::json;

use crate::desk::{Desk, with_contacts};
use crate::human::recipient;
use crate::said::{number, outcomes};

/// How many runs a person makes before giving up.
const A_FEW: usize = 6;

/// A third of all sends goes wrong, in every possible way.
fn weather(seed: u64) -> Faults {
    Faults {
        seed,
        error_before: 0.05,
        error_after: 0.05,
        cut_before: 0.05,
        cut_after: 0.05,
        garbage: 0.04,
        html: 0.03,
        truncated: 0.04,
        slow: 0.02,
        slow_ms: 40,
        everywhere: false,
    }
}

/// The ledger's mails match the sandbox's, one by one.
#[track_caller]
fn the_ledger_agrees(desk: &Desk) {
    let ledger = desk.ledger();
    let ours: BTreeSet<(String, String)> = ledger
        .recipients()
        .iter()
        .flat_map(|own| {
            own.mails.iter().filter_map(|mail| Some((own.email.to_string(), mail.accepted()?.id.to_string())))
        })
        .collect();
    let theirs: BTreeSet<(String, String)> =
        desk.people().mails().iter().map(|mail| (recipient(mail), mail["id"].as_str().unwrap().to_owned())).collect();
    assert_eq!(ours, theirs);
}

fn everybody_has_it_once(faults: Faults) {
    let desk = Desk::drafted(with_contacts(100));
    desk.edit("campaign.toml", "concurrency = 8", "concurrency = 45");
    desk.people().post("faults", &serde_json::to_value(faults).unwrap());
    let runs = (0..A_FEW).position(|_| {
        let said = desk.submit("announce");
        let _ = said.json();
        said.code == 0
    });
    assert!(runs.is_some(), "not done after {A_FEW} runs: {:#}", desk.status());
    let struck = desk.people().record("requests")["operations"]["send"]["endings"].clone();
    assert!(struck.as_object().unwrap().len() > 1, "nothing went wrong: {struck}");
    assert_eq!(desk.people().taken(), 90);
    desk.people().doubled_nobody();
    the_ledger_agrees(&desk);
}

#[test]
fn everybody_has_the_mail_exactly_once_whatever_goes_wrong() {
    let all = [
        weather(1),
        Faults { everywhere: true, ..weather(2) },
        Faults { seed: 3, cut_after: 0.3, ..Faults::default() },
        Faults { seed: 4, garbage: 0.15, truncated: 0.15, html: 0.1, ..Faults::default() },
    ];
    // In parallel: most of the time is spent waiting before retries.
    thread::scope(|scope| {
        for faults in all {
            scope.spawn(|| everybody_has_it_once(faults));
        }
    });
}

#[test]
fn without_keys_a_lost_reply_is_held_and_listed_and_nobody_is_mailed_twice() {
    let options = Options { contract: Contract::Simple, ..with_contacts(100) };
    let desk = Desk::drafted(options);
    desk.people().post("faults", &json!({ "seed": 5, "cut_after": 0.1, "error_before": 0.1, "garbage": 0.05 }));
    let said = desk.submit("announce").ends(1);
    let told = said.json();
    let unknown = number(&told, "/unknown");
    assert!(unknown > 0 && told["unknowns"].as_array().unwrap().len() as u64 == unknown, "{told:#}");
    desk.people().post("faults", &json!({}));
    let again = desk.submit("announce");
    let _ = again.json();
    assert_ne!(again.code, 0, "some customer is still unknown");
    desk.people().doubled_nobody();
    assert!(desk.people().mailed().values().all(|count| *count == 1));
    let status = desk.status();
    let counts = outcomes(&status, "announce");
    let sum: u64 = counts.iter().map(|(_, count)| count).sum();
    assert_eq!(sum, 90);
    assert!(counts.iter().all(|(outcome, _)| outcome == "submitted" || outcome == "unknown"), "{counts:?}");
    let listed = status["attention"].as_array().unwrap().iter().filter(|item| item["kind"] == "unknown").count();
    assert!(listed > 0 && counts.contains(&("unknown".to_owned(), listed as u64)), "{counts:?}");
    // Customers unknown to the sandbox are included: no one is dropped silently.
    let mailed = desk.people().mailed().len() as u64;
    assert!(mailed + listed as u64 >= 90);
}

#[test]
fn a_refused_recipient_fails_alone_and_the_servers_words_are_kept_whole() {
    let desk = Desk::drafted(with_contacts(20));
    let customer = desk.people().tagged("api-v1")[4].clone();
    desk.people().post("refuse", &json!({ "phrases": [customer] }));
    let said = desk.submit("announce").ends(1);
    let told = said.json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/failed")), (17, 1));
    let failure = &told["failures"][0];
    assert_eq!(failure["contact"], customer.as_str());
    assert!(failure["words"].as_str().unwrap().contains(&format!("Matched: {customer}")), "{failure}");
    let _ = desk.run("status").well().says("failed").says(&customer).says("Matched:");
    // It is not retried automatically, but on request, and then it arrives.
    desk.people().post("refuse", &json!({ "phrases": [] }));
    let _ = desk.submit("announce").ends(1);
    assert_eq!(desk.people().taken(), 17);
    let retried = desk.run("submit --phase announce --retry-failed --yes --json").well().json();
    assert_eq!(number(&retried, "/accepted"), 1);
    desk.people().doubled_nobody();
}

#[test]
fn when_everybody_is_refused_it_stops_early() {
    let desk = Desk::drafted(with_contacts(100));
    desk.people().post("refuse", &json!({ "phrases": ["API v2"] }));
    let told = desk.submit("announce").ends(1).json();
    assert!(number(&told, "/remaining") > 50, "{}", told["remaining"]);
    assert_eq!(desk.people().taken(), 0);
}
