//! `[[segment]]`, `[[phase]]` and `[[change]]`: who is written to, when, and about what.

use strum::IntoEnumIterator;

use super::values::{one_of, parsed, read_link, read_name, read_query, required_line, required_text};
use crate::campaign::definition::audience::Audience;
use crate::campaign::definition::fields::{At, Fields, Findings};
use crate::campaign::definition::operation::Operation;
use crate::campaign::definition::{Change, Concerns, Phase, Segment, When};

pub(super) fn read_segment(findings: &Findings, fields: Fields<'_, '_>) -> Option<At<Segment>> {
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

pub(super) fn read_phase(findings: &Findings, fields: Fields<'_, '_>) -> Option<At<Phase>> {
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
        // Of one that cannot be read, that is told.
        (None, None) if fields.has("days_before") || fields.has("on") => None,
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

fn unknown_audience(name: &str) -> (String, String) {
    let known: Vec<_> = Audience::iter().map(|audience| audience.to_string()).collect();
    (format!("there is no audience `{name}`"), format!("the audiences are {}", known.join(", ")))
}

pub(super) fn read_change(findings: &Findings, fields: Fields<'_, '_>) -> Option<At<Change>> {
    let id = read_name(findings, &fields, "id");
    let (title, text) = (required_line(findings, &fields, "title"), required_text(findings, &fields, "text"));
    let (before, after) = (fields.optional("before"), fields.optional("after"));
    let language = read_language(findings, &fields);
    let run = one_of(findings, fields.optional("run"), &["after", "both", "none"]);
    let run = run.and_then(|run| run.parse().ok()).unwrap_or_default();
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
    let operations = read_operations(findings, &fields);
    let oasdiff = fields.optional("oasdiff").map(|at| at.value).unwrap_or_default();
    fields.finish();
    let id = id?;
    let (before, after) = (before.map(|at| at.value), after.map(|at| at.value));
    let (title, text, concerns) = (title?, text?, concerns?);
    let change = Change { id: id.value, title, language, text, before, after, run, url, concerns, operations, oasdiff };
    Some(At { value: change, span: id.span })
}

/// One word, since it stands after the back-ticks.
fn read_language(findings: &Findings, fields: &Fields<'_, '_>) -> Option<String> {
    let language = fields.optional::<String>("language")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '#' | '.');
    if language.value.is_empty() || !language.value.chars().all(plain) {
        let fix = "write it as after the back-ticks: \"python\"";
        findings.error(language.span, "`language` is not one word", fix);
        return None;
    }
    Some(language.value)
}

fn read_operations(findings: &Findings, fields: &Fields<'_, '_>) -> Vec<Operation> {
    let Some(listed) = fields.optional::<Vec<String>>("operations") else { return Vec::new() };
    if listed.value.is_empty() {
        let fix = "leave `operations` out if it does not matter who calls what";
        findings.error(listed.span.clone(), "a change of no operation", fix);
    }
    let mut operations = Vec::new();
    for text in listed.value {
        match Operation::parse(&text) {
            Ok(operation) => operations.push(operation),
            Err(why) => {
                let fix = "write it as in \"GET /v1/items/{id}\": the method, a space, the path";
                findings.error(listed.span.clone(), format!("`{text}` is no operation: {why}"), fix);
            }
        }
    }
    operations
}
