//! Which of the waiting mails are meant.

use super::Args;
use super::sitting::Sitting;
use crate::app::failure::{Failure, Kind};
use crate::campaign::definition::Campaign;
use crate::campaign::people::records::Records;
use crate::campaign::review::{Group, Item, Review};
use crate::commands::unknown;

/// What was chosen; what is not named is all.
#[derive(Debug)]
pub struct Choice<'a> {
    phase: Option<&'a str>,
    variant: Option<&'a str>,
    /// In lower case.
    contact: Option<String>,
}

/// The beginning of a digest is told from a name by its length.
const SHORTEST_DIGEST: usize = 8;

impl<'a> Choice<'a> {
    /// What the arguments name. A phase that is not there is an error.
    pub fn new(campaign: &Campaign, args: &'a Args) -> Result<Self, Failure> {
        if let Some(phase) = args.phase.as_deref().filter(|phase| campaign.phase(phase).is_none()) {
            return Err(unknown("phase", phase, campaign.phases.iter().map(|own| own.name.as_str())));
        }
        let contact = args.contact.as_ref().map(|email| email.trim().to_lowercase());
        Ok(Self { phase: args.phase.as_deref(), variant: args.variant.as_deref(), contact })
    }

    /// Whether one customer was named, so that a decision is about a mail and not about a text.
    pub fn is_one(&self) -> bool {
        self.contact.is_some()
    }

    /// Fails where nothing of that name is known, or a decision would be about more than was meant.
    pub fn check(
        &self,
        sitting: &Sitting<'_>,
        records: &Records,
        review: &Review<'_>,
        decides: bool,
    ) -> Result<(), Failure> {
        if let Some(variant) = self.variant {
            let mut known: Vec<String> = review.groups.iter().map(Group::name).collect();
            known.extend(sitting.drafts(self.phase));
            let waits = review.groups.iter().any(|group| self.holds(group));
            if !waits && !known.iter().any(|name| name == variant) {
                return Err(unknown("text", variant, known.iter().map(String::as_str)));
            }
        }
        if let Some(contact) = &self.contact {
            let all = records.recipients();
            let is_known = |own: &crate::campaign::people::recipient::Recipient| own.email.to_lowercase() == *contact;
            let waits = review.groups.iter().flat_map(Group::items).any(|item| self.picks(item));
            if !waits && !all.iter().any(is_known) {
                let message = format!("this campaign knows nobody with the address {contact}");
                return Err(Failure::new(Kind::NotFound, message, "check the spelling"));
            }
        }
        if decides { self.check_one_phase(review) } else { Ok(()) }
    }

    /// A text's name says nothing of its phase, and a customer may have mails of several.
    fn check_one_phase(&self, review: &Review<'_>) -> Result<(), Failure> {
        let meant = review.groups.iter().filter(|group| self.holds(group));
        let meant = meant.filter(|group| group.items().any(|item| self.picks(item)));
        let mut phases: Vec<&str> = meant.map(|group| group.phase).collect();
        phases.dedup();
        if phases.len() < 2 {
            return Ok(());
        }
        let message = format!("that is waiting in several phases: {}; nothing was decided", phases.join(", "));
        Err(Failure::new(Kind::Usage, message, format!("say which one, such as --phase {}", phases[0])))
    }

    /// Leaves out what was not chosen.
    pub fn narrow(&self, review: &mut Review<'_>) {
        review.groups.retain(|group| self.holds(group));
        for group in &mut review.groups {
            group.sound.retain(|item| self.picks(item));
            group.apart.retain(|item| self.picks(item));
        }
        review.groups.retain(|group| group.items().next().is_some());
    }

    fn holds(&self, group: &Group<'_>) -> bool {
        let by_digest = |wanted: &str| wanted.len() >= SHORTEST_DIGEST && group.digest.to_string().starts_with(wanted);
        self.phase.is_none_or(|phase| group.phase == phase)
            && self.variant.is_none_or(|variant| group.name() == variant || by_digest(variant))
    }

    fn picks(&self, item: &Item<'_>) -> bool {
        let Some(contact) = &self.contact else { return true };
        [item.contact(), &item.recipient.email].iter().any(|address| address.to_lowercase() == *contact)
    }
}
