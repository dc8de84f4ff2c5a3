//! A ledger that is not the campaign's newest is recognised, whatever else the mailbox contains, and nothing is sent
//! with it.

use std::fs;

use mmig::sandbox::{Contract, Options};
use serde_json::json;

use crate::desk::{Desk, PREPARE_DAY, speaking, with_contacts};
use crate::said::number;

const NOTIFIED: &str = "migration-notified";

impl Desk {
    /// What a fresh copy of the repository has: neither the ledger nor any sign of one.
    fn forgets_everything(&self) {
        self.forgets_the_ledger();
        fs::remove_dir_all(self.path("sent")).expect("something was sent");
    }

    fn forgets_the_ledger(&self) {
        fs::remove_file(self.path("state.toml")).expect("there is a ledger");
        let _ = fs::remove_file(self.path("state.journal"));
    }
}

/// Announced to everyone; then support wrote to many of them from the same mailbox.
fn announced_and_written_to() -> Desk {
    let desk = Desk::drafted(with_contacts(30));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    let _ = desk.run("track").well();
    for customer in desk.people().tagged("api-v1").iter().take(12) {
        desk.people().writes(customer, "Your ticket");
    }
    desk.people().approve_all();
    desk
}

const SENDING: [&str; 4] =
    ["submit --phase prepare --yes", "submit --phase prepare --dry-run", "remind --yes", "track"];

#[test]
fn a_ledger_that_is_gone_is_noticed_by_what_the_mails_and_the_contacts_carry() {
    for tagged in [true, false] {
        let desk = announced_and_written_to();
        desk.forgets_everything();
        if !tagged {
            for customer in desk.people().tagged(NOTIFIED) {
                let gone = json!({ "email": customer, "drop_tags": [NOTIFIED] });
                desk.people().post("contact", &gone);
            }
        }
        let desk = desk.on(PREPARE_DAY);
        let taken = desk.people().taken();
        for command in SENDING {
            let _ = desk.run(command).ends(9).says("mmig track --rebuild");
        }
        // Finding the customers again does not find the mails.
        let _ = desk.run("segment").well();
        for command in SENDING {
            let _ = desk.run(command).ends(9).says("knows of none");
        }
        assert_eq!(desk.people().taken(), taken);
    }
}

#[test]
fn a_ledger_from_before_the_mails_is_noticed_whatever_came_after_them() {
    let desk = Desk::drafted(with_contacts(30));
    let old = fs::read(desk.path("state.toml")).expect("it was segmented");
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    let _ = desk.run("track").well();
    for customer in desk.people().tagged("api-v1").iter().take(12) {
        desk.people().writes(customer, "Your ticket");
    }
    desk.people().approve_all();
    fs::write(desk.path("state.toml"), &old).expect("there is room");
    let taken = desk.people().taken();
    for command in ["submit --phase announce --yes", "remind --yes", "track", "status", "report", "segment"] {
        let _ = desk.run(command).ends(9).says("this ledger is older").says("mmig track --rebuild");
    }
    fs::remove_dir_all(desk.path("sent")).expect("something was sent");
    let desk = desk.on("2027-02-01T10:00:00Z");
    let _ = desk.run("submit --phase announce --yes").ends(9).says("knows of none");
    assert_eq!(desk.people().taken(), taken);
}

#[test]
fn a_list_that_cannot_be_read_to_its_end_proves_nothing_and_stops_a_send() {
    let desk = Desk::drafted(with_contacts(5));
    desk.people().post("lie", &json!({ "operation": "emails", "body": { "emails": [{ "subject": "no id" }] } }));
    let _ = desk.submit("announce").ends(9).says("could not be read to its end").says("segment --adopt");
    assert_eq!(desk.people().taken(), 0);
}

#[test]
fn readers_on_a_machine_without_the_ledger_say_so_and_where_it_was() {
    let desk = announced_and_written_to();
    desk.forgets_the_ledger();
    let customer = desk.people().tagged("api-v1")[0].clone();
    let of_one = format!("status --contact {customer}");
    for command in [
        "status",
        "status --behind",
        &of_one,
        "report --format md",
        "track",
        "segment",
        "draft --all",
        "cancel --phase announce --yes",
    ] {
        let said = desk.run(command).ends(9).says("its ledger is not on this machine").says("2027-01-30");
        let _ = said.says("mmig track --rebuild");
    }
    // A campaign that has sent nothing is simply new.
    let new = Desk::offline();
    let _ = new.run("status").well();
}

#[test]
fn drafts_without_a_ledger_mean_that_the_ledger_is_elsewhere() {
    let desk = Desk::drafted(with_contacts(10));
    let customer = desk.people().tagged("api-v1")[0].clone();
    desk.forgets_the_ledger();
    let commands = ["status", "status --behind", "report --format md", &format!("status --contact {customer}")];
    for command in commands {
        let _ = desk.run(command).ends(9).says("the ledger they were made from is not on this machine");
    }
    let _ = desk.run("segment").well();
    let _ = desk.run("status --behind").well().says("customers not done");
}

#[test]
fn without_recipients_no_one_is_done() {
    let desk = Desk::offline();
    for command in ["status", "status --behind", "report --format md", "report --format html"] {
        let said = desk.run(command).well().says("No recipients yet.");
        assert!(!said.stdout.contains("done.</p>") && !said.stdout.contains("Everyone is done"), "{}", said.stdout);
    }
}

#[test]
fn the_texts_of_another_campaign_are_not_taken_for_this_ones() {
    let desk = announced_and_written_to();
    desk.edit("sent/last-run.toml", "\"api-v2\"", "\"api-v1\"");
    let _ = desk.run("status").ends(9).says("of campaign `api-v1`");
    desk.write("sent/last-run.toml", "<<<<<<< HEAD\n");
    let _ = desk.run("submit --phase prepare --yes").ends(9).says("last-run.toml");
}

#[test]
fn on_a_server_without_lists_a_fresh_copy_each_day_mails_nobody_again() {
    let desk = Desk::drafted(speaking(Contract::Simple, 12));
    let _ = desk.submit("announce").well();
    let _ = desk.run("track").well();
    desk.forgets_everything();
    let taken = desk.people().taken();
    for command in ["track", "remind --yes", "submit --phase announce --yes"] {
        let _ = desk.run(command).ends(9).says("carry").says("segment --adopt").says("mmig track --rebuild");
    }
    assert_eq!(desk.people().taken(), taken);
}

#[test]
fn an_older_ledger_is_noticed_on_a_server_without_lists() {
    let desk = Desk::drafted(Options { contract: Contract::Simple, ..with_contacts(12) });
    let _ = desk.run("submit --phase announce --canary 3 --yes").well();
    let old = fs::read(desk.path("state.toml")).expect("a ledger");
    let _ = desk.submit("announce").well();
    fs::write(desk.path("state.toml"), old).expect("there is room");
    let taken = desk.people().taken();
    let _ = desk.submit("announce").ends(9).says("this ledger is older");
    assert_eq!(desk.people().taken(), taken);
    let _ = desk.run("track --rebuild");
    let _ = desk.submit("announce");
    assert_eq!(desk.people().taken(), taken);
}

#[test]
fn contacts_that_something_else_told_stop_a_new_ledger_until_that_is_adopted() {
    for contract in [Contract::Mailbox, Contract::Simple] {
        let desk = Desk::drafted(speaking(contract, 20));
        let customers = desk.people().tagged("api-v1");
        customers.iter().take(5).for_each(|customer| desk.people().tag(customer, &[NOTIFIED]));
        for command in [
            "submit --phase announce --dry-run",
            "submit --phase announce --yes",
            "submit --phase announce --canary 1 --yes",
        ] {
            let _ = desk.run(command).ends(8).says("5 customers carry").says("segment --adopt").says("track --rebuild");
        }
        let _ = desk.run("segment").well().says("5 customers carry");
        assert_eq!(desk.people().taken(), 0);
        assert_eq!(number(&desk.run("segment --adopt --json").well().json(), "/told_elsewhere"), 5);
        let _ = desk.submit("announce").well();
        assert_eq!(desk.people().taken(), customers.len() as u64);
    }
}

#[test]
fn a_customer_that_something_else_told_meanwhile_is_said() {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.run("submit --phase announce --canary 1 --yes").well();
    let mailed = desk.people().mails()[0]["to"][0].clone();
    let other =
        desk.people().tagged("api-v1").into_iter().find(|customer| mailed != customer.as_str()).expect("others");
    desk.people().tag(&other, &[NOTIFIED]);
    let _ = desk.run("submit --phase announce --dry-run").well().says("1 of these recipients carry");
}

#[test]
fn a_mailbox_that_is_not_the_campaigns_is_refused() {
    let desk = Desk::drafted(with_contacts(5));
    let _ = desk.submit("announce").well();
    let state = desk.read("state.toml");
    let here = state.lines().find(|line| line.starts_with("mailbox = ")).expect("it is recorded").to_owned();
    desk.write("state.toml", &state.replace(&here, "mailbox = \"another\""));
    for command in ["submit --phase prepare --yes", "track", "remind --yes", "cancel --phase announce --yes"] {
        let _ = desk.run(command).ends(8).says("are in the mailbox another").says("track --rebuild");
    }
    let _ = desk.run("track --rebuild").well();
    assert!(desk.read("state.toml").contains(&here));
    let _ = desk.run("track").well();
}
