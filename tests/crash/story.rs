//! One campaign with many faults: all its commands are killed again and again, until the last one ends well.

mod errands;

use std::fs;
use std::time::Duration;

use chrono::TimeDelta;
use mmig::sandbox::{Contacts, Faults, Options};
use mmig::store::local as ledger;

use super::outcome::Outcome;
use crate::books::{compare, nothing_is_forgotten};
use crate::child::{End, Moment, end, start, strike};
use crate::random::Random;
use crate::scene::{PHASES, Scene, contract};

/// The kind of bad days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Runs follow each other within the day: the server still has the keys.
    SameDay,
    /// The run that ends well comes 25 h later: the server has forgotten the keys.
    KeysExpired,
    /// The server keeps no keys and shows no list.
    NoKeys,
    /// A second process runs beside each that is killed.
    TwoAtOnce,
    /// After the kills the ledger is gone, and a day later it is rebuilt from the server.
    LedgerLost,
    /// Reviews, reminders submitted early, cancellations and a moving deadline are killed, too.
    Errands,
}

struct Story {
    kind: Kind,
    scene: Scene,
    random: Random,
    /// How many kills are left.
    left: usize,
    outcome: Outcome,
}

/// This many undisturbed runs are enough to finish any campaign.
const PATIENCE: usize = 12;

/// Plays a campaign of up to five phases with at most this many kills.
pub fn play(kind: Kind, seed: u64, blows: usize) -> Outcome {
    let mut random = Random::new(seed);
    let limits = format!("concurrency = {}", random.between(8, 24));
    let scene = Scene::new(options(kind, &mut random), &limits);
    let mut story = Story { kind, scene, random, left: blows, outcome: Outcome::default() };
    if kind == Kind::Errands {
        story.errands();
    } else {
        story.phases();
    }
    assert_eq!(story.scene.server.violations(), Vec::<String>::new());
    story.outcome
}

fn options(kind: Kind, random: &mut Random) -> Options {
    let faults = Faults {
        seed: random.next(),
        error_before: random.small_share(),
        error_after: random.small_share(),
        cut_before: random.small_share(),
        cut_after: random.small_share(),
        slow: random.small_share(),
        slow_ms: 60,
        garbage: random.small_share(),
        html: random.small_share(),
        truncated: random.small_share(),
        everywhere: random.once_in(if kind == Kind::Errands { 2 } else { 3 }),
    };
    Options {
        contract: contract(kind == Kind::NoKeys),
        seed: random.next(),
        contacts: Contacts::Seeded(usize::try_from(random.between(15, 30)).expect("it is small")),
        latency: Duration::from_millis(random.between(0, 8)),
        repeat_at_page_edge: random.once_in(2),
        faults,
        ..Options::default()
    }
}

impl Story {
    fn phases(&mut self) {
        self.survive(&["segment"]);
        for phase in PHASES {
            if self.left > 0 {
                self.phase(phase);
            }
        }
    }

    fn phase(&mut self, phase: &'static str) {
        self.survive(&["draft", "--phase", phase]);
        let submit = ["submit", "--phase", phase, "--now", "--yes"];
        for _ in 0..self.random.between(2, 6) {
            self.blow(&submit);
            // A new day starts meanwhile, which changes each text; the keys live on.
            self.scene.later(TimeDelta::minutes(i64::try_from(self.random.between(0, 120)).expect("it is small")));
        }
        if self.kind == Kind::KeysExpired {
            self.scene.later(TimeDelta::hours(25));
            self.blow(&submit);
        }
        if self.kind == Kind::LedgerLost {
            self.scene.later(TimeDelta::hours(25));
            self.lose_the_ledger();
            self.rebuild();
        }
        self.finish(phase);
        if self.random.once_in(3) {
            self.survive(&["track"]);
        }
        let tally = compare(&self.scene, phase);
        assert_eq!((tally.doubled, tally.lost), (0, 0), "{phase}: {tally:?}");
        self.outcome.tally.add(tally);
    }

    /// Runs a command, perhaps killing it, then until it ends well.
    fn survive(&mut self, command: &[&str]) {
        if self.random.once_in(2) {
            self.blow(command);
        }
        for _ in 0..PATIENCE {
            self.outcome.runs += 1;
            let said = self.scene.run(command);
            match said.code {
                0 => return,
                5 => {}
                code => panic!("{command:?} ended with {code}: {}", said.text),
            }
        }
        panic!("{command:?} does not end well");
    }

    fn lose_the_ledger(&self) {
        for name in [ledger::STATE, ledger::JOURNAL] {
            // It may never have been written.
            let _ = fs::remove_file(self.scene.campaign().join(name));
        }
    }

    /// Rebuilds the ledger, with some kills, until that ends well.
    fn rebuild(&mut self) {
        let command = ["track", "--rebuild"];
        for _ in 0..self.random.between(0, 2) {
            let moment = Moment::After(Duration::from_micros(self.random.between(0, 60_000)));
            let ended = strike(start(self.scene.mmig(&command)), moment, &self.scene.campaign());
            self.count(ended, moment, command[0]);
        }
        for _ in 0..PATIENCE {
            self.outcome.runs += 1;
            let said = self.scene.run(&command);
            match said.code {
                0 | 1 => return nothing_is_forgotten(&self.scene),
                5 => {}
                code => panic!("{command:?} ended with {code}: {}", said.text),
            }
        }
        panic!("{command:?} does not end well");
    }

    /// Starts a command and kills it.
    fn blow(&mut self, command: &[&str]) {
        if self.left == 0 {
            return;
        }
        let moment = self.moment(command[0]);
        let child = start(self.scene.mmig(command));
        let rival = (self.kind == Kind::TwoAtOnce).then(|| {
            let rival = if self.random.once_in(3) { &["status"] } else { command };
            start(self.scene.mmig(rival))
        });
        let ended = strike(child, moment, &self.scene.campaign());
        let rival = rival.map(end);
        self.outcome.runs += 1 + usize::from(rival.is_some());
        for end in [Some(ended), rival].into_iter().flatten() {
            assert!(matches!(end, End::Killed | End::Code(0 | 1 | 5 | 6)), "{command:?} ended with {end:?}");
        }
        self.count(ended, moment, command[0]);
        nothing_is_forgotten(&self.scene);
    }

    fn count(&mut self, ended: End, moment: Moment, command: &str) {
        if ended == End::Killed {
            self.left = self.left.saturating_sub(1);
            self.outcome.kills += 1;
            self.outcome.while_sending += usize::from(matches!(moment, Moment::Journal(_)));
            self.outcome.while_folding += usize::from(matches!(moment, Moment::Folding));
            self.outcome.elsewhere += usize::from(command != "submit");
        }
    }

    fn moment(&mut self, command: &str) -> Moment {
        match self.random.between(1, 8) {
            // Early: reading, locking, drafting, merging what an earlier run left.
            1 | 2 => Moment::After(Duration::from_micros(self.random.between(0, 30_000))),
            3..=7 if command != "submit" && self.kind != Kind::Errands => {
                Moment::After(Duration::from_micros(self.random.between(0, 12_000)))
            }
            3 | 4 => Moment::After(Duration::from_micros(self.random.between(0, 900_000))),
            5 => Moment::Folding,
            _ => Moment::Journal(self.random.between(1, 12_000)),
        }
    }

    /// Submits, undisturbed, until no one waits any more.
    fn finish(&mut self, phase: &str) {
        for _ in 0..PATIENCE {
            self.outcome.runs += 1;
            let said = self.scene.submit(phase);
            match said.code {
                0 => return,
                1 if self.may_hold() && self.nobody_waits(phase) => return,
                1 | 5 => {}
                code => panic!("submit ended with {code}: {}", said.text),
            }
        }
        panic!("submitting {phase} does not end well");
    }

    /// Whether there is a way to find out about every mail if it arrived.
    fn may_hold(&self) -> bool {
        matches!(self.kind, Kind::NoKeys | Kind::KeysExpired | Kind::LedgerLost)
    }

    fn nobody_waits(&self, phase: &str) -> bool {
        let status = self.scene.run(&["status", "--phase", phase]).json;
        let outcomes = &status["phases"][0]["outcomes"];
        outcomes["waiting"] == 0 && outcomes["sending"] == 0
    }
}
