//! Wherever a customer can be named, an address, an id, or a part of the name or address works.

use std::collections::BTreeSet;

use clap::CommandFactory;
use serde_json::json;

use crate::desk::{Desk, with_rows};

/// The customers, and how each is named: by address in any spelling, by id, or by a unique part.
const CUSTOMERS: [(&str, &str, &str, &str); 3] = [
    ("c-1", "Ann Lee", "ann@one.example", "ANN@one.example"),
    ("c-2", "Bob", "bob@two.example", "c-2"),
    ("c-3", "Cyd Moor", "cyd@three.example", "moor"),
];

/// Every command that takes a customer, in each of its forms, with its exit code. Each line is run for each
/// customer.
const LINES: [(&str, i32); 8] = [
    ("status --contact WHO", 0),
    ("draft --phase window --contact WHO", 0),
    ("submit --phase announce --test-to me@acme.example --contact WHO --dry-run", 0),
    // Nothing is held for any customer, and the error names the one given.
    ("submit --phase announce --resend-unknown --contact WHO --dry-run", 2),
    ("track --mark started --contact WHO", 0),
    ("review --phase announce --contact WHO", 0),
    ("review --phase announce --contact WHO --reject --reason no --by ann --yes", 0),
    ("cancel --phase window --contact WHO --yes", 0),
];

/// One has a mail and has written back; the others wait for approval.
fn submitted() -> Desk {
    let row = |(id, name, email, _): (&str, &str, &str, &str)| json!({ "id": id, "name": name, "email": email, "tags": ["api-v1", "rest"], "created_at": 0 });
    let desk = Desk::drafted(with_rows(CUSTOMERS.into_iter().map(row).collect()));
    let _ = desk.run("submit --phase prepare --now --yes").well();
    desk.people().approve_all();
    for (_, _, email, _) in CUSTOMERS {
        desk.people().reply(email);
    }
    desk.track();
    // Customers whose reply waits for an answer are not reminded.
    names_each(&desk, "track --clear --contact WHO", 0);
    for phase in ["announce", "window"] {
        let _ = desk.run(&format!("submit --phase {phase} --now --yes")).well();
    }
    desk
}

/// The ledger's lines; each is about one customer.
fn ledger(desk: &Desk) -> BTreeSet<String> {
    desk.read("state.toml").lines().map(str::to_owned).collect()
}

#[test]
fn every_command_that_takes_a_customer_is_tried() {
    let cli = mmig::cli::Cli::command();
    let takes_one = |command: &&clap::Command| command.get_arguments().any(|own| own.get_long() == Some("contact"));
    let known: BTreeSet<&str> = cli.get_subcommands().filter(takes_one).map(clap::Command::get_name).collect();
    let tried: BTreeSet<&str> = LINES.iter().filter_map(|(line, _)| line.split(' ').next()).collect();
    assert_eq!(tried, known);
}

/// Runs a line for each customer; it is about that one and no other.
#[track_caller]
fn names_each(desk: &Desk, line: &str, code: i32) {
    for (_, _, email, who) in CUSTOMERS {
        let before = ledger(desk);
        let said = desk.run(&format!("{} --json", line.replace("WHO", who))).ends(code);
        let changed: Vec<String> = ledger(desk).difference(&before).cloned().collect();
        let is_meant = |own: &str| said.stdout.contains(own) || changed.iter().any(|line| line.contains(own));
        let meant: Vec<&str> = CUSTOMERS.iter().map(|(_, _, own, _)| *own).filter(|own| is_meant(own)).collect();
        assert_eq!(meant, [email], "{line}: {who}\n{}\n{changed:?}", said.stdout);
    }
}

#[test]
fn a_customer_is_named_by_address_by_id_or_by_a_part_in_every_command() {
    let desk = submitted();
    for (line, code) in LINES {
        names_each(&desk, line, code);
    }
}

#[test]
fn a_part_that_several_have_and_a_name_that_nobody_has_are_answered_with_those_there_are() {
    let desk = submitted();
    for (line, _) in LINES {
        let _ = desk.run(&line.replace("WHO", "example")).ends(3).says("matches 3 customers").says("bob@two.example");
        let _ = desk.run(&line.replace("WHO", "amm@one.example")).ends(3).says("did you mean ann@one.example?");
    }
}
