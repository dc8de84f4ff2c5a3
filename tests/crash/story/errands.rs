//! Other commands that change the server, killed as well: a review, mails submitted early, the cancellation of obsolete
//! ones, a deadline that moves.

use std::collections::{BTreeSet, HashMap};

use chrono::TimeDelta;
use mmig::campaign::mail::Accepted;
use mmig::store::local as ledger;
use serde_json::{Value, json};

use super::{PATIENCE, Story};
use crate::books::{Tally, is_live};
use crate::scene::PHASES;

const MOVED: &str = "2027-05-10";
/// The day of the second phase with that deadline.
const ITS_DAY: &str = "2027-02-19";

impl Story {
    /// The first mail is reviewed; the second is submitted early, cancelled for those who are done, cancelled for all
    /// as the deadline moves, and submitted again.
    pub(super) fn errands(&mut self) {
        let second = format!("name = \"{}\"\ndays_before = 80\naudience = \"all\"", PHASES[1]);
        let reminder = second.replace("\"all\"", "\"not-completed\"\nautomatic = true");
        self.scene.edit("campaign.toml", &second, &reminder);
        self.insist(&["segment"]);
        self.insist(&["draft", "--phase", PHASES[0]]);
        self.insist(&["submit", "--phase", PHASES[0], "--now", "--yes"]);
        self.review(PHASES[0]);
        self.hand_over();
        self.review(PHASES[1]);
        let done = self.some_are_done();
        self.insist(&["track"]);
        self.insist(&["deadline", MOVED, "--yes"]);
        self.hand_over();
        self.insist(&["track"]);
        let tally = self.all_is_well(&done);
        self.outcome.tally.add(tally);
    }

    fn review(&mut self, phase: &str) {
        self.insist(&["review", "--approve", "--phase", phase, "--by", "ann", "--yes"]);
    }

    fn hand_over(&mut self) {
        self.insist(&["draft", "--phase", PHASES[1]]);
        self.insist(&["remind", "--schedule", "--yes"]);
    }

    /// Runs a command with some kills, then until it ends well.
    fn insist(&mut self, command: &[&str]) {
        for _ in 0..self.random.between(0, 3) {
            self.blow(command);
            self.scene.later(TimeDelta::minutes(i64::try_from(self.random.between(0, 90)).expect("it is small")));
        }
        for _ in 0..PATIENCE {
            self.outcome.runs += 1;
            let said = self.scene.run(command);
            match said.code {
                0 => return,
                1 | 5 => {}
                code => panic!("{command:?} ended with {code}: {}", said.text),
            }
        }
        panic!("{command:?} does not end well");
    }

    /// Every third customer finishes.
    fn some_are_done(&self) -> BTreeSet<String> {
        let record = self.scene.server.look("contacts");
        let addresses = record["contacts"].as_array().expect("a list").iter().map(|row| text(&row["email"]));
        let done: BTreeSet<String> = addresses.step_by(3).collect();
        for email in &done {
            self.scene.server.human("contact", &json!({ "email": email, "add_tags": ["migration-complete"] }));
        }
        done
    }

    /// Customers who are done have no second mail; everyone else has one, for the day of the new deadline; and the
    /// ledger agrees with the sandbox about each mail.
    fn all_is_well(&self, done: &BTreeSet<String>) -> Tally {
        let record = self.scene.server.look("mails");
        let mails = record["mails"].as_array().expect("a list");
        let records = ledger::read(&self.scene.campaign()).expect("no crash damages a ledger").expect("it is there");
        let here: HashMap<String, &Value> = mails.iter().map(|mail| (text(&mail["id"]), mail)).collect();
        let mut tally = Tally::default();
        for recipient in records.recipients() {
            for accepted in recipient.mails.iter().filter_map(|mail| mail.accepted()) {
                assert_eq!(said_here(accepted), text(&here[accepted.id.as_str()]["status"]), "{}", recipient.email);
            }
            for (phase, wanted) in [(PHASES[0], 1), (PHASES[1], usize::from(!done.contains(recipient.email.as_str())))]
            {
                let to = |mail: &&Value| mail["to"][0] == *recipient.email && text(&mail["subject"]).starts_with(phase);
                let live: Vec<&Value> = mails.iter().filter(to).filter(|mail| is_live(mail)).collect();
                tally.mails += live.len();
                tally.doubled += live.len().saturating_sub(wanted);
                tally.lost += wanted.saturating_sub(live.len());
                let on_time = |mail: &&Value| phase == PHASES[0] || text(&mail["send_at"]).starts_with(ITS_DAY);
                assert!(live.iter().all(on_time), "{}: {live:?}", recipient.email);
            }
        }
        assert_eq!((tally.doubled, tally.lost), (0, 0), "{tally:?}");
        tally
    }
}

/// The server's word for the ledger's state.
fn said_here(accepted: &Accepted) -> String {
    match accepted.outcome().to_string().as_str() {
        "pending_approval" => "pending_send_approval".to_owned(),
        other => other.to_owned(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
