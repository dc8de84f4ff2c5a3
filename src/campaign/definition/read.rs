//! Parses the text of `campaign.toml` into a [`Campaign`], or into everything that is wrong with
//! it.

mod change;
mod dates;
mod entries;
mod settings;
mod usage;
mod values;

use std::sync::Arc;

use toml::de::DeTable;

use super::fields::{At, Fields, Findings, TOP, Table};
use super::gate::{read_allow, read_check};
use super::query::TagQuery;
use super::rules::{Names, Placed};
use super::{Campaign, defaults, rules};
use crate::campaign::definition::problem::{Problem, Severity, Source};

use change::read_change;
use entries::{read_phase, read_segment};
use settings::{read_api, read_compose, read_head, read_ledger, read_limits, read_tags};
use usage::read_usage;
pub use values::{LONGEST_NAME, is_name};

/// Parses a campaign. `name` is its folder's name. Returns the campaign with its warnings, or all errors.
pub fn read(name: &str, source: &Arc<Source>) -> Result<(Campaign, Vec<Problem>), Vec<Problem>> {
    let findings = Findings::new(Arc::clone(source));
    let (document, syntax) = DeTable::parse_recoverable(&source.text);
    for error in &syntax {
        findings.error(error.span().unwrap_or(0..0), error.message().to_owned(), "this is not valid TOML");
    }
    let campaign = if syntax.is_empty() { read_campaign(name, &findings, document.get_ref()) } else { None };
    let problems = findings.into_problems();
    match campaign {
        Some(campaign) if problems.iter().all(|problem| problem.severity == Severity::Warning) => {
            Ok((campaign, problems))
        }
        _ => Err(problems),
    }
}

/// Every table that `campaign.toml` may have, the file's top level first, with its keys. Found by parsing a file that
/// has every table, and an empty one for the top level.
pub fn tables() -> Vec<Table> {
    let mut text = String::new();
    loop {
        let tables = tables_read(&text);
        let keys = tables.iter().flat_map(|table| &table.keys);
        let headings: Vec<&str> = keys.map(|key| key.wanted).filter(|wanted| wanted.starts_with('[')).collect();
        let next = headings.join("\n");
        if next.len() <= text.len() {
            return tables;
        }
        text = next;
    }
}

/// The tables that are read in a file with this text, in the file's order.
fn tables_read(text: &str) -> Vec<Table> {
    let findings = Findings::new(Source::new(TOP, text));
    read_campaign("", &findings, DeTable::parse_recoverable(text).0.get_ref());
    let mut tables = findings.into_tables();
    tables.sort_by_key(|table| (table.name != TOP, text.find(table.name)));
    tables
}

fn read_campaign(name: &str, findings: &Findings, document: &DeTable<'_>) -> Option<Campaign> {
    let top = Fields::new(findings, document, TOP, 0..0);
    let head = top.table("campaign", "[campaign]");
    if head.is_none() {
        findings.error(0..0, "the file has no [campaign]", "add [campaign] with title, from and deadline");
    }
    let api = top.table("api", "[api]").map(|fields| read_api(findings, fields)).unwrap_or_default();
    let ledger = top.table("ledger", "[ledger]").map(|fields| read_ledger(findings, fields)).unwrap_or_default();
    let limits = top.table("limits", "[limits]").map(|fields| read_limits(findings, fields)).unwrap_or_default();
    let tags = top.table("tags", "[tags]").map(|fields| read_tags(findings, fields)).unwrap_or_default();
    let usage = top.table("usage", "[usage]").map(|fields| read_usage(findings, fields)).unwrap_or_default();
    let (account_tag, technical_tag) =
        top.table("accounts", "[accounts]").map(|fields| read_accounts(findings, fields)).unwrap_or_default();
    let priority =
        top.table("priority", "[priority]").map(|fields| read_priority(findings, fields)).unwrap_or_default();
    let compose = top.table("compose", "[compose]").map(|fields| read_compose(findings, fields)).unwrap_or_default();
    let segments = all(findings, &top, "segment", "[[segment]]", read_segment);
    let phases = all(findings, &top, "phase", "[[phase]]", read_phase);
    let changes = all(findings, &top, "change", "[[change]]", read_change);
    let allows = all(findings, &top, "allow", "[[allow]]", read_allow);
    let checks = all(findings, &top, "check", "[[check]]", read_check);
    let ignored_findings = top.table("oasdiff", "[oasdiff]").map(read_ignored).unwrap_or_default();
    let names = Names {
        segments: top.names("segment", "name"),
        phases: top.names("phase", "name"),
        changes: top.names("change", "id"),
        dates: head.as_ref().map(|head| head.keys_of("dates")).unwrap_or_default(),
    };
    let head = head.map(|head| read_head(findings, head));
    top.finish();
    rules::check(findings, &names, segments.len(), &phases, &changes);
    let places = Placed {
        phases: phases.iter().flatten().map(|at| at.span.clone()).collect(),
        segments: segments.iter().flatten().map(|at| at.span.clone()).collect(),
        dates: names.dates.iter().map(|at| at.span.clone()).collect(),
    };
    let head = head?;
    let phases = if phases.is_empty() { defaults::phases() } else { whole(phases)? };
    let (segments, changes) = (whole(segments)?, whole(changes)?);
    let (allows, checks) = (allows.into_iter().flatten().collect(), checks.into_iter().flatten().collect());
    let campaign = Campaign {
        name: name.to_owned(),
        api,
        ledger,
        limits,
        tags,
        usage,
        account_tag,
        technical_tag,
        priority,
        segments,
        phases,
        changes,
        ignored_findings,
        compose,
        allows,
        checks,
        ..head
    };
    rules::check_dates(findings, &places, &campaign);
    Some(campaign)
}

/// Parses every table with this name.
fn all<T>(
    findings: &Findings,
    top: &Fields<'_, '_>,
    key: &'static str,
    name: &'static str,
    read: fn(&Findings, Fields<'_, '_>) -> Option<T>,
) -> Vec<Option<T>> {
    top.tables(key, name).into_iter().map(|fields| read(findings, fields)).collect()
}

/// `[accounts]`: the prefix of the tags that make contacts one customer, and the tag of technical
/// contacts.
fn read_accounts(findings: &Findings, fields: Fields<'_, '_>) -> (Option<String>, Option<String>) {
    let (tag, technical) = (fields.required::<String>("tag"), fields.optional::<String>("technical"));
    fields.finish();
    let is_part_of_a_tag = |c: char| !c.is_whitespace() && !c.is_control() && c != ',';
    let beginning = tag.and_then(|tag| {
        if tag.value.is_empty() || tag.value.starts_with('-') || !tag.value.chars().all(is_part_of_a_tag) {
            let fix = "write the prefix of account tags, such as \"account:\"";
            findings.error(tag.span, "`tag` is not a valid prefix of a tag", fix);
            return None;
        }
        Some(tag.value)
    });
    let technical = technical.and_then(|tag| {
        if !is_tag(&tag.value) {
            let fix = "write the tag of contacts who can make the change, such as \"role:technical\"";
            findings.error(tag.span, format!("`{}` is not a single tag", tag.value), fix);
            return None;
        }
        Some(tag.value)
    });
    (beginning, technical)
}

/// Whether a text is a single tag.
fn is_tag(text: &str) -> bool {
    TagQuery::parse(text).is_ok_and(|query| query.with() == [text.to_owned()])
}

/// `[priority]`: whose mails are sent first.
fn read_priority(findings: &Findings, fields: Fields<'_, '_>) -> Vec<String> {
    let tags = fields.required::<Vec<String>>("tags");
    fields.finish();
    let Some(tags) = tags else { return Vec::new() };
    if let Some(bad) = tags.value.iter().find(|tag| !is_tag(tag)) {
        let fix = "write tags of contacts, the most urgent first, such as [\"priority-high\", \"priority-normal\"]";
        findings.error(tags.span.clone(), format!("`{bad}` is not a single tag"), fix);
    }
    tags.value
}

/// `[oasdiff]`: which findings are ignored.
fn read_ignored(fields: Fields<'_, '_>) -> Vec<String> {
    let ignored = fields.optional("ignore").map(|at| at.value).unwrap_or_default();
    fields.finish();
    ignored
}

/// All items, or none if one could not be parsed.
fn whole<T>(items: Vec<Option<At<T>>>) -> Option<Vec<T>> {
    items.into_iter().map(|item| item.map(|at| at.value)).collect()
}
