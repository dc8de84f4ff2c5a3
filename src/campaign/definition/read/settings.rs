//! `[campaign]`, `[api]`, `[limits]` and `[tags]`: settings of the whole campaign.

use std::sync::Arc;
use std::time::Duration;

use strum::IntoEnumIterator;

use super::dates::read_dates;
use super::values::{one_of, optional_days, optional_line, optional_number, parsed, read_link, required_text};
use crate::campaign::definition::fields::{At, Fields, Findings};
use crate::campaign::definition::problem::nearest;
use crate::campaign::definition::query::TagQuery;
use crate::campaign::definition::{
    ApiSection, Campaign, CampaignState, ComposeSection, LedgerSection, Limits, StageTags, UsageRules, defaults,
};

/// `[campaign]`, as a campaign with nothing else. A missing value is already reported, so an empty one may stand in
/// for it.
pub(super) fn read_head(findings: &Findings, head: Fields<'_, '_>) -> Campaign {
    let campaign = Campaign {
        name: String::new(),
        title: required_text(findings, &head, "title").unwrap_or_default(),
        from: read_from(findings, &head).unwrap_or_default(),
        company: optional_line(findings, &head, "company"),
        product: optional_line(findings, &head, "product"),
        deadline: head.required("deadline").map(|at| at.value).unwrap_or_default(),
        state: parsed(findings, head.optional("state"), unknown_state).unwrap_or_default(),
        dates: read_dates(findings, &head),
        zone: parsed(findings, head.optional("timezone"), unknown_zone).unwrap_or_default(),
        send_time: head.optional("send_time").map_or_else(defaults::send_time, |at| at.value),
        guide_url: read_link(findings, &head, "guide_url"),
        support: head.optional("support").map(|at| at.value),
        vars: head.optional("vars").map(|at| at.value).unwrap_or_default(),
        api: ApiSection::default(),
        ledger: LedgerSection::default(),
        limits: Limits::default(),
        tags: StageTags::default(),
        usage: UsageRules::default(),
        account_tag: None,
        technical_tag: None,
        priority: Vec::new(),
        segments: Vec::new(),
        phases: Vec::new(),
        changes: Vec::new(),
        ignored_findings: Vec::new(),
        compose: ComposeSection::default(),
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

fn unknown_state(name: &str) -> (String, String) {
    let states: Vec<_> = CampaignState::iter().map(|state| format!("\"{state}\"")).collect();
    (format!("unknown state `{name}`"), format!("write {}", states.join(" or ")))
}

fn unknown_zone(name: &str) -> (String, String) {
    let near = nearest(name, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
    let fix = near.map_or_else(
        || "write an IANA name such as \"Europe/Berlin\"".to_owned(),
        |zone| format!("did you mean \"{zone}\"?"),
    );
    (format!("unknown time zone `{name}`"), fix)
}

/// The URL schemes of the stores for a ledger.
const STORES: [&str; 3] = ["s3://", "gs://", "az://"];

pub(super) fn read_ledger(findings: &Findings, fields: Fields<'_, '_>) -> LedgerSection {
    let url: Option<At<String>> = fields.optional("url");
    let known = |url: &str| STORES.iter().any(|store| url.strip_prefix(store).is_some_and(|rest| !rest.is_empty()));
    if let Some(wrong) = url.as_ref().filter(|url| !known(&url.value)) {
        let what = format!("`{}` is not the address of a store", wrong.value);
        findings.error(wrong.span.clone(), what, "write s3://BUCKET/PATH, gs://BUCKET/PATH or az://CONTAINER/PATH");
    }
    fields.finish();
    LedgerSection { url: url.map(|at| at.value) }
}

/// The platform's oversight modes.
const MODES: [&str; 5] = ["read_only", "gated_all", "gated_send", "monitored", "autonomous"];

pub(super) fn read_api(findings: &Findings, fields: Fields<'_, '_>) -> ApiSection {
    let standard = ApiSection::default();
    let contract = one_of(findings, fields.optional("contract"), &["auto", "mailbox", "simple"]);
    let modes: Option<At<Vec<String>>> = fields.optional("oversight");
    for mode in modes.iter().flat_map(|modes| &modes.value).filter(|mode| !MODES.contains(&mode.as_str())) {
        let span = modes.as_ref().map_or(0..0, |modes| modes.span.clone());
        findings.error(
            span,
            format!("`{mode}` is not an oversight mode"),
            format!("the modes are {}", MODES.join(", ")),
        );
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

pub(super) fn read_compose(findings: &Findings, fields: Fields<'_, '_>) -> ComposeSection {
    let section = ComposeSection {
        url: read_link(findings, &fields, "url"),
        model: fields.optional("model").map(|at| at.value),
        style: fields.optional("style").map(|at| at.value).unwrap_or_default(),
        glossary: fields.optional("glossary").map(|at| at.value).unwrap_or_default(),
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
    let (is_rate, is_percent) = (|rate| rate == 0.0 || (0.01..=10_000.0).contains(&rate), |share| share <= 100.0);
    let per_second =
        optional_number(findings, &fields, "per_second", is_rate, "write 0, or from 0.01 to 10000 mails per second");
    let max_bounces = optional_number(findings, &fields, "max_bounces", is_percent, "write percent, from 0 to 100");
    let limits = Limits {
        concurrency: concurrency.map_or(standard.concurrency, |at| at.value as usize),
        per_second: per_second.unwrap_or(standard.per_second),
        per_day: fields.optional::<u32>("per_day").map_or(standard.per_day, |at| at.value.into()),
        max_late: optional_days(findings, &fields, "max_late").map_or(standard.max_late, |at| at.value),
        expect_every: optional_days(findings, &fields, "expect_every").map_or(standard.expect_every, |at| at.value),
        max_bounces: max_bounces.unwrap_or(standard.max_bounces),
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
            format!("`{key}` is not a single tag"),
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
        findings.error(span, "one tag is used for two stages", "give each stage a tag of its own");
    }
    tags
}
