//! Texts that a reviewer rejected: no mail is made from one until a new draft changes it.

use std::collections::BTreeMap;

use crate::campaign::digest::Digest;
use crate::campaign::mail::{Accepted, Course, Mail, Rejection};
use crate::campaign::people::records::Records;

/// A text that was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RejectedText<'a> {
    /// The text.
    pub digest: Digest,
    /// The latest rejection.
    pub rejection: &'a Rejection,
}

/// The rejected texts of a phase.
///
/// If it is unknown whether the text or one mail was rejected, because that was done elsewhere, it counts for the text
/// unless some mail with it was approved.
pub fn rejected_texts<'a>(records: &'a Records, phase: &str) -> BTreeMap<Digest, RejectedText<'a>> {
    let mut rejected: BTreeMap<Digest, RejectedText<'a>> = BTreeMap::new();
    let mut let_out: Vec<Digest> = Vec::new();
    let mails = records.recipients().iter().flat_map(|recipient| &recipient.mails);
    for mail in mails.filter(|mail| mail.phase == phase) {
        match mail.accepted().map(|accepted| &accepted.course) {
            Some(Course::Rejected(rejection)) => {
                let text = rejected.entry(mail.variant).or_insert(RejectedText { digest: mail.variant, rejection });
                // A certain rejection of the text comes first, then one that may be of a mail only.
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
