//! However runs, crashes, lost replies, days and servers combine: no customer gets a phase twice, and no one is lost.
//!
//! The client below uses the real rules (`admission`, `settlement`, `key`, the entries of the journal); the server is a
//! few lines. A crash may happen before or after each of a send's two journal lines.

use std::collections::HashSet;

use chrono::TimeDelta;
use mmig::campaign::Time;
use mmig::campaign::decide::admission::{Admission, Decision, Overrides, Reason};
use mmig::campaign::definition::Campaign;
use mmig::campaign::mail::settlement::{Candidate, ListEvidence, Recovery, ServerFeatures, evidence_in_list, recovery};
use mmig::campaign::mail::{Accepted, Course, Fate, Outcome};
use mmig::campaign::people::recipient::Entry;
use mmig::campaign::people::recipient::idempotency_key;
use mmig::campaign::people::records::Records;
use mmig::campaign::text::digest::Digest;
use proptest::prelude::*;

use crate::build::{campaign, now, recipient};

/// What happens in one run: the hours since the previous one, and what goes wrong.
#[derive(Debug, Clone)]
struct Fortune {
    hours: i64,
    /// The request never arrives.
    lost: bool,
    /// It arrives, but the reply does not.
    unheard: bool,
    /// The server rejects it before it looks at the key: a limit.
    limited: bool,
    /// The run dies once this many lines are in the journal.
    dies_after: Option<usize>,
    /// The list cannot be read to its end.
    short_list: bool,
}

fn fortune() -> impl Strategy<Value = Fortune> {
    let dies = proptest::option::weighted(0.4, 0_usize..3);
    let seldom = || proptest::bool::weighted(0.1);
    (0_i64..40, any::<bool>(), any::<bool>(), seldom(), dies, seldom()).prop_map(
        |(hours, lost, unheard, limited, dies_after, short_list)| Fortune {
            hours,
            lost,
            unheard,
            limited,
            dies_after,
            short_list,
        },
    )
}

/// The server: what it accepted, when and with which key.
#[derive(Default)]
struct Server {
    taken: Vec<(Time, String)>,
}

impl Server {
    /// Accepts a mail, or says that it already has it; `None` is a lost reply.
    fn send(&mut self, key: &str, now: Time, keeps_keys: bool, fortune: &Fortune) -> Option<usize> {
        let known = |(at, taken): &(Time, String)| keeps_keys && taken == key && now - *at < TimeDelta::hours(24);
        if fortune.lost {
            return None;
        }
        let place = self.taken.iter().position(known).unwrap_or_else(|| {
            self.taken.push((now, key.to_owned()));
            self.taken.len() - 1
        });
        (!fortune.unheard).then_some(place)
    }
}

struct Trial {
    campaign: Campaign,
    records: Records,
    server: Server,
    features: ServerFeatures,
    now: Time,
    /// How many more lines this run may write.
    lines: usize,
}

/// The run died.
struct Dead;

impl Trial {
    fn new(features: ServerFeatures) -> Self {
        let records = [recipient("a", "rest", &["api-v1", "rest"])].into_iter().collect();
        Self { campaign: campaign(), records, server: Server::default(), features, now: now(), lines: 0 }
    }

    fn write(&mut self, entry: Entry) -> Result<(), Dead> {
        self.lines = self.lines.checked_sub(1).ok_or(Dead)?;
        self.records.apply("a", self.now, entry);
        Ok(())
    }

    fn fate(&mut self, fate: Fate) -> Result<(), Dead> {
        self.write(Entry::Fate { phase: "announce".to_owned(), fate })
    }

    fn decision(&self) -> Decision {
        let nobody = HashSet::new();
        let admission = Admission::new(&self.campaign, &self.records, &nobody, Overrides::default());
        let phase = self.campaign.phase("announce").unwrap();
        admission.decisions(phase).next().unwrap().1
    }

    fn run(&mut self, fortune: &Fortune) -> Result<(), Dead> {
        self.now += TimeDelta::hours(fortune.hours);
        self.lines = fortune.dies_after.unwrap_or(usize::MAX);
        self.settle(fortune)?;
        match self.decision() {
            Decision::Send => {
                let (phase, variant, deadline) = ("announce".to_owned(), Digest::of(&["x"]), self.campaign.deadline);
                self.write(Entry::Sending { phase, variant, deadline, usage: None, send_at: None })?;
                self.send(fortune, false)
            }
            Decision::Unsettled => self.send(fortune, true),
            Decision::Already | Decision::Excluded(_) => Ok(()),
        }
    }

    /// Looks up what is open and cannot be repeated, or holds it.
    fn settle(&mut self, fortune: &Fortune) -> Result<(), Dead> {
        let mail = self.records.get("a").unwrap().mail("announce").filter(|mail| mail.fate == Fate::Sending).cloned();
        let Some(mail) = mail else { return Ok(()) };
        let hold = Fate::Unknown { at: self.now, why: String::new() };
        match recovery(&mail, self.now, true, self.features) {
            Recovery::Repeat => Ok(()),
            Recovery::Hold => self.fate(hold),
            Recovery::LookUp => {
                let list: Vec<_> =
                    self.server.taken.iter().map(|(at, _)| Candidate { subject: "s", at: Some(*at) }).collect();
                match evidence_in_list(&list, Some("s"), mail.sending, !fortune.short_list) {
                    ListEvidence::There(place) => self.accepted(place),
                    ListEvidence::Absent => self.write(Entry::NotSent { phase: "announce".to_owned() }),
                    ListEvidence::Unclear => self.fate(hold),
                }
            }
        }
    }

    fn send(&mut self, fortune: &Fortune, repeated: bool) -> Result<(), Dead> {
        if fortune.limited {
            // A rejected repetition says nothing about the send before it.
            return if repeated { Ok(()) } else { self.write(Entry::NotSent { phase: "announce".to_owned() }) };
        }
        let recipient = self.records.get("a").unwrap();
        let key = idempotency_key("api-v2", "announce", &recipient.address().unwrap(), 0);
        match self.server.send(&key, self.now, self.features.keeps_keys, fortune) {
            Some(place) => self.accepted(place),
            None if self.features.keeps_keys => Ok(()),
            None => self.fate(Fate::Unknown { at: self.now, why: String::new() }),
        }
    }

    fn accepted(&mut self, place: usize) -> Result<(), Dead> {
        self.fate(Fate::Accepted(Accepted {
            id: format!("m{place}").into(),
            thread: String::new().into(),
            at: self.now,
            labelled: false,
            stage: None,
            approved: None,
            withdrawing: None,
            too_late: None,
            course: Course::Submitted,
        }))
    }
}

const QUIET: Fortune =
    Fortune { hours: 1, lost: false, unheard: false, limited: false, dies_after: None, short_list: false };

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_one_gets_a_phase_twice_and_no_one_is_lost(
        fortunes in proptest::collection::vec(fortune(), 0..12),
        keeps_keys in any::<bool>(),
        lists_mail in any::<bool>(),
    ) {
        let mut trial = Trial::new(ServerFeatures { keeps_keys, lists_mail });
        for fortune in &fortunes {
            // A run that died leaves what it has written; the next one reads just that.
            let _ = trial.run(fortune);
            prop_assert!(trial.server.taken.len() <= 1, "{:?}", trial.server.taken);
        }
        for _ in 0..3 {
            prop_assert!(trial.run(&QUIET).is_ok());
        }
        let taken = trial.server.taken.len();
        let outcome = trial.records.get("a").unwrap().mail("announce").map(mmig::campaign::mail::Mail::outcome);
        match trial.decision() {
            Decision::Already => prop_assert_eq!((taken, outcome), (1, Some(Outcome::Submitted))),
            // What cannot be known is held, but only without both means, or with a list that proves
            // nothing.
            Decision::Excluded(Reason::Unknown) => {
                let unclear = fortunes.iter().any(|fortune| fortune.short_list);
                prop_assert!(taken <= 1 && (!lists_mail || !keeps_keys || unclear), "{:?}", fortunes);
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn within_the_life_of_a_key_everybody_has_it_exactly_once(
        fortunes in proptest::collection::vec(fortune().prop_map(|fortune| Fortune { hours: 0, ..fortune }), 0..12),
    ) {
        let mut trial = Trial::new(ServerFeatures { keeps_keys: true, lists_mail: true });
        for fortune in &fortunes {
            let _ = trial.run(fortune);
        }
        prop_assert!(trial.run(&QUIET).is_ok());
        prop_assert_eq!(trial.server.taken.len(), 1);
        prop_assert_eq!(trial.decision(), Decision::Already);
    }
}
