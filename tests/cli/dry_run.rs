//! A dry run writes nothing and sends nothing, and its plan is the one that is then carried out.

use serde_json::{Value, json};

use crate::desk::{Desk, WINDOW_DAY, with_contacts};
use crate::said::number;

/// A campaign with a customer left out for each of several reasons.
fn motley() -> Desk {
    let desk = Desk::drafted(with_contacts(40));
    let _ = desk.run("submit --phase announce --limit 30 --yes").well();
    desk.people().approve_all();
    desk.track();
    let affected = desk.people().tagged("api-v1");
    desk.people().tag(&affected[0], &["migration-complete"]);
    desk.people().tag(&affected[1], &["migration-started"]);
    desk.people().post("unsubscribe", &json!({ "email": affected[2] }));
    desk.people().post("contact", &json!({ "email": affected[3], "set": { "email": "nobody" } }));
    desk.people().post("contact", &json!({ "email": affected[4], "set": { "email": affected[5] } }));
    desk.people().post("contact", &json!({ "email": affected[6], "drop_tags": ["api-v1"] }));
    desk.on(WINDOW_DAY)
}

fn plan(of: &Value) -> (u64, u64, Value) {
    (number(of, "/planned"), number(of, "/already"), of["excluded"].clone())
}

#[test]
fn a_dry_run_is_the_plan_and_changes_nothing_anywhere() {
    let desk = motley();
    let (files, mails, contacts) = (desk.files(), desk.people().record("mails"), desk.people().contacts());
    let dry = desk.run("submit --phase window --dry-run --json").well().json();
    assert_eq!((number(&dry, "/accepted"), &dry["dry_run"]), (0, &true.into()));
    let _ = desk.run("remind --dry-run").well().says("dry run");
    let _ = desk.run("segment --dry-run").well().says("Nothing was recorded");
    assert!(desk.files() == files, "a file changed");
    assert_eq!((desk.people().record("mails"), desk.people().contacts()), (mails, contacts));

    let done = desk.submit("window").well().json();
    assert_eq!(plan(&dry), plan(&done));
    assert_eq!(number(&done, "/accepted"), number(&dry, "/planned"));
    assert!(done["excluded"].as_object().unwrap().len() >= 5, "{}", done["excluded"]);
}

#[test]
fn after_the_run_the_plan_is_empty() {
    let desk = motley();
    let done = desk.submit("window").well().json();
    let dry = desk.run("submit --phase window --dry-run --json").well().json();
    assert_eq!((number(&dry, "/planned"), number(&dry, "/already")), (0, number(&done, "/accepted")));
}

#[test]
fn a_dry_run_is_refused_for_the_same_reasons() {
    let desk = motley();
    desk.people().mode("autonomous");
    let dry = desk.run("submit --phase window --dry-run").ends(8);
    let real = desk.run("submit --phase window --yes").ends(8);
    assert_eq!(dry.stderr.lines().last(), real.stderr.lines().last());
}

#[test]
fn a_dry_run_leaves_no_lock_and_needs_no_ledger() {
    let desk = Desk::at(with_contacts(20));
    let files = desk.files();
    let _ = desk.run("segment --dry-run").well();
    let _ = desk.run("submit --phase announce --dry-run").ends(8);
    let _ = desk.run("remind --dry-run").well();
    assert!(desk.files() == files);
}
