//! What changed in the reviewed texts, for whoever is refused.

use similar::TextDiff;

use crate::campaign::lock::{Drift, Lock};
use crate::campaign::text::Text;
use crate::campaign::variant::Texts;
use crate::folder::Drafts;

/// Lines of a diff that are shown; the rest is in the files.
const DIFF_LINES: usize = 24;

/// The reviewed texts that would come out differently now, as diffs.
pub fn changes(lock: &Lock, texts: &mut Texts<'_>, drafts: &Drafts) -> Vec<String> {
    lock.drifts(texts).iter().flat_map(|drift| shown(drift, lock, drafts)).collect()
}

/// What changed in a reviewed text, a line each.
fn shown(drift: &Drift, lock: &Lock, drafts: &Drafts) -> Vec<String> {
    let digest = lock.variants.iter().find(|locked| locked.name == drift.name).map(|locked| locked.digest);
    let old = digest.and_then(|digest| drafts.text(&drift.name, digest));
    let file = drafts.path().join(format!("{}.md", drift.name));
    let mut lines = vec![format!("{} as reviewed, and as it would be now:", file.display())];
    match (&old, &drift.now) {
        (_, None) => lines.push("  the campaign no longer makes this text".to_owned()),
        (None, Some(_)) => {
            lines.push("  the reviewed text is gone from the file, so the change cannot be shown".to_owned());
        }
        (Some(old), Some(new)) => lines.extend(diff(old, new)),
    }
    lines
}

fn diff(old: &Text, new: &Text) -> Vec<String> {
    let page = |text: &Text| format!("Subject: {}\n\n{}", text.subject, text.body);
    let (old, new) = (page(old), page(new));
    let diff = TextDiff::from_lines(&old, &new);
    let unified = diff.unified_diff().context_radius(1).to_string();
    let mut lines: Vec<String> = unified.lines().take(DIFF_LINES).map(|line| format!("  {line}")).collect();
    if unified.lines().count() > DIFF_LINES {
        lines.push("  …".to_owned());
    }
    lines
}
