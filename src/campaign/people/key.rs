//! The idempotency key of a mail: a function of what the mail is, so that a retry after any accident repeats it.

use crate::campaign::address::Address;
use crate::campaign::digest::Digest;
use crate::campaign::mail::{Fate, Mail};
use crate::campaign::people::recipient::Recipient;

/// The key for a recipient's mail of a phase.
///
/// It rests on campaign, phase and address alone. Only after a mail that the server took and that then never went out
/// (rejected, withdrawn), or that a person gave up as unknown, does a count join them: with the old key the server would
/// take the mail that follows for the one before.
pub fn idempotency_key(campaign: &str, phase: &str, address: &Address, recipient: &Recipient) -> String {
    let given_up = |mail: &&Mail| match &mail.fate {
        Fate::Unknown { .. } => true,
        Fate::Accepted(_) => mail.is_void(),
        Fate::Sending | Fate::Failed { .. } => false,
    };
    let given_up = recipient.mails.iter().filter(|mail| mail.phase == phase).filter(given_up).count();
    let mut parts = vec!["mmig1".to_owned(), campaign.to_owned(), phase.to_owned(), address.to_string()];
    parts.extend(Some(given_up).filter(|count| *count > 0).map(|count| count.to_string()));
    format!("mmig-{}", Digest::of(&parts.iter().map(String::as_str).collect::<Vec<_>>()))
}
