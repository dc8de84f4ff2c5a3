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
    unfit: HashMap<String, usize>,
    strange: HashMap<String, usize>,
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
                    count(&mut self.strange, "", &endpoint.path);
                }
            }
            (0, _) => self.new += 1,
            _ => self.old += 1,
        }
    }

    /// Counts an old call that matches no operation of a change.
    pub(super) fn unfit(&mut self, method: &str, path: &str) {
        count(&mut self.unfit, method, path);
    }

    /// The most common paths of old calls that match no operation of a change.
    pub fn unfit_paths(&self) -> Vec<PathCount> {
        commonest(&self.unfit)
    }

    /// The most common paths of calls of neither version.
    pub fn strange_paths(&self) -> Vec<PathCount> {
        commonest(&self.strange)
    }
}

fn count(counts: &mut HashMap<String, usize>, method: &str, path: &str) {
    let name = if method.is_empty() { without_ids(path) } else { format!("{method} {}", without_ids(path)) };
    if let Some(count) = counts.get_mut(&name) {
        *count += 1;
    } else if counts.len() < MOST {
        counts.insert(name, 1);
    }
}

fn commonest(counts: &HashMap<String, usize>) -> Vec<PathCount> {
    let mut paths: Vec<PathCount> =
        counts.iter().map(|(path, rows)| PathCount { path: path.clone(), rows: *rows }).collect();
    paths.sort_by(|one, other| other.rows.cmp(&one.rows).then_with(|| one.path.cmp(&other.path)));
    paths.truncate(10);
    paths
}

/// The path with `{…}` for each segment that looks like an id.
fn without_ids(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for (place, segment) in path.split('/').enumerate() {
        if place > 0 {
            text.push('/');
        }
        text.push_str(if is_id(segment) { "{…}" } else { segment });
    }
    text
}

/// Whether it is a number, a long word with digits, or a UUID.
fn is_id(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let is_word = segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    digits > 0
        && is_word
        && (digits == segment.len() || segment.len() >= 16 || digits * 2 > segment.len() && digits > 2)
}
