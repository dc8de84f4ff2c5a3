//! `[campaign.dates]`: the dates besides the deadline that texts may name.

use super::values::{LONGEST_NAME, is_name, optional_days};
use crate::campaign::definition::fields::{At, Fields, Findings};
use crate::campaign::definition::schedule::{Distance, Lasting, Length, NamedDate, Start};
use crate::campaign::moment::LocalMoment;

pub(super) fn read_dates(findings: &Findings, head: &Fields<'_, '_>) -> Vec<NamedDate> {
    let entries = head.named_tables("dates", "[campaign.dates.NAME]");
    entries.into_iter().filter_map(|(name, fields)| read_date(findings, &name, fields)).collect()
}

fn read_date(findings: &Findings, name: &At<String>, fields: Fields<'_, '_>) -> Option<NamedDate> {
    if !is_name(&name.value) {
        let fix = format!("use letters, digits, `-` and `_`, up to {LONGEST_NAME} of them, not beginning with `-`");
        findings.error(name.span.clone(), format!("`{}` cannot be used as a name", name.value), fix);
    }
    let start = read_start(findings, name, &fields);
    let length = read_length(findings, &fields);
    fields.finish();
    let start = start?;
    if let (Start::At(at) | Start::Past(at), Some(Length::Until(end))) = (start, length)
        && end.last() <= at.first()
    {
        findings.error(name.span.clone(), format!("`{}` ends before it begins", name.value), "write a later `until`");
    }
    Some(NamedDate { name: name.value.clone(), start, length })
}

fn read_start(findings: &Findings, name: &At<String>, fields: &Fields<'_, '_>) -> Option<Start> {
    let on = fields.optional::<LocalMoment>("on");
    let at = fields.optional::<LocalMoment>("at");
    let before = optional_days(findings, fields, "days_before");
    let after = optional_days(findings, fields, "days_after");
    let past = fields.optional::<bool>("past");
    if let Some(day) = at.as_ref().filter(|at| at.value.time.is_none()) {
        let fix = "write the hour as well, as in 2027-04-06T14:00:00; or `on` for a whole day";
        findings.error(day.span.clone(), "`at` has no time", fix);
    }
    if let Some(hour) = on.as_ref().filter(|on| on.value.time.is_some()) {
        findings.error(hour.span.clone(), "`on` is a whole day", "write `at` for a day with its hour");
    }
    let is_past = past.as_ref().is_some_and(|past| past.value);
    let absolute = |moment: LocalMoment| if is_past { Start::Past(moment) } else { Start::At(moment) };
    let starts: Vec<Start> = [
        on.map(|on| absolute(on.value)),
        at.map(|at| absolute(at.value)),
        before.map(|days| Start::FromDeadline(Distance::Before(days.value))),
        after.map(|days| Start::FromDeadline(Distance::After(days.value))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let written = ["on", "at", "days_before", "days_after"].iter().filter(|key| fields.has(key)).count();
    match starts.as_slice() {
        [Start::FromDeadline(_)] if is_past => {
            let span = past.map_or_else(|| fields.span(), |past| past.span);
            findings.error(span, "a past date does not move with the deadline", "write `on` or `at`");
            None
        }
        [start] if written == 1 => Some(*start),
        // Unreadable values are already reported.
        [] if written > 0 => None,
        [] => {
            let what = format!("the date `{}` does not say when it is", name.value);
            findings.error(name.span.clone(), what, "add `on`, `at`, `days_before` or `days_after`");
            None
        }
        _ => {
            let what = format!("the date `{}` says in two ways when it is", name.value);
            findings.error(name.span.clone(), what, "keep one of `on`, `at`, `days_before` and `days_after`");
            None
        }
    }
}

/// Its length; `None` if unset or unreadable.
fn read_length(findings: &Findings, fields: &Fields<'_, '_>) -> Option<Length> {
    let lasts = fields.optional::<String>("lasts");
    let until = fields.optional::<LocalMoment>("until");
    match (lasts, until) {
        (Some(lasts), None) => {
            if let Ok(lasting) = lasts.value.parse::<Lasting>() {
                Some(Length::Lasts(lasting))
            } else {
                let what = format!("`{}` is not a length of time", lasts.value);
                findings.error(lasts.span, what, "write it as in \"3h\", \"90m\", \"1h30m\" or \"2d\"");
                None
            }
        }
        (None, Some(until)) => Some(Length::Until(until.value)),
        (Some(_), Some(until)) => {
            findings.error(until.span, "a date has both `lasts` and `until`", "keep one of the two");
            None
        }
        (None, None) => None,
    }
}
