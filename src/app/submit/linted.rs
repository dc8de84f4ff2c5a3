//! The last look at texts before they are sent: an error in `check` also stops a send.

use std::collections::HashSet;

use crate::app::Run;
use crate::campaign::decide::gates::Refusal;
use crate::campaign::decide::plan::Plan;
use crate::campaign::definition::Phase;
use crate::campaign::definition::problem::{Problem, Severity};
use crate::campaign::hint::Action;
use crate::campaign::lint::Checked;
use crate::campaign::people::records::Records;
use crate::campaign::plural;
use crate::campaign::text::digest::Digest;
use crate::campaign::text::lock::Lock;
use crate::campaign::text::variant::Texts;
use crate::hint;

/// The errors in the campaign and in the locked texts that the plan sends. Empty if nothing is sent.
pub fn errors(
    run: &Run<'_>,
    texts: &mut Texts<'_>,
    lock: Option<&Lock>,
    plan: &Plan,
    records: &Records,
) -> Vec<Problem> {
    let sent: HashSet<Digest> = plan.sends.iter().map(|send| send.variant).collect();
    let Some(lock) = lock.filter(|_| !sent.is_empty()) else { return Vec::new() };
    let now = run.app.clock.now();
    let checked = Checked::new(run.campaign, texts.templates(), records, now);
    let mut problems = checked.whole("");
    for locked in lock.variants.iter().filter(|locked| sent.contains(&locked.digest)) {
        for inputs in &locked.inputs {
            if let Some(rendered) = texts.render(inputs).ok().filter(|rendered| rendered.digest == locked.digest) {
                problems.extend(checked.text(texts.phase(), inputs, &rendered.text).problems);
                break;
            }
        }
    }
    let mut left = checked.left(problems, |_| true);
    left.retain(|problem| problem.severity == Severity::Error);
    left
}

/// The refusal for these errors.
pub fn refusal(phase: &Phase, errors: &[Problem]) -> Option<Refusal> {
    let what = format!("`check` finds {}", plural(errors.len(), "error"));
    let draft = Action::new("draft").phase(&phase.name);
    let hint = hint!["fix them, then ", draft, "; or allow intended ones: [[allow]]"];
    (!errors.is_empty()).then(|| Refusal::new(what, hint))
}
