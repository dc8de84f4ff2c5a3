//! The kinds of rows in a file, and its unknown paths.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::row::UsageReport;

/// The rows of a file by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Rows with calls of the old version.
    pub old: usize,
    /// Rows with calls of the new version only.
    pub new: usize,
    /// Rows without a call of either.
    pub neither: usize,
    /// Rows without a customer and without a successful old call: no customer's progress depends on
    /// them.
    pub anonymous: usize,
    unfit: Paths,
    strange: Paths,
}

/// Paths with the numbers of their rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Paths {
    counts: HashMap<String, usize>,
    /// The one that is being counted: most have been there before, and need no memory of their own.
    name: String,
}

/// A path and its number of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PathCount {
    /// The path, with `{…}` for what looks like an id.
    pub path: String,
    /// The rows.
    pub rows: usize,
}

/// How many different paths are counted.
const MOST: usize = 10_000;

impl Seen {
    pub(super) fn add(&mut self, report: &UsageReport<'_>) {
        match (report.calls.old_calls, report.calls.new_calls) {
            (0, 0) => {
                self.neither += 1;
                if let Some(endpoint) = &report.endpoint {
                    self.strange.count("", &endpoint.path);
                }
            }
            (0, _) => self.new += 1,
            _ => self.old += 1,
        }
    }

    /// Counts an old call that matches no operation of a change.
    pub(super) fn unfit(&mut self, method: &str, path: &str) {
        self.unfit.count(method, path);
    }

    /// The most common paths of old calls that match no operation of a change.
    pub fn unfit_paths(&self) -> Vec<PathCount> {
        self.unfit.commonest()
    }

    /// The most common paths of calls of neither version.
    pub fn strange_paths(&self) -> Vec<PathCount> {
        self.strange.commonest()
    }
}

impl Paths {
    fn count(&mut self, method: &str, path: &str) {
        self.name.clear();
        if !method.is_empty() {
            self.name.push_str(method);
            self.name.push(' ');
        }
        push_without_ids(path, &mut self.name);
        if let Some(count) = self.counts.get_mut(&self.name) {
            *count += 1;
        } else if self.counts.len() < MOST {
            self.counts.insert(self.name.clone(), 1);
        }
    }

    fn commonest(&self) -> Vec<PathCount> {
        let paths = self.counts.iter().map(|(path, rows)| PathCount { path: path.clone(), rows: *rows });
        let mut paths: Vec<PathCount> = paths.collect();
        paths.sort_by(|one, other| other.rows.cmp(&one.rows).then_with(|| one.path.cmp(&other.path)));
        paths.truncate(10);
        paths
    }
}

/// The path with `{…}` for each segment that looks like an id.
fn push_without_ids(path: &str, text: &mut String) {
    for (place, segment) in path.split('/').enumerate() {
        if place > 0 {
            text.push('/');
        }
        text.push_str(if is_id(segment) { "{…}" } else { segment });
    }
}

/// Whether it is a number, a long word with digits, or a UUID.
fn is_id(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let is_word = segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    digits > 0
        && is_word
        && (digits == segment.len() || segment.len() >= 16 || digits * 2 > segment.len() && digits > 2)
}
