//! `[[segment]]` and `[[phase]]`: who gets mail, and when.

use strum::IntoEnumIterator;

use super::values::{is_name, one_of, optional_days, optional_line, parsed, read_link, read_name, read_query};
use crate::campaign::definition::audience::Audience;
use crate::campaign::definition::fields::{At, Fields, Findings};
use crate::campaign::definition::schedule::{Anchor, Distance, DueDay};
use crate::campaign::definition::{Phase, Segment, When};

pub(super) fn read_segment(findings: &Findings, fields: Fields<'_, '_>) -> Option<At<Segment>> {
    let name = read_name(findings, &fields, "name");
    let tags = read_query(findings, fields.required("tags"));
    if let Some(everybody) = tags.as_ref().filter(|tags| tags.value.with().is_empty()) {
        let fix = "name at least one tag that its customers carry";
        findings.error(everybody.span.clone(), "a segment with only excluded tags matches the whole address book", fix);
    }
    let vars = fields.optional("vars").map(|at| at.value).unwrap_or_default();
    let deadline = fields.optional("deadline").map(|at| at.value);
    let guide_url = read_link(findings, &fields, "guide_url");
    let support = optional_line(findings, &fields, "support");
    fields.finish();
    let (name, tags) = (name?, tags?);
    let segment = Segment { name: name.value, tags: tags.value, vars, deadline, guide_url, support };
    Some(At { value: segment, span: name.span })
}

pub(super) fn read_phase(findings: &Findings, fields: Fields<'_, '_>) -> Option<At<Phase>> {
    let name = read_name(findings, &fields, "name");
    let when = read_when(findings, &fields);
    let audience = fields.optional::<String>("audience");
    let automatic = fields.optional("automatic").is_some_and(|at| at.value);
    let audience_span = audience.as_ref().map(|at| at.span.clone());
    let standard = when.as_ref().map_or(Audience::NotCompleted, usual_audience);
    let audience = parsed(findings, audience, unknown_audience).unwrap_or(standard);
    let fits = audience == standard || [audience, standard].iter().all(|one| !OF_NO_DATE.contains(one));
    if let (false, Some(_), Some(span)) = (fits, &when, audience_span) {
        let fix = "`completed` goes with `on = \"completed\"`, `told-other-date` with `on = \"deadline-moved\"`, and neither with anything else";
        findings.error(span, "the audience does not fit the phase's date", fix);
    }
    let segments = fields.optional::<Vec<String>>("segments");
    if let Some(nobody) = segments.as_ref().filter(|at| at.value.is_empty()) {
        let fix = "leave `segments` out if it is for everyone";
        findings.error(nobody.span.clone(), "a phase without segments", fix);
    }
    let template = fields.optional::<String>("template");
    if let Some(bad) = template.as_ref().filter(|at| !is_name(&at.value)) {
        let fix = "write a name as in \"reminder\", for templates/reminder.md";
        findings.error(bad.span.clone(), format!("`{}` cannot name a template", bad.value), fix);
    }
    let send_time = fields.optional("send_time");
    if let (Some(time), Some(When::Completed | When::DeadlineMoved)) = (&send_time, &when) {
        findings.error(time.span.clone(), "a phase without a date has no `send_time`", "leave it out");
    }
    fields.finish();
    let name = name?;
    let phase = Phase {
        name: name.value,
        when: when?,
        audience,
        automatic,
        segments: segments.map(|at| at.value).unwrap_or_default(),
        template: template.map(|at| at.value),
        send_time: send_time.map(|at| at.value),
    };
    Some(At { value: phase, span: name.span })
}

/// Exactly one of `days_before`, `days_after` and `on`; `of` goes with the first two.
fn read_when(findings: &Findings, fields: &Fields<'_, '_>) -> Option<When> {
    let before = optional_days(findings, fields, "days_before").map(|at| at.map(Distance::Before));
    let after = optional_days(findings, fields, "days_after").map(|at| at.map(Distance::After));
    let on = fields.optional::<String>("on");
    let on_span = on.as_ref().map(|at| at.span.clone());
    let event = one_of(findings, on, &["completed", "deadline-moved"]);
    let of = fields.optional::<String>("of");
    if let (Some(of), Some(_)) = (&of, &event) {
        let fix = "leave out `of`, or write `days_before` or `days_after` instead of `on`";
        findings.error(of.span.clone(), "a phase has both `of` and `on`", fix);
    }
    let written: Vec<&str> = ["days_before", "days_after", "on"].into_iter().filter(|key| fields.has(key)).collect();
    match written.as_slice() {
        [] => {
            let fix = "add `days_before = 30`, `days_after = 1`, or `on = \"completed\"`";
            findings.error(fields.span(), "the phase has no date", fix);
            None
        }
        [_] => {
            let of = of.map_or(Anchor::Deadline, |of| Anchor::Date(of.value));
            let dated = before.or(after).map(|distance| When::Dated(DueDay { of, distance: distance.value }));
            dated.or(event.map(|on| if on == "completed" { When::Completed } else { When::DeadlineMoved }))
        }
        [first, second, ..] => {
            let span =
                before.map(|at| at.span).or(after.map(|at| at.span)).or(on_span).unwrap_or_else(|| fields.span());
            findings.error(span, format!("a phase has both `{first}` and `{second}`"), "keep one of the two");
            None
        }
    }
}

/// The audiences of phases without a date; those phases have no other, and phases with a date cannot
/// have these.
const OF_NO_DATE: [Audience; 2] = [Audience::Completed, Audience::ToldOtherDate];

fn usual_audience(when: &When) -> Audience {
    match when {
        When::Dated(_) => Audience::NotCompleted,
        When::Completed => Audience::Completed,
        When::DeadlineMoved => Audience::ToldOtherDate,
    }
}

fn unknown_audience(name: &str) -> (String, String) {
    let known: Vec<_> = Audience::iter().map(|audience| audience.to_string()).collect();
    (format!("unknown audience `{name}`"), format!("the audiences are {}", known.join(", ")))
}
