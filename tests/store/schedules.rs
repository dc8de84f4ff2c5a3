//! Thousands of schedules in virtual time: machines that freeze, sleep and die, connections that lose and delay,
//! and a mail server that keeps no keys. In every case no one is mailed twice, and in the end everyone once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use mmig::campaign::mail::{Fate as MailFate, Outcome};
use mmig::store::remote::bucket::Bucket;
use mmig::store::remote::fence::Times;
use mmig::store::remote::lease::{Hold, take};
use mmig::store::remote::occupant::Occupant;
use mmig::store::remote::read::read;
use mmig::store::remote::scribe::{Scribe, Task};
use mmig::store::{Clocks, Leave, Moment};
use object_store::memory::InMemory;
use object_store::path::Path;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep};

use super::weather::{Fate, Weather};
use super::{at, recipient, sending};

const CUSTOMERS: usize = 6;

/// Random-looking numbers that are the same for the same seed.
#[derive(Debug, Clone)]
struct Dice(Arc<Mutex<u64>>);

impl Dice {
    fn of(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)))
    }

    fn below(&self, most: u64) -> u64 {
        let mut state = self.0.lock().unwrap();
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        (*state >> 11) % most
    }

    fn one_in(&self, number: u64) -> bool {
        self.below(number) == 0
    }

    fn millis(&self, most: u64) -> Duration {
        Duration::from_millis(self.below(most))
    }
}

/// A machine: while it is frozen nothing on it runs. Its monotonic clock may stop then.
#[derive(Debug)]
struct Machine {
    start: Instant,
    state: Mutex<Ice>,
}

#[derive(Debug, Default)]
struct Ice {
    until: Option<Instant>,
    /// For how long the monotonic clock has been stopped in total.
    lost: Duration,
}

impl Machine {
    fn freeze(&self, time: Duration, steady_stops: bool) {
        let mut ice = self.state.lock().unwrap();
        ice.until = Some(Instant::now() + time);
        if steady_stops {
            ice.lost += time;
        }
    }

    fn frozen_until(&self) -> Option<Instant> {
        self.state.lock().unwrap().until.filter(|until| *until > Instant::now())
    }
}

impl Clocks for Machine {
    fn now(&self) -> Moment {
        let elapsed = self.start.elapsed();
        let lost = self.state.lock().unwrap().lost;
        Moment { steady: elapsed.saturating_sub(lost), wall: Duration::from_hours(500_000) + elapsed }
    }
}

/// Work that pauses while its machine is frozen.
struct OnMachine<F> {
    work: Pin<Box<F>>,
    machine: Arc<Machine>,
    thaw: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl<F: Future> Future for OnMachine<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        if let Some(until) = self.machine.frozen_until() {
            let mut thaw = Box::pin(tokio::time::sleep_until(until));
            let _ = thaw.as_mut().poll(context);
            self.thaw = Some(thaw);
            return Poll::Pending;
        }
        self.work.as_mut().poll(context)
    }
}

/// The mail server: how often it has mailed each customer.
type Mailbox = Rc<RefCell<BTreeMap<String, u32>>>;

/// What is tested.
#[derive(Debug, Clone, Copy)]
struct Rules {
    /// Whether a request starts only while its permission is valid.
    leave: bool,
}

struct World {
    dice: Dice,
    store: Arc<InMemory>,
    mailbox: Mailbox,
    rules: Rules,
}

impl World {
    /// A machine's connection to the store.
    fn bucket(&self) -> Bucket {
        let dice = self.dice.clone();
        let line = Weather::over(&self.store, move |_, _| match dice.below(40) {
            0 | 1 => Fate::ReplyLost,
            2 => Fate::Lost,
            3 => Fate::Late(dice.millis(40_000)),
            4 => Fate::Conflict,
            5 => Fate::Arrives(dice.millis(8_000)),
            _ => Fate::Arrives(dice.millis(60)),
        });
        Bucket::new(line, &Path::from("x"), "c", "mem://x")
    }

    /// A request: it takes a while, whatever happens to its sender.
    async fn mail(&self, id: &str) {
        let way = if self.dice.one_in(10) { self.dice.millis(25_000) } else { self.dice.millis(200) };
        let (mailbox, id) = (Rc::clone(&self.mailbox), id.to_owned());
        let arrived = tokio::task::spawn_local(async move {
            sleep(way).await;
            *mailbox.borrow_mut().entry(id).or_default() += 1;
        });
        let _ = arrived.await;
    }

    /// One run of a machine: takes the ledger, settles what is open, mails those without a mail.
    async fn run(&self, machine: &Arc<Machine>, number: usize) -> Option<()> {
        let by = Occupant {
            command: "submit".to_owned(),
            user: String::new(),
            host: format!("m{number}"),
            pid: 1,
            job: String::new(),
            since: "now".to_owned(),
        };
        let clocks: Arc<dyn Clocks> = Arc::clone(machine) as _;
        let run = format!("{number}-{}", self.dice.below(u64::MAX));
        let hold = Arc::new(Hold::new(self.bucket(), clocks, Times::default(), run, by));
        let next = take(&hold, false).await.ok()?;
        let (to_scribe, tasks) = mpsc::unbounded_channel();
        let scribe = Scribe::new(Arc::clone(&hold), next).work(tasks);
        let done = tokio::select! {
            () = scribe => None,
            () = async { hold.keep_alive().await; std::future::pending().await } => None,
            done = self.work(&hold, &to_scribe) => done,
        };
        hold.give_back().await;
        done
    }

    async fn work(&self, hold: &Hold, scribe: &mpsc::UnboundedSender<Task>) -> Option<()> {
        let contents = read(&hold.bucket, "c").await.ok()?.contents?;
        let mut sequence = contents.sequence;
        for known in contents.records.recipients() {
            let id = known.key().to_owned();
            let outcome = known.mail("announce").map(mmig::campaign::mail::Mail::outcome);
            let there = || self.mailbox.borrow().contains_key(&id);
            let leave = match outcome {
                Some(Outcome::Failed) => continue,
                // Recorded by a run that did not see the result. Not in the mailbox, so it is sent.
                Some(_) if there() => None,
                Some(_) => Some(ask(scribe, Task::Leave).await?),
                None => Some(self.line(scribe, &mut sequence, &id, &sending()).await?),
            };
            if let Some(leave) = leave {
                // Its turn comes after a while.
                sleep(if self.dice.one_in(8) { self.dice.millis(60_000) } else { self.dice.millis(300) }).await;
                if self.rules.leave && !leave.is_good() {
                    return None;
                }
                self.mail(&id).await;
            }
            let words = "sent".to_owned();
            let fate = mmig::campaign::people::recipient::Entry::Fate {
                phase: "announce".to_owned(),
                fate: MailFate::Failed { at: at(2), words },
            };
            self.line(scribe, &mut sequence, &id, &fate).await?;
        }
        Some(())
    }

    async fn line(
        &self,
        scribe: &mpsc::UnboundedSender<Task>,
        sequence: &mut u64,
        who: &str,
        what: &mmig::campaign::people::recipient::Entry,
    ) -> Option<Leave> {
        *sequence += 1;
        let json = serde_json::json!({ "seq": *sequence, "at": at(1), "who": who, "what": what }).to_string();
        let line = format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())).into_bytes();
        ask(scribe, |reply| Task::Line(line, reply)).await
    }

    /// A machine's life: runs, one after another, interrupted by freezing and dying.
    async fn live(&self, number: usize) {
        for _ in 0..3 {
            sleep(self.dice.millis(30_000)).await;
            let machine = Arc::new(Machine { start: Instant::now(), state: Mutex::default() });
            let run =
                OnMachine { work: Box::pin(self.run(&machine, number)), machine: Arc::clone(&machine), thaw: None };
            let trouble = async {
                sleep(self.dice.millis(30_000)).await;
                if self.dice.one_in(3) {
                    return;
                }
                machine.freeze(self.dice.millis(300_000), self.dice.one_in(2));
                std::future::pending::<()>().await;
            };
            tokio::select! {
                _ = run => {}
                () = trouble => {}
            }
        }
    }
}

async fn ask<T>(
    scribe: &mpsc::UnboundedSender<Task>,
    task: impl FnOnce(oneshot::Sender<Result<T, mmig::store::LedgerError>>) -> Task,
) -> Option<T> {
    let (reply, waits) = oneshot::channel();
    scribe.send(task(reply)).ok()?;
    waits.await.ok()?.ok()
}

/// Plays a schedule; returns how many customers were mailed more than once, and how many never.
fn play(seed: u64, rules: Rules) -> (usize, usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let store = Arc::new(InMemory::new());
        let mailbox = Mailbox::default();
        let world = World { dice: Dice::of(seed), store: Arc::clone(&store), mailbox: Rc::clone(&mailbox), rules };
        begin(&store).await;
        futures_util::future::join3(world.live(1), world.live(2), world.live(3)).await;
        // What is on its way arrives; then there are no more faults, and one run finishes.
        sleep(Duration::from_mins(10)).await;
        let last = Arc::new(Machine { start: Instant::now(), state: Mutex::default() });
        for _ in 0..40 {
            if world.run(&last, 9).await.is_some() {
                break;
            }
            sleep(Duration::from_secs(100)).await;
        }
        let mailbox = mailbox.borrow();
        (mailbox.values().filter(|times| **times > 1).count(), CUSTOMERS - mailbox.len())
    })
}

/// A saved ledger of customers.
async fn begin(store: &Arc<InMemory>) {
    let machine = Arc::new(Machine { start: Instant::now(), state: Mutex::default() });
    let bucket = Bucket::new(Weather::fair(store), &Path::from("x"), "c", "mem://x");
    let by = Occupant {
        command: "segment".to_owned(),
        user: String::new(),
        host: "m0".to_owned(),
        pid: 1,
        job: String::new(),
        since: "now".to_owned(),
    };
    let hold = Arc::new(Hold::new(bucket, machine, Times::default(), "first".to_owned(), by));
    let next = take(&hold, false).await.unwrap();
    let mut text = "version = 1\ncampaign = \"c\"\nsequence = 0\nrecipients = [\n".to_owned();
    for number in 0..CUSTOMERS {
        let known = recipient(&format!("r{number}"));
        text.push_str(&format!(
            "  {{ id = \"{}\", email = \"{}\", name = \"\", tags = [], segment = \"rest\", since = \"2027-01-30T13:00:00Z\" }},\n",
            known.id, known.email
        ));
    }
    text.push_str("]\n");
    let (to_scribe, tasks) = mpsc::unbounded_channel();
    let scribe = Scribe::new(Arc::clone(&hold), next).work(tasks);
    let saved = ask(&to_scribe, |reply| Task::Snapshot(text.into_bytes(), reply));
    tokio::select! {
        () = scribe => panic!("it ended"),
        saved = saved => saved.unwrap(),
    }
    hold.give_back().await;
}

/// How many schedules are played; `MMIG_TEST_SCHEDULES` sets more.
fn schedules(usual: u64) -> u64 {
    std::env::var("MMIG_TEST_SCHEDULES").ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
}

#[test]
fn nobody_is_mailed_twice_and_everybody_once_in_every_schedule() {
    let (mut doubled, mut lost) = (Vec::new(), Vec::new());
    for seed in 1..=schedules(300) {
        let (twice, never) = play(seed, Rules { leave: true });
        doubled.extend((twice > 0).then_some(seed));
        lost.extend((never > 0).then_some(seed));
    }
    assert!(doubled.is_empty() && lost.is_empty(), "doubled in {doubled:?}, lost in {lost:?}");
}

#[test]
fn without_the_leave_the_same_schedules_double() {
    let doubled = (1..=100).filter(|seed| play(*seed, Rules { leave: false }).0 > 0).count();
    assert!(doubled > 0, "the schedules are too kind to show anything");
}
