//! What has changed since the review, line by line.

use crate::campaign::decide::gates::Refusal;
use crate::campaign::definition::Phase;
use crate::campaign::hint::Action;
use crate::campaign::text::difference::{Line, hunks, lines};
use crate::campaign::text::lock::{Drift, Lock};
use crate::campaign::text::variant::Texts;
use crate::hint;
use crate::store::folder::Drafts;

/// How many lines of a diff are shown; the rest is in the files.
const SHOWN: usize = 24;

/// Diffs of the reviewed texts that would now be rendered differently.
pub fn changes(lock: &Lock, texts: &mut Texts<'_>, drafts: &Drafts) -> Vec<String> {
    lock.drifts(texts).iter().flat_map(|drift| text(drift, lock, drafts)).collect()
}

/// The refusal of a phase whose rules for sorting readers into texts have changed since the review.
pub fn resorted(phase: &Phase) -> Refusal {
    let what = "the segments, or the customers a change concerns, differ from what was reviewed";
    let draft = Action::new("draft").phase(&phase.name);
    Refusal::new(what, hint![draft, ", have it reviewed; or undo the change"])
}

/// The rules that changed.
pub fn rules(lock: &Lock, texts: &Texts<'_>) -> Vec<String> {
    let head = "who gets which text, as reviewed and as it would be now:".to_owned();
    std::iter::once(head).chain(lock.resorted(texts).into_iter().map(|line| format!("  {line}"))).collect()
}

/// What changed in a reviewed text.
fn text(drift: &Drift, lock: &Lock, drafts: &Drafts) -> Vec<String> {
    let locked = lock.variants.iter().find(|locked| locked.name == drift.name);
    let old = locked.and_then(|locked| drafts.text(locked));
    let file = drafts.path().join(format!("{}.md", drift.name));
    let mut shown = vec![format!("{} as reviewed, and as it would be now:", file.display())];
    match (&old, &drift.now) {
        (_, None) => shown.push("  the campaign no longer makes this text".to_owned()),
        (None, Some(_)) => {
            shown.push("  the reviewed text is gone from the file, so the change cannot be shown".to_owned());
        }
        (Some(old), Some(new)) => shown.extend(excerpt(&lines(old, new))),
    }
    shown
}

/// The lines around the changes, up to the maximum shown.
fn excerpt(lines: &[Line]) -> Vec<String> {
    let hunks = hunks(lines, 1);
    let more = (hunks.len() > SHOWN).then(|| "  …".to_owned());
    hunks.iter().take(SHOWN).map(|line| format!("  {}", line.signed())).chain(more).collect()
}
