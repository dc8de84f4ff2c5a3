//! Assigns the mails that the server still shows of a campaign whose ledger is lost: by their tags, otherwise by
//! subject and recipient. Uncertain ones are held, never guessed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::TimeDelta;
use compact_str::CompactString;
use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::Time;
use crate::campaign::address::plain;
use crate::campaign::definition::stage::Stage;
use crate::campaign::definition::{Campaign, Phase, When};
use crate::campaign::digest::Digest;
use crate::campaign::mail::{Accepted, Addressee, Approval, Course, Fate, Mail};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::text::{Form, presentable};

/// The names of the tags on our mails.
pub const CAMPAIGN: &str = "mmig-campaign";
/// See [`CAMPAIGN`].
pub const PHASE: &str = "mmig-phase";
/// See [`CAMPAIGN`].
pub(crate) const SEGMENT: &str = "mmig-segment";
/// See [`CAMPAIGN`]. The deadline that the mail states: the campaign's may have moved since.
pub(crate) const DEADLINE: &str = "mmig-deadline";
/// The customer's stage, on the latest mail of their conversation.
pub(crate) const STAGE: &str = "mmig-stage";

/// Whether a mail with these tags belongs to a phase of the campaign.
pub fn is_of(campaign: &Campaign, tags: &BTreeMap<String, String>) -> bool {
    tags.get(CAMPAIGN).is_some_and(|name| *name == campaign.name)
        && tags.get(PHASE).is_some_and(|phase| !phase.is_empty())
}

/// Whether a mail with these tags certainly belongs to another campaign or phase.
pub fn is_foreign(campaign: &Campaign, phase: &Phase, tags: &BTreeMap<String, String>) -> bool {
    let is_another = |name: &str, own: &str| tags.get(name).is_some_and(|other| other != own);
    is_another(CAMPAIGN, &campaign.name) || is_another(PHASE, &phase.name)
}

/// A mail of the mailbox that the ledger does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The server's id.
    pub id: String,
    /// The server's id of the conversation; may be empty.
    pub thread: String,
    /// Its recipient.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// When the server received it, if it says.
    pub at: Option<Time>,
    /// The tags it carries.
    pub tags: BTreeMap<String, String>,
    /// Its progress at the server.
    pub course: Course,
    /// Who approved it, if known.
    pub approved: Option<Approval>,
}

/// A phase and all its known texts: a text that was changed since is not among them.
#[derive(Debug)]
pub struct Known<'a> {
    /// The phase.
    pub phase: &'a Phase,
    /// Its texts.
    pub texts: Vec<KnownText>,
    /// Whether one of them was sent, or about to be sent: then a mail may be out, even before its date.
    pub has_left: bool,
}

/// A known text.
#[derive(Debug)]
pub struct KnownText {
    /// Its identity.
    pub digest: Digest,
    /// The text.
    pub form: Form,
    /// The segments whose customers get it.
    pub segments: BTreeSet<String>,
}

/// The result of assigning traces.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Findings {
    /// Mails recognised by their tags.
    pub by_tags: usize,
    /// Mails recognised by subject and recipient.
    pub by_subject: usize,
    /// Customers who have a mail of the campaign and are no longer in it.
    pub left: usize,
    /// Mails to customers of the campaign that belong to none of its phases.
    pub others: usize,
    /// Uncertain mails, which are held.
    pub held: Vec<Held>,
}

/// A mail that a customer may or may not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Held {
    /// The customer's address.
    pub contact: String,
    /// The phase.
    pub phase: String,
    /// Why it is uncertain.
    pub why: String,
}

/// Where a mail belongs.
enum Origin<'a> {
    /// To this phase; made from this text, if known.
    Ours(&'a str, Option<Digest>),
    /// It may belong to one of these phases.
    Doubtful(Vec<&'a str>),
    /// It belongs to no phase.
    Foreign,
}

/// How early before its date a phase can be submitted.
const EARLIEST: TimeDelta = TimeDelta::days(180);
/// Tolerance for differing clocks and zones.
const SLACK: TimeDelta = TimeDelta::days(1);

/// Recognises the campaign's mails among the mailbox's, and records them. `complete` says whether the list is
/// complete.
pub fn recognise(
    records: &mut Records,
    campaign: &Campaign,
    known: &[Known<'_>],
    mut traces: Vec<Trace>,
    complete: bool,
    now: Time,
) -> Findings {
    let mut findings = Findings::default();
    let mut doubts = Vec::new();
    traces.sort_by_key(|trace| trace.at);
    let mut owners = owners(records);
    for trace in &traces {
        let owner = owners.get(&plain(&trace.to)).cloned();
        match (origin(campaign, known, trace), owner) {
            (Origin::Ours(phase, text), owner) => {
                let tagged = trace.tags.contains_key(PHASE);
                *(if tagged { &mut findings.by_tags } else { &mut findings.by_subject }) += 1;
                let key = owner.unwrap_or_else(|| {
                    findings.left += 1;
                    let key = admit_who_left(records, trace, now);
                    owners.insert(plain(&trace.to), key.clone());
                    key
                });
                records.update(&key, |recipient| add(recipient, mail(campaign, recipient, phase, text, trace, now)));
            }
            (Origin::Doubtful(phases), Some(key)) => doubts.push((key, phases, trace)),
            (Origin::Foreign, Some(_)) => findings.others += 1,
            (Origin::Doubtful(_) | Origin::Foreign, None) => {}
        }
    }
    for (key, phases, trace) in doubts {
        findings.hold(records, campaign, &key, &phases, &doubt(campaign, trace), now);
    }
    if !complete {
        let why = "the mailbox's list could not be read to its end";
        findings.hold_everybody(records, campaign, known, |_| why.to_owned(), now);
    }
    findings
}

/// Why it is uncertain whether a mail belongs to a phase.
fn doubt(campaign: &Campaign, trace: &Trace) -> String {
    let day = trace.at.map(|at| format!(" of {}", campaign.local_date(at))).unwrap_or_default();
    format!("the mailbox has a mail to them{day} that might be this one: {}", presentable(&trace.subject))
}

/// For a server that does not list mails: everything that may have been sent is held.
pub fn without_mails(records: &mut Records, campaign: &Campaign, known: &[Known<'_>], now: Time) -> Findings {
    let mut findings = Findings::default();
    let tag = &campaign.tags.notified;
    let why = |recipient: &Recipient| {
        if recipient.tags.iter().any(|carried| carried == tag) {
            format!("the contact carries `{tag}`, so some mail reached them, and this server does not show which")
        } else {
            "this server does not show the mails it has".to_owned()
        }
    };
    findings.hold_everybody(records, campaign, known, why, now);
    findings
}

impl Findings {
    /// Holds those of the phases that the recipient has no mail of.
    fn hold(&mut self, records: &mut Records, campaign: &Campaign, key: &str, phases: &[&str], why: &str, now: Time) {
        for phase in phases {
            let missing = records.get(key).filter(|recipient| recipient.mail(phase).is_none());
            let Some(recipient) = missing else { continue };
            let (contact, deadline) = (recipient.email.to_string(), campaign.reader(&recipient.segment).deadline());
            let fate = Fate::Unknown { at: now, why: why.to_owned() };
            let mail = Mail {
                phase: (*phase).into(),
                variant: Digest::of(&[]),
                to: None,
                deadline,
                usage: None,
                sending: now,
                send_at: None,
                fate,
            };
            records.update(key, |recipient| recipient.mails.push(mail));
            self.held.push(Held { contact, phase: (*phase).to_owned(), why: why.to_owned() });
        }
    }

    /// Holds, for everyone in the cohort, each phase that may have been sent.
    fn hold_everybody(
        &mut self,
        records: &mut Records,
        campaign: &Campaign,
        known: &[Known<'_>],
        why: impl Fn(&Recipient) -> String,
        now: Time,
    ) {
        let in_cohort = records.recipients().iter().filter(|recipient| recipient.left.is_none());
        let doubts: Vec<_> = in_cohort
            .map(|recipient| {
                let sent = known.iter().filter(|known| may_have_been_sent(campaign, known, recipient, now));
                let phases: Vec<&str> = sent.map(|known| known.phase.name.as_str()).collect();
                (recipient.key().to_owned(), phases, why(recipient))
            })
            .collect();
        for (key, phases, why) in doubts {
            self.hold(records, campaign, &key, &phases, &why, now);
        }
    }
}

/// Whether a phase may already have been sent to a recipient.
fn may_have_been_sent(campaign: &Campaign, known: &Known<'_>, recipient: &Recipient, now: Time) -> bool {
    match known.phase.when {
        When::Dated(_) => {
            let due = campaign.reader(&recipient.segment).due(known.phase);
            known.has_left || known.phase.is_for(&recipient.segment) && due.is_some_and(|due| due <= now)
        }
        When::Completed => recipient.stage() == Stage::Completed,
        When::DeadlineMoved => true,
    }
}

fn origin<'a>(campaign: &'a Campaign, known: &'a [Known<'a>], trace: &'a Trace) -> Origin<'a> {
    match (trace.tags.get(CAMPAIGN), trace.tags.get(PHASE)) {
        (Some(_), Some(phase)) if is_of(campaign, &trace.tags) => {
            return Origin::Ours(phase, text_of(known, phase, trace));
        }
        (Some(name), _) if *name != campaign.name => return Origin::Foreign,
        // One of ours whose phase was removed is judged like one without tags.
        _ => {}
    }
    let fitting: Vec<&Known<'_>> = known.iter().filter(|known| known.fits(trace)).collect();
    match fitting.as_slice() {
        [] => {
            let day = known.iter().filter(|known| on_its_day(campaign, known.phase, trace.at));
            let day: Vec<&str> = day.map(|known| known.phase.name.as_str()).collect();
            if day.is_empty() { Origin::Foreign } else { Origin::Doubtful(day) }
        }
        [one] if in_its_time(campaign, one.phase, trace.at) => Origin::Ours(&one.phase.name, one.text(trace)),
        several => Origin::Doubtful(several.iter().map(|known| known.phase.name.as_str()).collect()),
    }
}

impl Known<'_> {
    /// Whether a mail with this subject may be of the phase.
    fn fits(&self, trace: &Trace) -> bool {
        self.texts.iter().any(|text| text.form.may_be_subject(&trace.subject))
    }

    /// The text that a mail was made from, judged by subject and segment; `None` if it may be one of several, so that
    /// its content is unknown.
    fn text(&self, trace: &Trace) -> Option<Digest> {
        let segment = trace.tags.get(SEGMENT);
        let mut fitting = self.texts.iter().filter(|text| {
            text.form.may_be_subject(&trace.subject) && segment.is_none_or(|segment| text.segments.contains(segment))
        });
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first.digest)
    }
}

fn text_of(known: &[Known<'_>], phase: &str, trace: &Trace) -> Option<Digest> {
    known.iter().find(|known| known.phase.name == phase)?.text(trace)
}

/// Whether the phase could be sent then. A year earlier does not count: another campaign may have had the same
/// subject.
fn in_its_time(campaign: &Campaign, phase: &Phase, at: Option<Time>) -> bool {
    let (Some(at), Some(due)) = (at, campaign.due(phase)) else { return true };
    at >= due - EARLIEST && at <= campaign.latest(phase).unwrap_or(due) + SLACK
}

/// Whether it was sent on a day on which the phase would be.
fn on_its_day(campaign: &Campaign, phase: &Phase, at: Option<Time>) -> bool {
    let (Some(at), Some(due)) = (at, campaign.due(phase)) else { return at.is_none() };
    at >= due - SLACK && at <= campaign.latest(phase).unwrap_or(due) + SLACK
}

/// The recipients by their current and former addresses; current ones take precedence.
fn owners(records: &Records) -> HashMap<String, String> {
    let mut owners = HashMap::new();
    let everybody = || records.recipients().iter();
    for recipient in everybody().filter(|own| own.left.is_some()).chain(everybody().filter(|own| own.left.is_none())) {
        for then in recipient.mails.iter().filter_map(|mail| mail.to.as_ref()) {
            owners.entry(plain(&then.email)).or_insert_with(|| recipient.key().to_owned());
        }
        owners.insert(plain(&recipient.email), recipient.key().to_owned());
    }
    owners
}

/// Records a customer who has a mail of ours and is not in the cohort, so that the address is not mailed again if it
/// comes back.
fn admit_who_left(records: &mut Records, trace: &Trace, now: Time) -> String {
    let recipient = Recipient {
        id: CompactString::default(),
        email: trace.to.trim().into(),
        name: CompactString::default(),
        tags: Vec::new(),
        segment: trace.tags.get(SEGMENT).map(CompactString::from).unwrap_or_default(),
        since: trace.at.unwrap_or(now),
        left: Some(now),
        usage: None,
        marks: Vec::new(),
        mails: Vec::new(),
        skips: Vec::new(),
    };
    let key = recipient.key().to_owned();
    records.insert(recipient);
    key
}

fn mail(
    campaign: &Campaign,
    recipient: &Recipient,
    phase: &str,
    text: Option<Digest>,
    trace: &Trace,
    now: Time,
) -> Mail {
    let at = trace.at.unwrap_or(now);
    let elsewhere = plain(&trace.to) != plain(&recipient.email);
    let then = Addressee { email: trace.to.trim().into(), name: recipient.name.clone(), id: recipient.id.clone() };
    Mail {
        phase: phase.into(),
        variant: text.unwrap_or_else(|| Digest::of(&[&trace.subject])),
        to: elsewhere.then(|| Box::new(then)),
        deadline: trace
            .tags
            .get(DEADLINE)
            .and_then(|date| date.parse().ok())
            .unwrap_or_else(|| campaign.reader(&recipient.segment).deadline()),
        usage: None,
        sending: at,
        send_at: None,
        fate: Fate::Accepted(Accepted {
            id: trace.id.as_str().into(),
            thread: trace.thread.as_str().into(),
            at,
            labelled: trace.tags.contains_key(PHASE),
            stage: trace.tags.get(STAGE).and_then(|stage| stage.parse().ok()),
            approved: trace.approved.clone(),
            too_late: None,
            withdrawing: None,
            course: trace.course.clone(),
        }),
    }
}

/// Adds a mail to a recipient. It replaces a mail whose result was open; and a mail that was never sent never hides one
/// that was.
fn add(recipient: &mut Recipient, mail: Mail) {
    let latest = recipient.mails.iter().rposition(|own| own.phase == mail.phase);
    match latest.map(|index| (index, &recipient.mails[index].fate)) {
        Some((index, Fate::Sending | Fate::Unknown { .. })) => recipient.mails[index].fate = mail.fate,
        Some((index, _)) if mail.is_void() => recipient.mails.insert(index, mail),
        _ => recipient.mails.push(mail),
    }
}
