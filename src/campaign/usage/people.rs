//! Whom a row of usage is about.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::row::{Name, Row};
use crate::campaign::people::records::Records;

/// The recipients by address, without a copy of the addresses: there may be many. Also those who left: a customer who
/// is done may be in no segment any more, and call the old version all the same.
#[derive(Debug)]
pub(super) struct People {
    /// Hash of the address, and the place in the records, sorted.
    by_address: Vec<(u64, usize)>,
}

impl People {
    pub fn of(records: &Records) -> Self {
        let recipients = records.recipients().iter().enumerate();
        let mut by_address: Vec<_> = recipients.map(|(place, one)| (hash(&one.email), place)).collect();
        by_address.sort_unstable();
        Self { by_address }
    }

    /// The places in the records of those a row names: by its first name that is known. An address names all who have
    /// it.
    pub fn named(&self, row: &Row<'_>, records: &Records) -> Vec<usize> {
        let known = row.names().map(|name| self.with_name(name, records)).find(|places| !places.is_empty());
        known.unwrap_or_default()
    }

    fn with_name(&self, name: Name<'_>, records: &Records) -> Vec<usize> {
        let by_id = |id: &str| -> Vec<usize> { records.place(id).into_iter().collect() };
        match name {
            Name::Id(id) => by_id(id),
            Name::Address(address) => self.with_address(address, records),
            Name::Either(text) => {
                let places = self.with_address(text, records);
                if places.is_empty() { by_id(text) } else { places }
            }
        }
    }

    fn with_address(&self, address: &str, records: &Records) -> Vec<usize> {
        let wanted = hash(address);
        let start = self.by_address.partition_point(|(hash, _)| *hash < wanted);
        let alike = self.by_address[start..].iter().take_while(|(hash, _)| *hash == wanted).map(|(_, place)| *place);
        alike.filter(|place| is_same(&records.recipients()[*place].email, address)).collect()
    }
}

/// The same for two spellings of one address.
fn hash(address: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    if address.is_ascii() {
        address.bytes().for_each(|byte| byte.to_ascii_lowercase().hash(&mut hasher));
    } else {
        address.to_lowercase().bytes().for_each(|byte| byte.hash(&mut hasher));
    }
    hasher.finish()
}

fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || !one.is_ascii() && one.to_lowercase() == other.to_lowercase()
}
