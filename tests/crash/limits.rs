//! An account that may not send to everyone yet, and a server that refuses some mails.

use chrono::TimeDelta;
use mmig::sandbox::{Contacts, Limits, Options};
use serde_json::{Value, json};

use crate::books::{Tally, compare};
use crate::scene::{PHASES, Scene, contract};

/// Ninety of them have the tag.
fn ninety(simple: bool) -> Options {
    Options { contract: contract(simple), contacts: Contacts::Seeded(100), ..Options::default() }
}

fn listed<'a>(json: &'a Value, name: &str) -> &'a [Value] {
    json[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

#[test]
fn a_warm_up_of_40_a_day_takes_40_today_and_the_other_50_when_it_allows_them() {
    for simple in [false, true] {
        let limits = Limits { warmup_per_day: Some(40), ..Limits::default() };
        let scene = Scene::drafted(Options { limits, ..ninety(simple) }, "concurrency = 16");
        let today = scene.submit(PHASES[0]);
        assert_eq!(
            (today.code, &today.json["accepted"], &today.json["remaining"]),
            (7, &json!(40), &json!(50)),
            "{}",
            today.text
        );
        let refused = scene.server.look("requests")["limited"]["warmup"].as_u64().expect("a number");
        assert!((1..=20).contains(&refused), "{refused} requests were refused");
        scene.later(TimeDelta::days(1));
        scene.server.human("warmup", &json!({ "per_day": 50 }));
        let tomorrow = scene.submit(PHASES[0]);
        assert_eq!((tomorrow.code, &tomorrow.json["accepted"]), (0, &json!(50)), "{}", tomorrow.text);
        assert_eq!(compare(&scene, PHASES[0]), Tally { mails: 90, ..Tally::default() });
    }
}

#[test]
fn everyone_the_server_refused_is_in_the_json_with_all_of_its_words() {
    for simple in [false, true] {
        let scene = Scene::drafted(ninety(simple), "concurrency = 1");
        let rows = scene.server.look("contacts");
        let rows = listed(&rows, "contacts").iter().filter(|row| row["tags"][0] == "api-v1");
        // Never many in a row, which would look like an outage.
        let unwanted: Vec<Value> = rows.step_by(4).map(|row| row["email"].clone()).collect();
        scene.server.human("refuse", &json!({ "phrases": unwanted }));
        let said = scene.submit(PHASES[0]);
        assert_eq!(
            (said.code, &said.json["accepted"], &said.json["failed"]),
            (1, &json!(67), &json!(23)),
            "{}",
            said.text
        );
        let failures = listed(&said.json, "failures");
        assert_eq!(failures.len(), unwanted.len());
        for contact in &unwanted {
            let failure = failures.iter().find(|failure| failure["contact"] == *contact).expect("it is listed");
            let words = failure["words"].as_str().expect("words");
            assert!(words.starts_with("content refused:") && words.len() > 200, "{words}");
            assert!(words.ends_with(contact.as_str().expect("an address")), "{words}");
        }
        assert_eq!(scene.submit(PHASES[0]).code, 1, "it is never 0 while someone is left out");
    }
}
