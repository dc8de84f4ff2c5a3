//! Unusual things about contacts.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::definition::Campaign;
use crate::campaign::people::accounts::without_technical_contact;
use crate::campaign::people::names::{NameFlaw, flaw};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::people::standing::{Standing, standings};

/// A contact that needs attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Odd {
    /// The address as given, or the id if there is no address.
    pub contact: String,
    /// What is unusual about it.
    #[serde(flatten)]
    pub why: Oddity,
}

/// What is unusual about a contact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Oddity {
    /// Affected by the migration, but in no segment: it gets no mail.
    NoSegment,
    /// Matches more than one segment; the first counts.
    SeveralSegments {
        /// All segments that match, the one that counts first.
        segments: Vec<String>,
    },
    /// Shares its address with another contact, and only the other is mailed.
    DuplicateAddress {
        /// The other one's key.
        mailed: String,
    },
    /// Its address cannot be mailed.
    InvalidAddress,
    /// On the server's suppression list: mail would not arrive.
    Suppressed,
    /// A mail to it bounced, so it gets no more.
    Bounced,
    /// The server also shows its id with another address: the first counts, and this one is not mailed.
    SameId {
        /// The id.
        id: String,
    },
    /// Another program replaced its tags: it has a stage tag and no segment's tags, and is held.
    Retagged {
        /// The stage tag.
        tag: String,
    },
    /// Has a tag that is nearly one of the campaign's, and so does not count.
    NearTag {
        /// The tag it has.
        tag: String,
        /// What is probably meant.
        meant: String,
    },
    /// Its name is not a name: it is greeted by its address.
    NoName {
        /// What the name field contains.
        name: String,
        /// Why it is not a name.
        flaw: NameFlaw,
    },
    /// No contact of its account carries the tag of technical contacts and can be mailed.
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

/// The addresses that cannot be mailed, are shared, or bounced.
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

/// Names that are not names.
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
