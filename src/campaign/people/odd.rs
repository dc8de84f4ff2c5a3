//! What is odd about contacts.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::definition::Campaign;
use crate::campaign::people::accounts::without_technical_contact;
use crate::campaign::people::names::{NameFlaw, flaw};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::people::standing::{Standing, standings};

/// A contact that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Odd {
    /// The address as given, or the id if there is no address.
    pub contact: String,
    /// What is odd.
    #[serde(flatten)]
    pub why: Oddity,
}

/// What is odd about a contact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Oddity {
    /// Affected by the migration, but in no segment: hears nothing.
    NoSegment,
    /// Matches more than one segment; the first counts.
    SeveralSegments {
        /// All that match, the one that counts first.
        segments: Vec<String>,
    },
    /// Shares its address with another contact, and only that one is mailed.
    DuplicateAddress {
        /// The other one's key.
        mailed: String,
    },
    /// Mail cannot be sent to it.
    InvalidAddress,
    /// On the server's suppression list: mail would not arrive.
    Suppressed,
    /// A mail to it came back: no other is sent.
    Bounced,
    /// The server shows its id with another address as well: the first counts, and this one is not mailed.
    SameId {
        /// The id.
        id: String,
    },
    /// Another program replaced its tags: it carries a stage's and none of a segment's, and is held.
    Retagged {
        /// The stage's tag.
        tag: String,
    },
    /// Carries a tag that is nearly one of the campaign's, and so does not count.
    NearTag {
        /// What it carries.
        tag: String,
        /// What is probably meant.
        meant: String,
    },
    /// Its name is none: it is greeted by its address.
    NoName {
        /// What the name field contains.
        name: String,
        /// Why it is not a name.
        flaw: NameFlaw,
    },
    /// Nobody of its account carries the tag of technical contacts and can be mailed.
    NoTechnicalContact {
        /// The account.
        account: String,
    },
    /// The server's record could not be read.
    Unreadable {
        /// Why.
        why: String,
    },
}

/// The addresses that cannot be mailed, or not twice, or that did not take a mail.
pub(super) fn addresses(records: &Records) -> Vec<Odd> {
    let recipients = records.recipients();
    let odd = |(recipient, standing): (&Recipient, Standing)| {
        let why = match standing {
            _ if recipient.left.is_some() => return None,
            Standing::Duplicate { of } => Oddity::DuplicateAddress { mailed: recipients[of].key().to_owned() },
            Standing::Invalid => Oddity::InvalidAddress,
            Standing::Mailable if recipient.has_bounced() => Oddity::Bounced,
            Standing::Mailable | Standing::Suppressed => return None,
        };
        Some(Odd { contact: recipient.email.to_string(), why })
    };
    recipients.iter().zip(standings(records, &HashSet::new())).filter_map(odd).collect()
}

/// The accounts without a technical contact, by their first contact.
pub(super) fn accounts(campaign: &Campaign, records: &Records) -> impl Iterator<Item = Odd> {
    without_technical_contact(campaign, records).into_iter().map(|(account, contact)| Odd {
        contact: contact.email.to_string(),
        why: Oddity::NoTechnicalContact { account: account.to_owned() },
    })
}

/// Names that are not real names.
pub(super) fn names(records: &Records) -> impl Iterator<Item = Odd> {
    let current = records.recipients().iter().filter(|recipient| recipient.left.is_none());
    current.filter_map(|recipient| {
        let flaw = flaw(&recipient.name)?;
        Some(Odd {
            contact: recipient.email.to_string(),
            why: Oddity::NoName { name: recipient.name.to_string(), flaw },
        })
    })
}
