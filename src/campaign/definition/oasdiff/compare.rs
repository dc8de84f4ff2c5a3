//! Compares the findings of a file with a campaign.

use std::collections::{BTreeSet, HashMap, HashSet};

use regex_lite::Regex;

use super::entry::{Entry, Slot};
use super::finding::Finding;
use super::group::{Group, change_id, grouped};
use crate::campaign::definition::level::Level;
use crate::campaign::definition::{Campaign, Change};

/// Which findings are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The lowest severity.
    pub level: Level,
    /// A pattern for the path of the operation; findings without an operation always match.
    pub path: Option<Regex>,
}

/// The findings of a file compared with the campaign. Each finding is in exactly one of these.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// Findings without a change; grouped by cause, most severe first.
    pub new: Vec<Group<'a>>,
    /// How many already have a change.
    pub known: usize,
    /// How many of these are recognised only by kind and operation: their wording or values have changed since the
    /// import.
    pub known_by_operation: usize,
    /// Findings that may be known: several changes are about their kind and operation, none with these words and
    /// values.
    pub doubtful: Vec<Group<'a>>,
    /// Findings that oasdiff no longer reports, with their changes.
    pub gone: Vec<(&'a Change, &'a str)>,
    /// How many the campaign ignores.
    pub ignored: usize,
    /// How many are below the wanted severity.
    pub below: usize,
    /// How many are at unwanted paths.
    pub elsewhere: usize,
}

/// What a campaign records about findings.
struct Kept<'a> {
    /// Each entry with its change, and as it is written there.
    entries: Vec<(Entry, &'a Change, &'a str)>,
    exact: HashSet<Entry>,
    /// All written entries, including fingerprints of mmig 0.1.
    words: HashSet<&'a str>,
    /// The ids of changes whose `oasdiff` key a person removed.
    ids: HashSet<&'a str>,
}

impl<'a> Kept<'a> {
    fn of(campaign: &'a Campaign) -> Self {
        let words =
            || campaign.changes.iter().flat_map(|change| change.oasdiff.iter().map(move |own| (change, own.as_str())));
        let entries: Vec<_> =
            words().filter_map(|(change, own)| Some((Entry::read(own, change)?, change, own))).collect();
        let bare = campaign.changes.iter().filter(|change| change.oasdiff.is_empty());
        Self {
            exact: entries.iter().map(|(entry, ..)| entry.clone()).collect(),
            entries,
            words: words().map(|(_, own)| own).collect(),
            ids: bare.map(|change| change.id.as_str()).collect(),
        }
    }

    /// Whether a change is about this very finding, whatever a person edited.
    fn knows(&self, finding: &Finding, entry: &Entry) -> bool {
        self.exact.contains(entry)
            || finding.fingerprints().any(|own| {
                self.words.contains(own.as_str()) || self.ids.contains(format!("{}-{own}", entry.kind).as_str())
            })
            || self.ids.contains(change_id(finding).as_str())
    }
}

/// Compares findings with the campaign. People's edits do not matter: a finding is recognised by its kind, cause and
/// operation.
pub fn compare<'a>(campaign: &'a Campaign, findings: &'a [Finding], wanted: &Wanted) -> Comparison<'a> {
    let kept = Kept::of(campaign);
    let mut compared = Comparison {
        new: Vec::new(),
        known: 0,
        known_by_operation: 0,
        doubtful: Vec::new(),
        gone: Vec::new(),
        ignored: 0,
        below: 0,
        elsewhere: 0,
    };
    let mut open: Vec<(&Finding, Entry)> = Vec::new();
    let mut found: HashSet<Entry> = HashSet::new();
    let mut fingerprints: HashSet<String> = HashSet::new();
    for finding in findings {
        let entry = Entry::of(finding);
        if kept.knows(finding, &entry) {
            compared.known += 1;
        } else if is_ignored(finding, &campaign.ignored_findings) {
            compared.ignored += 1;
        } else if finding.level < wanted.level {
            compared.below += 1;
        } else if !is_at(finding, wanted.path.as_ref()) {
            compared.elsewhere += 1;
        } else {
            open.push((finding, entry.clone()));
        }
        found.insert(entry);
        fingerprints.extend(finding.fingerprints());
    }
    let lost: Vec<_> =
        kept.entries.iter().filter(|(entry, _, own)| !found.contains(entry) && !fingerprints.contains(*own)).collect();
    let slots = Slots::of(&open, &lost);
    let (again, open): (Vec<_>, Vec<_>) = open.into_iter().partition(|(_, entry)| slots.is_known(entry));
    let (doubtful, new): (Vec<_>, Vec<_>) = open.into_iter().partition(|(_, entry)| slots.is_doubtful(entry));
    compared.known += again.len();
    compared.known_by_operation = again.len();
    compared.new = grouped(new.into_iter().map(|(finding, _)| finding));
    compared.doubtful = grouped(doubtful.into_iter().map(|(finding, _)| finding));
    // A fingerprint that does not say what it stood for can only be gone.
    let readable: HashSet<&str> = kept.entries.iter().map(|(.., own)| *own).collect();
    let bare = campaign.changes.iter().flat_map(|change| change.oasdiff.iter().map(move |own| (change, own.as_str())));
    let bare = bare.filter(|(_, own)| !readable.contains(own) && !fingerprints.contains(*own));
    let lost = lost.iter().filter(|(entry, ..)| !slots.has_findings(entry)).map(|(_, change, own)| (*change, *own));
    compared.gone = lost.chain(bare).collect();
    compared
}

/// Whether `[oasdiff] ignore` names a finding: by fingerprint, by kind, or by path, where a trailing `*` matches
/// anything.
fn is_ignored(finding: &Finding, ignored: &[String]) -> bool {
    ignored.iter().filter(|own| !own.is_empty()).any(|own| match own.strip_suffix('*') {
        Some(start) if own.starts_with('/') => finding.path().starts_with(start),
        _ => own == finding.path() || *own == finding.id || finding.fingerprints().any(|print| print == *own),
    })
}

fn is_at(finding: &Finding, path: Option<&Regex>) -> bool {
    finding.path().is_empty() || path.is_none_or(|path| path.is_match(finding.path()))
}

/// What is unmatched on both sides, by kind and operation.
struct Slots {
    /// The causes that were found, and the changes whose own causes were not.
    open: HashMap<Slot, (BTreeSet<String>, BTreeSet<String>)>,
}

impl Slots {
    fn of(findings: &[(&Finding, Entry)], lost: &[&(Entry, &Change, &str)]) -> Self {
        let mut open: HashMap<Slot, (BTreeSet<String>, BTreeSet<String>)> = HashMap::new();
        for (_, entry) in findings {
            open.entry(entry.slot()).or_default().0.insert(entry.cause.clone());
        }
        for (entry, change, _) in lost {
            open.entry(entry.slot()).or_default().1.insert(change.id.clone());
        }
        Self { open }
    }

    /// One cause and one change: there is no other possibility.
    fn is_known(&self, entry: &Entry) -> bool {
        self.open.get(&entry.slot()).is_some_and(|(causes, changes)| causes.len() == 1 && changes.len() == 1)
    }

    fn is_doubtful(&self, entry: &Entry) -> bool {
        self.open.get(&entry.slot()).is_some_and(|(causes, changes)| !changes.is_empty() && !causes.is_empty())
    }

    fn has_findings(&self, entry: &Entry) -> bool {
        self.open.get(&entry.slot()).is_some_and(|(causes, _)| !causes.is_empty())
    }
}
