//! `[[allow]]`: findings that the campaign says are right, each by the words it is about and with a reason.

use super::checked::Checked;
use crate::campaign::definition::Allow;
use crate::campaign::definition::problem::Problem;
use crate::campaign::definition::rule::Rule;

/// The findings that nobody allowed, and the allowances that allow nothing. `asked` says which rules were looked at.
pub fn silenced(checked: &Checked<'_>, problems: Vec<Problem>, asked: impl Fn(Rule) -> bool) -> Vec<Problem> {
    let allows = &checked.campaign.allows;
    let idle = allows.iter().enumerate().filter(|(_, allow)| asked(allow.rule));
    let idle = idle.filter(|(_, allow)| !problems.iter().any(|problem| covers(allow, problem)));
    let idle: Vec<Problem> = idle.map(|(number, allow)| unused(checked, number, allow)).collect();
    let left = problems.into_iter().filter(|problem| !allows.iter().any(|allow| covers(allow, problem)));
    left.chain(idle).collect()
}

/// Whether an allowance is about this finding: it names the words, and no more than the line they stand in.
fn covers(allow: &Allow, problem: &Problem) -> bool {
    let Some(about) = &problem.about else { return false };
    allow.rule == problem.rule && allow.text.contains(&about.words) && about.line.contains(&allow.text)
}

fn unused(checked: &Checked<'_>, number: usize, allow: &Allow) -> Problem {
    let what = format!("nothing is found that this allows ({}: {})", allow.rule, allow.text);
    let fix = "take it out; or write `text` as the finding has it (`mmig check --json`)";
    checked.warning(Rule::UnusedAllow, &format!("allow.{number}.text"), &allow.text, what, fix)
}
