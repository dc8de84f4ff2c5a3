//! The plan: who gets a phase's mail now, and why everybody else does not. The only way to a send.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use strum::Display;

use super::audience::Verdict;
use super::cohort::{Addresses, Standing};
use super::contact::Address;
use super::digest::Digest;
use super::lock::Lock;
use super::mail::{Mail, Outcome};
use super::problem::Problem;
use super::recipient::Recipient;
use super::records::Records;
use super::variant::Texts;

/// Why somebody in the campaign is not mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Reason {
    /// The customer has completed the migration.
    Done,
    /// The customer is further along than the phase is for.
    FurtherAlong,
    /// The phase waits for the customer to complete.
    NotCompleted,
    /// No longer in the cohort.
    Left,
    /// On the server's suppression list.
    Suppressed,
    /// Another contact has the same address and gets the mail.
    DuplicateAddress,
    /// The address is none.
    InvalidAddress,
    /// An earlier mail came back.
    BouncedBefore,
    /// The server refused this mail before; `--retry-failed` tries again.
    FailedBefore,
    /// A reviewer rejected this mail; after a new draft, `--retry-failed` sends the corrected one.
    Rejected,
    /// This mail was withdrawn; `--retry-failed` sends it again.
    Cancelled,
    /// It cannot be known whether this mail was sent; held.
    Unknown,
    /// The contact's tags changed since the draft, into a text nobody reviewed.
    NotReviewed,
}

/// What the plan is made from.
#[derive(Debug)]
pub struct Question<'a> {
    /// The ledger, brought up to date.
    pub records: &'a Records,
    /// Addresses the server will not deliver to.
    pub suppressed: &'a HashSet<Address>,
    /// Only this segment.
    pub segment: Option<&'a str>,
    /// Whether mails that failed, were rejected or withdrawn are sent again.
    pub retry_failed: bool,
    /// Keys of recipients whose unknown mail is sent again, at the user's word.
    pub resend_unknown: &'a [String],
    /// The reviewed texts; `None` where there are no drafts.
    pub lock: Option<&'a Lock>,
}

/// One mail to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Send {
    /// The recipient's key.
    pub key: String,
    /// The text.
    pub variant: Digest,
}

/// The plan of a phase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Who is mailed, in the ledger's order.
    pub sends: Vec<Send>,
    /// Mails written down as being sent, without an outcome: to be settled first.
    pub unsettled: Vec<String>,
    /// How many have this phase already.
    pub already: usize,
    /// Who is not mailed, by reason.
    pub excluded: BTreeMap<Reason, Vec<String>>,
    /// Who would get a text that is not in the lock, because the campaign changed.
    pub unlocked: Vec<String>,
}

impl Plan {
    /// How many are excluded for a reason.
    pub fn count(&self, reason: Reason) -> usize {
        self.excluded.get(&reason).map_or(0, Vec::len)
    }
}

/// Works out the plan. A template that cannot be rendered is an error for the whole of it.
pub fn plan(question: &Question<'_>, texts: &mut Texts<'_>) -> Result<Plan, Problem> {
    let phase = texts.phase();
    let had = had_before(question.records, &phase.name);
    let addresses = Addresses::of(question.records);
    let campaign_changed = match question.lock {
        Some(lock) => !lock.sorts_as(texts) || !lock.drifts(texts).is_empty(),
        None => true,
    };
    let mut plan = Plan::default();
    for recipient in question.records.recipients() {
        if question.segment.is_some_and(|segment| recipient.segment != segment) {
            continue;
        }
        let key = || recipient.key().to_owned();
        match decide(question, texts, &addresses, &had, recipient) {
            Decision::Unsettled => plan.unsettled.push(key()),
            Decision::Already => plan.already += 1,
            Decision::Excluded(reason) => plan.excluded.entry(reason).or_default().push(key()),
            Decision::Send => {
                let rendered = texts.render(&texts.inputs(recipient))?;
                if question.lock.is_some_and(|lock| lock.holds(rendered.digest)) {
                    plan.sends.push(Send { key: key(), variant: rendered.digest });
                } else if campaign_changed {
                    plan.unlocked.push(key());
                } else {
                    plan.excluded.entry(Reason::NotReviewed).or_default().push(key());
                }
            }
        }
    }
    Ok(plan)
}

enum Decision {
    Send,
    Already,
    Unsettled,
    Excluded(Reason),
}

fn decide(
    question: &Question<'_>,
    texts: &Texts<'_>,
    addresses: &Addresses<'_>,
    had: &HashMap<Address, &str>,
    recipient: &Recipient,
) -> Decision {
    let mail = recipient.mail(&texts.phase().name);
    if let Some(decision) = mail.and_then(|mail| by_mail(question, recipient, mail)) {
        return decision;
    }
    if recipient.left.is_some() {
        return Decision::Excluded(Reason::Left);
    }
    match texts.phase().audience.verdict(recipient.stage()) {
        Verdict::In => {}
        Verdict::NotYet => return Decision::Excluded(Reason::NotCompleted),
        Verdict::Past if recipient.stage() == super::stage::Stage::Completed => {
            return Decision::Excluded(Reason::Done);
        }
        Verdict::Past => return Decision::Excluded(Reason::FurtherAlong),
    }
    match addresses.standing(recipient) {
        Standing::Invalid => return Decision::Excluded(Reason::InvalidAddress),
        Standing::Duplicate => return Decision::Excluded(Reason::DuplicateAddress),
        Standing::Mailable => {}
    }
    let Ok(address) = recipient.address() else { return Decision::Excluded(Reason::InvalidAddress) };
    if question.suppressed.contains(&address) {
        return Decision::Excluded(Reason::Suppressed);
    }
    if recipient.mails.iter().any(|mail| mail.outcome() == Outcome::Bounced) {
        return Decision::Excluded(Reason::BouncedBefore);
    }
    // A contact that was deleted and made again has a new id; the address had the mail all the same.
    if had.get(&address).is_some_and(|key| *key != recipient.key()) {
        return Decision::Already;
    }
    Decision::Send
}

/// What the phase's latest mail to the recipient decides; `None` where it decides nothing.
fn by_mail(question: &Question<'_>, recipient: &Recipient, mail: &Mail) -> Option<Decision> {
    let again = |reason| if question.retry_failed { None } else { Some(Decision::Excluded(reason)) };
    match mail.outcome() {
        Outcome::Sending => Some(Decision::Unsettled),
        Outcome::Unknown if question.resend_unknown.iter().any(|key| key == recipient.key()) => None,
        Outcome::Unknown => Some(Decision::Excluded(Reason::Unknown)),
        Outcome::Failed => again(Reason::FailedBefore),
        Outcome::Rejected => again(Reason::Rejected),
        Outcome::Cancelled => again(Reason::Cancelled),
        Outcome::Submitted
        | Outcome::PendingApproval
        | Outcome::Scheduled
        | Outcome::Delivered
        | Outcome::Bounced
        | Outcome::Waiting
        | Outcome::Excluded => Some(Decision::Already),
    }
}

/// The addresses that have the phase, or may have it, with the key of the recipient that does.
fn had_before<'a>(records: &'a Records, phase: &str) -> HashMap<Address, &'a str> {
    let mut had = HashMap::new();
    for recipient in records.recipients() {
        for mail in recipient.mails.iter().filter(|mail| mail.phase == phase && !mail.is_void()) {
            let address = mail.to.as_deref().unwrap_or(&recipient.email);
            if let Ok(address) = Address::parse(address) {
                had.insert(address, recipient.key());
            }
        }
    }
    had
}
