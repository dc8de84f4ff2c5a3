//! Many kills, with every kind of fault.

use std::fmt::Debug;
use std::str::FromStr;
use std::thread;

use super::outcome::Outcome;
use crate::story::{Kind, play};

const KINDS: [Kind; 6] =
    [Kind::SameDay, Kind::KeysExpired, Kind::NoKeys, Kind::TwoAtOnce, Kind::LedgerLost, Kind::Errands];
/// The maximum number of kills in one campaign; then another one starts, with other numbers.
const IN_ONE_CAMPAIGN: usize = 25;
/// How many campaigns of each kind run at a time.
const AT_ONCE: usize = 4;

pub fn from_environment<T: FromStr<Err: Debug>>(name: &str, otherwise: T) -> T {
    std::env::var(name).map_or(otherwise, |value| value.parse().expect("a number"))
}

/// Prints the seed if the test fails.
struct Seed(Kind, u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("this was a campaign of {:?}; MMIG_SEED={} repeats its choices", self.0, self.1);
        }
    }
}

/// Plays campaigns until there were this many kills; returns their number, too.
fn strike(kind: Kind, first_seed: u64, kills: usize) -> (usize, Outcome) {
    let mut sum = Outcome::default();
    for (campaigns, seed) in (1..).zip(first_seed..) {
        let _seed = Seed(kind, seed);
        sum.add(&play(kind, seed, IN_ONE_CAMPAIGN.min(kills.saturating_sub(sum.kills).max(1))));
        if sum.kills >= kills {
            return (campaigns, sum);
        }
    }
    unreachable!("seeds do not run out")
}

/// Several campaigns at a time, since most of their time is spent waiting.
fn strike_side_by_side(seed: u64, kills: usize) -> Vec<(Kind, usize, Outcome)> {
    let each = kills.div_ceil(KINDS.len() * AT_ONCE);
    thread::scope(|scope| {
        let begin = |kind| move |part: u64| scope.spawn(move || strike(kind, seed + part * 1_000_000, each));
        let started: Vec<_> = KINDS.map(|kind| (kind, (0..AT_ONCE as u64).map(begin(kind)).collect::<Vec<_>>())).into();
        let ended = started.into_iter().map(|(kind, parts)| {
            let mut sum = (0, Outcome::default());
            for part in parts {
                let (campaigns, outcome) = part.join().expect("told above");
                sum.0 += campaigns;
                sum.1.add(&outcome);
            }
            (kind, sum.0, sum.1)
        });
        ended.collect()
    })
}

#[test]
fn however_often_it_is_killed_no_one_is_mailed_twice_and_no_one_is_lost() {
    let outcomes = strike_side_by_side(from_environment("MMIG_SEED", 1), from_environment("MMIG_KILLS", 48));
    println!("| kind | kills | sending | merging | not submit | campaigns | runs | mails | doubled | lost | unknown |");
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for (kind, campaigns, outcome) in outcomes {
        let Outcome { kills, while_sending, while_folding, elsewhere, runs, tally, .. } = outcome;
        println!(
            "| {kind:?} | {kills} | {while_sending} | {while_folding} | {elsewhere} | {campaigns} | {runs} | {} | {} | {} | {} |",
            tally.mails, tally.doubled, tally.lost, tally.unknown
        );
        assert!(kills > 0 && tally.mails > 0);
        assert_eq!((tally.doubled, tally.lost), (0, 0));
        let can_tell = !matches!(kind, Kind::NoKeys | Kind::KeysExpired | Kind::LedgerLost);
        assert!(tally.unknown == 0 || !can_tell, "{kind:?}: {tally:?}");
    }
}
