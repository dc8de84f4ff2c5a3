//! What mails said, word for word: the text each was made from, filled in with its values.

use crate::campaign::definition::Campaign;
use crate::campaign::mail::{Accepted, Course, Fate, Mail};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::text::{Form, Reading, Text};

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
