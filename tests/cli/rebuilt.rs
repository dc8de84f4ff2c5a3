//! A lost or damaged ledger is rebuilt from the server, and no one is mailed a second time.

use std::fs;

use mmig::sandbox::{Contract, Options};
use serde_json::{Value, json};

use crate::desk::{Desk, PREPARE_DAY, with_contacts};
use crate::human::recipient;
use crate::said::{number, outcomes};

/// Ninety have the announcement, a few of them replied, bounced, or are done; then the preparation.
fn under_way() -> Desk {
    let desk = Desk::drafted(with_contacts(100));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    let customers = desk.people().tagged("api-v1");
    desk.people().bounce(&customers[0]);
    desk.people().reply(&customers[1]);
    desk.people().tag(&customers[2], &["migration-complete"]);
    let _ = desk.run("track").well();
    let desk = desk.on(PREPARE_DAY);
    let _ = desk.submit("prepare").well();
    desk
}

fn lose(desk: &Desk) {
    fs::remove_file(desk.path("state.toml")).unwrap();
    fs::remove_file(desk.path("state.journal")).unwrap();
}

/// The ledger's mails: customer, phase, id and outcome.
fn books(desk: &Desk) -> Vec<(String, String, String, String)> {
    let ledger = desk.ledger();
    let mut books: Vec<_> = ledger
        .recipients()
        .iter()
        .flat_map(|own| own.mails.iter().map(move |mail| (own, mail)))
        .map(|(own, mail)| {
            let id = mail.accepted().map(|accepted| accepted.id.to_string()).unwrap_or_default();
            (own.email.to_string(), mail.phase.to_string(), id, mail.outcome().to_string())
        })
        .collect();
    books.sort();
    books
}

#[track_caller]
fn rebuilt(desk: &Desk, code: i32) -> Value {
    desk.run("track --rebuild --json").ends(code).json()
}

/// Submitting these again sends nothing.
#[track_caller]
fn nobody_is_mailed_again(desk: &Desk, phases: &[&str]) {
    let taken = desk.people().taken();
    for phase in phases {
        let _ = desk.run(&format!("submit --phase {phase} --now --yes"));
    }
    assert_eq!(desk.people().taken(), taken);
    desk.people().doubled_nobody();
}

#[test]
fn a_lost_ledger_is_the_same_again_but_for_what_no_server_knows() {
    let desk = under_way();
    let before = books(&desk);
    lose(&desk);
    let told = rebuilt(&desk, 0);
    assert_eq!((number(&told, "/by_tags"), number(&told, "/by_subject")), (before.len() as u64, 0));
    assert_eq!((told["held"].clone(), told["aside"].clone()), (json!([]), json!([])));
    assert_eq!(books(&desk), before);
    nobody_is_mailed_again(&desk, &["announce", "prepare"]);
    let customer = desk.people().tagged("api-v1")[1].clone();
    let _ = desk.run(&format!("status --contact {customer}")).well().says("replied").says("delivered");
}

#[test]
fn a_lost_ledger_is_not_taken_for_a_new_campaign() {
    let desk = under_way();
    lose(&desk);
    let taken = desk.people().taken();
    for command in ["submit --phase prepare --yes", "submit --phase prepare --dry-run", "remind --yes"] {
        let _ = desk.run(command).ends(9).says("its ledger is not on this machine").says("mmig track --rebuild");
    }
    assert_eq!(desk.people().taken(), taken);
}

#[test]
fn mails_without_tags_are_recognised_by_subject_and_recipient() {
    let desk = Desk::drafted(with_contacts(100));
    // The run that sent them was killed before it tagged them, and a day later no one knows about
    // them.
    let _ = desk.submit("announce").well();
    let mails = desk.people().mails();
    let desk = desk.on("2027-01-31T15:00:00Z");
    for mail in &mails {
        desk.people().tag_mail(mail, &json!({}));
    }
    lose(&desk);
    let told = rebuilt(&desk, 0);
    assert_eq!((number(&told, "/by_tags"), number(&told, "/by_subject")), (0, 90));
    let books = books(&desk);
    assert!(mails.iter().all(|mail| books.iter().any(|line| mail["id"] == line.2 && recipient(mail) == line.0)));
    nobody_is_mailed_again(&desk, &["announce"]);
}

#[test]
fn a_mail_that_may_be_of_the_campaign_is_held_and_one_of_another_is_not() {
    let desk = Desk::drafted(with_contacts(100));
    let _ = desk.submit("announce").well();
    let mails = desk.people().mails();
    let [unclear, foreign] = [0, 1].map(|place| mails[place].clone());
    for (mail, tags) in
        [(&unclear, json!({})), (&foreign, json!({ "mmig-campaign": "another", "mmig-phase": "announce" }))]
    {
        desk.people().post("tamper", &json!({ "id": mail["id"], "subject": "Please read" }));
        desk.people().tag_mail(mail, &tags);
    }
    lose(&desk);
    let told = rebuilt(&desk, 1);
    assert_eq!((number(&told, "/by_tags"), number(&told, "/others")), (88, 1));
    assert_eq!(told["held"].as_array().unwrap().len(), 1);
    assert_eq!((&told["held"][0]["contact"], &told["held"][0]["phase"]), (&unclear["to"][0], &json!("announce")));
    // The customer whose mail was another campaign's never got this one.
    let desk = desk.on("2027-01-31T15:00:00Z");
    let sent = desk.submit("announce").ends(1).json();
    assert_eq!((number(&sent, "/accepted"), number(&sent, "/excluded/unknown")), (1, 1));
    assert_eq!(desk.people().mails().last().unwrap()["to"], foreign["to"]);
    let _ = desk.run("status").well().says("Please read").says("--resend-unknown");
}

#[test]
fn who_left_the_campaign_is_on_record_and_is_not_mailed_again_on_coming_back() {
    let desk = Desk::drafted(with_contacts(100));
    let _ = desk.submit("announce").well();
    let customer = desk.people().tagged("api-v1")[0].clone();
    let row = desk.people().contacts().into_iter().find(|row| row["email"] == customer.as_str()).unwrap();
    desk.people().post("contact", &json!({ "email": customer, "delete": true }));
    lose(&desk);
    assert_eq!(number(&rebuilt(&desk, 0), "/left"), 1);
    let mut again = row;
    again["id"] = json!("made-again");
    desk.people().post("contact", &json!({ "add": again }));
    let desk = desk.on("2027-01-31T15:00:00Z");
    let told = desk.submit("announce").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/already")), (0, 90));
}

#[test]
fn an_untagged_mail_to_an_address_that_is_nobodys_any_more_is_on_record_and_the_ledger_can_be_read() {
    let desk = Desk::drafted(with_contacts(10));
    let _ = desk.submit("announce").well();
    let (mails, row) = (desk.people().mails(), desk.people().contacts()[0].clone());
    for mail in &mails {
        desk.people().tag_mail(mail, &json!({}));
    }
    desk.people().post("contact", &json!({ "id": row["id"], "set": { "email": "moved@born.example" } }));
    lose(&desk);
    assert_eq!(number(&rebuilt(&desk, 0), "/left"), 1);
    let _ = desk.run("track").well();
    let _ = desk.run("track").well();
    assert_eq!(number(&rebuilt(&desk, 0), "/by_tags"), 0, "everything is known");
}

#[test]
fn a_damaged_ledger_keeps_what_can_be_read_and_is_set_aside() {
    let desk = under_way();
    let before = books(&desk);
    let whole = desk.read("state.toml");
    let lines: Vec<&str> = whole.lines().collect();
    // One recipient's line is broken, and the file ends in the middle of another.
    let broken = lines[..60].join("\n").replacen("segment = \"rest\"", "segment = ", 1) + "\n" + &lines[60][..40];
    desk.write("state.toml", &broken);
    let _ = desk.run("status").ends(9).says("mmig track --rebuild");
    let told = rebuilt(&desk, 0);
    assert_eq!((told["damaged"].clone(), number(&told, "/unreadable_lines")), (json!(true), 2));
    assert!(number(&told, "/recipients_kept") > 40, "{told:#}");
    assert_eq!(books(&desk), before);
    let [aside] = told["aside"].as_array().unwrap().as_slice() else { panic!("{told:#}") };
    assert_eq!(fs::read_to_string(desk.home.path().join(aside.as_str().unwrap())).unwrap(), broken);
    assert!(desk.read(".gitignore").contains("state.*.aside-*"));
    nobody_is_mailed_again(&desk, &["announce", "prepare"]);
}

#[test]
fn a_journal_broken_in_its_middle_loses_one_line_and_the_server_tells_it_again() {
    let desk = Desk::drafted(with_contacts(100));
    let state = desk.read("state.toml");
    desk.people().post("latency", &json!({ "ms": 30 }));
    let mut running = desk.start("submit --phase announce --yes");
    while desk.people().taken() < 40 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    running.child.kill().unwrap();
    let _ = running.ended();
    desk.people().post("latency", &json!({ "ms": 0 }));
    let journal = desk.read("state.journal");
    assert_ne!(state, "");
    let middle = journal.match_indices('\n').nth(20).unwrap().0 + 30;
    desk.write("state.journal", &(journal[..middle].to_owned() + "?" + &journal[middle + 1..]));
    let place = journal[..middle].rfind('\n').unwrap() + 1;
    let said = desk.submit("announce").ends(9);
    let _ = said.says(&format!("byte {place}")).says("mmig track --rebuild");
    let told = rebuilt(&desk, 0);
    assert_eq!((number(&told, "/unreadable_lines"), told["aside"].as_array().unwrap().len()), (1, 2));
    let _ = desk.submit("announce").well();
    assert_eq!(desk.people().taken(), 90);
    desk.people().doubled_nobody();
}

#[test]
fn where_the_server_shows_no_mails_whatever_may_have_been_sent_is_held() {
    let desk = Desk::drafted(Options { contract: Contract::Simple, ..with_contacts(50) });
    let _ = desk.submit("announce").well();
    lose(&desk);
    for command in ["submit --phase announce --dry-run", "submit --phase announce --yes"] {
        let _ = desk.run(command).ends(9).says("its ledger is not on this machine").says("mmig track --rebuild");
    }
    let told = rebuilt(&desk, 1);
    let held = told["held"].as_array().unwrap();
    assert_eq!(held.len(), 45);
    assert!(held.iter().all(|held| held["phase"] == "announce"), "{held:?}");
    assert!(held[0]["why"].as_str().unwrap().contains("migration-notified"), "{held:?}");
    assert_eq!(outcomes(&desk.status(), "announce"), [("unknown".to_owned(), 45)]);
    let _ = desk.submit("announce").ends(1);
    assert_eq!(desk.people().taken(), 45);
    // What is still to come is sent as usual.
    let desk = desk.on(PREPARE_DAY);
    assert_eq!(number(&desk.submit("prepare").well().json(), "/accepted"), 45);
}

#[test]
fn a_ledger_put_back_from_an_old_copy_is_not_gone_on_with() {
    let desk = Desk::drafted(with_contacts(30));
    let _ = desk.submit("announce").well();
    let old = fs::read(desk.path("state.toml")).unwrap();
    let desk = desk.on(PREPARE_DAY);
    let _ = desk.submit("prepare").well();
    let newest = fs::read(desk.path("state.toml")).unwrap();
    fs::write(desk.path("state.toml"), old).unwrap();
    // By then the server has forgotten the keys.
    let desk = desk.on("2027-03-02T16:00:00Z");
    let taken = desk.people().taken();
    for command in ["submit --phase prepare --yes", "submit --phase prepare --dry-run", "remind --yes"] {
        let _ = desk.run(command).ends(9).says("this ledger is older").says("mmig track --rebuild");
    }
    assert_eq!(desk.people().taken(), taken);
    let before = fs::read(desk.path("state.toml")).unwrap();
    let _ = rebuilt(&desk, 0);
    assert_ne!(fs::read(desk.path("state.toml")).unwrap(), before);
    nobody_is_mailed_again(&desk, &["announce", "prepare"]);
    fs::write(desk.path("state.toml"), newest).unwrap();
    let _ = desk.submit("prepare").well();
}

#[test]
fn a_phase_that_was_sent_before_its_date_is_held_as_well() {
    let desk = Desk::drafted(Options { contract: Contract::Simple, ..with_contacts(20) }).on("2027-01-10T12:00:00Z");
    let _ = desk.run("submit --phase announce --now --yes").well();
    lose(&desk);
    let _ = rebuilt(&desk, 1);
    assert_eq!(outcomes(&desk.status(), "announce"), [("unknown".to_owned(), 18)]);
    nobody_is_mailed_again(&desk, &["announce"]);
}
