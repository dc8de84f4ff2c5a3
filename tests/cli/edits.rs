//! Change one byte of what was reviewed, and nothing is sent until it is restored or reviewed
//! again.

use crate::desk::{Desk, with_contacts};

const PLAN: &str = "submit --phase announce --dry-run";

/// A campaign whose first mail has its own template.
fn reviewed() -> Desk {
    let desk = Desk::at(with_contacts(20));
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/announce.md");
    desk.write("templates/announce.md", &std::fs::read_to_string(shipped).unwrap());
    desk.segment();
    desk.draft_all();
    let _ = desk.run(PLAN).well();
    desk
}

/// After this edit nothing may be sent, and the line is shown before and after; once it is restored, everything
/// works.
#[track_caller]
fn is_caught(file: &str, from: &str, to: &str, was: &str, is: &str) {
    let desk = reviewed();
    let before = desk.read(file);
    desk.edit(file, from, to);
    let said = desk.run("submit --phase announce --yes").ends(8);
    let removed = said.stderr.lines().any(|line| line.trim_start().starts_with('-') && line.contains(was));
    let added = said.stderr.lines().any(|line| line.trim_start().starts_with('+') && line.contains(is));
    assert!(removed && added, "the changed line is not shown\n{}", said.stderr);
    let _ = said.says("drafts/announce").says("mmig draft --phase announce");
    assert_eq!(desk.people().taken(), 0);
    desk.write(file, &before);
    let _ = desk.run(PLAN).well();
}

#[test]
fn a_byte_of_a_template_is_caught() {
    is_caught(
        "templates/announce.md",
        "required by {{ campaign",
        "required By {{ campaign",
        "required by 30 Apr",
        "required By 30 Apr",
    );
}

#[test]
fn a_byte_of_an_included_template_is_caught() {
    is_caught("templates/partials/what-stops.md", "switched off", "switched 0ff", "switched off", "switched 0ff");
}

#[test]
fn a_byte_of_a_change_is_caught() {
    let (was, is) = ("Requests go to /v2", "Requests go to /v3");
    is_caught("campaign.toml", was, is, was, is);
}

#[test]
fn a_byte_of_the_campaigns_variables_is_caught() {
    is_caught("campaign.toml", "/v1 is answered", "/v1 is refused", "/v1 is answered", "/v1 is refused");
}

#[test]
fn a_byte_of_a_segments_variables_is_caught() {
    is_caught("campaign.toml", "every request to /v1 is", "every request to /v0 is", "to /v1 is", "to /v0 is");
}

#[test]
fn another_deadline_is_caught() {
    is_caught("campaign.toml", "deadline = 2027-04-30", "deadline = 2027-05-01", "30 April 2027", "1 May 2027");
}

#[test]
fn another_sender_of_help_is_caught() {
    is_caught("campaign.toml", "\"support@example.com\"", "\"help@example.com\"", "support@", "help@");
}

#[test]
fn a_renamed_segment_is_caught() {
    let desk = reviewed();
    desk.edit("campaign.toml", "name = \"graphql\"", "name = \"graph\"");
    let _ = desk.run("submit --phase announce --yes").ends(8).says("no longer makes this text");
    assert_eq!(desk.people().taken(), 0);
    desk.edit("campaign.toml", "name = \"graph\"", "name = \"graphql\"");
    let _ = desk.run(PLAN).well();
}

#[test]
fn a_draft_edited_by_hand_is_caught() {
    let desk = reviewed();
    let draft = "drafts/announce/rest.md";
    let before = desk.read(draft);
    desk.edit(draft, "Hello", "Hallo");
    let _ = desk.run("submit --phase announce --yes").ends(8).says(draft).says("edit the template");
    std::fs::remove_file(desk.path(draft)).unwrap();
    let _ = desk.run("submit --phase announce --yes").ends(8).says(draft);
    assert_eq!(desk.people().taken(), 0);
    desk.write(draft, &before);
    let _ = desk.run(PLAN).well();
}

#[test]
fn a_lock_edited_by_hand_is_caught() {
    let desk = reviewed();
    let lock = "drafts/announce/lock.toml";
    let before = desk.read(lock);
    let digest = before.split("digest = \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let other: String = digest.chars().rev().collect();
    for broken in [
        before.replace(&digest, &other),
        before.replace("version = 1", "version = 2"),
        "nonsense".to_owned(),
        before.replace("phase = \"announce\"", "phase = \"final\""),
    ] {
        assert_ne!(broken, before);
        desk.write(lock, &broken);
        let _ = desk.run("submit --phase announce --yes").ends(8);
    }
    assert_eq!(desk.people().taken(), 0);
    desk.write(lock, &before);
    let _ = desk.run(PLAN).well();
}

#[test]
fn an_edit_that_changes_no_text_changes_nothing() {
    let desk = reviewed();
    desk.edit("campaign.toml", "# Other values for templates", "# More values for templates");
    desk.edit("campaign.toml", "title = \"API v2\"  ", "title = 'API v2'  ");
    desk.edit("templates/announce.md", "Hello {{ contact.name }},", "{#- A greeting. #}Hello {{ contact.name }},");
    let _ = desk.run("submit --phase announce --yes").well();
    assert_eq!(desk.people().taken(), 18);
}

#[test]
fn after_a_new_draft_the_new_text_leaves() {
    let desk = reviewed();
    desk.edit("templates/announce.md", "Hello {{", "Dear {{");
    let _ = desk.run("draft --phase announce").well();
    let _ = desk.run("submit --phase announce --yes").well();
    let mails = desk.people().mails();
    assert_eq!(mails.len(), 18);
    assert!(mails.iter().all(|mail| mail["body"].as_str().unwrap().starts_with("Dear ")));
}

#[test]
fn the_text_that_left_is_kept_when_another_is_drafted() {
    let desk = reviewed();
    let _ = desk.run("submit --phase announce --limit 1 --yes").well();
    desk.edit("templates/announce.md", "Hello {{", "Dear {{");
    let _ = desk.run("draft --phase announce").well();
    let mut kept: Vec<_> = std::fs::read_dir(desk.path("sent")).unwrap().flatten().collect();
    kept.retain(|kept| kept.path().extension().is_some_and(|end| end == "md"));
    let [kept] = kept.as_slice() else { panic!("one text left, {} are kept", kept.len()) };
    assert!(std::fs::read_to_string(kept.path()).unwrap().contains("Hello ⟦contact.name⟧"));
}

#[test]
fn a_folder_that_cannot_keep_what_is_sent_sends_nothing() {
    let desk = reviewed();
    desk.write("sent", "a file in the way");
    let _ = desk.run("submit --phase announce --yes").ends(9).says("cannot keep what is about to be sent");
    assert_eq!(desk.people().taken(), 0);
}

#[test]
fn files_with_the_line_ends_of_windows_are_the_same_files() {
    let desk = reviewed();
    for file in ["campaign.toml", "templates/announce.md", "drafts/announce/rest.md", "drafts/announce/lock.toml"] {
        desk.write(file, &desk.read(file).replace('\n', "\r\n"));
    }
    let _ = desk.run(PLAN).well();
    let _ = desk.run("draft --phase announce").well();
    let _ = desk.run("submit --phase announce --yes").well();
    assert_eq!(desk.people().taken(), 18);
}

#[test]
fn the_edit_of_one_segments_text_holds_back_only_who_asks_for_it() {
    let desk = reviewed();
    desk.edit("campaign.toml", "every request to /v1 is", "every request to /v0 is");
    let _ = desk.run("submit --phase announce --yes").ends(8);
    // The others' text is as it was reviewed.
    let _ = desk.run("submit --phase announce --segment webhooks --yes").well();
    assert_eq!(desk.people().taken(), 6);
}
