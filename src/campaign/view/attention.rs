//! What a person should look at.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::mail::withdrawal::overtaken_by;
use crate::campaign::mail::{Accepted, Course, Fate, Mail};
use crate::campaign::people::contact::as_a_word;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::review::Stale;

/// Something a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
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

impl Attention {
    /// What is worth a look about a recipient's mail of a phase, if anything.
    pub fn of_mail(recipient: &Recipient, mail: &Mail, phase: &Phase) -> Option<Self> {
        let (kind, message) = worth_a_look(recipient, mail)?;
        Some(Self { kind, phase: Some(phase.name.clone()), contact: Some(recipient.email.to_string()), message })
    }

    /// A mail waits for approval, and should not get it as it is.
    pub fn stale(recipient: &Recipient, mail: &Mail, why: &[Stale]) -> Self {
        // What `submit` refuses is no way out.
        let anew = match why {
            _ if why.contains(&Stale::PhaseGone) => String::new(),
            _ if why.iter().any(|stale| matches!(stale, Stale::PhaseLate { .. })) => {
                "; only with a higher [limits] max_late could it be sent anew".to_owned()
            }
            _ => format!(", `mmig submit --phase {} --retry-failed` sends it anew", mail.phase),
        };
        let why = why.iter().map(Stale::to_string).collect::<Vec<_>>().join("; ");
        let message = format!("waits for approval, but {why}; `mmig cancel --phase {}` withdraws it{anew}", mail.phase);
        let contact = mail.address(recipient).to_owned();
        Self { kind: "stale", phase: Some(mail.phase.to_string()), contact: Some(contact), message }
    }

    /// What is worth a look about a customer, whatever the phase.
    pub fn of_customer(recipient: &Recipient) -> impl Iterator<Item = Self> {
        let about = |kind, message: &str| Self {
            kind,
            phase: None,
            contact: Some(recipient.email.to_string()),
            message: message.to_owned(),
        };
        let answer =
            "a reply nobody has answered: reminders wait; answer it, or `mmig track --clear --contact ADDRESS`";
        let relapse = "done, and called the old version again: behind until done anew";
        let found = [
            recipient.unanswered().map(|_| about("unanswered", answer)),
            recipient.relapse().map(|_| about("relapsed", relapse)),
        ];
        found.into_iter().flatten()
    }

    /// Some customers go by another deadline than the campaign's, and no phase is there to tell them.
    pub fn uncorrected(campaign: &Campaign, customers: usize) -> Self {
        let (deadline, ending) = (campaign.deadline, if customers == 1 { "" } else { "s" });
        let message = format!(
            "{customers} customer{ending} read another deadline than {deadline}: `mmig deadline {deadline}` prepares a \
             mail to them"
        );
        Self { kind: "told-other-date", phase: None, contact: None, message }
    }

    /// Some of a phase's recipients are too late for it.
    pub fn late(phase: &Phase, recipients: usize) -> Self {
        let ending = if recipients == 1 { "" } else { "s" };
        let message = format!(
            "{recipients} recipient{ending} never got it and it is too late to submit; raise [limits] max_late to send \
             it all the same"
        );
        Self { kind: "late", phase: Some(phase.name.clone()), contact: None, message }
    }
}

/// Mails of a phase that wait at the server and must not leave.
#[derive(Debug, Clone, Copy, Default)]
pub struct Waiting {
    overtaken: usize,
    outdated: usize,
}

impl Waiting {
    /// Takes in a mail of the phase.
    pub fn count(&mut self, campaign: &Campaign, recipient: &Recipient, mail: &Mail) {
        if !mail.waits() {
            return;
        }
        if overtaken_by(campaign, recipient, mail, &HashSet::new()).is_some() {
            self.overtaken += 1;
        } else if mail.deadline != campaign.deadline {
            self.outdated += 1;
        }
    }

    /// What is to be said of them.
    pub fn attention(self, phase: &Phase) -> impl Iterator<Item = Attention> {
        let cancel = format!("mmig cancel --phase {}", phase.name);
        let told = [
            ("to-withdraw", self.overtaken, "no longer right for the customer", "mmig track".to_owned()),
            ("old-deadline", self.outdated, "with another deadline than the campaign's", cancel),
        ];
        let found = told.into_iter().filter(|(_, mails, ..)| *mails > 0);
        found.map(|(kind, mails, what, command)| {
            let number = if mails == 1 { "1 mail".to_owned() } else { format!("{mails} mails") };
            let message = format!("not out yet, {what}: {number}; `{command}` withdraws what it can");
            Attention { kind, phase: Some(phase.name.clone()), contact: None, message }
        })
    }
}

/// What is alike, told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike<'a> {
    /// The first of them.
    pub first: &'a Attention,
    /// The contacts it concerns, as they came.
    pub contacts: Vec<&'a str>,
}

/// Gathers what has kind, phase and message in common, in the order in which each was first met.
pub fn gathered(attention: &[Attention]) -> Vec<Alike<'_>> {
    let mut alike: Vec<Alike<'_>> = Vec::new();
    let mut known: HashMap<(&str, Option<&str>, &str), usize> = HashMap::new();
    for item in attention {
        let place = *known.entry((item.kind, item.phase.as_deref(), &item.message)).or_insert(alike.len());
        if place == alike.len() {
            alike.push(Alike { first: item, contacts: Vec::new() });
        }
        alike[place].contacts.extend(item.contact.as_deref());
    }
    alike
}

/// What is worth a person's look in a mail's fate.
fn worth_a_look(recipient: &Recipient, mail: &Mail) -> Option<(&'static str, String)> {
    let submit = || format!("mmig submit --phase {}", mail.phase);
    let again = || format!("`{} --retry-failed` sends it again", submit());
    match &mail.fate {
        Fate::Sending => {
            Some(("unsettled", format!("an interrupted run left its outcome open; `{}` settles it", submit())))
        }
        Fate::Unknown { why, .. } => {
            let resend = format!("{} --resend-unknown --contact {}", submit(), as_a_word(&recipient.email));
            let message = format!(
                "held, it cannot be told whether it was sent: {why}; `{resend}` sends it, perhaps for the second time"
            );
            Some(("unknown", message))
        }
        Fate::Failed { words, .. } => Some(("failed", format!("the server refused it: {words}; {}", again()))),
        Fate::Accepted(Accepted { course, too_late, .. }) => match course {
            Course::Bounced { kind, .. } if kind.is_empty() => {
                Some(("bounced", "it came back; reach them another way".to_owned()))
            }
            Course::Bounced { kind, .. } => Some(("bounced", format!("it came back ({kind}); reach them another way"))),
            Course::Rejected(no) => {
                let draft = format!("correct it, `mmig draft --phase {}`", mail.phase);
                Some(("rejected", format!("{}; {draft}, then `{} --retry-failed`", no.told(), submit())))
            }
            Course::Failed { words, .. } => {
                Some(("failed", format!("the server could not send it: {words}; {}", again())))
            }
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
