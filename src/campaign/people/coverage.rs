//! Customers the campaign does not reach as it should: in no segment, in several, sharing an address, or without a
//! working address. Derived from the ledger; the server is not asked.

use std::collections::BTreeMap;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::Serialize;
use strum::Display;

use super::accounts::without_technical_contact;
use super::recipient::Recipient;
use super::records::Records;
use super::stage::Stage;
use super::standing::Standing;
use crate::campaign::definition::{Campaign, Scope};

/// All of these customers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Coverage {
    /// Have the tags that all segments require, and are in none: they get no mail.
    pub no_segment: Vec<String>,
    /// Accounts that are not done, and of which no technical contact can be mailed; none where `[accounts]` names no tag of these.
    pub no_technical_contact: Vec<String>,
    /// Match several segments.
    pub several_segments: Vec<Several>,
    /// Addresses shared by several contacts.
    pub shared_addresses: Vec<Shared>,
    /// Not done, and no mail reaches them.
    pub unreachable: Vec<Unreachable>,
}

/// A contact that matches several segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Several {
    /// The address.
    #[schemars(with = "String")]
    pub contact: CompactString,
    /// The segment that counts: the first.
    #[schemars(with = "String")]
    pub segment: CompactString,
    /// The others.
    #[schemars(with = "Vec<String>")]
    pub also: Vec<CompactString>,
}

/// An address shared by several contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Shared {
    /// The address.
    pub address: String,
    /// Their keys, the mailed one first.
    pub contacts: Vec<String>,
    /// The key of the contact that is mailed.
    pub mailed: String,
}

/// A customer who is not done, and whom no mail reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unreachable {
    /// The address.
    pub contact: String,
    /// Why no mail reaches it.
    pub why: Why,
}

/// Why no mail reaches an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "lowercase")]
pub enum Why {
    /// It is not valid.
    #[strum(serialize = "no valid address")]
    InvalidAddress,
    /// It is on the server's suppression list.
    Suppressed,
    /// A mail to it bounced.
    Bounced,
}

/// Gathers the coverage during someone else's pass over the recipients: there may be many, and few are listed.
#[derive(Debug)]
pub(crate) struct Survey<'a> {
    records: &'a Records,
    scope: Scope<'a>,
    /// The contacts that share an address and are not mailed, by the index of the one that is.
    shared: BTreeMap<usize, Vec<&'a Recipient>>,
    unreachable: Vec<Unreachable>,
}

impl<'a> Survey<'a> {
    /// For the given segments. Contacts without a segment are always listed.
    pub fn of(records: &'a Records, scope: Scope<'a>) -> Self {
        Self { records, scope, shared: BTreeMap::new(), unreachable: Vec::new() }
    }

    fn is_asked_about(&self, recipient: &Recipient) -> bool {
        recipient.left.is_none() && self.scope.has_segment(&recipient.segment)
    }

    /// Adds a recipient of any segment: one of another segment may have the same address.
    pub fn count(&mut self, recipient: &'a Recipient, standing: Standing) {
        if recipient.left.is_some() {
            return;
        }
        if let Standing::Duplicate { of } = standing {
            self.shared.entry(of).or_default().push(recipient);
        }
        if !self.is_asked_about(recipient) {
            return;
        }
        // A bounced address is often suppressed for that; the bounce says more.
        let why = match standing {
            Standing::Invalid => Why::InvalidAddress,
            _ if recipient.has_bounced() => Why::Bounced,
            Standing::Suppressed => Why::Suppressed,
            _ => return,
        };
        if recipient.stage() < Stage::Completed {
            self.unreachable.push(Unreachable { contact: recipient.email.to_string(), why });
        }
    }

    /// The result.
    pub(crate) fn sum_up(self, campaign: &Campaign) -> Coverage {
        let records = self.records;
        let several = records.several.iter().filter_map(|key| records.get(key)).filter(|own| self.is_asked_about(own));
        let several_segments = several.filter_map(|recipient| Several::of(campaign, recipient)).collect();
        let shared = self.shared.iter().map(|(of, others)| (&records.recipients()[*of], others));
        let shared = shared.filter(|(mailed, others)| {
            self.is_asked_about(mailed) || others.iter().any(|other| self.is_asked_about(other))
        });
        let shared_addresses = shared.map(|(mailed, others)| Shared::of(mailed, others)).collect();
        Coverage {
            no_segment: records.unsegmented.iter().map(ToString::to_string).collect(),
            several_segments,
            shared_addresses,
            no_technical_contact: without_technical_contact(campaign, records)
                .into_iter()
                .filter(|(_, contact)| self.is_asked_about(contact))
                .map(|(account, _)| account.to_owned())
                .collect(),
            unreachable: self.unreachable,
        }
    }
}

impl Several {
    /// `None` if the segments have changed.
    fn of(campaign: &Campaign, recipient: &Recipient) -> Option<Self> {
        let others = campaign.segments.iter().filter(|segment| recipient.segment != segment.name);
        let also = others.filter(|segment| segment.tags.matches(&recipient.tags));
        let also: Vec<CompactString> = also.map(|segment| segment.name.as_str().into()).collect();
        let (contact, segment) = (recipient.email.clone(), recipient.segment.clone());
        (!also.is_empty()).then_some(Self { contact, segment, also })
    }
}

impl Shared {
    fn of(mailed: &Recipient, others: &[&Recipient]) -> Self {
        let key = |recipient: &Recipient| recipient.key().to_owned();
        let contacts = std::iter::once(mailed).chain(others.iter().copied()).map(key).collect();
        Self { address: mailed.email.to_lowercase().to_string(), contacts, mailed: key(mailed) }
    }
}
