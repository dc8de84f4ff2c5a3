//! Which of the waiting mails a request selects.

use super::request::ReviewRequest;
use crate::app::failure::{Failure, Kind};
use crate::app::selection;
use crate::campaign::people::records::Records;
use crate::campaign::review::{Group, Item, Review};

/// A word of at least this length (in characters) can be the start of a digest; a shorter one is a
/// name.
const SHORTEST_DIGEST: usize = 8;

impl ReviewRequest {
    /// Removes from `review` what was not selected. `drafts` are the drafts of the selected phases: a text among them
    /// may have no waiting mail.
    ///
    /// # Errors
    /// A named text or customer is unknown.
    pub(super) fn narrow(
        &self,
        review: &mut Review<'_>,
        records: &Records,
        drafts: Vec<String>,
    ) -> Result<(), Failure> {
        let known: Vec<String> = review.groups.iter().map(Group::name).chain(drafts).collect();
        for name in &self.texts {
            if !review.groups.iter().any(|group| self.is_in_phases(group) && is_text(group, name)) {
                selection::text(&known, name, String::as_str)?;
            }
        }
        let contacts = self.contacts.iter().map(|who| Contact::find(who, records, review));
        let contacts = contacts.collect::<Result<Vec<_>, _>>()?;
        let is_contact = |item: &Item<'_>| contacts.is_empty() || contacts.iter().any(|contact| contact.gets(item));
        review.groups.retain(|group| {
            let is_text = self.texts.is_empty() || self.texts.iter().any(|name| is_text(group, name));
            is_text && self.is_in_phases(group)
        });
        for group in &mut review.groups {
            group.matching.retain(is_contact);
            group.set_aside.retain(is_contact);
        }
        review.groups.retain(|group| group.items().next().is_some());
        Ok(())
    }

    /// Fails if a decision would affect several phases and none was named: a text's name does not imply its phase, and
    /// a customer may have mails of several.
    pub(super) fn one_phase(&self, review: &Review<'_>) -> Result<(), Failure> {
        let mut phases: Vec<&str> = review.groups.iter().map(|group| group.phase).collect();
        phases.dedup();
        if phases.len() < 2 || !self.phases.is_empty() {
            return Ok(());
        }
        let message = format!("that is waiting in several phases: {}; nothing was decided", phases.join(", "));
        Err(Failure::new(Kind::Usage, message, format!("name the phase, such as --phase {}", phases[0])))
    }

    fn is_in_phases(&self, group: &Group<'_>) -> bool {
        self.phases.is_empty() || self.phases.iter().any(|phase| group.phase == phase)
    }
}

fn is_text(group: &Group<'_>, name: &str) -> bool {
    group.name() == name || name.len() >= SHORTEST_DIGEST && group.digest.to_string().starts_with(name)
}

/// A customer who was named. A mail may wait for an address that its customer no longer has.
struct Contact {
    /// The address or id given, in lower case.
    address: String,
    /// The customer's key, if nothing waits for that address.
    key: Option<String>,
}

impl Contact {
    fn find(who: &str, records: &Records, review: &Review<'_>) -> Result<Self, Failure> {
        let mut contact = Self { address: who.trim().to_lowercase(), key: None };
        if !review.groups.iter().flat_map(Group::items).any(|item| contact.gets(item)) {
            contact.key = Some(selection::customer(records, who)?.key().to_owned());
        }
        Ok(contact)
    }

    fn gets(&self, item: &Item<'_>) -> bool {
        self.key.as_deref() == Some(item.recipient.key())
            || [item.contact(), &item.recipient.email].iter().any(|address| address.to_lowercase() == self.address)
    }
}
