//! Random histories: customers join, change and leave, other programs write and tag, the server lies and fails, runs
//! are killed, the ledger is lost or replaced by an old copy. After each stretch of such days there is an honest one,
//! and then no customer has a mail twice and none is without it, unless `status` names them.
//!
//! The long form takes as many steps as requested:
//!
//!     MMIG_STEPS=2000 cargo test --test all crash::histories -- --nocapture

use std::collections::{HashMap, HashSet};
use std::fs;
use std::time::Duration;

use chrono::TimeDelta;
use mmig::campaign::people::records::Records;
use mmig::sandbox::{Contacts, Options};
use mmig::store::local as ledger;
use serde_json::{Value, json};

use crate::books::is_live;
use crate::child::{End, Moment, start, strike};
use crate::kills::from_environment;
use crate::random::Random;
use crate::scene::{PHASES, Scene, contract};

/// The number of steps in a stretch; the last is an honest day.
const STRETCH: usize = 9;
/// This many runs are enough for an honest day to end well.
const PATIENCE: usize = 12;

/// The sum over all histories.
#[derive(Debug, Default, Clone, Copy)]
struct Sum {
    histories: usize,
    steps: usize,
    kills: usize,
    lies: usize,
    losses: usize,
    mails: usize,
    /// Customers and phases that are not as they should be, and are named.
    named: usize,
}

struct History {
    scene: Scene,
    random: Random,
    sum: Sum,
    /// The index of the phase that is being sent.
    phase: usize,
    /// An old copy of the ledger.
    copy: Option<Vec<u8>>,
    born: usize,
    /// What happened, to understand a failure.
    diary: Vec<String>,
}

/// Plays a history over all phases, with at most `steps` steps.
fn play(seed: u64, steps: usize) -> Sum {
    let mut random = Random::new(seed);
    let options = Options {
        contract: contract(false),
        seed: random.next(),
        contacts: Contacts::Seeded(usize::try_from(random.between(12, 20)).expect("it is small")),
        latency: Duration::from_millis(random.between(0, 3)),
        repeat_at_page_edge: random.once_in(2),
        ..Options::default()
    };
    let limits = format!("concurrency = {}", random.between(1, 12));
    let scene = Scene::new(options, &limits);
    let mut history = History {
        scene,
        random,
        sum: Sum { histories: 1, ..Sum::default() },
        phase: 0,
        copy: None,
        born: 0,
        diary: Vec::new(),
    };
    history.run(&["segment"], &[0]);
    for (phase, name) in PHASES.iter().enumerate() {
        if history.sum.steps >= steps {
            break;
        }
        history.phase = phase;
        history.run(&["draft", "--phase", name], &[0]);
        for _ in 1..STRETCH {
            history.step();
        }
        history.honest_day();
    }
    assert_eq!(history.scene.server.violations(), Vec::<String>::new());
    history.sum
}

impl History {
    fn phase(&self) -> &'static str {
        PHASES[self.phase]
    }

    fn note(&mut self, what: impl Into<String>) {
        self.diary.push(what.into());
    }

    /// Runs a command, which must end with one of these codes.
    fn run(&mut self, command: &[&str], codes: &[i32]) -> i32 {
        let said = self.scene.run(command);
        self.note(format!("{} -> {}", command.join(" "), said.code));
        assert!(codes.contains(&said.code), "{command:?} ended with {}: {}\n{:#?}", said.code, said.text, self.diary);
        said.code
    }

    fn step(&mut self) {
        self.sum.steps += 1;
        match self.random.between(1, 16) {
            1 => self.somebody_comes(),
            2 => self.somebody_goes(),
            3 => self.somebody_changes(),
            4 => self.another_program_tags(),
            5 => self.support_writes(),
            6 => self.the_server_lies(),
            7 => self.bad_weather(),
            8 => self.people_decide(),
            9 => self.time_passes(),
            10 => self.the_ledger_is_lost(),
            11 | 12 => self.a_run_is_killed(),
            13 => drop(self.run(&["track"], ANY)),
            14 => drop(self.run(&["cancel", "--phase", self.phase(), "--yes"], ANY)),
            15 => self.mode_changes(),
            _ => drop(self.run(&["submit", "--phase", self.phase(), "--now", "--yes"], ANY)),
        }
    }

    fn contacts(&self) -> Vec<Value> {
        self.scene.server.look("contacts")["contacts"].as_array().expect("a list").clone()
    }

    /// A random contact.
    fn somebody(&mut self) -> Option<Value> {
        let all = self.contacts();
        let place = self.random.between(0, u64::try_from(all.len()).ok()?.checked_sub(1)?);
        all.get(usize::try_from(place).ok()?).cloned()
    }

    fn somebody_comes(&mut self) {
        self.born += 1;
        let email = format!("born{}@born.example", self.born);
        self.note(format!("{email} comes"));
        let row =
            json!({ "id": format!("born-{}", self.born), "email": email, "name": "New", "tags": ["api-v1", "rest"] });
        self.scene.server.human("contact", &json!({ "add": row }));
    }

    fn somebody_goes(&mut self) {
        let Some(row) = self.somebody() else { return };
        self.note(format!("{} goes", row["email"]));
        let change = if self.random.once_in(2) {
            json!({ "id": row["id"], "delete": true })
        } else {
            json!({ "id": row["id"], "drop_tags": ["api-v1"] })
        };
        self.scene.server.human("contact", &change);
        if self.random.once_in(3) && change["delete"] == true {
            // Re-created, as programs that synchronise address books do: the same customer with another id.
            self.born += 1;
            let mut again = row;
            again["id"] = json!(format!("again-{}", self.born));
            self.scene.server.human("contact", &json!({ "add": again }));
        }
    }

    fn somebody_changes(&mut self) {
        let Some(row) = self.somebody() else { return };
        self.born += 1;
        let fields = match self.random.between(1, 3) {
            1 => json!({ "email": format!("moved{}@born.example", self.born) }),
            2 => json!({ "name": format!("Renamed {}", self.born) }),
            _ => json!({ "email": row["email"].as_str().unwrap_or_default().to_uppercase() }),
        };
        self.note(format!("{} becomes {fields}", row["email"]));
        self.scene.server.human("contact", &json!({ "id": row["id"], "set": fields }));
    }

    fn another_program_tags(&mut self) {
        let Some(row) = self.somebody() else { return };
        self.note(format!("another program tags {}", row["email"]));
        let change = if self.random.once_in(2) {
            json!({ "id": row["id"], "set": { "tags": ["migration-notified"] } })
        } else {
            json!({ "id": row["id"], "add_tags": ["migration-notified"] })
        };
        self.scene.server.human("contact", &change);
    }

    fn support_writes(&mut self) {
        let Some(row) = self.somebody() else { return };
        self.born += 1;
        let mail =
            json!({ "to": [row["email"]], "subject": format!("Your ticket {}", self.born), "markdown": "Hello" });
        self.note(format!("support writes to {}", row["email"]));
        // A lie or fault may swallow it; that does not matter here.
        let _ = self.scene.server.try_send(&mail);
    }

    fn the_server_lies(&mut self) {
        self.sum.lies += 1;
        let half: Vec<Value> = self.contacts().into_iter().step_by(2).collect();
        let (operation, body) = match self.random.between(1, 6) {
            1 => ("cancel", json!({ "id": "x", "status": "cancelled" })),
            2 => ("cancel", json!({ "id": "x", "status": "scheduled" })),
            3 => ("contacts", json!({ "contacts": half, "has_more": true })),
            4 => ("emails", json!({ "emails": [{ "subject": "no id" }], "cursor": null })),
            5 => ("decide", json!({ "status": "approved" })),
            _ => ("account", json!({ "plan": "pro", "monthly_email_quota": "many" })),
        };
        self.note(format!("the server lies about {operation}: {body}"));
        self.scene.server.human("lie", &json!({ "operation": operation, "body": body }));
    }

    fn is_honest(&mut self) {
        for operation in ["cancel", "contacts", "emails", "decide", "account"] {
            self.scene.server.human("lie", &json!({ "operation": operation }));
        }
        self.scene.server.human("faults", &json!({}));
        self.scene.server.human("mode", &json!({ "mode": "gated_all" }));
        self.note("the server is honest");
    }

    fn bad_weather(&mut self) {
        let kind = ["error_before", "error_after", "cut_before", "cut_after", "garbage", "truncated"];
        let kind = kind[usize::try_from(self.random.between(0, 5)).expect("it is small")];
        self.note(format!("bad weather: {kind}"));
        self.scene.server.human("faults", &json!({ "seed": self.random.next() % 1000, kind: 0.3 }));
    }

    fn people_decide(&mut self) {
        if self.random.once_in(2) {
            self.note("people approve");
            self.scene.server.human("approve", &json!({ "all": true }));
        } else {
            self.run(&["review", "--approve", "--phase", self.phase(), "--by", "rita", "--yes"], ANY);
        }
    }

    fn time_passes(&mut self) {
        let hours = [1, 7, 25][usize::try_from(self.random.between(0, 2)).expect("it is small")];
        self.note(format!("{hours} hours pass"));
        self.scene.later(TimeDelta::hours(hours));
    }

    fn mode_changes(&mut self) {
        self.note("someone makes the mailbox autonomous for a while");
        self.scene.server.human("mode", &json!({ "mode": "autonomous", "after_sends": self.random.between(1, 9) }));
    }

    /// The ledger is replaced by an old copy, or is gone. Nothing is sent until it was rebuilt.
    fn the_ledger_is_lost(&mut self) {
        self.sum.losses += 1;
        let (state, journal) = (self.scene.campaign().join(ledger::STATE), self.scene.campaign().join(ledger::JOURNAL));
        let _ = fs::remove_file(journal);
        if let Some(old) = self.copy.take().filter(|_| self.random.once_in(2)) {
            self.note("an old copy of the ledger is put back");
            fs::write(state, old).expect("room");
        } else {
            self.note("the ledger is gone");
            let _ = fs::remove_file(state);
        }
    }

    fn a_run_is_killed(&mut self) {
        let phase = self.phase();
        let commands: [&[&str]; 4] = [
            &["submit", "--phase", phase, "--now", "--yes"],
            &["submit", "--phase", phase, "--now", "--yes", "--retry-failed"],
            &["track"],
            &["cancel", "--phase", phase, "--yes"],
        ];
        let command = commands[usize::try_from(self.random.between(0, 3)).expect("it is small")];
        let moment = if self.random.once_in(2) {
            Moment::Journal(self.random.between(1, 5000))
        } else {
            Moment::After(Duration::from_micros(self.random.between(0, 60_000)))
        };
        let ended = strike(start(self.scene.mmig(command)), moment, &self.scene.campaign());
        self.sum.kills += usize::from(ended == End::Killed);
        self.note(format!("{} is killed: {ended:?}", command.join(" ")));
        if let End::Code(code) = ended {
            assert!(ANY.contains(&code), "{command:?} ended with {code}\n{:#?}", self.diary);
        }
    }

    /// Everything works, and everyone who should have the mail gets it.
    fn honest_day(&mut self) {
        self.sum.steps += 1;
        self.is_honest();
        if self.random.once_in(2) {
            self.scene.later(TimeDelta::hours(25));
        }
        self.insist(&["track"]);
        self.insist(&["segment"]);
        self.insist(&["submit", "--phase", self.phase(), "--now", "--yes"]);
        self.insist(&["track"]);
        if self.random.once_in(2) {
            self.copy = fs::read(self.scene.campaign().join(ledger::STATE)).ok();
        }
        for phase in &PHASES[..=self.phase] {
            self.all_is_well(phase, *phase == self.phase());
        }
    }

    /// Runs a command until it has nothing more to do, following the advice in its failures.
    fn insist(&mut self, command: &[&str]) {
        for _ in 0..PATIENCE {
            match self.run(command, &[0, 1, 3, 8, 9]) {
                0 => return,
                // The rest is named; once more, in case the first time only settled.
                1 if self.run(command, &[0, 1]) < 2 => return,
                9 => drop(self.run(&["track", "--rebuild"], &[0, 1])),
                _ => drop(self.run(&["segment", "--yes", "--adopt"], &[0, 9])),
            }
        }
        panic!("{command:?} does not end well: {:#?}", self.diary);
    }

    /// No customer has the phase twice, and none in the campaign is without it, unless `status` names
    /// them.
    fn all_is_well(&mut self, phase: &str, is_being_sent: bool) {
        let record = self.scene.server.look("mails");
        let mails: Vec<&Value> = record["mails"].as_array().expect("a list").iter().collect();
        let of_phase = |mail: &&&Value| text(&mail["subject"]).starts_with(phase) && mail["direction"] == "outbound";
        let mut live: HashMap<String, Vec<String>> = HashMap::new();
        for mail in mails.iter().filter(of_phase).filter(|mail| is_live(mail)) {
            live.entry(text(&mail["to"][0]).to_lowercase()).or_default().push(text(&mail["id"]));
        }
        self.sum.mails = mails.len();
        let named = self.named(phase);
        for (address, ids) in live.iter().filter(|(_, ids)| ids.len() > 1) {
            self.sum.named += 1;
            assert!(
                named.contains(address),
                "{address} has {phase} {} times, without a word about it: {:#?}",
                ids.len(),
                self.diary
            );
        }
        let records = ledger::read(&self.scene.campaign()).expect("no crash damages a ledger").unwrap_or_default();
        let ids: HashSet<&String> = live.values().flatten().collect();
        // A customer who joined after a phase waits for it, until someone submits it again.
        for row in self.contacts().into_iter().filter(|_| is_being_sent) {
            let address = text(&row["email"]).to_lowercase();
            if live.contains_key(&address) || !is_wanted(&row) || is_settled(&records, &address, phase, &ids) {
                continue;
            }
            self.sum.named += 1;
            assert!(named.contains(&address), "{address} has no {phase}, without a word about it: {:#?}", self.diary);
        }
    }

    /// The addresses that `status` names for a phase, or for the whole campaign.
    fn named(&self, phase: &str) -> HashSet<String> {
        let status = self.scene.run(&["status"]);
        assert_eq!(status.code, 0, "{}", status.text);
        let attention = status.json["attention"].as_array().expect("a list").iter();
        let of_phase = attention.filter(|item| item["phase"] == phase || item["phase"].is_null());
        let mut named: HashSet<String> = of_phase.map(|item| text(&item["contact"]).to_lowercase()).collect();
        let coverage = &status.json["coverage"];
        let unreachable = coverage["unreachable"].as_array().into_iter().flatten().map(|one| text(&one["contact"]));
        let shared = coverage["shared_addresses"].as_array().into_iter().flatten().map(|one| text(&one["address"]));
        named.extend(unreachable.chain(shared).map(|address| address.to_lowercase()));
        named
    }
}

/// How an honest run may end on a bad day: anything but a usage error or a crash.
const ANY: &[i32] = &[0, 1, 3, 5, 6, 8, 9];

/// Whether a contact is one of the campaign's.
fn is_wanted(row: &Value) -> bool {
    row["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == "api-v1"))
}

/// Whether the ledger explains why the address has no mail of the phase: a person cancelled it, or the customer has it
/// at another address, where it still is.
fn is_settled(records: &Records, address: &str, phase: &str, live: &HashSet<&String>) -> bool {
    let own = records.recipients().iter().filter(|recipient| recipient.email.to_lowercase() == address);
    own.filter_map(|recipient| recipient.mail(phase)).any(|mail| {
        let is_cancelled = mail.is_void() && mail.withdrawal().is_none();
        is_cancelled || mail.accepted().is_some_and(|known| live.contains(&known.id.to_string()))
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[test]
fn whatever_happens_no_one_has_a_mail_twice_or_is_without_it_unless_status_says_so() {
    let (steps, first) = (from_environment("MMIG_STEPS", 45), from_environment("MMIG_SEED", 1));
    let mut sum = Sum::default();
    for seed in first.. {
        if sum.steps >= steps {
            break;
        }
        let played = play(seed, steps - sum.steps);
        sum.histories += played.histories;
        sum.steps += played.steps;
        sum.kills += played.kills;
        sum.lies += played.lies;
        sum.losses += played.losses;
        sum.mails += played.mails;
        sum.named += played.named;
    }
    println!("{sum:?}");
    assert!(sum.kills > 0 && sum.mails > 0);
}
