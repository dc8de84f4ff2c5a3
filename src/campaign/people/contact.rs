//! A contact as the server returns it. Nothing in it is trusted: names may contain Markdown, escape codes or 5,000
//! letters.

use compact_str::CompactString;

pub use crate::campaign::address::{Address, InvalidAddress, as_a_word, plain};

/// A contact of the account, as read. Fields that the server omits are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// The server's id; empty if it gave none.
    pub id: CompactString,
    /// The address as given, which may be invalid: see [`Address::parse`].
    pub email: CompactString,
    /// The name as given.
    pub name: CompactString,
    /// The tags; `None` if the server does not show them.
    pub tags: Option<Vec<CompactString>>,
}

impl Contact {
    /// Its identity, as [`Recipient::key`](super::recipient::Recipient::key) for a recipient.
    pub fn key(&self) -> &str {
        if self.id.is_empty() { self.email.trim() } else { &self.id }
    }

    /// Whether this is its address, in any spelling.
    pub(crate) fn is_at(&self, email: &str) -> bool {
        plain(&self.email) == plain(email)
    }

    /// Whether it is known to have a tag.
    pub fn carries(&self, tag: &str) -> bool {
        self.tags.as_ref().is_some_and(|tags| tags.iter().any(|carried| carried == tag))
    }

    /// Its name for people: the address, or the id if there is no address.
    pub fn label(&self) -> String {
        let email = self.email.trim();
        if email.is_empty() { self.id.to_string() } else { email.to_owned() }
    }
}
