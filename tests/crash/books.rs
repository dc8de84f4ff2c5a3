//! Compares the sandbox's records with the ledger.

use std::collections::HashMap;

use mmig::campaign::mail::{Fate, Mail};
use mmig::campaign::people::records::Records;
use mmig::store::local as ledger;
use serde_json::Value;

use crate::scene::{PHASES, Said, Scene};

/// The result of the comparison, in recipients times phases.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Mails that the sandbox accepted.
    pub mails: usize,
    /// Recipients who got a phase twice.
    pub doubled: usize,
    /// Recipients who did not get a phase, without anyone being informed.
    pub lost: usize,
    /// Recipients held as unknown, and listed.
    pub unknown: usize,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        self.mails += other.mails;
        self.doubled += other.doubled;
        self.lost += other.lost;
        self.unknown += other.unknown;
    }
}

/// The ids of the sandbox's live mails by address and phase.
type Sent = HashMap<(String, &'static str), Vec<String>>;

/// Whether a mail of the sandbox's record reached its customer, or still may.
pub fn is_live(mail: &Value) -> bool {
    !["cancelled", "rejected"].iter().any(|status| mail["status"] == *status)
}

fn sent(scene: &Scene) -> Sent {
    let mut sent = Sent::new();
    let mut record = scene.server.look("mails");
    for mail in record["mails"].as_array_mut().expect("a list").iter_mut().filter(|mail| is_live(mail)) {
        let text = |name: &Value| name.as_str().unwrap_or_default().to_owned();
        let subject = text(&mail["subject"]);
        let phase = PHASES.iter().find(|phase| subject.starts_with(**phase)).expect("a mail of ours");
        sent.entry((text(&mail["to"][0]), phase)).or_default().push(text(&mail["id"]));
    }
    sent
}

fn records(scene: &Scene) -> Records {
    ledger::read(&scene.campaign()).expect("no crash damages a ledger").unwrap_or_default()
}

/// At any moment: for every mail of the sandbox, the ledger knows that it may exist.
pub fn nothing_is_forgotten(scene: &Scene) {
    let sent = sent(scene);
    let records = records(scene);
    for (address, phase) in sent.keys() {
        let known = records.recipients().iter().filter(|recipient| recipient.email == *address);
        let known = known.filter_map(|recipient| recipient.mail(phase)).any(|mail| !mail.is_void());
        assert!(known, "the sandbox has the mail `{phase}` to {address}, and the ledger knows nothing of it");
    }
}

/// At the end of a phase: who got it how often, and what the ledger says.
pub fn compare(scene: &Scene, phase: &'static str) -> Tally {
    compare_with(scene, phase, &records(scene), &scene.run(&["status"]))
}

/// The same with a ledger kept elsewhere.
pub fn compare_with(scene: &Scene, phase: &'static str, records: &Records, status: &Said) -> Tally {
    let sent = sent(scene);
    let mut tally = Tally::default();
    let mut held = Vec::new();
    for recipient in records.recipients() {
        let here = sent.get(&(recipient.email.to_string(), phase)).map_or(&[][..], Vec::as_slice);
        tally.mails += here.len();
        tally.doubled += usize::from(here.len() > 1);
        match recipient.mail(phase).map(|mail: &Mail| &mail.fate) {
            Some(Fate::Accepted(accepted)) if here.iter().any(|id| *id == accepted.id) => {}
            // A server that returned garbage accepted the mail anyway.
            Some(Fate::Accepted(accepted)) if accepted.id.is_empty() && here.len() == 1 => {}
            Some(Fate::Unknown { .. }) => held.push(recipient.email.as_str()),
            other => {
                eprintln!("{}: the ledger says {other:?}, the sandbox has {here:?}", recipient.email);
                tally.lost += 1;
            }
        }
    }
    tally.unknown = held.len();
    assert!(!records.recipients().is_empty(), "some customer was to be mailed");
    agrees(status, phase, &tally, records.recipients().len(), &held);
    tally
}

/// `status` agrees with the ledger, and names everyone who is held.
fn agrees(status: &Said, phase: &str, tally: &Tally, recipients: usize, held: &[&str]) {
    assert_eq!(status.code, 0, "{}", status.text);
    let line = status.json["phases"].as_array().and_then(|lines| lines.iter().find(|line| line["name"] == phase));
    let outcomes = &line.expect("the phase")["outcomes"];
    let count = |name: &str| outcomes[name].as_u64().and_then(|count| usize::try_from(count).ok()).expect("a number");
    let out: usize = ["submitted", "pending_approval", "scheduled", "delivered"].into_iter().map(count).sum();
    assert_eq!(
        (out, count("unknown")),
        (recipients - tally.unknown - tally.lost, tally.unknown),
        "`status` says {outcomes}, the ledger {tally:?}"
    );
    let attention = status.json["attention"].as_array().expect("a list");
    for address in held {
        let listed = attention.iter().any(|line| line["contact"] == *address && line["phase"] == phase);
        assert!(listed, "{address} is held, and `status` does not list it: {}", status.text);
    }
}
