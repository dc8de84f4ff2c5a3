//! What was written and is not used: often a misspelt name.

use std::collections::BTreeSet;

use super::checked::Checked;
use crate::campaign::definition::problem::Problem;
use crate::campaign::definition::rule::Rule;

/// Variables that no template uses.
pub fn variables(checked: &Checked<'_>) -> Vec<Problem> {
    let campaign = checked.campaign;
    let everywhere: BTreeSet<String> =
        campaign.segments.iter().flat_map(|segment| checked.templates.vars_used(campaign, segment)).collect();
    let unused = |place: String, name: &str, of: &str| {
        let what = format!("no template uses the variable `{name}`{of}");
        let fix = format!("write {{{{ vars.{name} }}}} where it belongs, or take it out");
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

/// The campaign's own templates that no phase uses. `own` is what their paths begin with.
pub fn templates(checked: &Checked<'_>, own: &str) -> Vec<Problem> {
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
