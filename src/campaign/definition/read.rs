//! From the text of `campaign.toml` to a [`Campaign`], or to everything that is wrong with it.

use std::str::FromStr;
use std::sync::Arc;

use strum::IntoEnumIterator;
use toml::de::DeTable;

use super::fields::{At, Fields, Findings, TOP};
use super::{ApiSection, Campaign, Change, Concerns, Limits, Phase, Segment, StageTags, When, defaults, rules};
use crate::campaign::audience::Audience;
use crate::campaign::problem::{Problem, Severity, Source, nearest};
use crate::campaign::query::TagQuery;

/// The oversight modes the platform knows.
const MODES: [&str; 5] = ["read_only", "gated_all", "gated_send", "monitored", "autonomous"];

/// Reads a campaign. `name` is the folder's. With the campaign come its warnings; without it, all its errors.
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

fn read_campaign(name: &str, findings: &Findings, document: &DeTable<'_>) -> Option<Campaign> {
    let top = Fields::new(findings, document, TOP, 0..0);
    let head = top.table("campaign", "[campaign]");
    if head.is_none() {
        findings.error(0..0, "the file has no [campaign]", "add [campaign] with title, from and deadline");
    }
    let api = top.table("api", "[api]").map(|fields| read_api(findings, fields)).unwrap_or_default();
    let limits = top.table("limits", "[limits]").map(|fields| read_limits(findings, fields)).unwrap_or_default();
    let tags = top.table("tags", "[tags]").map(|fields| read_tags(findings, fields)).unwrap_or_default();
    let segments = top.tables("segment", "[[segment]]").into_iter().map(|fields| read_segment(findings, fields));
    let segments: Vec<_> = segments.collect();
    let phases: Vec<_> =
        top.tables("phase", "[[phase]]").into_iter().map(|fields| read_phase(findings, fields)).collect();
    let changes: Vec<_> =
        top.tables("change", "[[change]]").into_iter().map(|fields| read_change(findings, fields)).collect();
    top.finish();
    rules::check(findings, &segments, &phases, &changes);
    let head = head.map(|head| read_head(findings, head))?;
    let phases = if phases.is_empty() { defaults::phases() } else { whole(phases)? };
    let (segments, changes) = (whole(segments)?, whole(changes)?);
    Some(Campaign { name: name.to_owned(), api, limits, tags, segments, phases, changes, ..head })
}

/// `[campaign]`, as a campaign that has nothing else. What is missing is an error already, so its place may be empty.
fn read_head(findings: &Findings, head: Fields<'_, '_>) -> Campaign {
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
        segments: Vec::new(),
        phases: Vec::new(),
        changes: Vec::new(),
    };
    head.finish();
    campaign
}

/// All of them, or none if any could not be read.
fn whole<T>(items: Vec<Option<At<T>>>) -> Option<Vec<T>> {
    items.into_iter().map(|item| item.map(|at| at.value)).collect()
}

fn read_from(findings: &Findings, head: &Fields<'_, '_>) -> Option<String> {
    let from = head.required::<String>("from")?;
    if crate::campaign::contact::Address::parse(&from.value).is_err() {
        findings.error(from.span, "`from` is not an e-mail address", "write the sending mailbox's address");
        return None;
    }
    Some(from.value)
}

fn read_link(findings: &Findings, fields: &Fields<'_, '_>, key: &'static str) -> Option<String> {
    let link = fields.optional::<String>(key)?;
    let well_formed = link.value.starts_with("https://") || link.value.starts_with("http://");
    if !well_formed || link.value.chars().any(|c| c.is_whitespace() || c.is_control()) {
        findings.error(link.span, format!("`{key}` is not a link"), "write it whole, from https:// on");
        return None;
    }
    Some(link.value)
}

fn read_api(findings: &Findings, fields: Fields<'_, '_>) -> ApiSection {
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

fn read_limits(findings: &Findings, fields: Fields<'_, '_>) -> Limits {
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

fn read_tags(findings: &Findings, fields: Fields<'_, '_>) -> StageTags {
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

fn read_segment(findings: &Findings, fields: Fields<'_, '_>) -> Option<At<Segment>> {
    let name = read_name(findings, &fields, "name");
    let tags = read_query(findings, fields.required("tags"));
    if let Some(everybody) = tags.as_ref().filter(|tags| tags.value.with().is_empty()) {
        let fix = "name at least one tag that its customers carry";
        findings.error(everybody.span.clone(), "a segment of tags nobody has takes in the whole address book", fix);
    }
    let vars = fields.optional("vars").map(|at| at.value).unwrap_or_default();
    fields.finish();
    let (name, tags) = (name?, tags?);
    Some(At { value: Segment { name: name.value, tags: tags.value, vars }, span: name.span })
}

fn read_phase(findings: &Findings, fields: Fields<'_, '_>) -> Option<At<Phase>> {
    let name = read_name(findings, &fields, "name");
    let days = fields.optional::<u32>("days_before");
    let on = one_of(findings, fields.optional("on"), &["completed", "deadline-moved"]);
    let audience = fields.optional::<String>("audience");
    let automatic = fields.optional("automatic").is_some_and(|at| at.value);
    let when = match (&days, &on) {
        (Some(days), None) => Some(When::Before(days.value)),
        (None, Some(on)) if on == "completed" => Some(When::Completed),
        (None, Some(_)) => Some(When::DeadlineMoved),
        (Some(days), Some(_)) => {
            findings.error(days.span.clone(), "a phase has both `days_before` and `on`", "keep one of the two");
            None
        }
        (None, None) => {
            let fix = "add `days_before = 30`, or `on = \"completed\"`";
            findings.error(fields.span(), "the phase has no date", fix);
            None
        }
    };
    let audience_span = audience.as_ref().map(|at| at.span.clone());
    let standard = when.map_or(Audience::NotCompleted, usual_audience);
    let audience = parsed(findings, audience, unknown_audience).unwrap_or(standard);
    let fits = audience == standard || [audience, standard].iter().all(|one| !OF_NO_DATE.contains(one));
    if let (false, Some(_), Some(span)) = (fits, when, audience_span) {
        let fix = "`completed` goes with `on = \"completed\"`, `told-other-date` with `on = \"deadline-moved\"`, and neither with anything else";
        findings.error(span, "the audience does not fit the phase's date", fix);
    }
    fields.finish();
    let name = name?;
    Some(At { value: Phase { name: name.value, when: when?, audience, automatic }, span: name.span })
}

/// The audiences that a phase with a date cannot have; one without cannot have another than its own.
const OF_NO_DATE: [Audience; 2] = [Audience::Completed, Audience::ToldOtherDate];

fn usual_audience(when: When) -> Audience {
    match when {
        When::Before(_) => Audience::NotCompleted,
        When::Completed => Audience::Completed,
        When::DeadlineMoved => Audience::ToldOtherDate,
    }
}

fn read_change(findings: &Findings, fields: Fields<'_, '_>) -> Option<At<Change>> {
    let id = read_name(findings, &fields, "id");
    let (title, text) = (required_text(findings, &fields, "title"), required_text(findings, &fields, "text"));
    let (before, after) = (fields.optional("before"), fields.optional("after"));
    let url = read_link(findings, &fields, "url");
    let segments = fields.optional::<Vec<String>>("segments");
    let tags = fields.optional::<String>("tags");
    if let (Some(_), Some(tags)) = (&segments, &tags) {
        findings.error(tags.span.clone(), "a change has both `segments` and `tags`", "keep one of the two");
    }
    let concerns = match (segments, tags) {
        (Some(segments), _) => Some(Concerns::Segments(segments.value)),
        (None, Some(tags)) => read_query(findings, Some(tags)).map(|at| Concerns::Tags(at.value)),
        (None, None) => Some(Concerns::Everybody),
    };
    fields.finish();
    let id = id?;
    let (before, after) = (before.map(|at| at.value), after.map(|at| at.value));
    let change = Change { id: id.value, title: title?, text: text?, before, after, url, concerns: concerns? };
    Some(At { value: change, span: id.span })
}

/// A name that is also a file's: nothing in it may lead out of the folder, and no dot, which separates a template's
/// phase from its segment.
fn read_name(findings: &Findings, fields: &Fields<'_, '_>, key: &'static str) -> Option<At<String>> {
    let name = fields.required::<String>(key)?;
    if is_name(&name.value) {
        return Some(name);
    }
    let fix = "use letters, digits, `-` and `_`, up to 64 of them, the first no `-`";
    findings.error(name.span, format!("`{key}` cannot be used as a name"), fix);
    None
}

/// Whether a text can name a segment, a phase, a change or a campaign.
pub fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=64).contains(&text.len()) && text.chars().all(plain) && !text.starts_with('-')
}

fn required_text(findings: &Findings, fields: &Fields<'_, '_>, key: &'static str) -> Option<String> {
    let text = fields.required::<String>(key)?;
    if text.value.trim().is_empty() {
        findings.error(text.span, format!("`{key}` is empty"), "write what customers are to read");
        return None;
    }
    Some(text.value)
}

fn read_query(findings: &Findings, text: Option<At<String>>) -> Option<At<TagQuery>> {
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

fn one_of(findings: &Findings, value: Option<At<String>>, known: &[&str]) -> Option<String> {
    let value = value?;
    if known.contains(&value.value.as_str()) {
        return Some(value.value);
    }
    findings.error(value.span, format!("`{}` is not known here", value.value), format!("write {}", known.join(" or ")));
    None
}

fn parsed<T: FromStr>(findings: &Findings, text: Option<At<String>>, fix: fn(&str) -> (String, String)) -> Option<T> {
    let text = text?;
    text.value
        .parse()
        .map_err(|_| {
            let (what, fix) = fix(&text.value);
            findings.error(text.span.clone(), what, fix);
        })
        .ok()
}

fn unknown_zone(name: &str) -> (String, String) {
    let near = nearest(name, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
    let fix = near.map_or_else(
        || "write an IANA name such as \"Europe/Berlin\"".to_owned(),
        |zone| format!("did you mean \"{zone}\"?"),
    );
    (format!("there is no time zone `{name}`"), fix)
}

fn unknown_audience(name: &str) -> (String, String) {
    let known: Vec<_> = Audience::iter().map(|audience| audience.to_string()).collect();
    (format!("there is no audience `{name}`"), format!("the audiences are {}", known.join(", ")))
}
