//! `[campaign]`: what the migration is called, who writes, and until when.

use std::sync::Arc;

use super::values::{parsed, read_link, required_text};
use crate::campaign::definition::fields::{Fields, Findings};
use crate::campaign::definition::problem::nearest;
use crate::campaign::definition::{ApiSection, Campaign, Limits, StageTags, UsageRules, defaults};

/// `[campaign]`, as a campaign that has nothing else. What is missing is an error already, so its place may be empty.
pub(super) fn read_head(findings: &Findings, head: Fields<'_, '_>) -> Campaign {
    let campaign = Campaign {
        name: String::new(),
        title: required_text(findings, &head, "title").unwrap_or_default(),
        from: read_from(findings, &head).unwrap_or_default(),
        deadline: head.required("deadline").map(|at| at.value).unwrap_or_default(),
        zone: parsed(findings, head.optional("timezone"), unknown_zone).unwrap_or_default(),
        send_time: head.optional("send_time").map_or_else(defaults::send_time, |at| at.value),
        guide_url: read_link(findings, &head, "guide_url"),
        support: head.optional("support").map(|at| at.value),
        vars: head.optional("vars").map(|at| at.value).unwrap_or_default(),
        api: ApiSection::default(),
        limits: Limits::default(),
        tags: StageTags::default(),
        usage: UsageRules::default(),
        segments: Vec::new(),
        phases: Vec::new(),
        changes: Vec::new(),
        ignored_findings: Vec::new(),
        allows: Vec::new(),
        checks: Vec::new(),
        source: Arc::clone(&findings.source),
    };
    head.finish();
    campaign
}

fn read_from(findings: &Findings, head: &Fields<'_, '_>) -> Option<String> {
    let from = head.required::<String>("from")?;
    if crate::campaign::address::Address::parse(&from.value).is_err() {
        findings.error(from.span, "`from` is not an e-mail address", "write the sending mailbox's address");
        return None;
    }
    Some(from.value)
}

fn unknown_zone(name: &str) -> (String, String) {
    let near = nearest(name, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
    let fix = near.map_or_else(
        || "write an IANA name such as \"Europe/Berlin\"".to_owned(),
        |zone| format!("did you mean \"{zone}\"?"),
    );
    (format!("there is no time zone `{name}`"), fix)
}
