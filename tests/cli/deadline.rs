//! The deadline moves: dates and drafts follow, nothing is sent with the old date, and customers who received it get a
//! correction.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::audience::announced;
use crate::desk::{Desk, PREPARE_DAY, with_contacts};
use crate::human::recipient;
use crate::said::{number, outcomes, phase};

const MOVE: &str = "deadline 2027-05-30 --yes --json";

/// Who read these words in a mail that reached them, according to the server's own record.
fn read(desk: &Desk, words: &str) -> BTreeSet<String> {
    let delivered = desk.people().mails().into_iter().filter(|mail| mail["status"] == "delivered");
    delivered.filter(|mail| mail["body"].as_str().unwrap().contains(words)).map(|mail| recipient(&mail)).collect()
}

fn got(desk: &Desk, subject: &str) -> Vec<String> {
    desk.people().who_got(subject)
}

/// Sends the correcting phase, as people do.
#[track_caller]
fn correct(desk: &Desk, phase: &str) -> Value {
    let _ = desk.run(&format!("draft --phase {phase}")).well();
    let told = desk.submit(phase).well().json();
    desk.people().approve_all();
    desk.track();
    told
}

#[test]
fn after_a_move_everyone_told_the_old_date_is_corrected_and_nobody_else() {
    let desk = Desk::drafted(with_contacts(60));
    desk.edit("campaign.toml", "concurrency = 8", "concurrency = 1");
    let _ = desk.submit("announce").well();
    desk.people().approve(40);
    desk.people().reject(5, "wrong person");
    let reached: Vec<String> = desk.people().mails().iter().take(40).map(recipient).collect();
    desk.people().bounce(&reached[0]);
    desk.people().tag(&reached[1], &["migration-complete"]);
    desk.people().post("contact", &json!({ "email": reached[2], "drop_tags": ["api-v1"] }));
    desk.track();

    let told = desk.run(MOVE).well().json();
    assert_eq!((&told["old"], &told["new"], &told["days"]), (&"2027-04-30".into(), &"2027-05-30".into(), &30.into()));
    assert_eq!(told["moved"], true);
    // Mails that still waited with the old date are cancelled: no one read those.
    assert_eq!(told["withdrawn"].as_array().unwrap().len(), 54 - 40 - 5);
    let old_date = read(&desk, "30 April 2027");
    let named: BTreeSet<String> = serde_json::from_value(told["told"][0]["contacts"].clone()).unwrap();
    assert_eq!((named, &told["told"][0]["phase"]), (old_date.clone(), &"announce".into()));

    let told = correct(&desk, "correction");
    assert_eq!(number(&told, "/excluded/done"), 1);
    let gone = BTreeSet::from([reached[1].clone(), reached[2].clone()]);
    let expected: Vec<String> = old_date.difference(&gone).cloned().collect();
    assert_eq!(expected.len(), 37);
    assert_eq!(got(&desk, "new last day is 30 May 2027"), expected);
    let again = desk.submit("correction").well().json();
    assert_eq!((number(&again, "/accepted"), number(&again, "/already")), (0, 37));
}

#[test]
fn the_file_keeps_its_layout_and_gets_the_new_date_and_the_phase() {
    let desk = announced();
    let before = desk.read("campaign.toml");
    let _ = desk.run(MOVE).well();
    let added = "\n# Written by `mmig deadline`.\n[[phase]]\nname = \"correction\"\non = \"deadline-moved\"\naudience = \"told-other-date\"\n";
    let after = desk.read("campaign.toml");
    assert_eq!(after.replace(added, ""), before.replace("deadline = 2027-04-30", "deadline = 2027-05-30"));
    let _ = desk.run("check").well();
    assert_eq!(phase(&desk.status(), "window")["due"], "2027-04-30T12:00:00Z");
    assert_eq!(phase(&desk.status(), "correction")["state"], "due");
    let _ = desk.run("status").well().says("at once").says("mmig draft --phase correction");
    let _ = desk.run("draft --all").well().says("next: mmig submit --phase correction --dry-run");
}

#[test]
fn after_two_moves_each_is_told_once_from_the_date_they_know() {
    let desk = announced();
    let _ = desk.run(MOVE).well();
    let _ = desk.run("draft --phase correction").well();
    let _ = desk.run("submit --phase correction --limit 5 --yes").well();
    desk.people().approve_all();
    desk.track();
    let first = got(&desk, "new last day is 30 May");
    assert_eq!(first.len(), 5);

    let told = desk.run("deadline 2027-04-15 --yes --json").well().json();
    assert_eq!(told["correction"], json!({ "phase": "correction-2", "recipients": 18, "added": true }));
    let _ = desk.run("submit --phase correction --yes").well().says("0 accepted");
    let told = correct(&desk, "correction-2");
    assert_eq!(number(&told, "/accepted"), 18);
    assert_eq!(got(&desk, "new last day is 15 Apr 2027").len(), 18);
    assert_eq!(Vec::from_iter(read(&desk, "earlier: Sunday, 30 May 2027")), first);
    let rest = read(&desk, "15 April 2027");
    let rest: Vec<String> = rest.intersection(&read(&desk, "earlier: Friday, 30 April 2027")).cloned().collect();
    let rest: Vec<String> = rest.into_iter().filter(|customer| !first.contains(customer)).collect();
    assert!(rest.len() == 13 && rest.iter().all(|customer| !first.contains(customer)));
    desk.people().doubled_nobody();
}

#[test]
fn a_correction_that_nobody_got_yet_tells_of_the_second_move_too() {
    let desk = announced();
    let _ = desk.run(MOVE).well();
    let told = desk.run("deadline 2027-06-15 --yes --json").well().json();
    assert_eq!(told["correction"], json!({ "phase": "correction", "recipients": 18, "added": false }));
    assert_eq!(number(&correct(&desk, "correction"), "/accepted"), 18);
    // Back to the first date: the customers have another one now.
    let back = desk.run("deadline 2027-04-30 --yes --json").well().json();
    assert_eq!(back["correction"]["recipients"], 18);
}

#[test]
fn moved_there_and_back_before_anybody_heard_of_it_there_is_nothing_to_correct() {
    let desk = announced();
    let _ = desk.run(MOVE).well();
    let told = desk.run("deadline 2027-04-30 --yes --json").well().json();
    assert_eq!((&told["correction"], &told["told"]), (&Value::Null, &json!([])));
    let _ = desk.run("draft --phase correction").well();
    let again = desk.submit("correction").well().json();
    assert_eq!((number(&again, "/planned"), number(&again, "/excluded/nothing_to_correct")), (0, 18));
}

#[test]
fn drafts_are_void_also_where_no_text_names_the_date() {
    let desk = Desk::at(with_contacts(20));
    desk.write("templates/prepare.md", "+++\nsubject = \"Prepare\"\n+++\nBy 30 April, {{ contact.name }}.\n");
    std::fs::remove_file(desk.path("templates/prepare.webhooks.md")).ok();
    desk.segment();
    desk.draft_all();
    let told = desk.run(MOVE).well().json();
    assert_eq!(told["draft_again"], json!(["announce", "prepare", "window", "final", "complete"]));
    let desk = desk.on("2027-03-31T14:00:00Z");
    let said = desk.run("submit --phase prepare --yes").ends(8);
    let _ =
        said.says("reviewed for the deadline 2027-04-30, which is now 2027-05-30").says("mmig draft --phase prepare");
    assert_eq!(desk.people().taken(), 0);
    let _ = desk.run("draft --phase prepare").well();
    assert_eq!(number(&desk.submit("prepare").well().json(), "/accepted"), 18);
}

#[test]
fn a_segment_drafted_alone_does_not_bless_the_others_void_drafts() {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.run(MOVE).well();
    let desk = desk.on("2027-03-01T14:00:00Z");
    let _ = desk.run("draft --phase announce --segment rest").well();
    let _ = desk.run("submit --phase announce --yes");
    let customers = desk.people().tagged("rest");
    assert!(desk.people().mails().iter().all(|mail| customers.contains(&recipient(mail))));
}

#[test]
fn what_waits_with_the_old_date_is_withdrawn_and_leaves_later_with_the_new_one() {
    let desk = announced().on("2027-03-21T09:00:00Z");
    let _ = desk.run("remind --schedule --yes").well();
    desk.people().approve_all();
    desk.track();
    let told = desk.run(MOVE).well().json();
    assert_eq!(
        (told["withdrawn"].as_array().unwrap().len(), &told["withdrawn"][0]["why"]),
        (18, &"deadline-moved".into())
    );
    let desk = desk.on("2027-04-30T13:00:00Z");
    desk.draft_all();
    let again = desk.run("remind --yes --json").well().json();
    assert_eq!(number(&again, "/accepted"), 18);
    desk.people().approve_all();
    let reminders =
        desk.people().mails().into_iter().filter(|mail| mail["subject"].as_str().unwrap().contains("start now"));
    let stories: BTreeSet<(bool, String)> = reminders
        .map(|mail| (mail["subject"].as_str().unwrap().contains("30 May"), mail["status"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(stories, BTreeSet::from([(false, "cancelled".to_owned()), (true, "delivered".to_owned())]));
}

#[test]
fn without_a_key_the_file_is_changed_and_the_commands_that_withdraw_are_named() {
    let desk = announced().on("2027-03-21T09:00:00Z");
    let _ = desk.run("remind --schedule --yes").well();
    desk.people().approve_all();
    desk.track();
    let desk = desk.without("MULTIMAIL_API_KEY");
    let said = desk.run("deadline 2027-05-30 --yes").well();
    let _ = said.says("mmig cancel --phase window");
    assert_eq!(desk.people().record("stats")["by_status"], json!({ "delivered": 18, "scheduled": 18 }));
    let attention = desk.status()["attention"].clone();
    assert_eq!((&attention[0]["kind"], &attention[0]["phase"]), (&"old-deadline".into(), &"window".into()));

    // Until they are cancelled, the old date would be the last one read.
    let desk = desk.with("MULTIMAIL_API_KEY", &mmig::sandbox::Options::default().keys.api);
    let _ = desk.run("draft --phase correction").well();
    let told = desk.submit("correction").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/excluded/old_date_under_way")), (0, 18));
    assert_eq!(outcomes(&desk.status(), "correction"), [("waiting".to_owned(), 18)]);
    let _ = desk.run("cancel --phase window --yes").well();
    assert_eq!(number(&correct(&desk, "correction"), "/accepted"), 18);
    // Cancelled because of its date, the reminder is sent on the new one, without being requested by
    // name.
    let desk = desk.on("2027-04-30T13:00:00Z");
    desk.draft_all();
    assert_eq!(number(&desk.run("remind --yes --json").well().json(), "/accepted"), 18);
}

#[test]
fn a_move_that_was_cut_off_or_made_by_hand_is_finished_by_the_same_command() {
    let desk = announced().on("2027-03-21T09:00:00Z");
    let _ = desk.run("remind --schedule --yes").well();
    desk.edit("campaign.toml", "deadline = 2027-04-30", "deadline = 2027-05-30");
    let attention = desk.status()["attention"].clone();
    assert_eq!(attention[0]["kind"], "told-other-date");
    let _ = desk.run("status").well().says("18 customers read another deadline").says("mmig deadline 2027-05-30");
    let _ = desk.run("deadline 2027-05-30").ends(2).says("Still to do").says("18 mails of phase window");
    let told = desk.run(MOVE).well().json();
    assert_eq!((told["withdrawn"].as_array().unwrap().len(), &told["correction"]["added"]), (18, &true.into()));
    let files = desk.files();
    let _ = desk.run("deadline 2027-05-30").well().says("is 2027-05-30 already").says("mmig submit --phase correction");
    assert!(desk.files() == files);
}

#[test]
fn a_move_that_is_killed_while_it_withdraws_is_finished_by_the_next() {
    let desk = announced().on("2027-03-21T09:00:00Z");
    desk.edit("campaign.toml", "concurrency = 8", "concurrency = 1");
    let _ = desk.run("remind --schedule --yes").well();
    desk.people().post("faults", &json!({ "slow": 1.0, "slow_ms": 20, "everywhere": true }));
    let mut running = desk.start(MOVE);
    let withdrawn = || desk.people().record("stats")["by_status"]["cancelled"].as_u64().unwrap_or_default();
    while withdrawn() < 3 {
        assert!(running.child.try_wait().unwrap().is_none(), "it ended before it was killed");
        std::thread::yield_now();
    }
    running.child.kill().unwrap();
    let _ = running.ended();
    assert!(withdrawn() < 18 && desk.read("campaign.toml").contains("deadline = 2027-04-30"), "nothing was moved yet");
    desk.people().post("faults", &json!({}));
    let told = desk.run(MOVE).well().json();
    assert_eq!((withdrawn(), &told["moved"], &told["correction"]["recipients"]), (18, &true.into(), &18.into()));
    // Even customers whose mail was cancelled before the kill get the reminder on its new day.
    let desk = desk.on("2027-04-30T13:00:00Z");
    desk.draft_all();
    let again = desk.run("remind --yes --json").well().json();
    assert_eq!(number(&again, "/accepted"), 18, "{again}");
}

#[test]
fn a_day_that_has_passed_is_refused_and_what_collides_is_said() {
    let desk = announced();
    let files = desk.files();
    let _ = desk.run("deadline 2027-01-29 --yes").ends(2).says("is in the past");
    let said = desk.run("deadline 2027-02-28").ends(2);
    let _ = said.says("phase prepare is too late then, and 18 customers never had it").says("warning");
    let desk = desk.on(PREPARE_DAY);
    let _ = desk.run("deadline 2027-03-31").ends(2).says("window").says("due");
    assert!(desk.files() == files, "nothing may change");
}

#[test]
fn a_campaign_without_phases_of_its_own_keeps_the_usual_ones() {
    let desk = Desk::at(with_contacts(20));
    let text = desk.read("campaign.toml");
    let (head, rest) = text.split_once("[[phase]]").unwrap();
    let changes = rest.find("[[change]]").unwrap();
    desk.write("campaign.toml", &format!("{head}{}", &rest[changes..]));
    desk.segment();
    desk.draft_all();
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    let _ = desk.run(MOVE).well();
    let names: Vec<String> = desk.status()["phases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["announce", "prepare", "window", "final", "complete", "correction"]);
}

#[test]
fn a_ledger_that_was_lost_and_made_again_knows_who_was_told_the_old_date() {
    let desk = announced();
    let _ = desk.run(MOVE).well();
    std::fs::remove_file(desk.path("state.toml")).unwrap();
    let _ = desk.run("track --rebuild").well();
    assert_eq!(number(&correct(&desk, "correction"), "/accepted"), 18);
}

#[test]
fn a_server_that_cannot_be_asked_stops_the_move_before_anything_changed() {
    let desk = announced();
    let files = desk.files();
    let said = desk.run("deadline 2027-05-30 --yes --api-url http://127.0.0.1:9").ends(5);
    let _ = said.says("without MULTIMAIL_API_KEY set, only the file is changed");
    assert!(desk.files() == files, "nothing may change");
}

#[test]
fn the_dates_can_be_put_into_a_calendar_and_move_with_the_deadline() {
    let desk = announced();
    let _ = desk.run("status --ics first.ics").well();
    let _ = desk.run("deadline 2027-05-30 --yes --ics second.ics").well();
    let file = |name: &str| std::fs::read_to_string(desk.home.path().join(name)).unwrap();
    let uids = |text: &str| text.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect::<Vec<_>>();
    let (first, second) = (file("first.ics"), file("second.ics"));
    assert_eq!((uids(&first).len(), uids(&first)), (5, uids(&second)));
    assert!(first.contains("DATE:20270430\r\n") && second.contains("DATE:20270530\r\n"));
    assert!(second.contains("DTSTART:20270430T120000Z\r\n"), "{second}");
    let _ = desk.run("status --ics nowhere/x.ics").ends(2).says("nowhere/x.ics");
}

#[test]
fn a_long_silence_is_said_and_repeating_a_phase_ends_it() {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    let _ = desk.run("track").well();
    let desk = desk.on("2027-02-10T10:00:00Z");
    let said = desk.run("deadline 2027-12-31 --yes").well();
    let _ = said.says("no mail is planned for").says("--again announce");
    let status = desk.status();
    let announced = status["phases"].as_array().unwrap().iter().find(|phase| phase["name"] == "announce").unwrap();
    assert_eq!(announced["state"], "done", "{status:#}");
    assert!(announced["due"].as_str().unwrap().starts_with("2027-01-30"), "a phase that is done keeps its day");
    let told = desk.run("deadline 2027-12-31 --again announce --yes --json").well().json();
    assert_eq!(told["again"], serde_json::json!(["announce-2"]));
    let _ = desk.run("draft --phase announce-2").well();
    assert!(desk.read("campaign.toml").contains("template = \"announce\""));
    let _ = desk.run("deadline 2027-12-31 --again complete --yes").ends(2).says("has no date");
    let _ = desk.run("deadline 2027-12-31 --again nothing --yes").ends(3);
}

#[test]
fn dates_that_do_not_follow_the_deadline_are_listed() {
    let desk = Desk::drafted(with_contacts(10));
    let dates =
        "[campaign.dates]\nbrownout = { at = 2027-04-06T14:00:00, lasts = \"3h\" }\nremoval = { days_after = 15 }\n";
    desk.edit(
        "campaign.toml",
        "\n[campaign.vars]\n",
        &format!("\n{dates}[campaign.vars]\nend = \"30 April 2027, 14:00\"\n"),
    );
    let said = desk.run("deadline 2027-05-31T14:00 --yes").well();
    let _ = said
        .says("Did not move: 2027-04-06 14:00 in campaign.dates.brownout")
        .says("campaign.vars.end, the old deadline");
    assert!(desk.read("campaign.toml").contains("deadline = 2027-05-31T14:00:00"));
}

#[test]
fn a_deadline_after_a_segments_own_is_refused() {
    let desk = Desk::drafted(with_contacts(10));
    desk.edit("campaign.toml", "name = \"rest\"", "name = \"rest\"\ndeadline = 2027-07-31");
    let before = desk.read("campaign.toml");
    let _ = desk.run("deadline 2027-12-31 --yes").ends(2).says("segment `rest` has a deadline of its own");
    assert_eq!(desk.read("campaign.toml"), before);
}
