//! Facts that change after they were sent: the customers who have the old ones are found and corrected once, and no
//! one else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mmig::sandbox::Options;
use serde_json::{Value, json};

use crate::desk::{ANNOUNCE_DAY, Desk, with_contacts};
use crate::human::recipient;
use crate::said::{number, phase};

const CORRECT: &str = "correct --yes --json";

/// The wrong wording in the mails, and the right one.
const WRONG: &str = "Bearer` in place of `Token`";
const RIGHT: &str = "Bearer` instead of `Token`";

/// A first mail that states the changes with all their words and code.
const TELLS_ALL: &str = "+++\nsubject = \"{{ campaign.title }}\"\n+++\nHello {{ contact.name }},\n\n{{ vars.old }} ends on \
    {{ campaign.deadline | date(format=\"%-d %B %Y\") }}.\n\n{% include \"partials/changes.md\" %}\n";

/// Recipients found and all texts drafted; the first states all changes.
fn drafted(options: Options) -> Desk {
    let desk = Desk::at(options);
    desk.write("templates/announce.md", TELLS_ALL);
    desk.segment();
    desk.draft_all();
    desk
}

/// The same, and the first mail has reached everyone.
fn announced_to(contacts: usize) -> Desk {
    let desk = drafted(with_contacts(contacts));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.track();
    desk
}

fn announced() -> Desk {
    announced_to(20)
}

/// Who was reached by a mail with these words, according to the server's own record.
fn holders(desk: &Desk, words: &str) -> BTreeSet<String> {
    let delivered = desk.people().mails().into_iter().filter(|mail| mail["status"] == "delivered");
    delivered.filter(|mail| mail["body"].as_str().unwrap().contains(words)).map(|mail| recipient(&mail)).collect()
}

/// Drafts, submits and approves a correction; returns who got it.
#[track_caller]
fn send(desk: &Desk, phase: &str) -> BTreeSet<String> {
    let before: BTreeSet<String> = ids(desk);
    let _ = desk.run(&format!("draft --phase {phase}")).well();
    let _ = desk.submit(phase).well();
    desk.people().approve_all();
    desk.track();
    let new = desk.people().mails().into_iter().filter(|mail| !before.contains(mail["id"].as_str().unwrap()));
    new.map(|mail| recipient(&mail)).collect()
}

fn ids(desk: &Desk) -> BTreeSet<String> {
    desk.people().mails().iter().map(|mail| mail["id"].as_str().unwrap().to_owned()).collect()
}

fn fact<'a>(outcome: &'a Value, name: &str) -> &'a Value {
    outcome["facts"].as_array().unwrap().iter().find(|one| one["fact"] == name).unwrap_or(&Value::Null)
}

fn kinds(desk: &Desk) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for item in desk.status()["attention"].as_array().unwrap() {
        *kinds.entry(item["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    kinds
}

#[test]
fn who_holds_an_instruction_that_changed_is_corrected_once_with_both_words() {
    let desk = announced();
    assert!(kinds(&desk).is_empty());
    desk.edit("campaign.toml", WRONG, RIGHT);
    let wrong = holders(&desk, WRONG);
    assert!(!wrong.is_empty());
    let _ =
        desk.run("status").well().says("18 customers received something that has changed since").says("mmig correct");
    let _ = desk.run("report --format md").well().says("18 customers received something that has changed since");
    let found = desk.run(CORRECT).well().json();
    let text = fact(&found, "changes.auth-header.text");
    let contacts: BTreeSet<String> = serde_json::from_value(text["contacts"].clone()).unwrap();
    assert_eq!((contacts, number(text, "/customers")), (wrong.clone(), wrong.len() as u64));
    assert!(text["told"].as_str().unwrap().contains(WRONG) && text["now"].as_str().unwrap().contains(RIGHT));
    assert_eq!(found["correction"], json!({ "phase": "correction", "recipients": wrong.len(), "added": true }));
    assert!(desk.read("campaign.toml").contains("# Written by `mmig correct`."));

    assert_eq!(send(&desk, "correction"), wrong);
    let mail = desk.people().mails().pop().unwrap()["body"].as_str().unwrap().to_owned();
    let (told, right) = (mail.find(WRONG).unwrap(), mail.find(RIGHT).unwrap());
    assert!(told < right && mail.contains("are still valid: we compared them"), "{mail}");
    let files = desk.files();
    let again = desk.run("correct").well().says("Nothing to correct");
    assert!(again.stderr.is_empty() && desk.files() == files, "nothing may be written");
    assert_eq!((desk.status()["outdated"].clone(), kinds(&desk).len()), (json!([]), 0));
    desk.people().doubled_nobody();
}

#[test]
fn where_all_holds_nothing_is_written_and_that_is_said() {
    let desk = announced();
    let files = desk.files();
    let found = desk.run(CORRECT).well().json();
    assert_eq!((&found["facts"], &found["correction"], &found["prepared"]), (&json!([]), &Value::Null, &false.into()));
    // Only a stated fact can be wrong, and no mail named the new version yet.
    desk.edit("campaign.toml", "new = \"API v2\"", "new = \"API version 2\"");
    let _ = desk.run("correct --yes").well().says("Nothing to correct");
    desk.edit("campaign.toml", "new = \"API version 2\"", "new = \"API v2\"");
    assert!(desk.files() == files);
}

#[test]
fn a_typo_is_dismissed_with_a_reason_and_the_next_change_is_found_again() {
    let desk = announced();
    desk.edit("campaign.toml", WRONG, RIGHT);
    let _ = desk.run("correct --dismiss --yes").ends(2).says("--reason");
    let _ = desk.run("correct --dismiss --reason x --fact vars.nothing --yes").ends(3).says("changes.auth-header.text");
    let done = desk.run("correct --dismiss --reason typo --yes --json").well().json();
    assert_eq!((&done["dismissed"], &done["correction"]), (&true.into(), &Value::Null));
    assert!(desk.read("sent/dismissed.toml").contains("reason = \"typo\""));
    let _ = desk.run("correct").well().says("Nothing to correct");
    assert!(kinds(&desk).is_empty());
    desk.edit("campaign.toml", RIGHT, "Bearer` and never `Token`");
    assert_eq!(fact(&desk.run("correct --json").ends(2).json(), "changes.auth-header.text")["customers"], 18);
    // The mails have neither the dismissed wording nor today's, so nothing can be said about the rest.
    desk.edit("campaign.toml", "Bearer` and never `Token`", RIGHT);
    desk.edit("campaign.toml", "old = \"API v1\"", "old = \"API version 1\"");
    let _ = desk.run(CORRECT).well();
    send(&desk, "correction");
    let mail = desk.people().mails().pop().unwrap()["body"].as_str().unwrap().to_owned();
    assert!(mail.contains("API version 1") && !mail.contains("are still valid"), "{mail}");
}

#[test]
fn the_deadline_is_never_dismissed_and_both_are_told_in_one_mail() {
    let desk = announced();
    desk.edit("campaign.toml", "deadline = 2027-04-30", "deadline = 2027-05-30");
    let _ = desk.run("correct --dismiss --reason later --yes").ends(8).says("cannot be dismissed");
    desk.edit("campaign.toml", "deadline = 2027-05-30", "deadline = 2027-04-30");
    desk.edit("campaign.toml", WRONG, RIGHT);
    let moved = desk.run("deadline 2027-05-30 --yes --json").well().json();
    assert_eq!(moved["outdated"][0]["fact"], "changes.auth-header.text");
    let _ = desk.run("deadline 2027-05-30").well();
    assert_eq!(send(&desk, "correction").len(), 18);
    let mail = desk.people().mails().pop().unwrap();
    assert!(mail["subject"].as_str().unwrap().contains("new last day is 30 May 2027"), "{mail}");
    assert!(mail["body"].as_str().unwrap().contains(RIGHT), "{mail}");
    let _ = desk.run("correct").well().says("Nothing to correct");
}

#[test]
fn what_left_before_facts_were_kept_is_unknown_and_nobody_is_assumed_to_hold_it() {
    let desk = announced();
    for entry in std::fs::read_dir(desk.path("sent")).unwrap().flatten() {
        if entry.path().extension().is_some_and(|end| end == "toml") {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    desk.edit("campaign.toml", WRONG, RIGHT);
    let found = desk.run(CORRECT).well().json();
    assert_eq!((number(&found, "/unknown"), &found["facts"]), (18, &json!([])));
    let _ = desk.run("correct").well().says("18 customers hold mails of which only the deadline is known");
    // The deadline is known for every mail; nothing is claimed about other facts.
    let _ = desk.run("deadline 2027-05-30 --yes").well();
    assert_eq!(send(&desk, "correction").len(), 18);
    let mail = desk.people().mails().pop().unwrap()["body"].as_str().unwrap().to_owned();
    assert!(!mail.contains("are still valid") && !mail.to_lowercase().contains("nothing else"), "{mail}");
}

#[test]
fn a_change_that_was_taken_out_no_longer_applies_to_those_who_were_told_it() {
    let desk = announced();
    let text = desk.read("campaign.toml");
    let start = text.find("[[change]]\nid = \"auth-header\"").unwrap();
    let end = start + 1 + text[start + 1..].find("[[change]]").unwrap();
    desk.write("campaign.toml", &format!("{}{}", &text[..start], &text[end..]));
    let found = desk.run(CORRECT).well().json();
    let told = fact(&found, "changes.auth-header.text");
    assert_eq!((number(told, "/customers"), &told["now"]), (18, &Value::Null));
    assert_eq!(send(&desk, "correction").len(), 18);
    assert!(desk.people().mails().pop().unwrap()["body"].as_str().unwrap().contains("no longer applies"));
    let _ = desk.run("correct").well().says("Nothing to correct");
}

#[test]
fn a_correction_that_does_not_say_what_is_right_is_no_correction() {
    let desk = announced();
    desk.edit("campaign.toml", WRONG, RIGHT);
    desk.write(
        "templates/correction.md",
        "+++\nsubject = \"{{ campaign.title }}\"\n+++\nThe date is {{ campaign.deadline }}.\n",
    );
    let _ = desk.run(CORRECT).well();
    let _ = desk.run("draft --phase correction").ends(10).says("changes.auth-header.text").says("corrections");
}

#[test]
fn mails_that_wait_with_an_older_text_are_named_not_approved_and_replaced() {
    let desk = drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk.people().approve(4);
    desk.track();
    desk.edit("templates/announce.md", "Hello {{", "Dear {{");
    let drafted = desk.run("draft --all --json").well().json();
    assert_eq!(drafted["older_text"], json!({ "announce": 14 }));
    assert_eq!(kinds(&desk), BTreeMap::from([("older-text".to_owned(), 14)]));
    let _ = desk.run("submit --phase announce --yes").well().says("older text than the draft: 14 mails");
    let refused = desk.run("review --approve --phase announce --by Rita --yes").ends(8);
    let _ = refused.says("older text").says("mmig submit --phase announce --replace");
    let customer = recipient(&desk.people().waiting()[0]);
    let _ = desk.run(&format!("review --approve --phase announce --contact {customer} --by Rita --yes")).ends(8);

    let plan = desk.run("submit --phase announce --replace --dry-run --json").well().json();
    assert_eq!((number(&plan, "/planned"), desk.people().waiting().len()), (14, 14));
    let done = desk.run("submit --phase announce --replace --yes --json").well().json();
    assert_eq!((number(&done, "/accepted"), number(&done, "/replaced"), number(&done, "/already")), (14, 14, 4));
    let again = desk.run("submit --phase announce --replace --yes --json").well().json();
    assert_eq!((number(&again, "/accepted"), number(&again, "/replaced")), (0, 0));
    desk.people().approve_all();
    desk.track();
    let read = |words| holders(&desk, words);
    assert_eq!(
        (read("Hello ").len(), read("Dear ").len(), read("Hello ").intersection(&read("Dear ")).count()),
        (4, 14, 0)
    );
    assert!(kinds(&desk).is_empty());
    assert_eq!(phase(&desk.status(), "announce")["state"], "done");
}

#[test]
fn where_today_s_text_may_not_be_sent_nothing_is_cancelled_for_it() {
    let desk = drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    // Not drafted since: no one has reviewed a replacement.
    desk.edit("campaign.toml", WRONG, RIGHT);
    let _ = desk.run("submit --phase announce --replace --yes").ends(8).says("not in the lock");
    assert_eq!(desk.people().waiting().len(), 18);
    let _ = desk.run("review --approve --phase announce --by Rita --yes").ends(8).says("changes.auth-header.text");
    let _ = desk.run("draft --all").well();
    assert_eq!(number(&desk.run("submit --phase announce --replace --yes --json").well().json(), "/accepted"), 18);
}

#[test]
fn a_rejection_names_the_other_texts_with_the_same_change_and_status_their_readers() {
    let desk = drafted(with_contacts(20)).on("2027-01-10T14:00:00Z");
    let _ = desk.submit("announce").well();
    let _ = desk.run("review --approve --phase announce --variant webhooks --by Rita --yes").well();
    let _ = desk.run("draft --all --diff").well().says("Nothing changed since the last lock");
    let said = desk.run("review --reject --phase announce --variant rest --reason wrong --by Rita --yes").well();
    let _ = said.says("The same change, auth-header").says("in text webhooks of phase announce: ");
    let named = kinds(&desk)["rejected-elsewhere"];
    desk.edit("campaign.toml", WRONG, RIGHT);
    let _ = desk.run("draft --all").well();
    assert_eq!((kinds(&desk).get("rejected-elsewhere"), kinds(&desk)["older-text"]), (None, named));
    let _ = desk.run("submit --phase announce --retry-failed --replace --yes").well();
    desk.people().approve_all();
    let desk = desk.on(ANNOUNCE_DAY);
    desk.track();
    assert_eq!((holders(&desk, WRONG), kinds(&desk)), (BTreeSet::new(), BTreeMap::new()));
    assert!(!holders(&desk, RIGHT).is_empty());
}

#[test]
fn what_was_cancelled_is_not_done_and_a_run_waits_for_the_server_to_forget_it() {
    let same_content = Duration::from_secs(6);
    let intake = mmig::sandbox::Intake { same_content, ..Options::default().intake };
    let desk = drafted(Options { intake, ..with_contacts(20) }).patient(same_content);
    let _ = desk.submit("announce").well();
    let _ = desk.run("cancel --phase announce --yes").well();
    assert_eq!(phase(&desk.status(), "announce")["state"], "running");
    let said = desk.run("submit --phase announce --retry-failed --yes").well();
    let _ = said.says("takes 18 mails for the same that it had a moment ago").says("18 accepted");
    assert_eq!((desk.people().taken(), desk.people().waiting().len()), (36, 18));
    desk.people().approve_all();
    desk.track();
    assert_eq!(phase(&desk.status(), "announce")["state"], "done");
}

#[test]
fn draft_diff_shows_old_and_new_words_and_who_has_the_old_and_writes_nothing_by_itself() {
    let desk = announced();
    desk.edit("campaign.toml", WRONG, RIGHT);
    let files = desk.files();
    let said = desk.run("draft --diff").well();
    let _ = said
        .says("customers have the old text")
        .says(&format!("-In every URL, write `/v2` in place of `/v1`; in the header, `{WRONG}"));
    assert!(desk.files() == files);
    let drafted = desk.run("draft --all --diff --json").well().json();
    let of_announce = drafted["variants"].as_array().unwrap().iter().filter(|text| text["phase"] == "announce");
    let hold: u64 = of_announce.map(|text| number(text, "/changed/hold")).sum();
    assert_eq!(hold, 18);
}

#[test]
fn a_thousand_customers_are_corrected_by_what_each_was_told_and_nobody_twice() {
    let desk = announced_to(1000);
    let done: Vec<String> = desk.people().tagged("api-v1").into_iter().step_by(50).collect();
    for customer in &done {
        desk.people().tag(customer, &["migration-complete"]);
    }
    let _ = desk.run("track").well();
    // Three edits of different changes, and one postponement.
    let edits = [(WRONG, RIGHT), ("signed envelope", "signed wrapper"), ("read with a cursor", "paged with a cursor")];
    for (wrong, right) in edits {
        desk.edit("campaign.toml", wrong, right);
    }
    let found = desk.run(CORRECT).well().json();
    let expected: BTreeSet<String> =
        edits.iter().flat_map(|(wrong, _)| holders(&desk, wrong)).filter(|own| !done.contains(own)).collect();
    assert_eq!(number(&found, "/customers"), expected.len() as u64);
    assert_eq!(send(&desk, "correction"), expected);
    for (wrong, right) in edits {
        let told: BTreeSet<String> = holders(&desk, wrong).into_iter().filter(|own| !done.contains(own)).collect();
        assert!(!told.is_empty() && told.is_subset(&holders(&desk, right)), "{wrong}");
    }
    let _ = desk.run("correct").well().says("Nothing to correct");
    let moved = desk.run("deadline 2027-06-30 --yes --json").well().json();
    let all: BTreeSet<String> = holders(&desk, "30 April 2027").into_iter().filter(|own| !done.contains(own)).collect();
    assert_eq!(moved["correction"]["recipients"], all.len());
    assert_eq!(send(&desk, "correction-2"), all);
    let _ = desk.run("correct").well().says("Nothing to correct");
    desk.people().doubled_nobody();
}

#[test]
fn a_composed_correction_has_the_outdated_and_the_correct_statements() {
    let answer = json!({ "say": { "subject": [{ "say": "Correction: " }, { "fact": "title" }], "blocks": [
        { "block": "paragraph", "parts": [{ "say": "Something in an earlier mail no longer holds." }] },
        { "block": "dates" }, { "block": "corrections" }, { "block": "help" } ] } });
    let without = {
        let mut answer = answer.clone();
        answer["say"]["blocks"].as_array_mut().unwrap().remove(2);
        answer
    };
    let model = vec![without, answer.clone(), answer];
    let desk = drafted(Options { model, ..with_contacts(20) });
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.track();
    desk.edit("campaign.toml", WRONG, RIGHT);
    let wrong = holders(&desk, WRONG);
    let _ = desk.run(CORRECT).well();
    let composed = desk.run("compose --phase correction --json").well().json();
    assert_eq!(composed["texts"][0]["tries"], 2, "{composed}");
    assert!(composed["texts"].as_array().unwrap().iter().all(|text| text["outcome"] == "written"), "{composed}");
    assert_eq!(send(&desk, "correction"), wrong);
    let mail = desk.people().mails().pop().unwrap()["body"].as_str().unwrap().to_owned();
    assert!(mail.contains("Something in an earlier mail no longer holds."), "{mail}");
    assert!(mail.find(WRONG).unwrap() < mail.find(RIGHT).unwrap(), "{mail}");

    // Of a date that moved the composed text says the old one and the new one; so does the plain text.
    let _ = desk.run("deadline 2027-05-31 --yes").well();
    let _ = desk.run("compose --all --offline").well();
    let body = |phase: &str| {
        let sent = send(&desk, phase);
        assert!(!sent.is_empty());
        desk.people().mails().pop().unwrap()["body"].as_str().unwrap().to_owned()
    };
    let second = body("correction-2");
    let told =
        second.find("The last day we told you earlier: Friday, 30 April 2027").unwrap_or_else(|| panic!("{second}"));
    assert!(told > second.find("31 May 2027").unwrap(), "{second}");
    assert!(second.contains("Something in an earlier mail about"), "{second}");
}

#[test]
fn an_example_that_changed_after_it_was_sent_is_corrected() {
    let desk = Desk::at(with_contacts(20));
    let example = "url = \"https://docs.example.com/migrate-v2#auth\"\n\n[[change.example]]\nlanguage = \"python\"\n\
        after = '''client(token_type=\"Baerer\")'''";
    desk.edit("campaign.toml", "url = \"https://docs.example.com/migrate-v2#auth\"", example);
    desk.write("templates/announce.md", TELLS_ALL);
    desk.segment();
    desk.draft_all();
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.track();
    let wrong = holders(&desk, "In Python, after:\n\n```python\nclient(token_type=\"Baerer\")\n```");
    assert_eq!(wrong.len(), 18);
    desk.edit("campaign.toml", "Baerer", "Bearer");
    let found = desk.run(CORRECT).well().json();
    let code = fact(&found, "changes.auth-header.after[python]");
    assert_eq!(code["contacts"].as_array().map(Vec::len), Some(18), "{found:#}");
    assert_eq!(send(&desk, "correction"), wrong);
    let right = "client(token_type=\"Bearer\")";
    assert_eq!(holders(&desk, right), wrong);
}
