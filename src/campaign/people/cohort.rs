//! Who is in the campaign: sorts contacts into segments, and updates the ledger.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::mem;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::Serialize;

use super::contact::{Address, Contact, plain};
use super::near_tags::NearTags;
use super::odd::{accounts, addresses, names};
use super::recipient::Recipient;
use super::records::Records;
use super::stage::{Evidence, Mark};
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::mail::Addressee;

pub use super::odd::{Odd, Oddity};
pub use super::standing::{Standing, sharing, standings};

/// The result of updating the cohorts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    /// Per segment, in the campaign's order.
    pub segments: Vec<Count>,
    /// What needs attention.
    pub odd: Vec<Odd>,
}

/// One segment's numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Count {
    /// The segment.
    pub name: String,
    /// How many are in it now.
    pub found: usize,
    /// How many were not in the campaign before, or are back.
    pub new: usize,
    /// How many were in it and are no longer in the campaign.
    pub left: usize,
    /// How many came from another segment.
    pub moved: usize,
}

/// Updates the records with the contacts the server has now. A recipient who is no longer found, or no longer matches,
/// is marked as left, never removed: the record of their mails stays.
pub fn update(records: &mut Records, campaign: &Campaign, contacts: Vec<Contact>, now: Time) -> Census {
    update_from(records, campaign, contacts, true, now)
}

/// The same with a list that may be incomplete: a recipient missing from part of the list has not
/// left.
pub fn update_from(
    records: &mut Records,
    campaign: &Campaign,
    contacts: Vec<Contact>,
    whole: bool,
    now: Time,
) -> Census {
    let mut census = Census::default();
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let affected = campaign.affected_tags();
    let known = Known::of(records, &contacts);
    let (near, done) = (NearTags::of(campaign), stage_tags(campaign, &contacts));
    let mut present: HashSet<CompactString> = HashSet::new();
    let mut several: Vec<CompactString> = Vec::new();
    let mut found: HashSet<CompactString> = HashSet::new();
    let mut retagged: Vec<CompactString> = Vec::new();
    for mut contact in contacts {
        if !whole {
            found.insert(contact.key().into());
        }
        census.odd.extend(near_tags(&near, &contact));
        let matching = matching(campaign, &contact);
        let Some(&segment) = matching.first() else {
            let known = known.key_for(records, &contact).filter(|key| !present.contains(key));
            let held = known.and_then(|key| Some((replaced(campaign, records.get(&key)?, &contact)?, key)));
            if let Some((tag, key)) = held {
                census.odd.push(Odd { contact: contact.label(), why: Oddity::Retagged { tag: tag.to_owned() } });
                present.insert(key.clone());
                retagged.push(key);
                continue;
            }
            if !affected.is_empty() && affected.iter().all(|tag| contact.carries(tag)) {
                census.odd.push(Odd { contact: contact.label(), why: Oddity::NoSegment });
            }
            continue;
        };
        // A second record with the same id is the server's mistake; the first counts.
        if present.insert(contact.key().into()) {
            if matching.len() > 1 {
                several.push(contact.key().into());
                let segments = matching.iter().map(|&name| name.to_owned()).collect();
                census.odd.push(Odd { contact: contact.label(), why: Oddity::SeveralSegments { segments } });
            }
            join_stage_tags(&done, campaign, &mut contact);
            let count = counts.entry(segment).or_default();
            count.found += 1;
            admit(records, campaign, known.key_for(records, &contact), contact, segment, count, now);
        } else if records.get(contact.key()).is_some_and(|first| plain(&first.email) != plain(&contact.email)) {
            census.odd.push(Odd { contact: contact.label(), why: Oddity::SameId { id: contact.id.to_string() } });
        }
    }
    if !whole {
        // A contact that was found and no longer matches a segment did leave, even if the list is
        // incomplete.
        let unfound = records.recipients().iter().map(Recipient::key).filter(|key| !found.contains(*key));
        present.extend(unfound.map(CompactString::from));
    }
    for name in leave(records, &present, now) {
        if let Some(segment) = campaign.segment(&name) {
            counts.entry(segment.name.as_str()).or_default().left += 1;
        }
    }
    records.segmented = Some(now);
    let forgotten = census.odd.iter().filter(|odd| odd.why == Oddity::NoSegment);
    records.unsegmented = forgotten.map(|odd| odd.contact.as_str().into()).collect();
    records.several = several;
    retagged.retain(|key| records.get(key).is_some());
    records.retagged = retagged;
    census.segments = campaign
        .segments
        .iter()
        .map(|segment| Count { name: segment.name.clone(), ..counts.remove(segment.name.as_str()).unwrap_or_default() })
        .collect();
    census.odd.extend(addresses(records));
    census.odd.extend(names(records));
    census.odd.extend(accounts(campaign, records));
    census
}

/// The stage tag on a customer's contact whose tags another program replaced: it no longer matches a segment, and
/// either got the tag at that moment or lost all its other tags. A contact that really leaves a campaign keeps other
/// tags, or has no stage tag.
fn replaced<'a>(campaign: &'a Campaign, recipient: &Recipient, contact: &Contact) -> Option<&'a str> {
    let stages = campaign.tags.each();
    let of_a_stage = |tag: &str| stages.iter().any(|(_, own)| *own == tag);
    let carried = stages.iter().map(|(_, tag)| *tag).find(|tag| contact.carries(tag))?;
    let is_new = recipient.tags.iter().all(|known| known != carried);
    let mut others = recipient.tags.iter().filter(|known| !of_a_stage(known));
    (recipient.left.is_none() && (is_new || others.all(|other| !contact.carries(other)))).then_some(carried)
}

/// The contact's tags that are nearly one of the campaign's that it lacks.
fn near_tags(near: &NearTags<'_>, contact: &Contact) -> Vec<Odd> {
    let tags = contact.tags.as_deref().unwrap_or_default().iter();
    let meant = tags.filter_map(|tag| Some((tag, near.meant(tag)?))).filter(|(_, meant)| !contact.carries(meant));
    let odd = meant.map(|(tag, meant)| Odd {
        contact: contact.label(),
        why: Oddity::NearTag { tag: tag.to_string(), meant: meant.to_owned() },
    });
    odd.collect()
}

/// The stage tags on any row with an address: a server may have several rows for a customer, and another program may
/// write to any of them.
fn stage_tags(campaign: &Campaign, contacts: &[Contact]) -> HashMap<String, Vec<CompactString>> {
    let mut carried: HashMap<String, Vec<CompactString>> = HashMap::new();
    for contact in contacts {
        for (_, tag) in campaign.tags.each().into_iter().filter(|(_, tag)| contact.carries(tag)) {
            let account = account_of(campaign, contact).filter(|_| tag == campaign.tags.completed);
            for owner in [Some(plain(&contact.email)), account].into_iter().flatten() {
                let tags = carried.entry(owner).or_default();
                if tags.iter().all(|known| known != tag) {
                    tags.push(tag.into());
                }
            }
        }
    }
    carried
}

/// The account of a contact: its full account tag.
fn account_of(campaign: &Campaign, contact: &Contact) -> Option<String> {
    let begins = campaign.account_tag.as_deref()?;
    let tag = contact.tags.as_deref()?.iter().find(|tag| tag.len() > begins.len() && tag.starts_with(begins))?;
    Some(tag.to_string())
}

/// Gives a contact the stage tags of the other rows with its address, and the completion tag of another contact of its
/// account.
fn join_stage_tags(carried: &HashMap<String, Vec<CompactString>>, campaign: &Campaign, contact: &mut Contact) {
    if carried.is_empty() {
        return;
    }
    let owners = [Some(plain(&contact.email)).filter(|email| !email.is_empty()), account_of(campaign, contact)];
    for tag in owners.into_iter().flatten().filter_map(|owner| carried.get(&owner)).flatten() {
        if !contact.carries(tag) {
            contact.tags.get_or_insert_default().push(tag.clone());
        }
    }
}

/// The names of the segments that a contact matches, in the campaign's order.
fn matching<'a>(campaign: &'a Campaign, contact: &Contact) -> Vec<&'a str> {
    let tags = contact.tags.as_deref().unwrap_or_default();
    let segments = campaign.segments.iter().filter(|segment| segment.tags.matches(tags));
    segments.map(|segment| segment.name.as_str()).collect()
}

/// The known recipients by address, for contacts with an unknown id.
struct Known {
    by_address: HashMap<Address, CompactString>,
}

impl Known {
    /// Only recipients whose id no longer exists can be taken for a contact with a new id: contacts get
    /// re-created.
    fn of(records: &Records, contacts: &[Contact]) -> Self {
        let ids: HashSet<&str> =
            contacts.iter().map(|contact| contact.id.as_str()).filter(|id| !id.is_empty()).collect();
        let gone = records
            .recipients()
            .iter()
            .filter(|recipient| recipient.id.is_empty() || !ids.contains(recipient.id.as_str()));
        let by_address = gone.filter_map(|recipient| Some((recipient.address().ok()?, recipient.key().into())));
        Self { by_address: by_address.collect() }
    }

    fn key_for(&self, records: &Records, contact: &Contact) -> Option<CompactString> {
        if !contact.id.is_empty() && records.get(&contact.id).is_some() {
            return Some(contact.id.clone());
        }
        let address = Address::parse(&contact.email).ok()?;
        self.by_address.get(&address).filter(|key| records.get(key).is_some()).cloned()
    }
}

/// Adds a contact to a segment, under its old record if it has one: the one with this key.
fn admit(
    records: &mut Records,
    campaign: &Campaign,
    key: Option<CompactString>,
    contact: Contact,
    segment: &str,
    count: &mut Count,
    now: Time,
) {
    let fresh = fresh(contact, segment, now);
    let Some(key) = key else {
        count.new += 1;
        let mut recipient = fresh;
        mark_by_tags(campaign, &mut recipient, now);
        return records.insert(recipient);
    };
    records.update(&key, |recipient| {
        if recipient.left.is_some() {
            count.new += 1;
        } else if recipient.segment != segment {
            count.moved += 1;
        }
        bring_up_to_date(recipient, fresh);
        mark_by_tags(campaign, recipient, now);
    });
}

/// A recipient with nothing but a contact.
fn fresh(contact: Contact, segment: &str, now: Time) -> Recipient {
    let trimmed = contact.email.trim();
    let email = if trimmed.len() < contact.email.len() { trimmed.into() } else { contact.email };
    let mut tags = contact.tags.unwrap_or_default();
    tags.sort_unstable();
    tags.dedup();
    tags.shrink_to_fit();
    Recipient {
        id: contact.id,
        email,
        name: contact.name,
        tags,
        segment: segment.into(),
        since: now,
        left: None,
        usage: None,
        marks: Vec::new(),
        mails: Vec::new(),
        skips: Vec::new(),
    }
}

/// Updates a recipient from its contact; its history stays.
fn bring_up_to_date(recipient: &mut Recipient, fresh: Recipient) {
    let Recipient { id, email, name, tags, segment, .. } = fresh;
    let then = Addressee {
        email: mem::replace(&mut recipient.email, email),
        name: mem::replace(&mut recipient.name, name),
        id: mem::replace(&mut recipient.id, id),
    };
    (recipient.tags, recipient.segment, recipient.left) = (tags, segment, None);
    if (&recipient.email, &recipient.name, &recipient.id) != (&then.email, &then.name, &then.id) {
        // Mails keep their contact data only once the contact changes.
        for mail in recipient.mails.iter_mut().filter(|mail| mail.to.is_none()) {
            mail.to = Some(Box::new(then.clone()));
        }
    }
}

/// A stage tag is evidence while the contact has it.
fn mark_by_tags(campaign: &Campaign, recipient: &mut Recipient, now: Time) {
    for (stage, tag) in campaign.tags.each() {
        let carried = recipient.tags.iter().any(|carried| carried == tag);
        let by = match (recipient.tag_seen(stage), carried) {
            (false, true) if recipient.stage() < stage => Evidence::Tag,
            (true, false) => Evidence::TagGone,
            _ => continue,
        };
        recipient.marks.push(Mark { stage, at: now, by, note: tag.to_owned() });
    }
}

/// Marks recipients who left; returns the segments they were in.
fn leave(records: &mut Records, present: &HashSet<CompactString>, now: Time) -> Vec<CompactString> {
    let gone = |recipient: &&Recipient| recipient.left.is_none() && !present.contains(recipient.key());
    let gone: Vec<String> =
        records.recipients().iter().filter(gone).map(|recipient| recipient.key().to_owned()).collect();
    let leave = |key: String| {
        records.update(&key, |recipient| {
            recipient.left = Some(now);
            recipient.segment.clone()
        })
    };
    gone.into_iter().filter_map(leave).collect()
}

/// Records the server's suppression list, and adds to the census the addresses that have no other problem.
pub fn suppress(records: &mut Records, census: &mut Census, suppressed: &HashSet<Address>) {
    let current = records.recipients().iter().filter(|recipient| recipient.left.is_none());
    let listed = |recipient: &&Recipient| recipient.address().is_ok_and(|address| suppressed.contains(&address));
    let listed: Vec<&Recipient> = current.filter(listed).collect();
    let odd = |recipient: &&Recipient| Odd { contact: recipient.email.to_string(), why: Oddity::Suppressed };
    census.odd.extend(listed.iter().filter(|recipient| !recipient.has_bounced()).map(odd));
    records.suppressed = listed.iter().map(|recipient| recipient.email.to_lowercase()).collect();
}
