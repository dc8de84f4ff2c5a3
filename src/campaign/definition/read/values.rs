//! Kinds of values that several sections share.

use std::str::FromStr;

use crate::campaign::definition::fields::{At, Fields, Findings};
use crate::campaign::definition::query::TagQuery;

pub(super) fn read_link(findings: &Findings, fields: &Fields<'_, '_>, key: &'static str) -> Option<String> {
    let link = fields.optional::<String>(key)?;
    let well_formed = link.value.starts_with("https://") || link.value.starts_with("http://");
    if !well_formed || link.value.chars().any(|c| c.is_whitespace() || c.is_control()) {
        findings.error(link.span, format!("`{key}` is not a link"), "write it whole, from https:// on");
        return None;
    }
    Some(link.value)
}

/// The maximum number of days, ten years: more is a mistake, and may be outside the calendar.
const MOST_DAYS: u32 = 3660;

/// A number of days.
pub(super) fn optional_days(findings: &Findings, fields: &Fields<'_, '_>, key: &'static str) -> Option<At<u32>> {
    let days = fields.optional::<u32>(key)?;
    if days.value > MOST_DAYS {
        findings.error(
            days.span,
            format!("`{key}` is out of range"),
            format!("write a number of days, from 0 to {MOST_DAYS}"),
        );
        return None;
    }
    Some(days)
}

/// A number within bounds.
pub(super) fn optional_number(
    findings: &Findings,
    fields: &Fields<'_, '_>,
    key: &'static str,
    is_within: impl Fn(f64) -> bool,
    fix: &'static str,
) -> Option<f64> {
    let number = fields.optional::<f64>(key)?;
    if !is_within(number.value) {
        findings.error(number.span, format!("`{key}` is out of range"), fix);
        return None;
    }
    Some(number.value)
}

/// A name that is also a file name: nothing in it may lead out of the folder, and it has no dot, which separates a
/// template's phase from its segment.
pub(super) fn read_name(findings: &Findings, fields: &Fields<'_, '_>, key: &'static str) -> Option<At<String>> {
    let name = fields.required::<String>(key)?;
    if is_name(&name.value) {
        return Some(name);
    }
    let fix = "use letters, digits, `-` and `_`, up to 64 of them, not beginning with `-`";
    findings.error(name.span, format!("`{key}` cannot be used as a name"), fix);
    None
}

/// The maximum length of a name.
pub const LONGEST_NAME: usize = 64;

/// Whether a text is a valid name of a segment, a phase, a change or a campaign.
pub fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=LONGEST_NAME).contains(&text.len()) && text.chars().all(plain) && !text.starts_with('-')
}

pub(super) fn required_text(findings: &Findings, fields: &Fields<'_, '_>, key: &'static str) -> Option<String> {
    let text = fields.required::<String>(key)?;
    if text.value.trim().is_empty() {
        findings.error(text.span, format!("`{key}` is empty"), "write the text for customers");
        return None;
    }
    Some(text.value)
}

/// A text for a heading or a subject, if present.
pub(super) fn optional_line(findings: &Findings, fields: &Fields<'_, '_>, key: &'static str) -> Option<String> {
    let text = fields.optional::<String>(key)?;
    let line = text.value.trim();
    if line.is_empty() || line.contains(['\n', '\r']) {
        let fix = "write it on one line, or leave it out: it is used in a heading";
        findings.error(text.span, format!("`{key}` is not one line of text"), fix);
        return None;
    }
    Some(line.to_owned())
}

/// A text for a heading or a subject.
pub(super) fn required_line(findings: &Findings, fields: &Fields<'_, '_>, key: &'static str) -> Option<String> {
    let text = required_text(findings, fields, key)?;
    if text.trim().contains(['\n', '\r']) {
        let span = fields.optional::<String>(key).map_or_else(|| fields.span(), |at| at.span);
        findings.error(
            span,
            format!("`{key}` has more than one line"),
            "write it on one line: it is used in a heading",
        );
        return None;
    }
    Some(text)
}

pub(super) fn read_query(findings: &Findings, text: Option<At<String>>) -> Option<At<TagQuery>> {
    let text = text?;
    match TagQuery::parse(&text.value) {
        Ok(query) => Some(text.map(|_| query)),
        Err(error) => {
            let fix = "write it as in \"api-v1,webhooks,-internal\": all of these, without those";
            findings.error(text.span, format!("not a tag query: {error}"), fix);
            None
        }
    }
}

pub(super) fn one_of(findings: &Findings, value: Option<At<String>>, known: &[&str]) -> Option<String> {
    let value = value?;
    if known.contains(&value.value.as_str()) {
        return Some(value.value);
    }
    findings.error(value.span, format!("`{}` is not known here", value.value), format!("write {}", known.join(" or ")));
    None
}

pub(super) fn parsed<T: FromStr>(
    findings: &Findings,
    text: Option<At<String>>,
    fix: fn(&str) -> (String, String),
) -> Option<T> {
    let text = text?;
    text.value
        .parse()
        .map_err(|_| {
            let (what, fix) = fix(&text.value);
            findings.error(text.span.clone(), what, fix);
        })
        .ok()
}
