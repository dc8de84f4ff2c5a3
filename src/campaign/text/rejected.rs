//! Texts that a reviewer rejected: no mail is made from one again, until a new draft makes it another text.

use std::collections::BTreeMap;

use crate::campaign::digest::Digest;
use crate::campaign::mail::{Accepted, Course, Mail, Rejection};
use crate::campaign::people::records::Records;

/// A text that was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RejectedText<'a> {
    /// The text.
    pub digest: Digest,
    /// The latest no.
    pub rejection: &'a Rejection,
}

/// The texts of a phase that were rejected.
///
/// Where it is not known whether the text was meant or one mail, since it was decided outside, it is taken for the text
/// as long as nobody let a mail of it out.
pub fn rejected_texts<'a>(records: &'a Records, phase: &str) -> BTreeMap<Digest, RejectedText<'a>> {
    let mut rejected: BTreeMap<Digest, RejectedText<'a>> = BTreeMap::new();
    let mut let_out: Vec<Digest> = Vec::new();
    let mails = records.recipients().iter().flat_map(|recipient| &recipient.mails);
    for mail in mails.filter(|mail| mail.phase == phase) {
        match mail.accepted().map(|accepted| &accepted.course) {
            Some(Course::Rejected(rejection)) => {
                let text = rejected.entry(mail.variant).or_insert(RejectedText { digest: mail.variant, rejection });
                // A no to the text outweighs one that may be to a mail alone, and that one that certainly is.
                let weight = |no: &Rejection| (no.whole_text, no.by.is_empty(), no.when);
                if weight(rejection) > weight(text.rejection) {
                    text.rejection = rejection;
                }
            }
            Some(_) if was_let_out(mail) && !let_out.contains(&mail.variant) => let_out.push(mail.variant),
            _ => {}
        }
    }
    rejected.retain(|digest, text| {
        let outside = text.rejection.by.is_empty();
        text.rejection.whole_text || outside && !let_out.contains(digest)
    });
    rejected
}

fn was_let_out(mail: &Mail) -> bool {
    mail.accepted().is_some_and(|Accepted { approved, course, .. }| {
        approved.is_some() || matches!(course, Course::Scheduled | Course::Delivered { .. } | Course::Bounced { .. })
    })
}
