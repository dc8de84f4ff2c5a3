//! Contacts that belong to one customer: they are done together, and are reminded together or not
//! at all.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::recipient::Recipient;
use super::records::Records;
use super::stage::Stage;
use crate::campaign::definition::Campaign;

/// The accounts in which some contact is done, or waits for an answer.
#[derive(Debug, Default)]
pub(crate) struct Accounts<'a> {
    tag: Option<&'a str>,
    done: HashSet<&'a str>,
    waiting: HashSet<&'a str>,
}

/// How many customers there are, if several contacts may belong to one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AccountCount {
    /// Customers: accounts, and contacts without an account.
    pub customers: usize,
    /// Their contacts.
    pub contacts: usize,
    /// How many of the customers are done.
    pub completed: usize,
}

impl<'a> Accounts<'a> {
    /// The accounts in the records; none if the campaign sets no account tag.
    pub fn of(campaign: &'a Campaign, records: &'a Records) -> Self {
        let Some(tag) = campaign.account_tag.as_deref() else { return Self::default() };
        let mut accounts = Self { tag: Some(tag), ..Self::default() };
        for recipient in records.recipients().iter().filter(|recipient| recipient.left.is_none()) {
            let Some(account) = recipient.account(tag) else { continue };
            if recipient.stage() == Stage::Completed {
                accounts.done.insert(account);
            }
            if recipient.unanswered().is_some() {
                accounts.waiting.insert(account);
            }
        }
        accounts
    }

    /// Whether a contact of the customer is done.
    pub fn is_done(&self, recipient: &Recipient) -> bool {
        self.account(recipient).is_some_and(|account| self.done.contains(account))
    }

    /// Whether a reply from a contact of the customer waits for an answer.
    pub fn waits(&self, recipient: &Recipient) -> bool {
        self.account(recipient).is_some_and(|account| self.waiting.contains(account))
    }

    fn account<'r>(&self, recipient: &'r Recipient) -> Option<&'r str> {
        recipient.account(self.tag?)
    }
}

/// The keys of these customers, and of all other contacts of the same accounts.
pub fn with_their_accounts(campaign: &Campaign, records: &Records, keys: Vec<String>) -> Vec<String> {
    let Some(tag) = campaign.account_tag.as_deref() else { return keys };
    let accounts: HashSet<&str> = keys.iter().filter_map(|key| records.get(key)?.account(tag)).collect();
    let is_theirs = |one: &&Recipient| one.left.is_none() && one.account(tag).is_some_and(|own| accounts.contains(own));
    let others = records.recipients().iter().filter(is_theirs).map(|one| one.key().to_owned());
    let known: HashSet<String> = keys.iter().cloned().collect();
    keys.into_iter().chain(others.filter(|key| !known.contains(key))).collect()
}

/// The accounts that are not done and have no technical contact who can be mailed, in the records' order, each with its
/// first contact. Empty if the campaign names no tag for technical contacts.
pub(crate) fn without_technical_contact<'r>(
    campaign: &Campaign,
    records: &'r Records,
) -> Vec<(&'r str, &'r Recipient)> {
    let (Some(tag), Some(technical)) = (campaign.account_tag.as_deref(), campaign.technical_tag.as_deref()) else {
        return Vec::new();
    };
    let (mut first, mut settled) = (Vec::new(), HashSet::new());
    let mut known = HashSet::new();
    for contact in records.recipients().iter().filter(|contact| contact.left.is_none()) {
        let Some(account) = contact.account(tag) else { continue };
        if known.insert(account) {
            first.push((account, contact));
        }
        let is_technical = contact.tags.iter().any(|own| own == technical);
        let is_reached = || contact.address().is_ok() && !contact.has_bounced();
        if is_technical && is_reached() || contact.stage() == Stage::Completed {
            settled.insert(account);
        }
    }
    first.retain(|(account, _)| !settled.contains(account));
    first
}

/// How many customers the current contacts belong to; `None` if each contact is its own.
pub(crate) fn count<'a>(campaign: &Campaign, contacts: impl Iterator<Item = &'a Recipient>) -> Option<AccountCount> {
    let tag = campaign.account_tag.as_deref()?;
    let (mut counted, mut by_account) = (AccountCount::default(), HashMap::new());
    for recipient in contacts {
        let done = recipient.stage() == Stage::Completed;
        counted.contacts += 1;
        if let Some(account) = recipient.account(tag) {
            *by_account.entry(account).or_insert(false) |= done;
        } else {
            counted.customers += 1;
            counted.completed += usize::from(done);
        }
    }
    counted.customers += by_account.len();
    counted.completed += by_account.values().filter(|done| **done).count();
    Some(counted)
}
