//! The owners of an export's keys, apps or tenants: the file that `[usage] accounts` names.

use std::collections::HashMap;

/// An export's names for customers, and the customers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    owners: HashMap<String, Vec<String>>,
}

impl Keys {
    /// Adds an owner of a key: an address, an id or an account. An empty owner means that the key belongs to no one. A
    /// key may have several owners.
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
