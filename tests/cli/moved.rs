//! Edits and moves after mails were sent: what stays, what is refused, what the next step is.

use serde_json::json;

use crate::desk::{Desk, PREPARE_DAY, with_contacts};
use crate::said::number;

const EDIT: (&str, &str) = ("with the key as a bearer token", "with the key as bearer token");

fn edit(desk: &Desk) {
    desk.edit("campaign.toml", EDIT.0, EDIT.1);
}

fn lock(desk: &Desk, phase: &str) -> String {
    desk.read(&format!("drafts/{phase}/lock.toml"))
}

#[test]
fn drafts_of_a_sent_phase_stay_as_reviewed_unless_requested() {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.track();
    let (announce, prepare) = (lock(&desk, "announce"), lock(&desk, "prepare"));
    let _ = desk.run("deadline 2027-05-30 --yes").well();
    let drafted = desk.run("draft --all --json").well().json();
    assert_eq!(drafted["done"], json!(["announce"]));
    assert!(drafted["variants"].as_array().unwrap().iter().all(|text| text["phase"] != "announce"));
    assert!(lock(&desk, "announce") == announce && lock(&desk, "prepare") != prepare);
    let _ = desk.run("draft --all").well().says("stay as they were reviewed: announce");
    // The changes are shown anyway, and nothing is written.
    edit(&desk);
    let shown = desk.run("draft --all --diff --json").well().json();
    assert!(shown["variants"].as_array().unwrap().iter().any(|text| text["phase"] == "announce"));
    assert_eq!(lock(&desk, "announce"), announce);
    let _ = desk.run("draft --phase announce").well();
    assert_ne!(lock(&desk, "announce"), announce);
}

#[test]
fn a_phase_with_waiting_mails_is_drafted_and_the_next_step_replaces_them() {
    let desk = Desk::drafted(with_contacts(20)).on("2027-01-10T14:00:00Z");
    let _ = desk.submit("announce").well();
    edit(&desk);
    let _ = desk.run("status").well().says("next: mmig draft").says("phase announce");
    let drafted = desk.run("draft --all").well();
    let _ = drafted.says("next: mmig submit --phase announce --replace --dry-run");
    let _ = desk
        .run("status")
        .well()
        .says("next: mmig submit --phase announce --replace")
        .says("18 mails with an older text");
    assert_eq!(desk.status()["next"]["do"], "replace");
    let _ = desk.run("submit --phase announce --yes").well().says("next: mmig submit --phase announce --replace");
    let _ = desk.run("submit --phase announce --replace --yes").well().says("next: mmig review");
    assert_eq!(desk.status()["next"]["do"], "approve");
}

#[test]
fn an_extension_s_mails_with_an_older_text_are_named_as_well() {
    let desk = Desk::at(with_contacts(20));
    let own = "name = \"rest\"\n";
    desk.edit("campaign.toml", own, &format!("{own}deadline = 2027-07-31\n"));
    desk.segment();
    desk.draft_all();
    let _ = desk.run("submit --phase announce --segment rest --yes").well();
    edit(&desk);
    desk.draft_all();
    let attention = desk.status()["attention"].as_array().unwrap().clone();
    let older = attention.iter().filter(|item| item["kind"] == "older-text").count();
    assert_eq!(older, desk.people().waiting().len(), "{attention:?}");
    assert!(older > 0);
}

#[test]
fn a_plan_that_is_refused_does_not_say_that_anything_is_to_be_sent() {
    let desk = Desk::drafted(with_contacts(20));
    desk.edit("campaign.toml", "Requests go to /v2", "Until 3 May 2025 requests go to /v2");
    let undrafted = desk.run("submit --phase announce --dry-run").ends(8);
    assert!(!undrafted.stdout.contains("to send"), "{}", undrafted.stdout);
    desk.draft_all();
    let faulty = desk.run("submit --phase announce --dry-run").ends(8).says("nothing can be sent as it is");
    assert!(!faulty.stdout.contains("to send"), "{}", faulty.stdout);
    let daily = desk.run("submit --phase announce --yes").ends(8);
    assert!(!daily.stdout.contains("to send"), "{}", daily.stdout);
    desk.edit("campaign.toml", "Until 3 May 2025 requests go to /v2", "Requests go to /v2");
    desk.draft_all();
    let _ = desk.run("submit --phase announce --dry-run").well().says("18 to send, at once");
}

#[test]
fn a_blank_reason_is_refused() {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.track();
    edit(&desk);
    let files = desk.files();
    for reason in ["", "  "] {
        let said = desk.run_words(&["correct", "--dismiss", "--yes", "--reason", reason]).ends(2);
        let _ = said.says("it is empty");
        let skip = ["submit", "--phase", "announce", "--skip", "--yes", "--reason", reason];
        let _ = desk.run_words(&skip).ends(2).says("it is empty");
    }
    assert!(desk.files() == files, "nothing may be written");
    let twice = ["--fact", "changes.auth-header.title", "--fact", "changes.auth-header.title"];
    let words = [["correct", "--dismiss", "--yes", "--reason", "typo", "--json"].as_slice(), &twice].concat();
    assert_eq!(desk.run_words(&words).well().json()["facts"].as_array().unwrap().len(), 1);
    assert_eq!(desk.read("sent/dismissed.toml").matches("fact = ").count(), 1);
}

#[test]
fn endpoints_that_a_mail_names_are_those_it_was_submitted_with() {
    let desk = Desk::at(with_contacts(20));
    desk.segment();
    let customers = desk.people().tagged("rest");
    let usage = |calls: &[(&str, &str)]| {
        let rows = calls.iter().map(|(path, calls)| format!("{},GET,{path},{calls},0,2027-01-12\n", customers[0]));
        desk.write(
            "usage.csv",
            &format!("contact,method,path,old_calls,new_calls,last_seen\n{}", rows.collect::<String>()),
        );
        let _ = desk.run("track --usage campaigns/api-v2/usage.csv --json");
    };
    usage(&[("/v1/orders", "40")]);
    desk.draft_all();
    let _ = desk.submit("announce").well();
    let told = "Among them are calls to `GET /v1/orders`.";
    let body = |desk: &Desk| desk.people().mails_to(&customers[0]).pop().unwrap()["body"].as_str().unwrap().to_owned();
    assert!(body(&desk).contains(told), "{}", body(&desk));
    // The next report names others: the mail that waits is still the one that was submitted.
    usage(&[("/v1/orders", "7"), ("/v1/customers", "2")]);
    let review = desk.run("review --phase announce --json").well().json();
    assert_eq!(number(&review, "/set_apart"), 0, "{review}");
    desk.people().approve_all();
    desk.track();
    let said = desk.run(&format!("status --contact {} --evidence", customers[0])).well();
    let _ = said.says(told);
    // Who has no usage of an endpoint waits where the text names them.
    let desk = desk.on(PREPARE_DAY);
    desk.write(
        "templates/prepare.md",
        "+++\nsubject = \"{{ campaign.title }}\"\n+++\nHello {{ contact.name }},\n\nYou call {{ usage.endpoints }}.\n\n{% include \"partials/changes.md\" %}\n",
    );
    let _ = desk.run("draft --phase prepare").well();
    let plan = desk.run("submit --phase prepare --segment rest --dry-run --json").well().json();
    assert_eq!(number(&plan, "/planned"), 1);
    assert!(!plan["held"].as_array().unwrap().is_empty());
    let _ = desk.run("submit --phase prepare --segment rest --yes").well();
    assert!(body(&desk).contains("You call `GET /v1/orders` and `GET /v1/customers`."), "{}", body(&desk));
}
