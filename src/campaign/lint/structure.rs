//! Checks the campaign as a whole: who gets what, whether anyone does, and what is unused.

use std::collections::BTreeSet;

use super::checked::Checked;
use crate::campaign::definition::dates::Timing;
use crate::campaign::definition::oasdiff::is_as_imported;
use crate::campaign::definition::problem::Problem;
use crate::campaign::definition::query::TagQuery;
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Change, Concerns, Segment};

/// Finds changes still as imported: they say how two documents differ, not what customers should do.
pub fn unedited(checked: &Checked<'_>) -> Vec<Problem> {
    let changes = checked.campaign.changes.iter().enumerate();
    let unedited = changes.filter(|(_, change)| is_as_imported(change));
    unedited
        .map(|(number, change)| {
            let what = format!("change `{}` is still as imported: edit its title and text", change.id);
            let fix = "say what to do in your customers' words, with code before and after";
            checked.error(Rule::Unedited, &format!("change.{number}.title"), &change.id, what, fix)
        })
        .collect()
}

/// Finds segments that no contact can be in, because an earlier one takes them all.
pub fn segments_for_nobody(checked: &Checked<'_>) -> Vec<Problem> {
    let segments = &checked.campaign.segments;
    let hidden = segments.iter().enumerate().filter_map(|(number, segment)| {
        let earlier = segments[..number].iter().find(|earlier| takes_all(&earlier.tags, &segment.tags))?;
        Some((number, segment, earlier))
    });
    hidden
        .map(|(number, segment, earlier)| {
            let what = format!(
                "segment `{}` can never match: `{}` comes first and takes its customers",
                segment.name, earlier.name
            );
            let fix = format!("put `{}` before `{}`", segment.name, earlier.name);
            checked.error(Rule::SegmentForNobody, &format!("segment.{number}.name"), &segment.name, what, fix)
        })
        .collect()
}

/// Whether every contact that matches `other` matches `query`.
fn takes_all(query: &TagQuery, other: &TagQuery) -> bool {
    let inside = |some: &[String], all: &[String]| some.iter().all(|tag| all.contains(tag));
    inside(query.with(), other.with()) && inside(query.without(), other.without())
}

/// Finds segments that no change concerns, in a campaign with changes.
pub fn segments_without_changes(checked: &Checked<'_>) -> Vec<Problem> {
    let changes = &checked.campaign.changes;
    let segments = checked.campaign.segments.iter().enumerate();
    let bare = segments.filter(|(_, segment)| !changes.iter().any(|change| may_concern(change, segment)));
    bare.filter(|_| !changes.is_empty())
        .map(|(number, segment)| {
            let what = format!("no change concerns segment `{}`", segment.name);
            let fix = "name it in the `segments` of a change, or remove it from the campaign";
            let place = format!("segment.{number}.name");
            checked.warning(Rule::SegmentWithoutChanges, &place, &segment.name, what, fix)
        })
        .collect()
}

/// Whether the change may concern a customer of the segment.
fn may_concern(change: &Change, segment: &Segment) -> bool {
    match &change.concerns {
        Concerns::Everybody => true,
        Concerns::Segments(names) => names.contains(&segment.name),
        Concerns::Tags(query) => {
            let apart = |some: &[String], others: &[String]| !some.iter().any(|tag| others.contains(tag));
            apart(query.with(), segment.tags.without()) && apart(query.without(), segment.tags.with())
        }
    }
}

/// Finds changes that no customer reads: for tags that no segment's customers can have, or that no known
/// customer has.
pub fn changes_for_nobody(checked: &Checked<'_>) -> Vec<Problem> {
    let campaign = checked.campaign;
    let known = || checked.records.recipients().iter().filter(|recipient| recipient.left.is_none());
    let somebody = known().next().is_some();
    let mut problems = Vec::new();
    for (number, change) in campaign.changes.iter().enumerate() {
        let (place, id) = (format!("change.{number}.id"), &change.id);
        if !campaign.segments.iter().any(|segment| may_concern(change, segment)) {
            let what = format!("no customer reads change `{id}`: no segment's customers can have its tags");
            let fix = "correct its `tags`: all of them must go with some segment's";
            problems.push(checked.error(Rule::ChangeForNobody, &place, id, what, fix));
        } else if let Concerns::Tags(query) = &change.concerns
            && somebody
            && !known().any(|recipient| query.matches(&recipient.tags))
        {
            let what = format!("no customer reads change `{id}`: none of the customers found has its tags");
            let fix = "check the spelling of its `tags`; `mmig segment` finds customers again";
            problems.push(checked.warning(Rule::ChangeForNobody, &place, id, what, fix));
        }
    }
    problems
}

/// Finds phases that can no longer be sent, and never were.
pub fn phases_for_nobody(checked: &Checked<'_>) -> Vec<Problem> {
    let campaign = checked.campaign;
    let sent = |phase: &str| checked.records.recipients().iter().any(|recipient| recipient.mail(phase).is_some());
    let phases = campaign.phases.iter().enumerate();
    let late = phases.filter(|(_, phase)| campaign.timing(phase, checked.now) == Timing::Late && !sent(&phase.name));
    // After the deadline one finding covers all of them.
    late.filter(|_| campaign.days_left(checked.now) >= 0)
        .map(|(number, phase)| {
            let due = campaign.due(phase).map(|due| campaign.local_date(due).to_string()).unwrap_or_default();
            let what = format!("no one gets phase `{}`: it was due {due}, which is too late now", phase.name);
            let fix = "remove it, give it fewer `days_before`, or move the deadline";
            checked.warning(Rule::PhaseForNobody, &format!("phase.{number}.name"), &phase.name, what, fix)
        })
        .collect()
}

/// Finds variables that no template uses.
pub fn unused_variables(checked: &Checked<'_>) -> Vec<Problem> {
    let campaign = checked.campaign;
    let everywhere: BTreeSet<String> =
        campaign.segments.iter().flat_map(|segment| checked.templates.vars_used(campaign, segment)).collect();
    let unused = |place: String, name: &str, of: &str| {
        let what = format!("no template uses the variable `{name}`{of}");
        let fix = format!("write {{{{ vars.{name} }}}} where it belongs, or remove it");
        checked.warning(Rule::UnusedVariable, &place, name, what, fix)
    };
    let mut problems: Vec<Problem> = campaign
        .vars
        .keys()
        .filter(|name| !everywhere.contains(*name))
        .map(|name| unused(format!("campaign.vars.{name}"), name, ""))
        .collect();
    for (number, segment) in campaign.segments.iter().enumerate() {
        let used = checked.templates.vars_used(campaign, segment);
        let names = segment.vars.keys().filter(|name| !used.contains(*name));
        problems.extend(names.map(|name| {
            unused(format!("segment.{number}.vars.{name}"), name, &format!(" for segment `{}`", segment.name))
        }));
    }
    problems
}

/// Finds the campaign's own templates that no phase uses. `own` is their path prefix.
pub fn unused_templates(checked: &Checked<'_>, own: &str) -> Vec<Problem> {
    let unused = checked.templates.unused(checked.campaign).into_iter().filter(|source| source.path.starts_with(own));
    unused
        .map(|source| {
            let name = source.path.rsplit(['/', '\\']).next().unwrap_or(&source.path).to_owned();
            let fix =
                "a phase P uses P.md, or P.S.md for segment S; everything else must be included by one that is used";
            let problem = Problem::warning(source, 0..0, "no phase uses this template", fix);
            problem.of(Rule::UnusedTemplate).about(&name, &name)
        })
        .collect()
}
