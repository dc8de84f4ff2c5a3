//! The idempotency key of a mail: a function of what the mail is, so that a retry after any accident repeats it.

use super::contact::Address;
use super::digest::Digest;
use super::recipient::Recipient;

/// The key for a recipient's mail of a phase.
///
/// It rests on campaign, phase and address alone. Only after the server took a mail that then never went out
/// (rejected, withdrawn) does a count join them, or the server would take the corrected mail for the void one.
pub fn idempotency_key(campaign: &str, phase: &str, address: &Address, recipient: &Recipient) -> String {
    let void = recipient.mails.iter().filter(|mail| mail.phase == phase && mail.is_void() && mail.accepted().is_some());
    let mut parts = vec!["mmig1".to_owned(), campaign.to_owned(), phase.to_owned(), address.to_string()];
    parts.extend(Some(void.count()).filter(|count| *count > 0).map(|count| count.to_string()));
    format!("mmig-{}", Digest::of(&parts.iter().map(String::as_str).collect::<Vec<_>>()))
}
