//! What a change records about its findings: the key `oasdiff` of `[[change]]`.

use super::cause::Cause;
use super::finding::Finding;
use crate::campaign::characters::one_line;
use crate::campaign::definition::{Change, LONGEST_NAME};

/// How much of a kind goes into an id, besides a digest of 8 digits and a number that distinguishes
/// duplicates.
const LONGEST_KIND: usize = LONGEST_NAME - 1 - 8 - 5;
/// The maximum length of a recorded path, in characters.
const LONGEST_PATH: usize = 500;

/// A finding as a change records it: `KIND CAUSE METHOD /path`, without the last two if it is about the whole document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Entry {
    pub kind: String,
    /// Empty if mmig 0.1 wrote it, which recorded only a fingerprint.
    pub cause: String,
    pub operation: String,
}

/// A kind of finding at an operation: all that identifies it if another version of oasdiff words it differently.
pub(super) type Slot = (String, String);

impl Entry {
    pub(super) fn of(finding: &Finding) -> Self {
        let operation = format!("{} {}", finding.method(), finding.path());
        Self {
            kind: name(&finding.id),
            cause: Cause::of(finding).digest(),
            operation: one_line(operation.trim(), LONGEST_PATH),
        }
    }

    /// Parses an entry; `None` for a fingerprint that does not say what it stood for.
    pub(super) fn read(text: &str, change: &Change) -> Option<Self> {
        let mut words = text.splitn(3, ' ');
        let (first, second) = (words.next()?, words.next());
        let Some(cause) = second else { return Self::of_fingerprint(first, change) };
        let operation = words.next().unwrap_or_default().to_owned();
        Some(Self { kind: first.to_owned(), cause: cause.to_owned(), operation })
    }

    /// In 0.1 a change had one finding, and its id was the finding's kind and fingerprint, unless a person renamed it.
    fn of_fingerprint(fingerprint: &str, change: &Change) -> Option<Self> {
        let kind = change.id.strip_suffix(fingerprint)?.strip_suffix('-')?;
        let operation = change.operations.first().map_or("", |own| own.as_str());
        Some(Self { kind: kind.to_owned(), cause: String::new(), operation: operation.to_owned() })
    }

    pub(super) fn slot(&self) -> Slot {
        (self.kind.clone(), self.operation.clone())
    }

    pub(super) fn text(&self) -> String {
        let Self { kind, cause, operation } = self;
        format!("{kind} {cause} {operation}").trim_end().to_owned()
    }
}

/// A kind as one word that can be part of a change's id.
pub(super) fn name(kind: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let kept: String = kind.chars().map(kept).take(LONGEST_KIND).collect();
    match kept.trim_matches('-') {
        "" => "finding".to_owned(),
        kept => kept.to_owned(),
    }
}
