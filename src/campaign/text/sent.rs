//! The exact content of mails: each text filled in with its mail's values.

use crate::campaign::definition::Campaign;
use crate::campaign::mail::{Accepted, Course, Fate, Mail};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::text::{Form, Reading, Text};

/// The mail as it was given to the server. `text` is the one with the mail's digest; `None` if it is not a text of
/// ours.
pub fn as_sent(campaign: &Campaign, recipient: &Recipient, mail: &Mail, text: &Text) -> Option<Text> {
    let form = Form::of(text).ok().filter(|_| text.digest() == mail.variant)?;
    filled(campaign, recipient, mail, &form)
}

/// The same with located placeholders. `form` belongs to the text with the mail's digest.
pub fn filled(campaign: &Campaign, recipient: &Recipient, mail: &Mail, form: &Form) -> Option<Text> {
    form.fill(&campaign.stated_values(recipient, mail), reading(mail))
}

/// How the server interpreted a mail's body. Only a server that reports no delivery treats it as plain
/// text.
pub fn reading(mail: &Mail) -> Reading {
    match &mail.fate {
        Fate::Accepted(Accepted { course: Course::Handed, .. }) => Reading::Plain,
        Fate::Accepted(_) | Fate::Sending | Fate::Unknown { .. } | Fate::Failed { .. } => Reading::Markdown,
    }
}
