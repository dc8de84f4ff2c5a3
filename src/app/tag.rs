//! Adds tags to contacts from a list: what they integrate, which version, how urgent.

use std::collections::HashMap;

use csv::ReaderBuilder;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::{Interest, TagWrite};
use crate::app::batch::{Batch, Halt, Pace, Step};
use crate::app::failure::{Failure, Kind};
use crate::app::observer::Work;
use crate::app::remote::Remote;
use crate::app::{App, Outcome};
use crate::campaign::address::plain;
use crate::campaign::definition::query::TagQuery;
use crate::campaign::hint::Action;
use crate::campaign::people::contact::Contact;
use crate::campaign::plural;
use crate::hint;
use crate::store::input::Input;
use crate::store::text::whole;

/// The arguments of [`tag`].
#[derive(Debug, Clone)]
pub struct TagRequest {
    /// The list.
    pub file: Input,
    /// Write nothing.
    pub dry_run: bool,
}

/// The result of tagging contacts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TagOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Whether this was a dry run.
    pub dry_run: bool,
    /// The contacts that got tags, or would get them.
    pub tagged: Vec<TaggedContact>,
    /// How many already carry all of theirs.
    pub already: usize,
    /// Contacts the server does not know.
    pub unknown: Vec<String>,
    /// The contacts that could not be tagged, and why.
    pub failed: Vec<UntaggedContact>,
    /// Why the request was not completed, if it was not.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

/// A contact and its new tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TaggedContact {
    /// The address.
    pub contact: String,
    /// The tags it did not have.
    pub tags: Vec<String>,
}

/// A contact that could not be tagged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UntaggedContact {
    /// The address.
    pub contact: String,
    /// Why, in the server's words.
    pub why: String,
}

impl Outcome for TagOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// Gives contacts the tags that a list names for them, in addition to those they have. The ledger is updated by the
/// next `segment`.
///
/// # Errors
/// No campaign, no key, the list cannot be read, or the server cannot be reached; nothing is then
/// written.
pub async fn tag(app: &App<'_>, request: &TagRequest) -> Result<TagOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let listed = read_list(&request.file.below(&app.root))?;
    let remote = Remote::open(app, &campaign).await?;
    let mut queries: Vec<String> = listed.iter().flat_map(|(_, tags)| tags.clone()).collect();
    queries.extend(campaign.segments.iter().map(|segment| segment.tags.to_string()));
    let found = remote.api.contacts(&Interest { tags: queries.clone(), queries }).await?;
    let book = AddressBook::of(&found.contacts);
    let mut outcome = TagOutcome {
        campaign: campaign.name.clone(),
        dry_run: request.dry_run,
        tagged: Vec::new(),
        already: 0,
        unknown: Vec::new(),
        failed: Vec::new(),
        failure: None,
    };
    let mut due: Vec<(&Contact, Vec<String>)> = Vec::new();
    for (who, tags) in &listed {
        let contacts = book.find(who);
        if contacts.is_empty() {
            outcome.unknown.push(who.clone());
        }
        for contact in contacts.iter().copied() {
            let missing: Vec<String> = tags.iter().filter(|tag| !contact.carries(tag)).cloned().collect();
            if missing.is_empty() { outcome.already += 1 } else { due.push((contact, missing)) }
        }
    }
    let halt = if request.dry_run {
        outcome.tagged =
            due.into_iter().map(|(contact, tags)| TaggedContact { contact: contact.label(), tags }).collect();
        None
    } else {
        write(app, &remote, campaign.limits.concurrency, due, &mut outcome).await
    };
    outcome.failure = halt.map(|halt| halt.failure(&Action::new("tag").value("FILE"))).or_else(|| incomplete(&outcome));
    Ok(outcome)
}

async fn write(
    app: &App<'_>,
    remote: &Remote,
    most: usize,
    due: Vec<(&Contact, Vec<String>)>,
    outcome: &mut TagOutcome,
) -> Option<Halt> {
    // If it is unknown whether a write updates the existing row, one write goes first to find out.
    let adds_tags = remote.api.capabilities().adds_tags;
    let pace = if adds_tags { Pace::steady(most) } else { Pace { at_first: 1, step: 1, most } };
    let batch = Batch { stop: &app.stop, pace, brake: None };
    let progress = app.observer.progress(Work::TaggingContacts, due.len());
    let write = async |(contact, tags): (&Contact, Vec<String>)| {
        let written = remote.api.add_tags(contact, &tags).await;
        let contact = contact.label();
        match written {
            Ok(TagWrite::Written) => Step::good(Ok(TaggedContact { contact, tags })),
            Ok(TagWrite::Doubled) => {
                let why = "the server created a duplicate contact instead of updating tags".to_owned();
                Step::last(Err(UntaggedContact { contact, why: why.clone() }), Halt::Disabled(why))
            }
            Err(error) => {
                let untagged = Err(UntaggedContact { contact, why: error.to_string() });
                if error.stops_everything() { Step::last(untagged, Halt::Api(error)) } else { Step::bad(untagged) }
            }
        }
    };
    batch
        .run(due, write, |written| {
            progress.step();
            match written {
                Ok(tagged) => outcome.tagged.push(tagged),
                Err(untagged) => outcome.failed.push(untagged),
            }
        })
        .await
}

/// Why not all of the list was done, if so.
fn incomplete(outcome: &TagOutcome) -> Option<Failure> {
    let (unknown, failed) = (outcome.unknown.len(), outcome.failed.len());
    let message = match (unknown, failed) {
        (0, 0) => return None,
        (_, 0) => format!("the server does not know {} in the list", plural(unknown, "contact")),
        (0, _) => format!("{} could not be tagged", plural(failed, "contact")),
        _ => format!("{} could not be tagged, and {unknown} are not known to the server", plural(failed, "contact")),
    };
    Some(Failure::new(
        Kind::Partial,
        message,
        hint!["fix the list, and run it again: existing tags are not written twice"],
    ))
}

/// The server's contacts, by address and id.
struct AddressBook<'a> {
    by_name: HashMap<String, Vec<&'a Contact>>,
}

impl<'a> AddressBook<'a> {
    fn of(contacts: &'a [Contact]) -> Self {
        let mut by_name: HashMap<String, Vec<&Contact>> = HashMap::new();
        for contact in contacts {
            let id = Some(contact.id.to_string()).filter(|id| !id.is_empty());
            for name in [Some(plain(&contact.email)), id].into_iter().flatten() {
                by_name.entry(name).or_default().push(contact);
            }
        }
        Self { by_name }
    }

    /// The contacts with an address, or the one with an id.
    fn find(&self, who: &str) -> &[&'a Contact] {
        let found = self.by_name.get(&plain(who)).or_else(|| self.by_name.get(who));
        found.map(Vec::as_slice).unwrap_or_default()
    }
}

/// Reads a list of contacts: each with its tags in one cell or in several.
///
/// # Errors
/// It cannot be read, has an invalid line, or names no one.
pub fn read_list(input: &Input) -> Result<Vec<(String, Vec<String>)>, Failure> {
    let how = "write one line per contact: its address or id, and its tags, as in ann@a.example,\"api-v1 rest\"";
    let text = input.open().and_then(whole);
    let text = text.map_err(|error| Failure::new(Kind::Usage, format!("cannot read {input}: {error}"), how))?;
    let (listed, faults) = parsed(&text);
    if let Some(first) = faults.first() {
        let message = format!("{input} has {} that cannot be read: {first}", plural(faults.len(), "line"));
        return Err(Failure::new(Kind::Usage, message, how).with_details(faults.into_iter().skip(1).take(10)));
    }
    if listed.is_empty() {
        return Err(Failure::new(Kind::Usage, format!("{input} names no contact"), how));
    }
    Ok(listed)
}

/// The contacts with their tags, and the errors in the other lines.
fn parsed(text: &str) -> (Vec<(String, Vec<String>)>, Vec<String>) {
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    let sign = [b'\t', b';', b','].into_iter().find(|sign| first.contains(char::from(*sign))).unwrap_or(b',');
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).comment(Some(b'#')).delimiter(sign).trim(csv::Trim::All);
    let (mut listed, mut faults) = (Vec::new(), Vec::new());
    for (place, record) in builder.from_reader(text.as_bytes()).records().enumerate() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.push(error.to_string());
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let who = record.get(0).unwrap_or_default();
        let is_heading =
            place == 0 && matches!(who.to_lowercase().as_str(), "contact" | "email" | "e-mail" | "id" | "address");
        let is_separator = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|');
        let mut tags: Vec<String> = Vec::new();
        for tag in record.iter().skip(1).flat_map(|cell| cell.split(is_separator)).filter(|tag| !tag.is_empty()) {
            if tags.iter().all(|known| known != tag) {
                tags.push(tag.to_owned());
            }
        }
        let bad = tags.iter().find(|tag| TagQuery::parse(tag).map_or(true, |query| query.with() != [(*tag).clone()]));
        match bad {
            _ if is_heading || who.is_empty() && tags.is_empty() => {}
            _ if who.is_empty() => faults.push(format!("line {line} names no contact")),
            _ if tags.is_empty() => faults.push(format!("line {line} has no tag")),
            Some(tag) => faults.push(format!("line {line}: `{tag}` is not a tag")),
            None => listed.push((who.to_owned(), tags)),
        }
    }
    (listed, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_its_tags_in_one_cell_or_in_several() {
        for text in [
            "contact,tags\nann@a.example,api-v1 rest\nc2,api-v1\n",
            "ann@a.example,api-v1,rest\nc2,api-v1,\n",
            "contact;tags\n# note\nann@a.example;\"api-v1,rest\"\n\nc2;api-v1;api-v1\n",
            "email\ttags\nann@a.example\tapi-v1|rest\nc2\tapi-v1\n",
        ] {
            let (listed, faults) = parsed(text);
            let expected = [("ann@a.example", vec!["api-v1", "rest"]), ("c2", vec!["api-v1"])];
            let listed: Vec<(&str, Vec<&str>)> =
                listed.iter().map(|(who, tags)| (who.as_str(), tags.iter().map(String::as_str).collect())).collect();
            assert_eq!((listed.as_slice(), faults.len()), (expected.as_slice(), 0), "{text}");
        }
        let (listed, faults) = parsed("ann@a.example,\n,api-v1\nbob@b.example,-x\ncy@c.example,api-v1\n");
        assert_eq!(
            (listed.len(), faults),
            (1, vec!["line 1 has no tag".into(), "line 2 names no contact".into(), "line 3: `-x` is not a tag".into()])
        );
    }
}
