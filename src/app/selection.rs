//! Which phase, segment, customer or text a user means: one way to name it everywhere, and one failure if nothing
//! matches.

use std::collections::{HashMap, HashSet};

use crate::app::failure::{Failure, Kind};
use crate::campaign::address::plain;
use crate::campaign::definition::problem::nearest;
use crate::campaign::definition::{Campaign, Phase, Segment};
use crate::campaign::hint::{Action, Hint};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::people::search::{Found, find};
use crate::hint;

/// How many names a failure lists.
const SHOWN: usize = 10;

/// The phase with this name.
///
/// # Errors
/// The campaign has no such phase; the message lists its phases, or suggests the closest.
pub fn phase<'a>(campaign: &'a Campaign, name: &str) -> Result<&'a Phase, Failure> {
    let names = campaign.phases.iter().map(|phase| phase.name.as_str());
    campaign.phase(name).ok_or_else(|| unknown("phase", name, names))
}

/// The phases with these names, each once, in the campaign's order; all if none is named.
///
/// # Errors
/// See [`phase`].
pub fn phases<'a>(campaign: &'a Campaign, names: &[String]) -> Result<Vec<&'a Phase>, Failure> {
    names.iter().try_for_each(|name| phase(campaign, name).map(drop))?;
    let wanted = |phase: &&Phase| names.is_empty() || names.contains(&phase.name);
    Ok(campaign.phases.iter().filter(wanted).collect())
}

/// The phases with these names, each once, in the campaign's order, for commands that never mean all of
/// them.
///
/// # Errors
/// None is named; see also [`phase`].
pub fn named_phases<'a>(campaign: &'a Campaign, names: &[String]) -> Result<Vec<&'a Phase>, Failure> {
    if names.is_empty() {
        return Err(Failure::new(Kind::Usage, "no phase was named", "name at least one"));
    }
    phases(campaign, names)
}

/// The segment with this name.
///
/// # Errors
/// The campaign has no such segment; the message lists its segments, or suggests the closest.
pub fn segment<'a>(campaign: &'a Campaign, name: &str) -> Result<&'a Segment, Failure> {
    let names = campaign.segments.iter().map(|segment| segment.name.as_str());
    campaign.segment(name).ok_or_else(|| unknown("segment", name, names))
}

/// The segments a request is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Segments {
    /// All of the campaign's segments.
    #[default]
    All,
    /// Those with these names.
    Only(Vec<String>),
}

impl Segments {
    /// Whether the segment with this name is included.
    pub fn contain(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|own| own == name),
        }
    }
}

/// The segments with these names; all if none is named.
///
/// # Errors
/// See [`segment`].
pub fn segments(campaign: &Campaign, names: &[String]) -> Result<Segments, Failure> {
    names.iter().try_for_each(|name| segment(campaign, name).map(drop))?;
    Ok(if names.is_empty() { Segments::All } else { Segments::Only(names.to_vec()) })
}

/// The text with this name among those of a phase.
///
/// # Errors
/// There is no such text; the message lists the texts, or suggests the closest.
pub fn text<'a, T>(texts: &'a [T], name: &str, name_of: impl Fn(&T) -> &str + Clone) -> Result<&'a T, Failure> {
    let names = texts.iter().map(&name_of);
    texts.iter().find(|text| name_of(text) == name).ok_or_else(|| unknown("text", name, names))
}

/// The customer a user means: by address, by the server's id, or by a part of the name or address that is unique.
///
/// # Errors
/// No customer matches, or several do; then they are listed.
pub fn customer<'a>(records: &'a Records, who: &str) -> Result<&'a Recipient, Failure> {
    match find(records, who) {
        Found::One(recipient) => Ok(recipient),
        Found::Nobody => Err(nobody(records, who)),
        Found::Several(several) => {
            let lines = several.iter().take(SHOWN).map(|one| format!("{} {}", one.email, one.name).trim().to_owned());
            let more = several.len().saturating_sub(SHOWN);
            let rest = (more > 0).then(|| format!("and {more} more"));
            let message = format!("`{who}` matches {} customers", several.len());
            Err(Failure::new(Kind::NotFound, message, "give the whole address").with_details(lines.chain(rest)))
        }
    }
}

/// The customers a user means, each once, in the order they were named.
///
/// # Errors
/// See [`customer`]. If several names have no match, all of them are listed.
pub fn customers<'a>(records: &'a Records, who: &[String]) -> Result<Vec<&'a Recipient>, Failure> {
    customers_and_listed(records, who, &[])
}

/// As [`customers`], plus those of a list that gives each customer's full address or id: no one proofreads a long list,
/// and a part of a name could match the wrong customer.
///
/// # Errors
/// See [`customers`].
pub fn customers_and_listed<'a>(
    records: &'a Records,
    who: &[String],
    listed: &[String],
) -> Result<Vec<&'a Recipient>, Failure> {
    let exact = Exact::of(records, listed);
    let named = who.iter().map(|one| customer(records, one));
    let named = named.chain(listed.iter().map(|one| exact.get(one).ok_or_else(|| not_listed(one))));
    let (mut found, mut known, mut failures) = (Vec::new(), HashSet::new(), Vec::new());
    for one in named {
        match one {
            Ok(one) if known.insert(one.key()) => found.push(one),
            Ok(_) => {}
            Err(failure) => failures.push(failure),
        }
    }
    if failures.len() > 1 {
        let message = format!("{} of those named were not found; nothing was done", failures.len());
        let hint = hint!["fix the list, or find new customers first: ", Action::new("segment")];
        let lines = failures.into_iter().map(|failure| failure.message);
        return Err(Failure::new(Kind::NotFound, message, hint).with_details(lines));
    }
    failures.pop().map_or(Ok(found), Err)
}

/// An index of customers by address and id, for many lookups.
struct Exact<'a> {
    records: &'a Records,
    by_address: HashMap<String, &'a Recipient>,
}

impl<'a> Exact<'a> {
    fn of(records: &'a Records, wanted: &[String]) -> Self {
        let mut by_address = HashMap::new();
        let everybody = if wanted.is_empty() { &[] } else { records.recipients() };
        // A customer who left may share the address with a new one, who is then meant.
        let (present, left): (Vec<_>, Vec<_>) = everybody.iter().partition(|one| one.left.is_none());
        for one in present.into_iter().chain(left) {
            by_address.entry(plain(&one.email)).or_insert(one);
        }
        Self { records, by_address }
    }

    fn get(&self, name: &str) -> Option<&'a Recipient> {
        let by_id = || self.records.place(name.trim()).map(|place| &self.records.recipients()[place]);
        self.by_address.get(&plain(name)).copied().or_else(by_id)
    }
}

fn not_listed(who: &str) -> Failure {
    let hint = hint!["fix the list, or find new customers first: ", Action::new("segment")];
    Failure::new(Kind::NotFound, format!("no customer of this campaign has the address or id `{who}`"), hint)
}

fn nobody(records: &Records, who: &str) -> Failure {
    let addresses = records.recipients().iter().map(|one| one.email.as_str());
    let hint = match nearest(who, addresses) {
        Some(meant) => Hint::from(format!("did you mean {meant}?")),
        None if records.recipients().is_empty() => hint!["find the customers first: ", Action::new("segment")],
        None => hint![
            "give an address, an id, or a part of a name; ",
            Action::new("status").flag("behind"),
            " lists who is not done"
        ],
    };
    Failure::new(Kind::NotFound, format!("no customer of this campaign matches `{who}`"), hint)
}

/// The failure for an unknown name.
pub fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Failure {
    let hint = match nearest(name, known.clone()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("it has {}", known.collect::<Vec<_>>().join(", ")),
    };
    Failure::new(Kind::NotFound, format!("this campaign has no {kind} `{name}`"), hint)
}
