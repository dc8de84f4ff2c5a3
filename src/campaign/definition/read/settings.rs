//! `[api]`, `[limits]` and `[tags]`: how mmig and the server work together.

use super::values::{one_of, read_link};
use crate::campaign::definition::fields::{At, Fields, Findings};
use crate::campaign::definition::query::TagQuery;
use crate::campaign::definition::{ApiSection, Limits, StageTags};

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
    let section = ApiSection {
        url: read_link(findings, &fields, "url").unwrap_or(standard.url),
        mailbox: fields.optional("mailbox").map(|at| at.value),
        contract: contract.unwrap_or(standard.contract),
        oversight: modes.map_or(standard.oversight, |modes| modes.value),
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
