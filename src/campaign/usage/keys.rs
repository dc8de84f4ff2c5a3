//! Whose each key, app or tenant of an export is: what `[usage] accounts` names.

use std::collections::HashMap;

/// What an export calls customers, and who they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    owners: HashMap<String, Vec<String>>,
}

impl Keys {
    /// A key is of this customer: an address, an id or an account. An empty one says that it is nobody's. A key may have
    /// several owners.
    pub fn insert(&mut self, key: &str, owner: &str) {
        let owners = self.owners.entry(key.trim().to_owned()).or_default();
        let owner = owner.trim();
        if !owner.is_empty() && !owners.iter().any(|own| own == owner) {
            owners.push(owner.to_owned());
        }
    }

    /// The owners of a key, if it is listed.
    pub fn owners(&self, key: &str) -> Option<&[String]> {
        self.owners.get(key).map(Vec::as_slice)
    }
}
