//! Rules that hold between the parts of a campaign, not within one.

use std::collections::HashMap;

use super::fields::{At, Findings};
use super::{Change, Concerns, Phase, When};
use crate::campaign::definition::problem::nearest;

/// What the parts call themselves, also those with something else wrong: one mistake must not hide or make another.
pub(super) struct Names {
    pub segments: Vec<At<String>>,
    pub phases: Vec<At<String>>,
    pub changes: Vec<At<String>>,
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
            "the campaign has no segment, so it reaches nobody",
            "add a [[segment]] with name and tags",
        );
    }
    in_order(findings, &phases);
    for change in changes.iter().flatten() {
        known_segments(findings, change, &names.segments);
    }
}

fn distinct(findings: &Findings, kind: &str, names: &[At<String>]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for At { value: name, span } in names {
        // Names become file names, and some file systems do not tell cases apart.
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

fn in_order(findings: &Findings, phases: &[&At<Phase>]) {
    let dated = phases.iter().filter_map(|at| match at.value.when {
        When::Before(days) => Some((days, *at)),
        When::Completed | When::DeadlineMoved => None,
    });
    let mut previous: Option<(u32, &At<Phase>)> = None;
    for (days, at) in dated {
        if let Some((earlier, before)) = previous
            && days >= earlier
        {
            findings.error(
                at.span.clone(),
                format!(
                    "phase `{}` ({days} days before) follows `{}` ({earlier} days before)",
                    at.value.name, before.value.name
                ),
                "list the phases in the order they are sent, the earliest first",
            );
        }
        previous = Some((days, at));
    }
}

fn known_segments(findings: &Findings, change: &At<Change>, segments: &[At<String>]) {
    let Concerns::Segments(names) = &change.value.concerns else { return };
    for name in names.iter().filter(|name| segments.iter().all(|segment| segment.value != **name)) {
        let known = || segments.iter().map(|segment| segment.value.as_str());
        let fix = match nearest(name, known()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if segments.is_empty() => format!("add a [[segment]] with the name `{name}`"),
            None => format!("the segments are {}", known().collect::<Vec<_>>().join(", ")),
        };
        findings.error(
            change.span.clone(),
            format!("change `{}` is for segment `{name}`, which is not there", change.value.id),
            fix,
        );
    }
    if names.is_empty() {
        findings.error(
            change.span.clone(),
            format!("change `{}` concerns no segment", change.value.id),
            "leave `segments` out if it concerns everybody",
        );
    }
}
