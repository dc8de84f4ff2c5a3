//! What needs a person's attention.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::Time;
use crate::campaign::address::plain;
use crate::campaign::decide::withdrawal::overtaken_by;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::hint::{Action, Hint};
use crate::campaign::mail::{Accepted, Course, Fate, Mail};
use crate::campaign::people::recipient::{Recipient, is_passing};
use crate::campaign::people::records::Records;
use crate::campaign::plural;
use crate::campaign::review::Stale;
use crate::campaign::text::presentable;
use crate::hint;

/// Something that needs attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Attention {
    /// Its kind.
    pub kind: &'static str,
    /// The phase it concerns, if any.
    pub phase: Option<String>,
    /// The contact it concerns, if any.
    pub contact: Option<String>,
    /// What happened and what to do.
    pub message: Hint,
}

/// The kind of a mail that waits with an older text than the draft.
const OLDER_TEXT: &str = "older-text";

/// The kind for an expected run that is overdue.
const OVERDUE_RUN: &str = "overdue-run";

impl Attention {
    /// What needs attention about a recipient's mail of a phase, if anything.
    pub(crate) fn of_mail(recipient: &Recipient, mail: &Mail, phase: &Phase) -> Option<Self> {
        let (kind, message) = worth_a_look(recipient, mail)?;
        Some(Self { kind, phase: Some(phase.name.clone()), contact: Some(recipient.email.to_string()), message })
    }

    /// The server has accepted a mail and reported nothing about it for long.
    pub(crate) fn no_news(recipient: &Recipient, mail: &Mail, phase: &Phase, now: Time) -> Option<Self> {
        let is_open = mail.accepted().is_some_and(|accepted| accepted.course == Course::Submitted);
        let is_long = now - mail.leaves() > TimeDelta::days(NO_NEWS);
        (is_open && is_long).then(|| {
            let message = format!("no news of it for more than {NO_NEWS} days, neither that it arrived nor that it bounced: look at it in MultiMail");
            let contact = Some(mail.address(recipient).to_owned());
            Self { kind: "no-news", phase: Some(phase.name.clone()), contact, message: message.into() }
        })
    }

    /// The customer may get the phase twice: an earlier mail of it was reported as cancelled or rejected, and was
    /// not.
    pub fn twice(recipient: &Recipient, phase: &Phase) -> Option<Self> {
        let of_phase = recipient.mails.iter().filter(|mail| mail.phase == phase.name);
        let mut earlier = of_phase.rev().skip(1).filter_map(Mail::accepted);
        let revived = earlier.any(|accepted| accepted.too_late.is_some() && !accepted.course.is_void());
        revived.then(|| {
            let message = "an earlier mail of this phase was said to be cancelled or rejected, and it waits or went out \
                           as well: look at both in MultiMail";
            let contact = Some(recipient.email.to_string());
            Self { kind: "twice", phase: Some(phase.name.clone()), contact, message: message.into() }
        })
    }

    /// A person cancelled the mail, and nothing came in its place. `is_late` where it is too late to send it again.
    pub(crate) fn cancelled(recipient: &Recipient, mail: &Mail, is_late: bool) -> Self {
        let skip = submit(mail).flag("skip").option("reason", "REASON");
        let message = if is_late {
            hint!["it was cancelled and not replaced, and now it is too late; ", skip, " gives it up"]
        } else {
            let again = hint!["it was cancelled and not replaced: ", resubmit(mail), " sends it again"];
            again.and(hint!["; ", skip, " gives it up"])
        };
        let contact = mail.address(recipient).to_owned();
        Self { kind: "cancelled", phase: Some(mail.phase.to_string()), contact: Some(contact), message }
    }

    /// A mail waits for approval and should not be approved as it is.
    pub fn stale(recipient: &Recipient, mail: &Mail, why: &[Stale]) -> Self {
        // Do not suggest what `submit` refuses.
        let again = match why {
            _ if why.contains(&Stale::PhaseGone) => Hint::default(),
            _ if why.iter().any(|stale| matches!(stale, Stale::AfterDeadline { .. })) => Hint::default(),
            _ if why.iter().any(|stale| matches!(stale, Stale::PhaseLate { .. })) => {
                "; only with a higher [limits] max_late could it be sent again".into()
            }
            _ => hint![", ", resubmit(mail), " sends it again"],
        };
        let why = why.iter().map(Stale::to_string).collect::<Vec<_>>().join("; ");
        let cancel = Action::new("cancel").phase(mail.phase.as_str());
        let message = hint![format!("waits for approval, but {why}; "), cancel, " cancels it"].and(again);
        let contact = mail.address(recipient).to_owned();
        Self { kind: "stale", phase: Some(mail.phase.to_string()), contact: Some(contact), message }
    }

    /// What needs attention about a customer, whatever the phase.
    pub(crate) fn of_customer(recipient: &Recipient) -> impl Iterator<Item = Self> {
        let about = |kind, message| Self { kind, phase: None, contact: Some(recipient.email.to_string()), message };
        let clear = || Action::new("track").flag("clear").option("contact", "ADDRESS");
        let unanswered = || hint!["an unanswered reply: reminders wait; answer it, or ", clear()];
        let relapsed = || Hint::from("done, and called the old version again: not done until done again");
        let found = [
            recipient.unanswered().map(|_| about("unanswered", unanswered())),
            recipient.relapse().map(|_| about("relapsed", relapsed())),
        ];
        found.into_iter().flatten()
    }

    /// The customer's tags were replaced by another program.
    pub(crate) fn retagged(recipient: &Recipient) -> Self {
        let email = presentable(&recipient.email);
        let message = format!(
            "{email} carries a stage's tag and none of a segment's: another program replaced its tags, so it is held; put them \
             back, or, if it left the campaign, take the stage's tag off as well"
        );
        Self { kind: "retagged", phase: None, contact: Some(recipient.email.to_string()), message: message.into() }
    }

    /// The customer's mails that were sent without approval.
    pub(crate) fn unapproved<'a>(records: &'a Records, recipient: &'a Recipient) -> impl Iterator<Item = Self> {
        let ids = &records.unapproved;
        let with_id = |mail: &&Mail| mail.accepted().is_some_and(|known| ids.contains(&known.id));
        let mails = recipient.mails.iter().filter(|_| !ids.is_empty()).filter(with_id);
        mails.map(|mail| Self {
            kind: "unapproved",
            phase: Some(mail.phase.to_string()),
            contact: Some(mail.address(recipient).to_owned()),
            message: "it was sent without approval: check the mailbox's mode and allowlist in MultiMail".into(),
        })
    }

    /// Some customers have a deadline other than the campaign's, and no phase corrects it.
    pub(crate) fn uncorrected(campaign: &Campaign, customers: usize) -> Self {
        let (deadline, customers) = (campaign.deadline, plural(customers, "customer"));
        let correct = Action::new("deadline").value(deadline.iso());
        let message =
            hint![format!("{customers} read another deadline than {deadline}: "), correct, " prepares a mail to them"];
        Self { kind: "told-other-date", phase: None, contact: None, message }
    }

    /// A run is expected every few days, and the last, or finding the customers, is longer ago. A schedule that starts late is given half a day; after the
    /// deadline nothing is expected any more.
    pub(crate) fn overdue_run(campaign: &Campaign, records: &Records, now: Time) -> Option<Self> {
        let expected = i64::from(campaign.limits.expect_every);
        let began = records.tracked.or(records.segmented);
        let last = began.filter(|_| expected > 0 && campaign.days_left(now) >= 0)?;
        let silent = now - last;
        (silent > TimeDelta::days(expected) + TimeDelta::hours(12)).then(|| {
            let ago = plural(usize::try_from(silent.num_days()).unwrap_or_default(), "day");
            let every = if expected == 1 { "daily".to_owned() } else { format!("every {expected} days") };
            let message = hint![
                format!("a run is expected {every}, and the last was {ago} ago: look at the job; "),
                Action::new("track"),
                " is one"
            ];
            Self { kind: OVERDUE_RUN, phase: None, contact: None, message }
        })
    }

    /// Whether it is that a mail waits with an older text than the draft.
    pub fn is_older_text(&self) -> bool {
        self.kind == OLDER_TEXT
    }

    /// Whether it is about an overdue run.
    pub fn is_overdue_run(&self) -> bool {
        self.kind == OVERDUE_RUN
    }

    /// Some customers received facts, other than the deadline, that have changed, and no phase
    /// corrects them.
    pub(crate) fn outdated(customers: usize) -> Self {
        let customers = plural(customers, "customer");
        let message = hint![
            format!("{customers} received something that has changed since: "),
            Action::new("correct"),
            " shows it, and prepares a mail to exactly them"
        ];
        Self { kind: "outdated", phase: None, contact: None, message }
    }

    /// A waiting mail has a text that is no longer the draft.
    pub(crate) fn older_text(recipient: &Recipient, mail: &Mail) -> Self {
        let replace = submit(mail).flag("replace");
        let message =
            hint!["waits with an older text than the draft: ", replace, " cancels it and sends the current text"];
        let contact = mail.address(recipient).to_owned();
        Self { kind: OLDER_TEXT, phase: Some(mail.phase.to_string()), contact: Some(contact), message }
    }

    /// A waiting mail has a change in the words of a text that a reviewer rejected.
    pub(crate) fn rejected_elsewhere(recipient: &Recipient, mail: &Mail, changes: &[&str], said: &str) -> Self {
        let changes = changes.join(", ");
        let cancel = Action::new("cancel").phase(mail.phase.as_str());
        let message = hint![
            format!(
                "waits with change {changes}, which is also in a text that a reviewer rejected ({said}); if it is wrong here too, "
            ),
            cancel
        ];
        let contact = mail.address(recipient).to_owned();
        Self { kind: "rejected-elsewhere", phase: Some(mail.phase.to_string()), contact: Some(contact), message }
    }

    /// Some of a phase's recipients are too late for it.
    pub fn late(phase: &Phase, recipients: usize) -> Self {
        let recipients = plural(recipients, "recipient");
        let skip = Action::new("submit").phase(&phase.name).flag("skip").option("reason", "REASON");
        let message = hint![
            format!(
                "{recipients} never got it and it is too late to submit; before the deadline raise [limits] max_late to send it anyway; "
            ),
            skip,
            " gives it up"
        ];
        Self { kind: "late", phase: Some(phase.name.clone()), contact: None, message }
    }
}

/// Without news for this many days, someone should look for the mail.
const NO_NEWS: i64 = 7;

/// Customers whose address changed after a mail to the old one, which is another customer's now: the owner of the new
/// address may never have received the mail.
#[derive(Debug, Default)]
pub struct Moved<'a> {
    mails: Vec<(&'a Recipient, &'a Mail)>,
}

impl<'a> Moved<'a> {
    /// Notes the customer's mails that were sent to an address other than today's.
    pub fn count(&mut self, recipient: &'a Recipient) {
        let elsewhere = |mail: &&Mail| {
            mail.to.is_some() && mail.tells() && plain(mail.address(recipient)) != plain(&recipient.email)
        };
        if recipient.left.is_none() {
            self.mails.extend(recipient.mails.iter().filter(elsewhere).map(|mail| (recipient, mail)));
        }
    }

    /// Which of them need attention.
    pub fn attention(self, records: &Records) -> Vec<Attention> {
        if self.mails.is_empty() {
            return Vec::new();
        }
        let current = || records.recipients().iter().filter(|recipient| recipient.left.is_none());
        let addresses: HashSet<String> = current().map(|recipient| plain(&recipient.email)).collect();
        let told = |recipient: &Recipient, mail: &Mail| (mail.phase.to_string(), plain(mail.address(recipient)));
        let mailed: HashSet<(String, String)> = current()
            .flat_map(|recipient| {
                recipient.mails.iter().filter(|mail| mail.tells()).map(move |mail| told(recipient, mail))
            })
            .collect();
        let missed = self.mails.into_iter().filter(|(recipient, mail)| {
            addresses.contains(&plain(mail.address(recipient)))
                && !mailed.contains(&(mail.phase.to_string(), plain(&recipient.email)))
        });
        let attention = missed.map(|(recipient, mail)| {
            let message = format!(
                "its mail went to {}, which now belongs to another contact: the current address never got it; write to them",
                mail.address(recipient)
            );
            let contact = Some(recipient.email.to_string());
            Attention { kind: "sent-elsewhere", phase: Some(mail.phase.to_string()), contact, message: message.into() }
        });
        attention.collect()
    }
}

/// Mails of a phase that wait at the server and must not be sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Waiting {
    overtaken: usize,
    outdated: usize,
}

impl Waiting {
    /// Counts a mail of the phase.
    pub fn count(&mut self, campaign: &Campaign, recipient: &Recipient, mail: &Mail) {
        if !mail.waits() {
            return;
        }
        if overtaken_by(campaign, recipient, mail, &HashSet::new()).is_some() {
            self.overtaken += 1;
        } else if mail.deadline != campaign.reader(&recipient.segment).deadline() {
            self.outdated += 1;
        }
    }

    /// What needs attention about them.
    pub fn attention(self, phase: &Phase) -> impl Iterator<Item = Attention> {
        let cancel = Action::new("cancel").phase(&phase.name);
        let kinds = [
            ("to-withdraw", self.overtaken, "no longer right for the customer", Action::new("track")),
            ("old-deadline", self.outdated, "with another deadline than the campaign's", cancel),
        ];
        let found = kinds.into_iter().filter(|(_, mails, ..)| *mails > 0);
        found.map(|(kind, mails, what, action)| {
            let number = plural(mails, "mail");
            let message = hint![format!("not sent yet, {what}: {number}; "), action, " cancels what it can"];
            Attention { kind, phase: Some(phase.name.clone()), contact: None, message }
        })
    }
}

/// Several items that differ only in the contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike<'a> {
    /// The first of them.
    pub first: &'a Attention,
    /// The contacts they concern, in order.
    pub contacts: Vec<&'a str>,
}

/// Groups items with the same kind, phase and message, in order of first occurrence.
pub(crate) fn gathered(attention: &[Attention]) -> Vec<Alike<'_>> {
    let mut alike: Vec<Alike<'_>> = Vec::new();
    let mut known: HashMap<(&str, Option<&str>, &Hint), usize> = HashMap::new();
    for item in attention {
        let place = *known.entry((item.kind, item.phase.as_deref(), &item.message)).or_insert(alike.len());
        if place == alike.len() {
            alike.push(Alike { first: item, contacts: Vec::new() });
        }
        alike[place].contacts.extend(item.contact.as_deref());
    }
    alike
}

fn submit(mail: &Mail) -> Action {
    Action::new("submit").phase(mail.phase.as_str())
}

fn resubmit(mail: &Mail) -> Action {
    submit(mail).flag("retry-failed")
}

/// What needs attention about a mail's fate.
fn worth_a_look(recipient: &Recipient, mail: &Mail) -> Option<(&'static str, Hint)> {
    let again = |what| hint![what, "; ", resubmit(mail), " sends it again"];
    match &mail.fate {
        Fate::Sending => Some(("unsettled", hint!["an interrupted run left it open; ", submit(mail), " settles it"])),
        Fate::Unknown { why, .. } => {
            let resend = submit(mail).flag("resend-unknown").option("contact", recipient.email.as_str());
            let held = format!("held, it is unknown whether it was sent: {why}; ");
            Some(("unknown", hint![held, resend, " sends it, perhaps for the second time"]))
        }
        Fate::Failed { words, .. } => Some(("failed", again(format!("the server refused it: {words}")))),
        Fate::Accepted(Accepted { course, too_late, approved, .. }) => match course {
            Course::Bounced { kind, .. } => {
                let word = if kind.is_empty() { String::new() } else { format!(" ({kind})") };
                let then = if is_passing(kind) { "later phases are still sent" } else { "contact them some other way" };
                Some(("bounced", format!("it bounced{word}; {then}").into()))
            }
            Course::Rejected(no) => {
                let draft = Action::new("draft").phase(mail.phase.as_str());
                let fix = format!("{}; fix it, ", no.summary());
                Some(("rejected", hint![fix, draft, ", then ", resubmit(mail)]))
            }
            Course::Failed { words, .. } => Some(("failed", again(format!("the server could not send it: {words}")))),
            Course::PendingApproval | Course::Scheduled if too_late.is_some() => {
                let cancel = Action::new("cancel").phase(mail.phase.as_str());
                let message = "it was to be stopped, and the server still has it waiting: ";
                Some(("too-late-to-withdraw", hint![message, cancel, " tries again"]))
            }
            Course::PendingApproval => approved.as_ref().map(|_| {
                let review = Action::new("review").phase(mail.phase.as_str());
                ("not-approved", hint!["it was approved, and the server still has it waiting for approval; ", review])
            }),
            Course::Submitted | Course::Handed | Course::Scheduled | Course::Delivered { .. } => too_late.map(|_| {
                let message = "it was to be stopped because it was no longer right for them, and was sent anyway";
                ("too-late-to-withdraw", message.into())
            }),
            Course::Cancelled { .. } => None,
        },
    }
}
