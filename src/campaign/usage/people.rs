//! Finds the customers that a file's rows are about.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use compact_str::CompactString;

use super::keys::Keys;
use super::row::{Name, Row};
use crate::campaign::address::plain;
use crate::campaign::definition::Campaign;
use crate::campaign::people::records::Records;

/// An index of recipients by address and account, without copies of the addresses, of which there may be many. It
/// includes those who left: a customer who is done may be in no segment any more and still call the old version.
#[derive(Debug)]
pub(super) struct People {
    by_address: ByAddress,
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
        let by_address = ByAddress::of(recipients().map(|(place, one)| (hash(&one.email), place)).collect());
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

    /// Of each recipient the place of the first who is the same customer; nothing where there are no accounts.
    pub fn customers(&self, number: usize) -> Vec<usize> {
        if self.by_account.is_empty() {
            return Vec::new();
        }
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
        let alike = self.by_address.with_hash(hash(address));
        alike.filter(|place| is_same(&records.recipients()[*place].email, address)).collect()
    }
}

/// The places in the records by the hash of the address, with a table of where each prefix of hashes starts: a binary
/// search over all of them would wait for memory at every step.
#[derive(Debug)]
struct ByAddress {
    /// Sorted.
    entries: Vec<(u64, usize)>,
    /// Of each beginning, and of the one after the last, the place of the first entry.
    begins: Vec<usize>,
    /// By how many bits a hash is longer than its beginning.
    rest: u32,
}

impl ByAddress {
    fn of(mut entries: Vec<(u64, usize)>) -> Self {
        entries.sort_unstable();
        let bits = (entries.len().max(2)).ilog2();
        let rest = u64::BITS - bits;
        let mut begins = Vec::with_capacity((1 << bits) + 1);
        for (place, (hash, _)) in entries.iter().enumerate() {
            while (begins.len() as u64) <= hash >> rest {
                begins.push(place);
            }
        }
        begins.resize((1 << bits) + 1, entries.len());
        Self { entries, begins, rest }
    }

    fn with_hash(&self, wanted: u64) -> impl Iterator<Item = usize> {
        // There are at most as many beginnings as bits of a `usize` can count: the records are in memory.
        let beginning = usize::try_from(wanted >> self.rest).unwrap_or_default();
        let alike = &self.entries[self.begins[beginning]..self.begins[beginning + 1]];
        alike.iter().filter(move |(hash, _)| *hash == wanted).map(|(_, place)| *place)
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
        let mut lower = CompactString::from(address);
        lower.make_ascii_lowercase();
        hasher.write(lower.as_bytes());
    } else {
        hasher.write(plain(address).as_bytes());
    }
    hasher.finish()
}

fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || !(one.is_ascii() && other.is_ascii()) && plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hash_is_found_and_no_other() {
        for number in [0, 1, 2, 3, 7, 1000] {
            let hash = |place: usize| (place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut entries: Vec<_> = (0..number).map(|place| (hash(place), place)).collect();
            entries.extend([(u64::MAX, number), (u64::MAX, number + 1), (0, number + 2)]);
            let table = ByAddress::of(entries);
            for place in 1..number {
                assert_eq!(table.with_hash(hash(place)).collect::<Vec<_>>(), [place]);
            }
            assert_eq!(table.with_hash(u64::MAX).collect::<Vec<_>>(), [number, number + 1]);
            assert!(table.with_hash(0).any(|place| place == number + 2));
            assert_eq!(table.with_hash(1).count() + table.with_hash(u64::MAX - 1).count(), 0);
        }
        assert_eq!(ByAddress::of(Vec::new()).with_hash(7).count(), 0);
    }
}
