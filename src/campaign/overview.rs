//! The campaign at a glance: segments by stage, phases by outcome, and what a person should look at.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use strum::{Display, IntoEnumIterator};

use super::Time;
use super::admission::{Admission, Decision, Reason, Wishes};
use super::dates::Timing;
use super::definition::{Campaign, Phase};
use super::mail::{Accepted, Course, Fate, Mail, Outcome};
use super::recipient::Recipient;
use super::records::Records;
use super::stage::Stage;
use super::withdrawal::overtaken_by;

/// The whole of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Per segment, in the campaign's order.
    pub segments: Vec<SegmentLine>,
    /// Per phase, in the campaign's order.
    pub phases: Vec<PhaseLine>,
    /// What a person should look at.
    pub attention: Vec<Attention>,
}

/// One segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SegmentLine {
    /// Its name.
    pub name: String,
    /// In the cohort now.
    pub recipients: usize,
    /// Were in it once.
    pub left: usize,
    /// Those in the cohort, by stage.
    pub stages: BTreeMap<Stage, usize>,
}

/// One phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhaseLine {
    /// Its name.
    pub name: String,
    /// When it is due; `None` for one that waits for each customer's completion.
    pub due: Option<Time>,
    /// How far it is.
    pub state: State,
    /// Everybody in the cohort, and those who left after they were mailed.
    pub recipients: usize,
    /// The same by outcome: the numbers add up.
    pub outcomes: BTreeMap<Outcome, usize>,
    /// Of those waiting, how many could be mailed now.
    #[serde(skip)]
    pub ready: usize,
}

/// How far a phase is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum State {
    /// Its date is still to come.
    Upcoming,
    /// Its date has come, nobody has it yet.
    Due,
    /// Its date is too long past, and somebody still waits.
    Late,
    /// Some have it, some do not, or it is on its way.
    Running,
    /// Nobody waits for it.
    Done,
}

/// Something a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attention {
    /// What kind of thing.
    pub kind: &'static str,
    /// The phase it concerns, if one.
    pub phase: Option<String>,
    /// The contact it concerns, if one.
    pub contact: Option<String>,
    /// What happened and what to do.
    pub message: String,
}

/// Sums up the records as of `now`, for one segment or phase or all.
pub fn overview(
    campaign: &Campaign,
    records: &Records,
    now: Time,
    segment: Option<&str>,
    phase: Option<&str>,
) -> Overview {
    let nobody = HashSet::new();
    let admission = Admission::new(records, &nobody, Wishes::default());
    let segments = campaign.segments.iter().filter(|own| segment.is_none_or(|wanted| own.name == wanted));
    let phases = campaign.phases.iter().filter(|own| phase.is_none_or(|wanted| own.name == wanted));
    let mut attention = Vec::new();
    let lines = phases.clone().map(|phase| phase_line(campaign, phase, &admission, now, segment, &mut attention));
    let lines = lines.collect();
    attention.extend(phases.flat_map(|phase| waiting(campaign, phase, records, segment)));
    Overview { segments: segment_lines(segments.map(|own| own.name.as_str()), records), phases: lines, attention }
}

fn segment_lines<'a>(names: impl Iterator<Item = &'a str>, records: &Records) -> Vec<SegmentLine> {
    let mut lines: Vec<SegmentLine> = names
        .map(|name| SegmentLine {
            name: name.to_owned(),
            recipients: 0,
            left: 0,
            stages: Stage::iter().map(|stage| (stage, 0)).collect(),
        })
        .collect();
    for recipient in records.recipients() {
        let Some(line) = lines.iter_mut().find(|line| line.name == recipient.segment) else { continue };
        if recipient.left.is_some() {
            line.left += 1;
        } else {
            line.recipients += 1;
            *line.stages.entry(recipient.stage()).or_default() += 1;
        }
    }
    lines
}

fn phase_line(
    campaign: &Campaign,
    phase: &Phase,
    admission: &Admission<'_>,
    now: Time,
    segment: Option<&str>,
    attention: &mut Vec<Attention>,
) -> PhaseLine {
    let mut line = PhaseLine {
        name: phase.name.clone(),
        due: campaign.due(phase),
        state: State::Upcoming,
        recipients: 0,
        outcomes: Outcome::iter().map(|outcome| (outcome, 0)).collect(),
        ready: 0,
    };
    for (recipient, decision) in admission.decisions(phase) {
        if segment.is_some_and(|wanted| recipient.segment != wanted) {
            continue;
        }
        let mail = recipient.mail(&phase.name);
        let outcome = match (mail, decision) {
            // Also who gets the mail again, after one that was withdrawn.
            (_, Decision::Send) => Outcome::Waiting,
            (Some(mail), _) => mail.outcome(),
            (None, Decision::Excluded(Reason::Left)) => continue,
            (None, Decision::Excluded(Reason::NotCompleted)) => Outcome::Waiting,
            (None, _) => Outcome::Excluded,
        };
        line.ready += usize::from(decision == Decision::Send);
        line.recipients += 1;
        *line.outcomes.entry(outcome).or_default() += 1;
        if let Some((kind, message)) = mail.and_then(|mail| worth_a_look(recipient, mail)) {
            let contact = Some(recipient.email.to_string());
            attention.push(Attention { kind, phase: Some(phase.name.clone()), contact, message });
        }
    }
    line.state = state(campaign.timing(phase, now), &line);
    if line.state == State::Late && line.ready > 0 {
        let message = format!(
            "{} never got it and it is too late to submit; raise [limits] max_late to send it all the same",
            count(line.ready)
        );
        attention.push(Attention { kind: "late", phase: Some(phase.name.clone()), contact: None, message });
    }
    line
}

/// Mails of a phase that wait at the server and must not leave.
fn waiting(campaign: &Campaign, phase: &Phase, records: &Records, segment: Option<&str>) -> Vec<Attention> {
    let nobody = HashSet::new();
    let (mut overtaken, mut outdated) = (0, 0);
    for recipient in records.recipients().iter().filter(|own| segment.is_none_or(|wanted| own.segment == wanted)) {
        let Some(mail) = recipient.mail(&phase.name).filter(|mail| mail.waits()) else { continue };
        if overtaken_by(campaign, recipient, mail, &nobody).is_some() {
            overtaken += 1;
        } else if mail.deadline != campaign.deadline {
            outdated += 1;
        }
    }
    let cancel = format!("mmig cancel --phase {}", phase.name);
    let told = [
        ("to-withdraw", overtaken, "no longer right for the customer", "mmig track"),
        ("old-deadline", outdated, "with another deadline than the campaign's", &cancel),
    ];
    let found = told.into_iter().filter(|(_, mails, ..)| *mails > 0);
    found
        .map(|(kind, mails, what, command)| {
            let number = if mails == 1 { "1 mail".to_owned() } else { format!("{mails} mails") };
            let message = format!("not out yet, {what}: {number}; `{command}` withdraws what it can");
            Attention { kind, phase: Some(phase.name.clone()), contact: None, message }
        })
        .collect()
}

fn count(recipients: usize) -> String {
    format!("{recipients} recipient{}", if recipients == 1 { "" } else { "s" })
}

fn state(timing: Timing, line: &PhaseLine) -> State {
    let number = |outcome| line.outcomes.get(&outcome).copied().unwrap_or_default();
    let on_its_way =
        [Outcome::Sending, Outcome::Submitted, Outcome::PendingApproval, Outcome::Scheduled, Outcome::Unknown];
    // Where the server reports no delivery, submitted is all there will ever be.
    let on_its_way: usize = on_its_way.into_iter().filter(|outcome| *outcome != Outcome::Submitted).map(number).sum();
    let out = line.recipients - number(Outcome::Waiting) - number(Outcome::Excluded);
    match timing {
        Timing::Late if line.ready > 0 => State::Late,
        _ if out > 0 && (line.ready > 0 || on_its_way > 0) => State::Running,
        Timing::OnCompletion if line.ready > 0 => State::Due,
        Timing::OnCompletion if number(Outcome::Waiting) > 0 || line.recipients == 0 => State::Upcoming,
        // Before anybody was found nobody has it, and nobody waits either.
        Timing::Due if line.ready > 0 || line.recipients == 0 => State::Due,
        Timing::Early if out == 0 => State::Upcoming,
        Timing::Early | Timing::Due | Timing::Late | Timing::OnCompletion => State::Done,
    }
}

/// What is worth a person's look in a mail's fate.
fn worth_a_look(recipient: &Recipient, mail: &Mail) -> Option<(&'static str, String)> {
    let submit = format!("mmig submit --phase {}", mail.phase);
    let again = format!("`{submit} --retry-failed` sends it again");
    match &mail.fate {
        Fate::Sending => {
            Some(("unsettled", format!("an interrupted run left its outcome open; `{submit}` settles it")))
        }
        Fate::Unknown { why, .. } => {
            let resend = format!("{submit} --resend-unknown --contact {}", as_a_word(&recipient.email));
            let message = format!(
                "held, it cannot be told whether it was sent: {why}; `{resend}` sends it, perhaps for the second time"
            );
            Some(("unknown", message))
        }
        Fate::Failed { words, .. } => Some(("failed", format!("the server refused it: {words}; {again}"))),
        Fate::Accepted(Accepted { course, too_late, .. }) => match course {
            Course::Bounced { kind, .. } if kind.is_empty() => {
                Some(("bounced", "it came back; reach them another way".to_owned()))
            }
            Course::Bounced { kind, .. } => Some(("bounced", format!("it came back ({kind}); reach them another way"))),
            Course::Rejected { reason, .. } if reason.is_empty() => {
                Some(("rejected", "a reviewer rejected it".to_owned()))
            }
            Course::Rejected { reason, .. } => Some(("rejected", format!("a reviewer rejected it: {reason}"))),
            Course::Failed { words, .. } => Some(("failed", format!("the server could not send it: {words}; {again}"))),
            Course::Submitted
            | Course::Handed
            | Course::PendingApproval
            | Course::Scheduled
            | Course::Delivered { .. } => too_late.map(|_| {
                let message = "it was to be withdrawn since it had become wrong for them, and it was too late for that";
                ("too-late-to-withdraw", message.to_owned())
            }),
            Course::Cancelled { .. } => None,
        },
    }
}

/// An address as one word of a command: some characters that addresses may have mean something to a shell.
fn as_a_word(address: &str) -> Cow<'_, str> {
    if address.chars().all(|c| c.is_alphanumeric() || "@.+-_".contains(c)) {
        return Cow::Borrowed(address);
    }
    Cow::Owned(format!("'{}'", address.replace('\'', r"'\''")))
}

/// The recipients who are not done, those furthest behind first.
pub fn behind<'a>(records: &'a Records, segment: Option<&str>) -> Vec<&'a Recipient> {
    let in_question = |recipient: &&Recipient| {
        recipient.left.is_none()
            && segment.is_none_or(|wanted| recipient.segment == wanted)
            && recipient.stage() < Stage::Completed
    };
    let mut behind: Vec<_> = records.recipients().iter().filter(in_question).collect();
    behind.sort_by_key(|recipient| recipient.stage());
    behind
}
