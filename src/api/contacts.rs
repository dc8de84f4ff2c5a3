//! Operations on contacts.

use std::collections::{BTreeSet, HashMap, HashSet};

use compact_str::{CompactString, format_compact};

use super::client::Api;
use super::contract::mailbox;
use super::error::ApiError;
use super::model::{Found, Interest, TagWrite};
use crate::campaign::people::contact::Contact;

impl Api {
    /// Finds at least the contacts of interest, each with its tags. An unreadable row is listed and does not
    /// affect the others.
    pub async fn contacts(&self, interest: &Interest) -> Result<Found, ApiError> {
        let mut book = ContactIndex::default();
        for request in distinct(self.contract().find(interest)) {
            book.add(self.ask(&request, |reply| self.contract().found(reply)).await?);
        }
        if book.shows_all_tags() {
            return Ok(book.into());
        }
        for tag in interest.tags.iter().collect::<BTreeSet<_>>() {
            let Some(request) = self.contract().find_tagged(tag) else { continue };
            let tagged = self.ask(&request, |reply| self.contract().found(reply)).await?;
            book.carry(tag, tagged);
        }
        Ok(book.into())
    }

    /// Adds tags to a contact, which must be as the server last returned it.
    ///
    /// If the server has no request for this, the contact is written again and read back: if that created a second
    /// row, or changed nothing, the result is [`TagWrite::Doubled`], and nothing is deleted.
    pub async fn add_tags(&self, contact: &Contact, tags: &[String]) -> Result<TagWrite, ApiError> {
        let missing: Vec<String> = tags.iter().filter(|tag| !contact.carries(tag)).cloned().collect();
        if missing.is_empty() {
            return Ok(TagWrite::Written);
        }
        let written = self.ask(&self.contract().write_tags(contact, &missing), |_| Ok(())).await;
        if self.capabilities().adds_tags {
            return written.map(|()| TagWrite::Written);
        }
        match written {
            // The row exists, and the server neither updates nor duplicates it.
            Err(ApiError::Conflict { .. }) => return Ok(TagWrite::Doubled),
            // It may have arrived; reading back shows that.
            Err(error) if !error.may_have_arrived() => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let like = mailbox::contacts_like(contact.email.trim());
        let found = self.ask(&like, mailbox::read_contacts).await?;
        let settled = mailbox::settled(&found, contact, &missing);
        match written {
            _ if settled => Ok(TagWrite::Written),
            Ok(()) => Ok(TagWrite::Doubled),
            Err(error) => Err(error),
        }
    }
}

/// Each request once, in order.
fn distinct<T: PartialEq>(requests: Vec<T>) -> Vec<T> {
    let mut distinct = Vec::new();
    for request in requests {
        if !distinct.contains(&request) {
            distinct.push(request);
        }
    }
    distinct
}

/// The contacts of several replies, each once.
#[derive(Debug, Default)]
struct ContactIndex {
    contacts: Vec<Contact>,
    places: HashMap<CompactString, usize>,
    /// The contacts whose tags the server did not show; they get the tags they were found by.
    untold: HashSet<usize>,
    unreadable: Vec<String>,
}

/// The identity of a contact: the id, or the address if it has no id.
fn identity(contact: &Contact) -> CompactString {
    if contact.id.is_empty() { format_compact!("@{}", contact.email.trim().to_lowercase()) } else { contact.id.clone() }
}

impl ContactIndex {
    fn add(&mut self, found: Found) {
        for why in found.unreadable {
            if !self.unreadable.contains(&why) {
                self.unreadable.push(why);
            }
        }
        // Taken over, not copied: a long list is never held twice.
        let before = self.contacts.len();
        if before == 0 {
            self.contacts = found.contacts;
        } else {
            self.contacts.extend(found.contacts);
        }
        let mut known = before;
        for next in before..self.contacts.len() {
            if self.is_new(known, next) {
                self.contacts.swap(known, next);
                known += 1;
            }
        }
        self.contacts.truncate(known);
    }

    /// Whether the contact at `next` is none of the first `known`, which keep its place then.
    fn is_new(&mut self, known: usize, next: usize) -> bool {
        let place = *self.places.entry(identity(&self.contacts[next])).or_insert(known);
        let (before, contact) = self.contacts.split_at_mut(next);
        let Some((first, contact)) = before[..known].get_mut(place).zip(contact.first_mut()) else { return true };
        if !first.is_at(&contact.email) {
            // One id with two addresses: the first counts, and the list's reader should see the other.
            return !before[..known].contains(contact);
        }
        if first.tags.is_none() {
            first.tags = contact.tags.take();
        }
        false
    }

    /// Whether every contact has its tags; the others start without any, and get those they are found by.
    fn shows_all_tags(&mut self) -> bool {
        for (place, contact) in self.contacts.iter_mut().enumerate() {
            if contact.tags.is_none() {
                contact.tags = Some(Vec::new());
                self.untold.insert(place);
            }
        }
        self.untold.is_empty()
    }

    /// Adds the tag by which these were found.
    fn carry(&mut self, tag: &str, found: Found) {
        for contact in found.contacts {
            let Some(place) = self.places.get(&identity(&contact)).filter(|place| self.untold.contains(place)) else {
                continue;
            };
            let tags = self.contacts.get_mut(*place).map(|known| known.tags.get_or_insert_default());
            if let Some(tags) = tags.filter(|tags| tags.iter().all(|known| known != tag)) {
                tags.push(tag.into());
            }
        }
    }
}

impl From<ContactIndex> for Found {
    fn from(book: ContactIndex) -> Self {
        Self { contacts: book.contacts, unreadable: book.unreadable }
    }
}
