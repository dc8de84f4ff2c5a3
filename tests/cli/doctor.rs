//! `doctor` finds what would stop a campaign, before it does.

use mmig::sandbox::{Contract, Keys, Limits, Options};
use serde_json::{Value, json};

use crate::desk::{Desk, speaking, with_contacts};

/// The result of one check.
#[track_caller]
fn finding(document: &Value, what: &str) -> Value {
    let found = document["checks"].as_array().expect("checks").iter().find(|check| check["check"] == what);
    found.unwrap_or_else(|| panic!("nothing about {what} in {document:#}")).clone()
}

#[test]
fn a_campaign_in_order_is_found_in_order() {
    let desk = Desk::drafted(with_contacts(20));
    let told = desk.run("doctor --json").well().json();
    // All these tests use `--as-of`, so `clock` warns.
    for what in
        ["ledger", "lock", "campaign", "drafts", "keys", "server", "oversight", "allowlist", "account", "suppression"]
    {
        assert_eq!(finding(&told, what)["state"], "ok", "{told:#}");
    }
}

#[test]
fn it_changes_nothing() {
    let desk = Desk::at(with_contacts(20));
    let files = desk.files();
    let _ = desk.run("doctor").well().says("mmig segment").says("mmig draft --all");
    assert!(desk.files() == files);
}

#[test]
fn a_wrong_mode_is_found() {
    let desk = Desk::drafted(with_contacts(20));
    desk.people().mode("gated_send");
    let _ = desk.run("doctor").ends(8).says("gated_send").says("gated_all");
}

#[test]
fn addresses_that_skip_approval_are_found() {
    let desk = Desk::drafted(with_contacts(20));
    desk.people().post("allow", &json!({ "patterns": ["*@customer.example"] }));
    let _ = desk.run("doctor").says("*@customer.example").says("skip approval");
}

#[test]
fn one_key_for_sending_and_approving_is_found_and_not_shown() {
    let desk = Desk::drafted(with_contacts(20)).with("MULTIMAIL_OVERSIGHT_KEY", "mm_test_send");
    let _ = desk.run("doctor").ends(4).says("two keys").says_nothing_of("mm_test_send");
}

#[test]
fn a_sending_key_that_could_approve_is_found() {
    let keys = Keys { oversight: "mm_test_send".to_owned(), ..Keys::default() };
    let desk = Desk::drafted(Options { keys, ..with_contacts(20) }).without("MULTIMAIL_OVERSIGHT_KEY");
    let told = desk.run("doctor --json").ends(4).json();
    assert_eq!(finding(&told, "scopes")["state"], "bad");
}

#[test]
fn a_reviewers_key_is_looked_at_where_there_is_one() {
    let desk = Desk::drafted(with_contacts(20));
    assert_eq!(finding(&desk.run("doctor --json").well().json(), "reviewer")["state"], "ok");
    let desk = desk.with("MULTIMAIL_OVERSIGHT_KEY", "mm_test_admin");
    assert_eq!(finding(&desk.run("doctor --json").ends(4).json(), "reviewer")["state"], "bad");
    let told = desk.without("MULTIMAIL_OVERSIGHT_KEY").run("doctor --json").well().json();
    assert!(!told["checks"].as_array().unwrap().iter().any(|check| check["check"] == "reviewer"));
}

#[test]
fn a_missing_key_is_found_beside_what_can_be_found_without_it() {
    let desk = Desk::drafted(with_contacts(20)).without("MULTIMAIL_API_KEY");
    let _ = desk.run("doctor").ends(4).says("MULTIMAIL_API_KEY").says("18 recipients");
}

#[test]
fn a_missing_admin_key_is_said() {
    let desk = Desk::drafted(with_contacts(20)).without("MULTIMAIL_ADMIN_KEY");
    let _ = desk.run("doctor").well().says("MULTIMAIL_ADMIN_KEY");
}

#[test]
fn an_account_that_may_not_send_is_found() {
    let desk = Desk::drafted(with_contacts(20));
    desk.people().post("disable", &json!({ "reason": "complaints" }));
    let _ = desk.run("doctor").ends(8).says("complaints");
}

#[test]
fn a_quota_too_small_for_the_campaign_is_found() {
    let limits = Limits { monthly_quota: 200, sent_this_month: 190, ..Limits::default() };
    let desk = Desk::drafted(Options { limits, ..with_contacts(20) });
    let told = desk.run("doctor --json").well().json();
    let account = finding(&told, "account");
    assert_eq!(account["state"], "note");
    assert!(account.to_string().contains("10 of 200 mails left") && account.to_string().contains("18"), "{account}");
}

#[test]
fn what_a_simple_server_cannot_tell_is_said_and_no_failure() {
    let desk = Desk::drafted(speaking(Contract::Simple, 20));
    let _ = desk.run("doctor").well().says("contract simple").says("does not report modes");
}

#[test]
fn mistakes_in_the_campaign_are_found() {
    let desk = Desk::drafted(with_contacts(20));
    desk.write("templates/window.md", "+++\nsubject = \"x\"\n+++\n{{ nothing }}\n");
    let _ = desk.run("doctor").ends(10).says("mmig check");
}
