//! `[usage]`, `[usage.columns]`, `[usage.old]` and `[usage.new]`.

use super::values::{one_of, optional_days};
use crate::campaign::definition::UsageRules;
use crate::campaign::definition::fields::{At, Fields, Findings, Kind, Texts};
use crate::campaign::definition::usage::{Column, UsageFormat, VersionCalls};

pub(super) fn read_usage(findings: &Findings, fields: Fields<'_, '_>) -> UsageRules {
    let standard = UsageRules::default();
    let format = one_of(findings, fields.optional("format"), &["auto", "combined"]);
    let version = |key, name| fields.table(key, name).map(|fields| (fields.span(), read_version(findings, fields)));
    let (old, new) = (version("old", "[usage.old]"), version("new", "[usage.new]"));
    let columns =
        fields.table("columns", "[usage.columns]").map(|fields| read_columns(findings, fields, old.is_some()));
    let rules = UsageRules {
        started: read_rule(findings, fields.optional("started"), standard.started),
        completed: read_rule(findings, fields.optional("completed"), standard.completed),
        quiet_days: optional_days(findings, &fields, "quiet_days").map_or(standard.quiet_days, |at| at.value),
        base_paths: read_base_paths(findings, &fields),
        accounts: read_accounts(findings, &fields),
        format: format.and_then(|name| name.parse().ok()).unwrap_or_default(),
        columns: columns.unwrap_or_default(),
        old: old.as_ref().map(|(_, calls)| calls.clone()),
        new: new.as_ref().map(|(_, calls)| calls.clone()),
    };
    if let (None, Some((span, _))) = (&old, new) {
        let fix = "add [usage.old]: which calls are of the version that goes away";
        findings.error(span, "[usage.new] without [usage.old]", fix);
    }
    if old.is_none() && rules.format == UsageFormat::Combined {
        let fix = "add [usage.old], such as path = \"/v1/\": an access log does not count the calls of a version";
        findings.error(fields.span(), "`format` is \"combined\", and nothing says which calls are old", fix);
    }
    fields.finish();
    rules
}

fn read_rule(findings: &Findings, rule: Option<At<String>>, standard: String) -> String {
    let Some(rule) = rule else { return standard };
    if let Err(fault) = UsageRules::compile(&rule.value) {
        // The positions are the same if nothing in the text is escaped.
        let written = &findings.source.text[rule.span.clone()];
        let span = match written.find(&rule.value) {
            Some(at) => rule.span.start + at + fault.span.start..rule.span.start + at + fault.span.end,
            None => rule.span,
        };
        findings.error(span, fault.what, fault.fix);
    }
    rule.value
}

fn read_base_paths(findings: &Findings, fields: &Fields<'_, '_>) -> Vec<String> {
    let Some(listed) = fields.optional::<Vec<String>>("base_paths") else { return Vec::new() };
    let mut paths = Vec::new();
    for path in listed.value {
        let plain = path.trim_end_matches('/');
        if !plain.starts_with('/') || plain.contains(|c: char| c.is_whitespace() || matches!(c, '?' | '#' | '*')) {
            let what = format!("`{path}` is not a base path");
            findings.error(listed.span.clone(), what, "write what comes before the operations' paths, such as \"/v1\"");
            continue;
        }
        paths.push(plain.to_owned());
    }
    paths
}

fn read_accounts(findings: &Findings, fields: &Fields<'_, '_>) -> Option<String> {
    let file = fields.optional::<String>("accounts")?;
    if file.value.trim().is_empty() {
        findings.error(file.span, "`accounts` is empty", "name a CSV file of two columns, beside campaign.toml");
        return None;
    }
    Some(file.value)
}

/// The keys of `[usage.columns]`.
const COLUMNS: [Column; 11] = [
    Column::Contact,
    Column::Method,
    Column::Path,
    Column::Host,
    Column::Version,
    Column::Status,
    Column::Time,
    Column::Calls,
    Column::OldCalls,
    Column::NewCalls,
    Column::LastSeen,
];

fn read_columns(findings: &Findings, fields: Fields<'_, '_>, by_version: bool) -> Vec<(Column, String)> {
    let mut columns: Vec<(Column, String)> = Vec::new();
    for column in COLUMNS {
        let Some(name) = fields.optional::<String>(column.into()) else { continue };
        let counts = matches!(column, Column::OldCalls | Column::NewCalls);
        if name.value.trim().is_empty() {
            findings.error(name.span, format!("`{column}` is empty"), "write what the export calls it");
        } else if let Some((other, _)) = columns.iter().find(|(_, own)| *own == name.value) {
            let what = format!("`{column}` and `{other}` are one column of the export");
            findings.error(name.span, what, "leave one out; a whole URL in `path` also gives the host");
        } else if by_version && counts {
            let what = format!("`{column}` counts the calls of a version, and so does [usage.old]");
            findings.error(name.span, what, "keep one of the two");
        } else if !by_version && Column::BY_VERSION.contains(&column) {
            let what = format!("`{column}` says nothing without [usage.old]");
            findings.error(name.span, what, "add [usage.old]: which calls are of the version that goes away");
        } else {
            columns.push((column, name.value));
        }
    }
    fields.finish();
    columns
}

fn read_version(findings: &Findings, fields: Fields<'_, '_>) -> VersionCalls {
    let texts = |key| {
        let texts = fields.optional::<Texts>(key)?;
        if texts.value.0.is_empty() || texts.value.0.iter().any(|text| text.trim().is_empty()) {
            findings.error(texts.span.clone(), format!("`{key}` is empty"), format!("write {}", Texts::WANTED));
        }
        Some(texts.value.0)
    };
    let calls = VersionCalls {
        path: texts("path").unwrap_or_default(),
        version: texts("version").unwrap_or_default(),
        host: texts("host").unwrap_or_default(),
    };
    if ["path", "version", "host"].iter().all(|key| !fields.has(key)) {
        let fix = "write path = \"/v1/\" (what the paths begin with), version = \"v1\" or host = \"api.example.com\"";
        findings.error(fields.span(), "it does not say which calls it means", fix);
    }
    for path in calls.path.iter().filter(|path| !path.starts_with('/')) {
        let what = format!("`{path}` is not the beginning of a path");
        findings.error(fields.span(), what, "begin it with a slash, such as \"/v1/\"");
    }
    fields.finish();
    calls
}
