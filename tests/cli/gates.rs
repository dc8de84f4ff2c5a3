//! The other gates before a send: drafts, dates, modes, the account.

use mmig::sandbox::Options;
use serde_json::json;

use crate::desk::{Desk, with_contacts};
use crate::said::phase;

#[test]
fn without_drafts_nothing_is_sent() {
    let desk = Desk::at(with_contacts(10));
    desk.segment();
    let _ = desk.run("submit --phase announce --yes").ends(8).says("no drafts").says("mmig draft --phase announce");
    assert_eq!(desk.people().taken(), 0);
}

#[test]
fn unrecorded_recipients_are_not_mailed_unreviewed() {
    let desk = Desk::at(with_contacts(10));
    let _ = desk.run("submit --phase announce --yes").ends(8);
    assert_eq!(desk.people().taken(), 0);
}

#[test]
fn a_phase_that_is_too_late_is_refused_and_said_by_status() {
    let desk = Desk::drafted(with_contacts(10)).on("2027-02-03T12:00:00Z");
    let said = desk.run("submit --phase announce --yes").ends(8);
    let _ = said.says("2027-01-30").says("max_late");
    assert_eq!(phase(&desk.status(), "announce")["state"], "late");
    // Not with any other way to choose a time either.
    let _ = desk.run("submit --phase announce --now --yes").ends(8);
    let _ = desk.run("submit --phase announce --at 2027-02-05 --yes").ends(8);
    assert_eq!(desk.people().taken(), 0);
}

#[test]
fn a_time_that_is_not_the_servers_is_said_before_anything_leaves() {
    let desk = Desk::drafted(with_contacts(10));
    let said = desk.run("submit --phase announce --dry-run").well();
    assert!(!said.stderr.contains("as if it were"), "{}", said.stderr);
    // The server keeps its time.
    let _ = desk
        .with("MMIG_AS_OF", "2027-02-01T14:00:00Z")
        .run("submit --phase announce --yes")
        .says("as if it were 2027-02-01");
}

#[test]
fn a_phase_may_be_as_late_as_the_campaign_allows() {
    let desk = Desk::drafted(with_contacts(10)).on("2027-02-02T12:59:00Z");
    let _ = desk.run("submit --phase announce --dry-run").well();
    let desk = desk.on("2027-02-02T13:01:00Z");
    let _ = desk.run("submit --phase announce --dry-run").ends(8);
}

#[test]
fn a_missed_reminder_makes_every_run_fail_until_it_is_given_up() {
    let desk = Desk::drafted(with_contacts(10)).on("2027-04-10T12:00:00Z");
    for command in ["remind --dry-run --json", "remind --yes --json", "remind --yes --json"] {
        let told = desk.run(command).ends(8).json();
        assert_eq!((&told["accepted"], &told["missed"][0]["phase"]), (&0.into(), &"window".into()), "{command}");
    }
    let _ = desk.run("submit --phase window --skip").ends(2).says("--reason");
    let _ = desk.run("submit --phase window --skip --reason phoned --dry-run").well().says("will not");
    let _ = desk.run("remind --yes").ends(8).says("submit --phase window --skip");
    let given_up = desk.run("submit --phase window --skip --reason phoned --yes --json").well().json();
    assert_eq!(given_up["skipped"][0]["contacts"].as_array().unwrap().len(), 9);
    let _ = desk.run("submit --phase window --skip --reason phoned --yes").well().says("No one is waiting");
    let told = desk.run("remind --yes --json").well().json();
    assert_eq!(told["missed"], serde_json::json!([]));
    assert_eq!(desk.people().taken(), 0);
}

#[test]
fn a_paused_campaign_sends_nothing_says_so_and_cancels_what_waits() {
    let desk = Desk::drafted(with_contacts(10)).on("2027-01-30T13:30:00Z");
    let _ = desk.run("submit --phase announce --yes").well();
    desk.edit("campaign.toml", "title = ", "state = \"paused\"\ntitle = ");
    let _ = desk.run("submit --phase announce --dry-run").ends(8).says("the campaign is paused");
    let told = desk.run("remind --yes --json").well().json();
    assert_eq!((&told["state"], &told["phases"]), (&"paused".into(), &serde_json::json!([])));
    assert_eq!(told["withdrawn"].as_array().unwrap().len(), 9);
    let _ = desk.run("remind --yes").well().says("the campaign is paused");
    desk.edit("campaign.toml", "state = \"paused\"\n", "");
    // The server rejects the same text to the same address within a minute.
    let _ = desk.on("2027-01-30T13:40:00Z").run("submit --phase announce --yes").well();
}

#[test]
fn every_mode_but_the_campaigns_own_is_refused() {
    let desk = Desk::drafted(with_contacts(10));
    for mode in ["autonomous", "monitored", "gated_send", "read_only"] {
        desk.people().mode(mode);
        let _ = desk.run("submit --phase announce --yes").ends(8).says(mode);
    }
    assert_eq!(desk.people().taken(), 0);
    desk.people().mode("gated_all");
    let _ = desk.run("submit --phase announce --yes").well();
    assert_eq!(desk.people().taken(), 9);
}

#[test]
fn a_mode_that_the_campaign_allows_may_send() {
    let mut options = Options { ..with_contacts(10) };
    options.mailbox.mode = mmig::sandbox::Mode::Monitored;
    let desk = Desk::drafted(options);
    desk.edit("campaign.toml", "oversight = [\"gated_all\"]", "oversight = [\"gated_all\", \"monitored\"]");
    let _ = desk.run("submit --phase announce --yes").well();
    assert_eq!(desk.people().record("stats")["by_status"], json!({ "delivered": 9 }));
}

#[test]
fn an_account_that_may_not_send_is_refused_with_its_reason() {
    let desk = Desk::drafted(with_contacts(10));
    desk.people().post("disable", &json!({ "reason": "bounce rate above 5%" }));
    let _ = desk.run("submit --phase announce --yes").ends(1).says("bounce rate above 5%");
    let _ = desk.run("submit --phase announce --dry-run").ends(1).says("bounce rate above 5%");
    assert_eq!(desk.people().taken(), 0);
}

#[test]
fn all_reasons_are_reported_at_once() {
    let desk = Desk::at(with_contacts(10)).on("2027-02-10T12:00:00Z");
    desk.segment();
    desk.people().mode("autonomous");
    let said = desk.run("submit --phase announce --yes").ends(8);
    let _ = said.says("autonomous").says("no drafts").says("max_late");
}

#[test]
fn a_mailbox_that_is_not_there_is_named_with_those_that_are() {
    let desk = Desk::drafted(with_contacts(10)).without("MULTIMAIL_MAILBOX_ID");
    desk.edit("campaign.toml", "\"migrations@example.com\"", "\"migration@example.com\"");
    let _ =
        desk.run("submit --phase announce --yes").ends(3).says("migration@example.com").says("migrations@example.com");
}

#[test]
fn the_mailbox_is_found_by_its_address_among_others() {
    let desk = Desk::drafted(with_contacts(10)).without("MULTIMAIL_MAILBOX_ID");
    let _ = desk.run("submit --phase announce --yes").well();
    assert!(desk.people().mails().iter().all(|mail| mail["from"] == "migrations@example.com"));
}
