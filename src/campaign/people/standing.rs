//! Whether each recipient can be mailed.

use std::collections::{HashMap, HashSet};

use super::contact::{Address, plain};
use super::records::Records;

/// Whether mail can be sent to a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Yes.
    Mailable,
    /// No: another contact of the campaign has the same address and gets the mail.
    Duplicate {
        /// The index of that recipient.
        of: usize,
    },
    /// No: the address is invalid.
    Invalid,
    /// No: the address is on the server's suppression list.
    Suppressed,
}

/// The keys of recipients in the cohort that share their address with another.
pub fn sharing(records: &Records) -> HashSet<&str> {
    let mut by_address: HashMap<String, Vec<&str>> = HashMap::new();
    for recipient in records.recipients().iter().filter(|recipient| recipient.left.is_none()) {
        by_address.entry(plain(&recipient.email)).or_default().push(recipient.key());
    }
    by_address.into_values().filter(|keys| keys.len() > 1).flatten().collect()
}

/// Whether mail can be sent to each recipient, in the records' order. A shared address belongs to the recipient
/// who was mailed before, otherwise to the first found. `suppressed` are addresses the server will not deliver to.
pub fn standings(records: &Records, suppressed: &HashSet<Address>) -> Vec<Standing> {
    let recipients = records.recipients();
    let addresses: Vec<Option<Address>> = recipients.iter().map(|recipient| recipient.address().ok()).collect();
    let mut owners: HashMap<&Address, usize> = HashMap::with_capacity(recipients.len());
    for (index, address) in addresses.iter().enumerate() {
        let Some(address) = address.as_ref().filter(|_| recipients[index].left.is_none()) else { continue };
        let owner = owners.entry(address).or_insert(index);
        if recipients[*owner].mails.is_empty() && !recipients[index].mails.is_empty() {
            *owner = index;
        }
    }
    let standing = |(index, address): (usize, &Option<Address>)| match address {
        None => Standing::Invalid,
        Some(address) => match owners.get(address) {
            Some(&of) if of != index => Standing::Duplicate { of },
            _ if suppressed.contains(address) => Standing::Suppressed,
            _ => Standing::Mailable,
        },
    };
    addresses.iter().enumerate().map(standing).collect()
}
