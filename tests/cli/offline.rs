//! What needs no key and no network: reading, checking, drafting.

use serde_json::{Value, json};

use crate::desk::{ANNOUNCE_DAY, Desk, WINDOW_DAY, with_contacts};
use crate::human::recipient;
use crate::said::number;

/// A running campaign, whose server and keys are gone.
fn cut_off() -> (Desk, String) {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.track();
    let customer = recipient(&desk.people().mails()[0]);
    let mut alone = desk.copy();
    for name in ["API_URL", "API_KEY", "OVERSIGHT_KEY", "ADMIN_KEY", "MAILBOX_ID"] {
        alone = alone.without(&format!("MULTIMAIL_{name}"));
    }
    (alone, customer)
}

fn keys(of: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = of.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn looking_checking_and_drafting_need_neither_key_nor_network() {
    let (desk, customer) = cut_off();
    let _ = desk.run("status").well().says("announce");
    let _ = desk.run("status --behind").well().says(&customer);
    let _ = desk.run("check").well().says("in order");
    let _ = desk.run("draft --all").well();
    let _ = desk.run(&format!("draft --contact {customer} --phase final")).well().says("final notice");
    let _ = desk.run(&format!("track --mark started --contact {customer}")).well();
}

#[test]
fn status_writes_nothing() {
    let (desk, customer) = cut_off();
    let before = desk.files();
    let _ = desk.run("status").well();
    let _ = desk.run(&format!("status --contact {customer}")).well();
    let _ = desk.run("check").well();
    assert!(desk.files() == before);
}

#[test]
fn a_customers_history_tells_what_was_said_and_when() {
    let (desk, customer) = cut_off();
    let told = desk.run(&format!("status --contact {customer} --json")).well().json();
    assert_eq!(told["stage"], "notified");
    let history = told["history"].as_array().expect("a list");
    let submitted = history.iter().find(|event| event["what"] == "submitted").expect("it was submitted");
    assert_eq!(submitted["phase"], "announce");
    assert!(submitted["time"].as_str().unwrap().starts_with("2027-01-30T14:0"), "{submitted}");
    assert!(submitted["message_id"].as_str().is_some_and(|id| !id.is_empty()), "{submitted}");
    let variants = desk.read("drafts/announce/lock.toml");
    assert!(variants.contains(submitted["digest"].as_str().unwrap()), "{submitted}");
    assert!(history.iter().any(|event| event["what"] == "delivered"));
    let times: Vec<&str> = history.iter().map(|event| event["time"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");

    let screen = desk.run(&format!("status --contact {customer}")).well();
    let _ = screen.says("announce").says("delivered").says(submitted["message_id"].as_str().unwrap());
}

#[test]
fn without_a_terminal_there_is_nothing_to_watch_on() {
    let desk = Desk::offline();
    let said = desk.run("status --watch").ends(2).says("needs a terminal");
    assert_eq!(said.stdout, "");
    assert_eq!(desk.run("status --watch --json").ends(2).json()["error"]["kind"], "usage");
    let _ = desk.run("status --watch --sync").ends(2);
}

#[test]
fn a_part_of_the_address_or_the_name_finds_the_customer_or_those_to_choose_from() {
    let (desk, customer) = cut_off();
    let part = &customer[..customer.find('@').unwrap()];
    let _ = desk.run(&format!("status --contact {part}")).well().says(&customer);

    let error = desk.run("status --contact .example --json").ends(3).json()["error"].take();
    let listed: Vec<&str> = error["details"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(listed.len() == 11 && listed[0].contains(".example ") && listed[10] == "and 8 more", "{listed:?}");
    assert_eq!(error["kind"], "not-found");
    let _ = desk.run("status --contact .example").ends(3).says("matches 18 customers").says("give the whole address");
    let _ = desk.run("status --contact nobody-at-all").ends(3).says("nobody");
}

#[test]
fn the_document_of_status_has_exactly_the_promised_shape() {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.people().bounce(&recipient(&desk.people().mails()[0]));
    desk.track();
    let status = desk.status();
    let promised = [
        "as_of",
        "attention",
        "campaign",
        "command",
        "coverage",
        "days_left",
        "deadline",
        "forecast",
        "next",
        "outdated",
        "phases",
        "schema",
        "segments",
        "title",
    ];
    assert_eq!(keys(&status), promised);
    assert_eq!(
        keys(&status["coverage"]),
        ["no_segment", "no_technical_contact", "several_segments", "shared_addresses", "unreachable"]
    );
    assert_eq!(
        (&status["schema"], &status["command"], &status["as_of"]),
        (&json!(2), &json!("status"), &json!(ANNOUNCE_DAY))
    );
    let head = ["campaign", "title", "deadline", "days_left"].map(|key| status[key].clone());
    assert_eq!(head, [json!("api-v2"), json!("API v2"), json!("2027-04-30"), json!(90)]);
    let five = ["acknowledged", "completed", "notified", "pending", "started"];
    for segment in status["segments"].as_array().unwrap() {
        assert_eq!(keys(segment), ["left", "name", "recipients", "relapsed", "stages"]);
        assert_eq!(keys(&segment["stages"]), five);
    }
    let outcomes = [
        "bounced",
        "cancelled",
        "delivered",
        "excluded",
        "failed",
        "pending_approval",
        "rejected",
        "scheduled",
        "sending",
        "submitted",
        "unknown",
        "waiting",
    ];
    for phase in status["phases"].as_array().unwrap() {
        assert_eq!(keys(phase), ["due", "name", "outcomes", "recipients", "state"]);
        assert_eq!(keys(&phase["outcomes"]), outcomes);
        let known = ["upcoming", "due", "late", "running", "done"];
        assert!(known.iter().any(|state| phase["state"] == *state), "{phase}");
    }
    assert_eq!(status["phases"][0]["due"], "2027-01-30T13:00:00Z");
    let attention = status["attention"].as_array().unwrap();
    assert_eq!(attention.len(), 1);
    assert_eq!(keys(&attention[0]), ["contact", "kind", "message", "phase"]);
    assert_eq!(status["forecast"]["verdict"], "too-little");
    assert_eq!(
        (&status["next"]["do"], &status["next"]["command"]),
        (&json!("submit"), &json!("mmig submit --phase prepare"))
    );
}

#[test]
fn several_segments_and_phases_may_be_named() {
    let (desk, _) = cut_off();
    let names = |of: &Value| -> Vec<String> {
        of.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let flags = "--segment rest --segment graphql --phase final --phase announce";
    let status = desk.run(&format!("status {flags} --behind --json")).well().json();
    assert_eq!(names(&status["segments"]), ["rest", "graphql"]);
    assert_eq!(names(&status["phases"]), ["announce", "final"]);
    let behind = status["behind"].as_array().unwrap();
    assert!(behind.len() == 12 && behind.iter().all(|one| one["segment"] != "webhooks"), "{behind:?}");
    let _ = desk.run("status --segment rest --segment rust").ends(3).says("did you mean `rest`?");
    let _ = desk.run("status --contact ann --phase final").ends(2);
}

#[test]
fn the_outcomes_of_a_phase_add_up_to_its_recipients_on_any_day() {
    let (mut desk, customer) = cut_off();
    let _ = desk.run(&format!("track --mark completed --contact {customer}")).well();
    for day in [ANNOUNCE_DAY, "2027-02-10T00:00:00Z", WINDOW_DAY, "2027-06-01T00:00:00Z"] {
        desk = desk.with("MMIG_AS_OF", day);
        let status = desk.status();
        for phase in status["phases"].as_array().unwrap() {
            let sum: u64 = phase["outcomes"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
            assert_eq!(sum, number(phase, "/recipients"), "{day}: {phase}");
        }
        let cohort: u64 = (0..3).map(|segment| number(&status, &format!("/segments/{segment}/recipients"))).sum();
        assert_eq!(cohort, 18);
    }
}

#[test]
fn a_deadline_that_has_passed_is_a_warning() {
    let desk = Desk::offline().with("MMIG_AS_OF", "2027-05-02T12:00:00Z");
    let _ = desk.run("check").well().says("warning").says("passed");
    assert_eq!(desk.status()["days_left"], -2);
}

#[test]
fn before_anybody_was_found_no_phase_is_done() {
    let states = |day: &str| -> Vec<String> {
        let status = Desk::offline().with("MMIG_AS_OF", day).status();
        status["phases"].as_array().unwrap().iter().map(|phase| phase["state"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(states("2027-01-10T00:00:00Z"), ["upcoming"; 5]);
    assert_eq!(states(ANNOUNCE_DAY)[0], "due");
}
