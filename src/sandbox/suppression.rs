//! Addresses that get no more mail.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

/// The list in order of arrival, indexed by address without regard to case.
#[derive(Debug, Default)]
pub struct Suppressions {
    pub list: Vec<Suppression>,
    by_address: HashMap<String, usize>,
}

/// One address; `mailbox_id` stays null: it applies to the whole account.
#[derive(Debug, Serialize)]
pub struct Suppression {
    pub id: String,
    pub email_address: String,
    pub reason: String,
    pub mailbox_id: Option<String>,
    pub created_at: DateTime<Utc>,
}

impl Suppressions {
    pub fn contains(&self, address: &str) -> bool {
        self.by_address.contains_key(&address.to_lowercase())
    }

    /// An address that is already on the list keeps its first reason.
    pub fn add(&mut self, id: String, address: &str, reason: &str, now: DateTime<Utc>) {
        let next = self.list.len();
        if *self.by_address.entry(address.to_lowercase()).or_insert(next) == next {
            self.list.push(Suppression {
                id,
                email_address: address.to_owned(),
                reason: reason.to_owned(),
                mailbox_id: None,
                created_at: now,
            });
        }
    }
}
