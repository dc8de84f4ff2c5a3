//! `[campaign]`, `[api]`, `[limits]` and `[tags]`: what holds for the whole campaign.

use std::sync::Arc;
use std::time::Duration;

use super::values::{one_of, parsed, read_link, required_text};
use crate::campaign::definition::fields::{At, Fields, Findings};
use crate::campaign::definition::problem::nearest;
use crate::campaign::definition::query::TagQuery;
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
        account_tag: None,
        priority: Vec::new(),
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

/// The oversight modes the platform knows.
const MODES: [&str; 5] = ["read_only", "gated_all", "gated_send", "monitored", "autonomous"];

pub(super) fn read_api(findings: &Findings, fields: Fields<'_, '_>) -> ApiSection {
    let standard = ApiSection::default();
    let contract = one_of(findings, fields.optional("contract"), &["auto", "mailbox", "simple"]);
    let modes: Option<At<Vec<String>>> = fields.optional("oversight");
    for mode in modes.iter().flat_map(|modes| &modes.value).filter(|mode| !MODES.contains(&mode.as_str())) {
        let span = modes.as_ref().map_or(0..0, |modes| modes.span.clone());
        findings.error(span, format!("`{mode}` is no oversight mode"), format!("the modes are {}", MODES.join(", ")));
    }
    if let Some(none) = modes.as_ref().filter(|modes| modes.value.is_empty()) {
        findings.error(
            none.span.clone(),
            "`oversight` allows no mode, so nothing can be sent",
            "write [\"gated_all\"]",
        );
    }
    let timeout = fields.optional::<u32>("timeout");
    if let Some(bad) = timeout.as_ref().filter(|at| !(1..=600).contains(&at.value)) {
        findings.error(bad.span.clone(), "`timeout` is out of range", "write seconds, from 1 to 600");
    }
    let section = ApiSection {
        url: read_link(findings, &fields, "url").unwrap_or(standard.url),
        mailbox: fields.optional("mailbox").map(|at| at.value),
        contract: contract.unwrap_or(standard.contract),
        oversight: modes.map_or(standard.oversight, |modes| modes.value),
        timeout: timeout.map_or(standard.timeout, |at| Duration::from_secs(at.value.into())),
    };
    fields.finish();
    section
}

pub(super) fn read_limits(findings: &Findings, fields: Fields<'_, '_>) -> Limits {
    let standard = Limits::default();
    let concurrency = fields.optional::<u32>("concurrency");
    if let Some(bad) = concurrency.as_ref().filter(|at| !(1..=256).contains(&at.value)) {
        findings.error(bad.span.clone(), "`concurrency` is out of range", "write a number from 1 to 256");
    }
    let limits = Limits {
        concurrency: concurrency.map_or(standard.concurrency, |at| at.value as usize),
        per_second: fields.optional("per_second").map_or(standard.per_second, |at| at.value),
        per_day: fields.optional::<u32>("per_day").map_or(standard.per_day, |at| at.value.into()),
        max_late: fields.optional("max_late").map_or(standard.max_late, |at| at.value),
        max_bounces: fields.optional("max_bounces").map_or(standard.max_bounces, |at| at.value),
    };
    fields.finish();
    limits
}

pub(super) fn read_tags(findings: &Findings, fields: Fields<'_, '_>) -> StageTags {
    let standard = StageTags::default();
    let tag = |key, standard| {
        let Some(tag) = fields.optional::<String>(key) else { return standard };
        if TagQuery::parse(&tag.value).is_ok_and(|query| query.with() == [tag.value.clone()]) {
            return tag.value;
        }
        findings.error(
            tag.span,
            format!("`{key}` is not one tag"),
            "write a tag without commas, spaces or a leading minus",
        );
        standard
    };
    let tags = StageTags {
        notified: tag("notified", standard.notified),
        acknowledged: tag("acknowledged", standard.acknowledged),
        started: tag("started", standard.started),
        completed: tag("completed", standard.completed),
    };
    let span = fields.span();
    fields.finish();
    let mut names: Vec<_> = tags.each().map(|(_, tag)| tag.to_owned()).to_vec();
    names.sort_unstable();
    names.dedup();
    if names.len() < 4 {
        findings.error(span, "one tag stands for two stages", "give each stage a tag of its own");
    }
    tags
}
