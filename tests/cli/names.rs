//! An unknown name: exit 3, and a suggestion.

use crate::desk::{Desk, with_contacts};

#[test]
fn a_misspelt_campaign_is_named_with_the_one_that_was_meant() {
    let desk = Desk::offline();
    for command in ["status", "check", "segment", "track", "remind", "doctor", "draft --all", "submit --phase announce"]
    {
        let _ = desk.run(&format!("-c api-v3 {command}")).ends(3).says("api-v3").says("`api-v2`");
    }
}

#[test]
fn without_any_campaign_the_way_to_one_is_shown() {
    let desk = Desk::offline();
    std::fs::remove_file(desk.path("campaign.toml")).unwrap();
    let _ = desk.run("status").ends(3).says("mmig init");
}

#[test]
fn among_several_campaigns_one_has_to_be_named() {
    let desk = Desk::offline();
    let _ = desk.run("init other").well();
    let _ = desk.run("status").ends(2).says("api-v2, other");
    let _ = desk.run("-c other status").well();
    let _ = desk.run("-c campaigns/api-v2 status").well();
    let _ = desk.with("MMIG_CAMPAIGN", "api-v2").run("status").well().says("api-v2");
}

#[test]
fn a_misspelt_phase_is_named_with_the_one_that_was_meant() {
    let desk = Desk::drafted(with_contacts(10));
    for command in [
        "submit --phase anounce",
        "draft --phase anounce",
        "cancel --phase anounce",
        "remind --phase anounce",
        "status --phase anounce",
    ] {
        let _ = desk.run(command).ends(3).says("`anounce`").says("did you mean `announce`?");
    }
}

#[test]
fn a_misspelt_segment_is_named_with_the_one_that_was_meant() {
    let desk = Desk::drafted(with_contacts(10));
    for command in ["submit --phase announce", "draft --phase announce", "cancel --phase announce", "status"] {
        let _ = desk.run(&format!("{command} --segment webhook")).ends(3).says("did you mean `webhooks`?");
    }
}

#[test]
fn a_name_that_is_like_none_is_answered_with_all_there_are() {
    let _ =
        Desk::offline().run("submit --phase xyzzy --yes").ends(3).says("announce, prepare, window, final, complete");
}

#[test]
fn an_address_nobody_has_is_not_found() {
    let desk = Desk::drafted(with_contacts(10));
    for command in ["status", "draft --phase announce", "track --mark started", "cancel --phase announce"] {
        let _ = desk.run(&format!("{command} --contact nobody@nowhere.example")).ends(3);
    }
}

#[test]
fn drafting_before_anybody_was_found_says_what_comes_first() {
    let _ = Desk::offline().run("draft --all").ends(3).says("mmig segment");
}
