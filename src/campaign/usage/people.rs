//! Finds the customers that a file's rows are about.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::keys::Keys;
use super::row::{Name, Row};
use crate::campaign::address::plain;
use crate::campaign::definition::Campaign;
use crate::campaign::people::records::Records;

/// An index of recipients by address and account, without copies of the addresses, of which there may be many. It
/// includes those who left: a customer who is done may be in no segment any more and still call the old version.
#[derive(Debug)]
pub(super) struct People {
    /// The hash of each address, and the index in the records, sorted.
    by_address: Vec<(u64, usize)>,
    by_account: HashMap<String, Vec<usize>>,
    /// The prefix of account tags.
    account_tag: Option<String>,
    keys: Option<Keys>,
}

/// The customer in a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// These, by index in the records; if empty, no one in the campaign.
    Of(Vec<usize>),
    /// A customer who is neither in the campaign nor in the accounts file.
    Unlisted,
}

impl People {
    pub fn of(campaign: &Campaign, records: &Records) -> Self {
        let recipients = || records.recipients().iter().enumerate();
        let mut by_address: Vec<_> = recipients().map(|(place, one)| (hash(&one.email), place)).collect();
        by_address.sort_unstable();
        let account_tag = campaign.account_tag.clone();
        let mut by_account: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, one) in recipients() {
            if let Some(account) = account_tag.as_deref().and_then(|tag| one.account(tag)) {
                by_account.entry(account.to_owned()).or_default().push(place);
            }
        }
        Self { by_address, by_account, account_tag, keys: None }
    }

    pub fn with_keys(self, keys: Option<Keys>) -> Self {
        Self { keys, ..self }
    }

    /// For each recipient, the index of the first who is the same customer.
    pub fn customers(&self, number: usize) -> Vec<usize> {
        let mut first: Vec<usize> = (0..number).collect();
        for places in self.by_account.values() {
            for place in places {
                first[*place] = places[0];
            }
        }
        first
    }

    /// The customer in a row, by its first known name. An address means everyone who has it.
    pub fn whose(&self, row: &Row<'_>, records: &Records) -> Whose {
        let mut is_listed = self.keys.is_none();
        for name in row.names() {
            let places = self.with_name(name, records);
            if !places.is_empty() {
                return Whose::Of(places);
            }
            if let Some(owners) = self.keys.as_ref().and_then(|keys| keys.owners(name.text())) {
                is_listed = true;
                let mut places: Vec<usize> =
                    owners.iter().flat_map(|owner| self.with_name(Name::Either(owner), records)).collect();
                places.sort_unstable();
                places.dedup();
                if !places.is_empty() {
                    return Whose::Of(places);
                }
            }
        }
        if is_listed { Whose::Of(Vec::new()) } else { Whose::Unlisted }
    }

    fn with_name(&self, name: Name<'_>, records: &Records) -> Vec<usize> {
        let by_id = |id: &str| -> Vec<usize> { records.place(id).into_iter().collect() };
        match name {
            Name::Id(id) => by_id(id),
            Name::Address(address) => self.with_address(address, records),
            Name::Either(text) => {
                let places = self.with_address(text, records);
                let places = if places.is_empty() { by_id(text) } else { places };
                if places.is_empty() { self.with_account(text) } else { places }
            }
        }
    }

    /// The contacts of an account: they share everything.
    fn with_account(&self, text: &str) -> Vec<usize> {
        let Some(tag) = &self.account_tag else { return Vec::new() };
        let account = text.strip_prefix(tag.as_str()).unwrap_or(text);
        self.by_account.get(account).and_then(|places| places.first()).map_or_else(Vec::new, |place| vec![*place])
    }

    fn with_address(&self, text: &str, records: &Records) -> Vec<usize> {
        let address = bare(text);
        let wanted = hash(address);
        let start = self.by_address.partition_point(|(hash, _)| *hash < wanted);
        let alike = self.by_address[start..].iter().take_while(|(hash, _)| *hash == wanted).map(|(_, place)| *place);
        alike.filter(|place| is_same(&records.recipients()[*place].email, address)).collect()
    }
}

/// The address in `Ann <ann@a.example>` and `mailto:ann@a.example`.
fn bare(text: &str) -> &str {
    let inner = text.strip_suffix('>').and_then(|text| text.rsplit_once('<')).map_or(text, |(_, inner)| inner);
    inner.strip_prefix("mailto:").unwrap_or(inner).trim()
}

/// Equal for different spellings of one address.
fn hash(address: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    if address.is_ascii() {
        address.bytes().for_each(|byte| byte.to_ascii_lowercase().hash(&mut hasher));
    } else {
        plain(address).bytes().for_each(|byte| byte.hash(&mut hasher));
    }
    hasher.finish()
}

fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || !(one.is_ascii() && other.is_ascii()) && plain(one) == plain(other)
}
