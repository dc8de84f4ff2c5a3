//! Finds the customer that a user means.

use std::collections::HashSet;

use super::recipient::Recipient;
use super::records::Records;
use crate::campaign::characters::presentable;

/// The result of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<'a> {
    /// This customer.
    One(&'a Recipient),
    /// Several customers, ordered by address.
    Several(Vec<&'a Recipient>),
    /// No one.
    Nobody,
}

/// The recipient with this address or id; otherwise those with `who` in the address or name, in any
/// case.
pub fn find<'a>(records: &'a Records, who: &str) -> Found<'a> {
    let wanted = who.trim().to_lowercase();
    let named = |one: &&Recipient| one.email.to_lowercase() == wanted || one.id == who.trim();
    if let Some(one) = present_first(records.recipients().iter().filter(named)).first() {
        return Found::One(one);
    }
    let like = |one: &&Recipient| {
        one.email.to_lowercase().contains(&wanted) || presentable(&one.name).to_lowercase().contains(&wanted)
    };
    let mut like = present_first(records.recipients().iter().filter(like));
    let mut known = HashSet::new();
    like.retain(|one| known.insert(one.email.to_lowercase()));
    like.sort_by(|a, b| a.email.cmp(&b.email));
    match like.as_slice() {
        [] => Found::Nobody,
        [one] => Found::One(one),
        _ => Found::Several(like),
    }
}

/// A recipient who left may share the address with a new one; the current one is meant.
fn present_first<'a>(found: impl Iterator<Item = &'a Recipient>) -> Vec<&'a Recipient> {
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|one| one.left.is_some());
    found
}
