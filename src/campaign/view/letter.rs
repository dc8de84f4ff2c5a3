//! What a customer was sent, word for word, and what is known about each mail.

use crate::campaign::moment::LocalMoment;
use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::digest::{Digest, sha256};
use crate::campaign::mail::{Accepted, Approval, Course, Fate, Mail, Outcome};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::text::sent::{as_sent, reading};
use crate::campaign::text::{Reading, Text};
use crate::campaign::view::history::{Event, of_mail};

/// One mail to a customer, whether it arrived or not. Texts are exact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Letter {
    /// The phase.
    pub phase: String,
    /// The outcome.
    pub outcome: Outcome,
    /// What is certain about whether it reached the customer.
    pub certainty: &'static str,
    /// The address it was, or would have been, sent to.
    pub to: String,
    /// The customer's name at that time.
    pub name: String,
    /// The server's id of the mail, if it gave one.
    pub message_id: Option<String>,
    /// The server's id of the conversation, if it gave one.
    pub thread_id: Option<String>,
    /// The deadline it states.
    pub deadline_told: LocalMoment,
    /// When we recorded that we were about to send it.
    pub written_down: Time,
    /// When it was or will be sent.
    pub leaves: Time,
    /// Who approved it, and when, if known.
    pub approved: Option<Approval>,
    /// Its events, oldest first.
    pub events: Vec<Event>,
    /// The digest of the reviewed text, without personal values.
    pub digest: Digest,
    /// Whether the text was kept unchanged; otherwise the mail cannot be shown.
    pub text_kept: bool,
    /// How the server interprets the body.
    pub read_as: Reading,
    /// The subject as it was sent.
    pub subject: Option<String>,
    /// The body as it was sent.
    pub markdown: Option<String>,
    /// The SHA-256 of that body, in hexadecimal digits.
    pub markdown_sha256: Option<String>,
    /// Whether it is known to have arrived.
    #[serde(skip)]
    pub reached: bool,
}

/// Every mail to a customer, oldest first. `kept` finds the text with a digest.
pub fn letters(campaign: &Campaign, recipient: &Recipient, kept: impl Fn(Digest) -> Option<Text>) -> Vec<Letter> {
    let of = |mail: &Mail| {
        let text = kept(mail.variant).and_then(|text| as_sent(campaign, recipient, mail, &text));
        Letter::of(recipient, mail, text)
    };
    recipient.mails.iter().map(of).collect()
}

impl Letter {
    fn of(recipient: &Recipient, mail: &Mail, text: Option<Text>) -> Self {
        let accepted = mail.accepted();
        let given = |id: &str| Some(id.to_owned()).filter(|id| !id.is_empty());
        Self {
            phase: mail.phase.to_string(),
            outcome: mail.outcome(),
            certainty: certainty(mail),
            to: mail.address(recipient).to_owned(),
            name: mail.to.as_ref().map_or(&recipient.name, |to| &to.name).to_string(),
            message_id: accepted.and_then(|accepted| given(&accepted.id)),
            thread_id: accepted.and_then(|accepted| given(&accepted.thread)),
            deadline_told: mail.deadline,
            written_down: mail.sending,
            leaves: mail.leaves(),
            approved: accepted.and_then(|accepted| accepted.approved.clone()),
            events: of_mail(recipient, mail),
            digest: mail.variant,
            text_kept: text.is_some(),
            read_as: reading(mail),
            markdown_sha256: text.as_ref().map(|text| sha256(&text.body)),
            subject: text.as_ref().map(|text| text.subject.clone()),
            markdown: text.map(|text| text.body),
            reached: mail.reached(),
        }
    }
}

/// What is certain about whether a mail reached the customer.
fn certainty(mail: &Mail) -> &'static str {
    match &mail.fate {
        Fate::Sending => {
            "it is not known whether the server took it: the run was interrupted, and the next one settles it"
        }
        Fate::Unknown { .. } => "it is unknown whether it was sent",
        Fate::Failed { .. } => "it was not sent: the server rejected it",
        Fate::Accepted(Accepted { course, .. }) => match course {
            Course::Submitted => "the server accepted it and has not yet reported its delivery",
            Course::Handed => "the server accepted it; it does not report deliveries",
            Course::PendingApproval => "not sent yet: a person has to approve it",
            Course::Scheduled => "not sent yet: it is approved and waits for its time",
            Course::Delivered { .. } => "it was delivered",
            Course::Bounced { .. } => "it was sent and bounced: the customer did not get it",
            Course::Rejected { .. } => "it was not sent: a reviewer rejected it",
            Course::Cancelled { .. } => "it was not sent: it was cancelled",
            Course::Failed { .. } => "it was not sent: the server accepted it and could not send it",
        },
    }
}
