//! Whom a row of usage is about.

use std::collections::HashMap;

use compact_str::{CompactString, ToCompactString};

use super::row::{Name, Row};
use crate::campaign::records::Records;

/// The recipients by id and by address. Also those who left: a customer who is done may be in no segment any more, and
/// call the old version all the same.
#[derive(Debug)]
pub(super) struct People {
    by_id: HashMap<CompactString, [usize; 1]>,
    by_address: HashMap<CompactString, Vec<usize>>,
}

impl People {
    pub fn of(records: &Records) -> Self {
        let mut people = Self { by_id: HashMap::new(), by_address: HashMap::new() };
        for (place, recipient) in records.recipients().iter().enumerate() {
            if !recipient.id.is_empty() {
                people.by_id.insert(recipient.id.clone(), [place]);
            }
            people.by_address.entry(normal(&recipient.email)).or_default().push(place);
        }
        people
    }

    /// The places in the records of those a row names: by its first name that is known. An address names all who have
    /// it.
    pub fn named(&self, row: &Row<'_>) -> &[usize] {
        row.names().find_map(|name| self.with_name(name)).unwrap_or_default()
    }

    fn with_name(&self, name: Name<'_>) -> Option<&[usize]> {
        let by_id = |id: &str| self.by_id.get(id).map(<[usize; 1]>::as_slice);
        let by_address = |address: &str| self.by_address.get(&normal(address)).map(Vec::as_slice);
        match name {
            Name::Id(id) => by_id(id),
            Name::Address(address) => by_address(address),
            Name::Either(text) => by_address(text).or_else(|| by_id(text)),
        }
    }
}

/// An address as it compares, valid or not.
fn normal(address: &str) -> CompactString {
    if address.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        address.to_compact_string()
    } else {
        address.to_lowercase().into()
    }
}
