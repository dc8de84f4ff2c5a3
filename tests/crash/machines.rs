//! Two machines and one bucket: their runs are killed, or frozen, overtaken and resumed, over connections that lose
//! replies.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use mmig::campaign::people::records::Records;
use mmig::sandbox::{Contacts, Faults, Options};
use mmig::store::LedgerStore;
use mmig::store::remote::{Remote, Who};
use tempfile::{NamedTempFile, TempDir};

use super::outcome::Outcome;
use crate::books::{Tally, compare_with};
use crate::child::{End, end};
use crate::kills::from_environment;
use crate::random::Random;
use crate::scene::{PHASES, Said, Scene, contract, files, said};
use crate::servers::{BadLine, moto, s3};

/// How long a machine must be silent before the other takes over, in seconds: long enough for a busy one.
const WATCH: f64 = 6.0;

struct Machines {
    scene: Scene,
    second: TempDir,
    url: String,
    environment: Vec<(String, String)>,
    /// Direct access to the server, for the test itself.
    plain: Vec<(String, String)>,
    random: Random,
    outcome: Outcome,
}

impl Machines {
    fn new(port: u16, seed: u64, simple: bool) -> Self {
        let mut random = Random::new(seed);
        let faults = Faults {
            seed: random.next(),
            error_before: random.small_share(),
            error_after: random.small_share(),
            cut_before: random.small_share(),
            cut_after: random.small_share(),
            ..Faults::default()
        };
        let options = Options {
            contract: contract(simple),
            seed: random.next(),
            contacts: Contacts::Seeded(usize::try_from(random.between(20, 40)).expect("it is small")),
            latency: Duration::from_millis(random.between(20, 80)),
            faults,
            ..Options::default()
        };
        let scene = Scene::new(options, &format!("concurrency = {}", random.between(2, 6)));
        let line = BadLine::to(port, 60, seed);
        let url = format!("s3://led/{seed}-{simple}?watch={WATCH}");
        let second = TempDir::new().expect("a folder");
        let (environment, plain) = (s3(line.port), s3(port));
        Self { scene, second, url, environment, plain, random, outcome: Outcome::default() }
    }

    fn campaign(&self, machine: usize) -> PathBuf {
        if machine == 0 { self.scene.campaign() } else { self.second.path().join("campaigns/api-v2") }
    }

    /// The program on one of the machines.
    fn mmig(&self, machine: usize, arguments: &[&str]) -> Command {
        let mut command = self.scene.mmig(arguments);
        let campaign = self.campaign(machine);
        command.env("MMIG_LEDGER_URL", &self.url).envs(self.environment.iter().cloned());
        command.env("MMIG_CAMPAIGN", &campaign).env("HOME", &campaign).env("USER", format!("m{machine}"));
        command.current_dir(&campaign);
        command
    }

    /// What git would bring to the second machine, and to the first.
    fn share(&self) {
        for (from, to) in [(0, 1), (1, 0)] {
            let (from, to) = (self.campaign(from), self.campaign(to));
            if !from.exists() {
                continue;
            }
            for (path, bytes) in files(&from) {
                let to = to.join(path.strip_prefix(&from).expect("below it"));
                std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
                std::fs::write(to, bytes).expect("room");
            }
        }
    }

    fn run(&mut self, machine: usize, arguments: &[&str]) -> Said {
        self.outcome.runs += 1;
        said(&self.mmig(machine, arguments).output().expect("it starts"))
    }

    /// Runs a command until it ends well.
    fn survive(&mut self, arguments: &[&str]) {
        for _ in 0..40 {
            let machine = self.machine();
            let said = self.run(machine, arguments);
            match said.code {
                0 => return,
                1 if arguments[0] == "submit" && self.nobody_waits(arguments[2]) => return,
                // The server or the store failed temporarily, or a killed run is not known to be dead yet.
                1 | 5 | 6 | 9 => thread::sleep(Duration::from_secs_f64(if said.code == 6 { WATCH / 3.0 } else { 0.0 })),
                code => panic!("{arguments:?} ended with {code}: {}", said.text),
            }
        }
        panic!("{arguments:?} does not end well");
    }

    fn nobody_waits(&mut self, phase: &str) -> bool {
        let status = self.run(0, &["status", "--phase", phase]).json;
        let outcomes = &status["phases"][0]["outcomes"];
        outcomes["waiting"] == 0 && outcomes["sending"] == 0
    }

    fn machine(&mut self) -> usize {
        usize::from(self.random.once_in(2))
    }

    /// Starts a run and kills it, or freezes it while the other machine continues.
    fn blow(&mut self, command: &[&str]) {
        let machine = self.machine();
        let mut program = self.mmig(machine, command);
        let said = NamedTempFile::new().expect("room");
        program.stdout(said.reopen().expect("a file")).stderr(Stdio::null());
        let child = program.spawn().expect("it starts");
        self.outcome.runs += 1;
        thread::sleep(Duration::from_millis(self.random.between(30, 1200)));
        let ended = if self.random.once_in(2) { self.kill(child) } else { self.freeze(child, 1 - machine, command) };
        let text = fs::read_to_string(said.path()).unwrap_or_default();
        assert!(matches!(ended, End::Killed | End::Code(0 | 1 | 5 | 6 | 9)), "{command:?}: {ended:?}: {text}");
    }

    fn kill(&mut self, mut child: Child) -> End {
        let _ = child.kill();
        let ended = end(child);
        self.outcome.kills += usize::from(ended == End::Killed);
        ended
    }

    fn freeze(&mut self, mut child: Child, other: usize, command: &[&str]) -> End {
        if child.try_wait().expect("it is ours").is_some() {
            return end(child);
        }
        signal(&child, "STOP");
        self.outcome.freezes += 1;
        // A run that was just active is not taken over; later it is.
        for _ in 0..3 {
            let code = self.run(other, command).code;
            if code != 6 {
                self.outcome.overtaken += 1;
                break;
            }
            thread::sleep(Duration::from_secs_f64(WATCH / 2.0));
        }
        signal(&child, "CONT");
        end(child)
    }

    fn records(&self) -> Records {
        let remote = Remote::open(&self.url, "api-v2", &self.plain, Who::default()).expect("an address");
        remote.read().expect("no crash damages a ledger").map(|contents| contents.records).unwrap_or_default()
    }

    /// A campaign with this many kills.
    fn play(mut self, mut blows: usize) -> Outcome {
        self.share();
        self.survive(&["segment"]);
        for phase in PHASES {
            if blows == 0 {
                break;
            }
            self.survive(&["draft", "--phase", phase]);
            self.share();
            let submit = ["submit", "--phase", phase, "--now", "--yes"];
            for _ in 0..self.random.between(2, 5).min(blows as u64) {
                self.blow(&submit);
                blows -= 1;
            }
            self.scene.later(TimeDelta::minutes(30));
            self.survive(&submit);
            let status = self.run(1, &["status"]);
            let tally = compare_with(&self.scene, phase, &self.records(), &status);
            assert_eq!((tally.doubled, tally.lost), (0, 0), "{phase}: {tally:?}");
            self.outcome.tally.add(tally);
        }
        self.outcome
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status();
    assert!(sent.expect("there is a shell").success());
}

#[test]
fn two_machines_on_one_bucket_double_nothing_and_lose_nothing() {
    let Some(server) = moto() else { return };
    let (port, seed) = (server.port, from_environment("MMIG_SEED", 1));
    let (blows, at_once) = (from_environment("MMIG_BLOWS", 12_u64), 4);
    let each = usize::try_from(blows.div_ceil(at_once)).expect("it is small");
    let outcomes: Vec<Outcome> = thread::scope(|scope| {
        let play = |part: u64| {
            move || {
                let (mut left, mut sum, mut campaign) = (each, Outcome::default(), 0);
                while left > 0 {
                    let now = left.min(16);
                    let seed = seed + part * 1_000 + campaign;
                    sum.add(&Machines::new(port, seed, campaign % 2 == part % 2).play(now));
                    (left, campaign) = (left - now, campaign + 1);
                }
                sum
            }
        };
        let started: Vec<_> = (0..at_once).map(|part| scope.spawn(play(part))).collect();
        started.into_iter().map(|part| part.join().expect("told above")).collect()
    });
    let mut sum = Outcome::default();
    for outcome in &outcomes {
        sum.add(outcome);
    }
    let Outcome { kills, freezes, overtaken, runs, tally, .. } = sum;
    println!(
        "| kills | freezes | overtaken | runs | mails | doubled | lost | unknown |\n|---|---|---|---|---|---|---|---|"
    );
    let Tally { mails, doubled, lost, unknown } = tally;
    println!("| {kills} | {freezes} | {overtaken} | {runs} | {mails} | {doubled} | {lost} | {unknown} |");
    assert!(kills + freezes > 0 && mails > 0);
}
