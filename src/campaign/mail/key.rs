//! The idempotency key of a mail: a function of what the mail is, so that a retry after any accident repeats it.

use crate::campaign::mail::{Fate, Mail};
use crate::campaign::people::contact::Address;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::text::digest::Digest;

/// The key for a recipient's mail of a phase.
///
/// It rests on campaign, phase and address alone. Only after a mail that the server took and that then never went out
/// (rejected, withdrawn), or that a person gave up as unknown, does a count join them: with the old key the server would
/// take the mail that follows for the one before.
pub fn idempotency_key(campaign: &str, phase: &str, address: &Address, recipient: &Recipient) -> String {
    let latest = recipient.mail(phase);
    let given_up = |mail: &&Mail| match &mail.fate {
        Fate::Unknown { .. } => true,
        // Said to be stopped, it was counted, whatever became of it since.
        Fate::Accepted(accepted) => mail.is_void() || accepted.too_late.is_some() && latest != Some(*mail),
        Fate::Sending | Fate::Failed { .. } => false,
    };
    let given_up = recipient.mails.iter().filter(|mail| mail.phase == phase).filter(given_up).count();
    let mut parts = vec!["mmig1".to_owned(), campaign.to_owned(), phase.to_owned(), address.to_string()];
    parts.extend(Some(given_up).filter(|count| *count > 0).map(|count| count.to_string()));
    format!("mmig-{}", Digest::of(&parts.iter().map(String::as_str).collect::<Vec<_>>()))
}
