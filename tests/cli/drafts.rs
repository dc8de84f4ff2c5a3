//! Drafts as files and as a page: for reviewers and for pull requests.

use serde_json::json;

use crate::desk::{Desk, with_contacts, with_rows};
use crate::hostile::contact;
use crate::said::texts;

const OWN_TAGS: &str = "+++\nsubject = \"x\"\n+++\n{{ contact.tags | join(sep=\", \") }}\n";

#[test]
fn a_draft_says_who_gets_it_and_how_it_differs() {
    let desk = Desk::drafted(with_contacts(20));
    let draft = desk.read("drafts/announce/rest.md");
    for said in [
        "Recipients when this was written: 6\n",
        "For segment rest, changes auth-header, pagination\n",
        "Differs from webhooks, the most common text of this phase:\n",
        "  with change pagination (for tags api-v1,rest who call GET /v1/customers, GET /v1/orders)\n",
        "  without change webhook-envelope (for segments webhooks)\n",
        "  +2. REST lists are read with a cursor, not with page numbers",
    ] {
        assert!(draft.contains(said), "{said:?} is not in\n{draft}");
    }
}

#[test]
fn another_number_of_recipients_changes_no_file_for_git() {
    let desk = Desk::drafted(with_contacts(20));
    let drafts = |desk: &Desk| {
        let mut files = desk.files();
        files.retain(|path, _| path.components().any(|part| part.as_os_str() == "drafts"));
        files
    };
    let before = drafts(&desk);
    for id in ["new-1", "new-2", "new-3"] {
        let row = contact(id, "New", &format!("{id}@new.example"));
        desk.people().post("contact", &json!({ "add": row }));
    }
    desk.segment();
    let told = desk.run("draft --all --json").well().json();
    let variants = told["variants"].as_array().unwrap();
    assert_eq!(variants[1]["recipients"], 9, "{told}");
    assert!(variants.iter().all(|variant| variant["since"] == "same"), "{told}");
    assert!(drafts(&desk) == before);
}

#[test]
fn a_tag_from_outside_cannot_end_a_drafts_head() {
    let mut row = contact("c1", "Ann", "ann@a.example");
    row["tags"] = json!(["api-v1", "rest", "-->", "<script>", "\u{1b}[31m", "a\n\nSubject: b"]);
    let desk = Desk::at(with_rows(vec![row]));
    desk.write("templates/announce.md", OWN_TAGS);
    desk.segment();
    let _ = desk.run("draft --phase announce").well();
    let draft = desk.read("drafts/announce/rest.md");
    assert_eq!(draft.matches("-->").count(), 1, "{draft}");
    assert!(!draft.contains('\u{1b}'), "{draft}");
    let _ = desk.run("submit --phase announce --yes").well();
}

#[test]
fn a_page_alone_locks_nothing() {
    let desk = Desk::at(with_contacts(20));
    desk.segment();
    let _ = desk.run("draft --html").well().says("drafts/index.html").says("Nothing was locked");
    assert!(!desk.path("drafts/announce").exists());
    let _ = desk.run("submit --phase announce --yes").ends(8).says("no drafts");
    let _ = desk.run("draft --phase announce --html review.html").well().says("review.html");
    assert!(desk.home.path().join("review.html").exists());
    let _ = desk.run("submit --phase announce --dry-run").well();
}

#[test]
fn the_page_shows_every_text_and_marks_what_changed_since_the_last_lock() {
    let desk = Desk::drafted(with_contacts(20));
    desk.edit("campaign.toml", "old = \"API v1\"", "old = \"API 1\"");
    let _ = desk.run("draft --all --html").well();
    let page = desk.read("drafts/index.html");
    for phase in ["announce", "prepare", "window", "final"] {
        for segment in ["webhooks", "rest", "graphql"] {
            assert!(page.contains(&format!("<article class=\"card\" id=\"{phase}.{segment}\">")), "{phase} {segment}");
        }
    }
    let line = |mark: &str, words: &str| {
        page.lines().any(|line| line.starts_with(&format!("<li class=\"{mark}")) && line.contains(words))
    };
    assert!(line("gone", "API v1 is switched off") && line("new", "API 1 is switched off"));
    assert!(page.contains("<b>12</b> changed since the last lock"), "the completion mail has no such line");
    // What is locked now is not new next time.
    let _ = desk.run("draft --html").well();
    let page = desk.read("drafts/index.html");
    assert!(page.contains("<b>0</b> new, <b>0</b> changed") && !page.contains("<li class=\"new"));
}

#[test]
fn one_segment_is_drafted_alone_only_under_the_rules_of_the_others() {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.run("draft --phase announce --segment rest").well();
    desk.edit("campaign.toml", "tags = \"api-v1,webhooks\"", "tags = \"api-v1,webhooks,-beta\"");
    let _ = desk.run("draft --phase announce --segment rest").ends(8).says("-segment webhooks: tags api-v1,webhooks");
    let _ = desk.run("draft --phase announce").well();
}

#[test]
fn several_segments_are_drafted_and_the_others_stay() {
    let desk = Desk::drafted(with_contacts(20));
    desk.edit("campaign.toml", "old = \"API v1\"", "old = \"API 1\"");
    let before = desk.read("drafts/announce/graphql.md");
    let told = desk.run("draft --phase announce --segment rest --segment webhooks --json").well().json();
    let drafted: Vec<_> = told["variants"].as_array().unwrap().iter().map(|text| text["draft"].clone()).collect();
    assert_eq!(drafted, ["webhooks", "rest"], "{told}");
    assert_eq!(desk.read("drafts/announce/graphql.md"), before);
    let _ = desk.run("draft --phase announce --segment rset").ends(3).says("did you mean `rest`?");
}

#[test]
fn a_customers_mail_is_found_by_address_id_or_a_part_of_the_name() {
    let rows = vec![contact("c1", "Ann Lee", "ann@a.example"), contact("c2", "Bob", "bob@b.example")];
    let desk = Desk::at(with_rows(rows));
    desk.segment();
    for (who, found) in
        [("ann@A.example", vec!["ann@a.example"]), ("c2", vec!["bob@b.example"]), ("lee", vec!["ann@a.example"])]
    {
        let told = desk.run(&format!("draft --phase announce --contact {who} --json")).well().json();
        assert_eq!(texts(&told, "mails", "to"), found, "{told}");
    }
    let told = desk.run("draft --phase announce --contact bob --contact c1 --json").well().json();
    assert_eq!(texts(&told, "mails", "to"), ["bob@b.example", "ann@a.example"], "{told}");
    let _ = desk.run("draft --phase announce --contact example").ends(3).says("matches 2 customers");
}

#[test]
fn what_draft_did_not_write_stays_beside_the_drafts() {
    let desk = Desk::drafted(with_contacts(20));
    desk.write("drafts/announce/notes.md", "Ask legal about this one.\n");
    let draft = desk.read("drafts/announce/rest.md");
    desk.write("drafts/announce/gone.md", &draft);
    desk.draft_all();
    assert!(desk.path("drafts/announce/notes.md").exists() && !desk.path("drafts/announce/gone.md").exists());
}
