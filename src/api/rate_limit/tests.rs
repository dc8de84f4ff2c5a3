//! The rate limit against servers with different limits, in simulated time.

use std::sync::Arc;

use super::*;

/// How the server limits requests.
#[derive(Clone, Copy)]
enum Rule {
    /// A token bucket of this size, refilled at this rate.
    Bucket { per_second: f64, size: f64 },
    /// A number of requests in each window of this many seconds.
    Window { allowed: u32, seconds: u64 },
    /// Other clients use the limit up: one of so many requests is refused, whatever we do, for a number of seconds.
    Others { one_of: u64, seconds: u64 },
}

struct Server {
    rule: Rule,
    says_for_how_long: bool,
    start: Instant,
    tokens: f64,
    at: Instant,
    window: u64,
    used: u32,
    accepted: u32,
    refused: u32,
    dice: u64,
}

impl Server {
    fn new(rule: Rule) -> Self {
        let now = Instant::now();
        let tokens = if let Rule::Bucket { size, .. } = rule { size } else { 0.0 };
        let says_for_how_long = true;
        Self {
            rule,
            says_for_how_long,
            start: now,
            tokens,
            at: now,
            window: 0,
            used: 0,
            accepted: 0,
            refused: 0,
            dice: 7,
        }
    }

    /// Accepts, or rejects with a wait.
    fn request(&mut self) -> Result<(), Option<Duration>> {
        let now = Instant::now();
        let wait = match self.rule {
            Rule::Bucket { per_second, size } => {
                self.tokens = (self.tokens + (now - self.at).as_secs_f64() * per_second).min(size);
                self.at = now;
                (self.tokens < 1.0).then(|| ((1.0 - self.tokens) / per_second).ceil())
            }
            Rule::Window { allowed, seconds } => {
                let elapsed = now - self.start;
                let window = elapsed.as_secs() / seconds;
                if window != self.window {
                    (self.window, self.used) = (window, 0);
                }
                let left = Duration::from_secs((window + 1) * seconds).saturating_sub(elapsed);
                (self.used >= allowed).then(|| left.as_secs_f64().ceil())
            }
            Rule::Others { one_of, seconds } => {
                self.dice ^= self.dice << 13;
                self.dice ^= self.dice >> 7;
                self.dice ^= self.dice << 17;
                self.dice.is_multiple_of(one_of).then(|| Duration::from_secs(seconds).as_secs_f64())
            }
        };
        if let Some(wait) = wait {
            self.refused += 1;
            return Err(self.says_for_how_long.then(|| Duration::from_secs_f64(wait)));
        }
        self.tokens -= 1.0;
        self.used += 1;
        self.accepted += 1;
        Ok(())
    }
}

/// The result of a simulated run.
#[derive(Debug)]
struct Run {
    accepted: f64,
    /// Pauses that followed another without an accepted request in between.
    in_a_row: u32,
    pauses: u64,
}

const LATENCY: Duration = Duration::from_millis(20);

/// `workers` send as fast as the rate limit allows, for `time`.
async fn run(pace: RateLimit, server: Server, workers: usize, time: Duration) -> Run {
    let pace = Arc::new(pace);
    let server = Arc::new(Mutex::new(server));
    let in_a_row = Arc::new(Mutex::new(0));
    let end = Instant::now() + time;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..workers {
        let (pace, server, in_a_row) = (pace.clone(), server.clone(), in_a_row.clone());
        tasks.spawn(async move {
            while Instant::now() < end {
                let Ok(Ok(leave)) = timeout_at(end, pace.leave(Traffic::Send)).await else { break };
                tokio::time::sleep(LATENCY / 2).await;
                let answer = server.lock().unwrap().request();
                tokio::time::sleep(LATENCY / 2).await;
                match answer {
                    Ok(()) => leave.passed(),
                    Err(wait) => {
                        let state = pace.lock();
                        let fresh = state.pauses == leave.pauses && matches!(state.gate, Gate::Trying);
                        drop(state);
                        *in_a_row.lock().unwrap() += u32::from(fresh);
                        leave.limited(wait);
                    }
                }
            }
        });
    }
    while tasks.join_next().await.is_some() {}
    let pauses = pace.lock().pauses;
    let (accepted, in_a_row) = (f64::from(server.lock().unwrap().accepted), *in_a_row.lock().unwrap());
    Run { accepted, in_a_row, pauses }
}

fn no_limit_of_our_own() -> RateLimit {
    RateLimit::new(0.0, Duration::from_mins(5))
}

/// The share of the server's limit that must be used. The rest is the cost of a 429, and the safety margin.
const USED: f64 = 0.95;

#[tokio::test(start_paused = true)]
async fn most_of_an_allowed_rate_is_used_and_no_burst_of_ours_is_refused_twice() {
    for per_second in [0.5, 1.0, 2.0, 20.0, 100.0] {
        for workers in [1, 8, 64] {
            let rule = Rule::Bucket { per_second, size: per_second.max(1.0) };
            let time = Duration::from_mins(5);
            let run = run(no_limit_of_our_own(), Server::new(rule), workers, time).await;
            // A single worker is limited by the latency.
            let possible = per_second.min(f64::from(u32::try_from(workers).unwrap()) / LATENCY.as_secs_f64());
            let allowed = possible * time.as_secs_f64();
            assert!(run.accepted >= USED * allowed, "{per_second}/s, {workers} workers: {run:?} of {allowed}");
            assert_eq!(run.in_a_row, 0, "{per_second}/s, {workers} workers: {run:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_of_a_few_seconds_uses_its_rate_as_well() {
    let rule = Rule::Bucket { per_second: 50.0, size: 50.0 };
    let time = Duration::from_secs(20);
    let run = run(no_limit_of_our_own(), Server::new(rule), 32, time).await;
    assert!(run.accepted >= USED * 50.0 * time.as_secs_f64() && run.in_a_row == 0, "{run:?}");
}

#[tokio::test(start_paused = true)]
async fn however_little_gathers_at_a_server_no_burst_of_ours_is_refused_twice() {
    for size in [1.0, 2.0, 5.0, 25.0, 200.0] {
        for per_second in [3.0, 50.0] {
            let rule = Rule::Bucket { per_second, size };
            let run = run(no_limit_of_our_own(), Server::new(rule), 32, Duration::from_mins(5)).await;
            assert_eq!(run.in_a_row, 0, "{size}, {per_second}/s: {run:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn so_many_a_minute_are_used_too() {
    let rule = Rule::Window { allowed: 600, seconds: 60 };
    let run = run(no_limit_of_our_own(), Server::new(rule), 16, Duration::from_mins(10)).await;
    assert!(run.accepted >= USED * 6000.0 && run.in_a_row == 0, "{run:?}");
}

#[tokio::test(start_paused = true)]
async fn refusals_stay_rare() {
    let rule = Rule::Bucket { per_second: 20.0, size: 20.0 };
    let run = run(no_limit_of_our_own(), Server::new(rule), 32, Duration::from_mins(10)).await;
    assert!(run.pauses <= 30, "{run:?}");
}

#[tokio::test(start_paused = true)]
async fn what_other_clients_use_up_costs_at_most_twice_the_waits_that_are_asked_for() {
    let time = Duration::from_mins(3);
    for one_of in [2, 5, 20, 100, 1000] {
        for seconds in [1, 10] {
            for workers in [1_u32, 8] {
                let server = Server::new(Rule::Others { one_of, seconds });
                let run = run(no_limit_of_our_own(), server, usize::try_from(workers).unwrap(), time).await;
                let without = run.accepted * LATENCY.as_secs_f64() / f64::from(workers);
                let lost = time.as_secs_f64() - without;
                let asked = Duration::from_secs(run.pauses * seconds).as_secs_f64();
                assert!(
                    lost <= 2.0 * asked,
                    "1 of {one_of}, {seconds} s, {workers} workers: {lost} for {asked}, {run:?}"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_say_for_how_long_is_asked_after_growing_waits() {
    let pace = no_limit_of_our_own();
    let start = Instant::now();
    let mut seen = Vec::new();
    for _ in 0..8 {
        pace.leave(Traffic::Send).await.unwrap().limited(None);
    }
    for _ in 0..2 {
        let leave = pace.leave(Traffic::Send).await.unwrap();
        seen.push(start.elapsed().as_secs());
        leave.passed();
    }
    // 1 + 2 + 4 + 8 + 16 + 32 + 60 + 60
    assert_eq!(seen, [183, 183]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_everybodys() {
    let pace = no_limit_of_our_own();
    let start = Instant::now();
    pace.leave(Traffic::Send).await.unwrap().limited(Some(Duration::from_secs(7)));
    pace.leave(Traffic::Other).await.unwrap().passed();
    assert_eq!(start.elapsed(), Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn after_a_pause_one_goes_ahead_and_the_others_wait_for_it() {
    let pace = Arc::new(no_limit_of_our_own());
    pace.leave(Traffic::Send).await.unwrap().limited(Some(Duration::from_secs(1)));
    let first = pace.leave(Traffic::Send).await.unwrap();
    let other = pace.clone();
    let second = tokio::spawn(async move { drop(other.leave(Traffic::Send).await.unwrap()) });
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(!second.is_finished());
    first.passed();
    second.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn one_that_goes_ahead_and_is_lost_is_followed_by_another() {
    let pace = no_limit_of_our_own();
    pace.leave(Traffic::Send).await.unwrap().limited(Some(Duration::from_secs(1)));
    drop(pace.leave(Traffic::Send).await.unwrap());
    pace.leave(Traffic::Send).await.unwrap().passed();
    pace.leave(Traffic::Send).await.unwrap().passed();
}

#[tokio::test(start_paused = true)]
async fn refusals_of_what_was_on_its_way_are_one_pause() {
    let pace = no_limit_of_our_own();
    let (one, two, three) = (
        pace.leave(Traffic::Send).await.unwrap(),
        pace.leave(Traffic::Send).await.unwrap(),
        pace.leave(Traffic::Send).await.unwrap(),
    );
    let start = Instant::now();
    one.limited(Some(Duration::from_secs(1)));
    two.limited(Some(Duration::from_secs(3)));
    three.limited(None);
    pace.leave(Traffic::Send).await.unwrap().passed();
    assert_eq!(start.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn a_pause_longer_than_our_patience_is_not_waited_for() {
    let pace = Arc::new(RateLimit::new(0.0, Duration::from_secs(10)));
    pace.leave(Traffic::Send).await.unwrap().limited(Some(Duration::from_secs(11)));
    assert_eq!(pace.leave(Traffic::Other).await.unwrap_err(), TooLong(Duration::from_secs(11)));
    tokio::time::sleep(Duration::from_secs(11)).await;
    pace.leave(Traffic::Send).await.unwrap().passed();
    pace.leave(Traffic::Send).await.unwrap().passed();
}

#[tokio::test(start_paused = true)]
async fn short_pauses_without_end_are_not_waited_for_either() {
    let pace = RateLimit::new(0.0, Duration::from_secs(10));
    let mut asked = 0;
    while let Ok(leave) = pace.leave(Traffic::Send).await {
        leave.limited(Some(Duration::ZERO));
        asked += 1;
    }
    assert!((5..20).contains(&asked), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn our_own_limit_applies_exactly_and_only_to_sends() {
    let pace = RateLimit::new(10.0, Duration::from_mins(5));
    let start = Instant::now();
    for _ in 0..50 {
        pace.leave(Traffic::Other).await.unwrap().passed();
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    for _ in 0..101 {
        pace.leave(Traffic::Send).await.unwrap().passed();
    }
    let elapsed = start.elapsed().as_secs_f64();
    assert!((9.9..10.1).contains(&elapsed), "{elapsed}");
}

#[tokio::test(start_paused = true)]
async fn a_moment_that_a_pause_made_void_is_not_used_after_it() {
    let pace = Arc::new(RateLimit::new(1.0, Duration::from_mins(5)));
    let first = pace.leave(Traffic::Send).await.unwrap();
    let other = pace.clone();
    let start = Instant::now();
    let second = tokio::spawn(async move {
        other.leave(Traffic::Send).await.unwrap().passed();
        Instant::now()
    });
    tokio::task::yield_now().await;
    first.limited(Some(Duration::from_secs(30)));
    assert_eq!(second.await.unwrap() - start, Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn numbers_no_sane_server_names_do_no_harm() {
    let pace = RateLimit::new(1e-300, Duration::from_secs(1));
    let (first, late) = (pace.leave(Traffic::Other).await.unwrap(), pace.leave(Traffic::Other).await.unwrap());
    first.limited(Some(Duration::ZERO));
    late.limited(Some(Duration::MAX));
    assert!(pace.leave(Traffic::Send).await.is_err());
    let pace = RateLimit::new(1e-300, Duration::from_secs(1));
    pace.leave(Traffic::Send).await.unwrap().limited(Some(Duration::MAX));
    assert!(pace.leave(Traffic::Send).await.is_err());
}
