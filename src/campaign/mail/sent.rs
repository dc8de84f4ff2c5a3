//! What mails said, word for word, and what became of them: the text each was made from, and the values it was filled in
//! with.

use crate::campaign::definition::Campaign;
use crate::campaign::mail::{Accepted, Course, Fate, Mail};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::text::digest::Digest;
use crate::campaign::text::{Form, Reading, Text};
use crate::campaign::view::history::{Event, of_mail};

/// The mail as the server was given it. `text` is the one with the mail's digest; `None` where it is no text of ours.
pub fn as_sent(campaign: &Campaign, recipient: &Recipient, mail: &Mail, text: &Text) -> Option<Text> {
    let form = Form::of(text).ok().filter(|_| text.digest() == mail.variant)?;
    filled(campaign, recipient, mail, &form)
}

/// The same where the text's placeholders have been located already. `form` is that of the text with the mail's digest.
pub fn filled(campaign: &Campaign, recipient: &Recipient, mail: &Mail, form: &Form) -> Option<Text> {
    form.fill(&campaign.values_told(recipient, mail), reading(mail))
}

/// How the server a mail went to reads a body. Only one that reports no delivery takes it as it stands.
pub fn reading(mail: &Mail) -> Reading {
    match &mail.fate {
        Fate::Accepted(Accepted { course: Course::Handed, .. }) => Reading::Plain,
        Fate::Accepted(_) | Fate::Sending | Fate::Unknown { .. } | Fate::Failed { .. } => Reading::Markdown,
    }
}

/// One mail, whether it arrived or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter<'a> {
    /// The mail.
    pub mail: &'a Mail,
    /// The address it went to, or was to go to.
    pub to: &'a str,
    /// The customer's name then.
    pub name: &'a str,
    /// What happened to it, oldest first.
    pub events: Vec<Event>,
    /// The mail word for word; `None` where its text was not kept.
    pub text: Option<Text>,
}

/// Every mail to a customer, oldest first. `kept` finds the text of a digest.
pub fn letters<'a>(
    campaign: &Campaign,
    recipient: &'a Recipient,
    kept: impl Fn(Digest) -> Option<Text>,
) -> Vec<Letter<'a>> {
    let of = |mail: &'a Mail| Letter {
        mail,
        to: mail.address(recipient),
        name: mail.to.as_ref().map_or(&recipient.name, |to| &to.name),
        events: of_mail(recipient, mail),
        text: kept(mail.variant).and_then(|text| as_sent(campaign, recipient, mail, &text)),
    };
    recipient.mails.iter().map(of).collect()
}

/// What can be said for certain of whether a mail reached the customer.
pub fn certainty(mail: &Mail) -> &'static str {
    match &mail.fate {
        Fate::Sending => {
            "it is not known whether the server took it: the run was interrupted, and the next one settles it"
        }
        Fate::Unknown { .. } => "it cannot be told whether it left",
        Fate::Failed { .. } => "it did not leave: the server refused it",
        Fate::Accepted(Accepted { course, .. }) => match course {
            Course::Submitted => "the server took it and has not yet told what became of it",
            Course::Handed => "the server took it; it tells no deliveries",
            Course::PendingApproval => "it has not left: a person has to approve it",
            Course::Scheduled => "it has not left: it is approved and waits for its time",
            Course::Delivered { .. } => "it was delivered",
            Course::Bounced { .. } => "it left and came back: the customer did not get it",
            Course::Rejected { .. } => "it did not leave: a reviewer rejected it",
            Course::Cancelled { .. } => "it did not leave: it was withdrawn",
            Course::Failed { .. } => "it did not leave: the server took it and could not send it",
        },
    }
}
