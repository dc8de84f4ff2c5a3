//! Rules that concern several parts of a campaign.

use std::collections::HashMap;
use std::ops::Range;

use super::fields::{At, Findings};
use super::{Campaign, Change, Concerns, Phase, When};
use crate::campaign::definition::problem::nearest;
use crate::campaign::definition::schedule::{Anchor, Length, Start};

/// The names of the parts, including those with other errors: one mistake must not hide or cause another.
pub(super) struct Names {
    pub segments: Vec<At<String>>,
    pub phases: Vec<At<String>>,
    pub changes: Vec<At<String>>,
    pub dates: Vec<At<String>>,
}

/// The positions of the parts, in their order.
pub(super) struct Placed {
    pub phases: Vec<Range<usize>>,
    pub segments: Vec<Range<usize>>,
    pub dates: Vec<Range<usize>>,
}

pub(super) fn check(
    findings: &Findings,
    names: &Names,
    segments: usize,
    phases: &[Option<At<Phase>>],
    changes: &[Option<At<Change>>],
) {
    let phases: Vec<_> = phases.iter().flatten().collect();
    distinct(findings, "segment", &names.segments);
    distinct(findings, "phase", &names.phases);
    distinct(findings, "change", &names.changes);
    if segments == 0 {
        findings.error(
            0..0,
            "the campaign has no segment, so it reaches no one",
            "add a [[segment]] with name and tags",
        );
    }
    in_order(findings, &phases);
    for phase in phases {
        let who = format!("phase `{}`", phase.value.name);
        known_segments(findings, &phase.span, &who, &phase.value.segments, &names.segments);
        known_date(findings, phase, &names.dates);
    }
    for At { value: change, span } in changes.iter().flatten() {
        let Concerns::Segments(segments) = &change.concerns else { continue };
        known_segments(findings, span, &format!("change `{}`", change.id), segments, &names.segments);
        if segments.is_empty() {
            let fix = "leave `segments` out if it concerns everyone";
            findings.error(span.clone(), format!("change `{}` concerns no segment", change.id), fix);
        }
    }
}

fn distinct(findings: &Findings, kind: &str, names: &[At<String>]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for At { value: name, span } in names {
        // Names become file names, and some file systems ignore case.
        let first = *seen.entry(name.to_lowercase()).or_insert(span.start);
        if first != span.start {
            let (line, _) = findings.source.place(first);
            findings.error(
                span.clone(),
                format!("there are two of {kind} `{name}`"),
                format!("the first is in line {line}; rename one"),
            );
        }
    }
}

/// Of phases that count from the same date and share customers, the earlier must come first.
fn in_order(findings: &Findings, phases: &[&At<Phase>]) {
    for (place, at) in phases.iter().enumerate() {
        let When::Dated(own) = &at.value.when else { continue };
        // A phase with another's template repeats it, and likely comes later in the file than in
        // time.
        if at.value.template.is_some() {
            continue;
        }
        let before = phases[..place].iter().rev().find_map(|before| match &before.value.when {
            When::Dated(earlier) if earlier.of == own.of && share_segments(&before.value, &at.value) => {
                Some((before, earlier))
            }
            _ => None,
        });
        if let Some((before, earlier)) = before
            && own.distance <= earlier.distance
        {
            findings.error(
                at.span.clone(),
                format!(
                    "phase `{}` ({}) follows `{}` ({})",
                    at.value.name, own.distance, before.value.name, earlier.distance
                ),
                "list the phases in the order they are sent, the earliest first",
            );
        }
    }
}

fn share_segments(one: &Phase, other: &Phase) -> bool {
    one.segments.is_empty() || other.segments.is_empty() || one.segments.iter().any(|name| other.is_for(name))
}

fn known_date(findings: &Findings, phase: &At<Phase>, dates: &[At<String>]) {
    let When::Dated(due) = &phase.value.when else { return };
    let Anchor::Date(name) = &due.of else { return };
    if dates.iter().any(|date| date.value == *name) {
        return;
    }
    let known = || dates.iter().map(|date| date.value.as_str());
    let fix = match nearest(name, known()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if dates.is_empty() => format!("add it: [campaign.dates], {name} = {{ on = 2027-04-30 }}"),
        None => format!("the dates are {}", known().collect::<Vec<_>>().join(", ")),
    };
    let what = format!("phase `{}` counts from `{name}`, which is not in [campaign.dates]", phase.value.name);
    findings.error(phase.span.clone(), what, fix);
}

/// `who` names one of the parts, which is for these segments.
fn known_segments(findings: &Findings, at: &Range<usize>, who: &str, named: &[String], segments: &[At<String>]) {
    for name in named.iter().filter(|name| segments.iter().all(|segment| segment.value != **name)) {
        let known = || segments.iter().map(|segment| segment.value.as_str());
        let fix = match nearest(name, known()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if segments.is_empty() => format!("add a [[segment]] with the name `{name}`"),
            None => format!("the segments are {}", known().collect::<Vec<_>>().join(", ")),
        };
        findings.error(at.clone(), format!("{who} is for segment `{name}`, which does not exist"), fix);
    }
}

/// Checks what only the whole campaign shows: whether its dates are consistent for each of its
/// readers.
pub(super) fn check_dates(findings: &Findings, placed: &Placed, campaign: &Campaign) {
    for (segment, at) in campaign.segments.iter().zip(&placed.segments) {
        if let Some(own) = segment.deadline.filter(|own| *own < campaign.deadline) {
            let what = format!(
                "the deadline of segment `{}`, {own}, is before the campaign's, {}",
                segment.name, campaign.deadline
            );
            let fix = "an extension gives more time: write a later date, or move the campaign's deadline";
            findings.error(at.clone(), what, fix);
        }
    }
    for (date, at) in campaign.dates.iter().zip(&placed.dates) {
        let whole_day = match date.start {
            Start::At(start) | Start::Past(start) => start.time.is_none(),
            Start::FromDeadline(_) => campaign.deadline.time.is_none(),
        };
        if whole_day && matches!(date.length, Some(Length::Lasts(_))) {
            let what = format!("the date `{}` lasts a while, and says no hour at which it begins", date.name);
            let fix = "write `at` with the hour; or `until` with the last day";
            findings.error(at.clone(), what, fix);
        } else if campaign.everybody().named(date).is_none() {
            let what = format!("the date `{}` is too far away for any calendar", date.name);
            findings.error(at.clone(), what, "write fewer days");
        } else if let Some(known) = campaign.everybody().named(date).filter(|known| known.moves)
            && known.end.is_some_and(|end| end.last() <= known.start.first())
        {
            findings.error(at.clone(), format!("`{}` ends before it begins", date.name), "write a later `until`");
        }
    }
    for (phase, at) in campaign.phases.iter().zip(&placed.phases) {
        let late = campaign.readers(phase).find(|reader| {
            let due = reader.due(phase);
            !phase.may_follow_deadline() && due.is_some_and(|due| due > reader.ends_at())
        });
        let Some(reader) = late else { continue };
        let due = reader.due_local(phase).map(|due| due.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
        let deadline = reader.deadline();
        let whose = match campaign.segment(reader.segment()).and_then(|segment| segment.deadline) {
            Some(_) => format!(" of segment `{}`", reader.segment()),
            None => String::new(),
        };
        let what = format!("phase `{}` would leave {due}, after the deadline{whose}, {deadline}", phase.name);
        let fix = "write `days_after` for mails after the deadline, more `days_before`, or an earlier `send_time`";
        findings.error(at.clone(), what, fix);
    }
}
