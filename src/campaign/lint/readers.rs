//! Whose texts are checked: those of everybody known, and those somebody may come to get.

use std::collections::BTreeSet;

use compact_str::CompactString;

use super::checked::Checked;
use crate::campaign::definition::{Change, Concerns, Segment};
use crate::campaign::text::template::{Inputs, TagsRead};
use crate::campaign::text::variant::Texts;

/// What the texts of a phase are made of: for every recipient, and for each segment as its query, its changes and its
/// template's questions have it, so that a campaign can be checked before anybody was found.
pub fn readers(checked: &Checked<'_>, texts: &Texts<'_>) -> BTreeSet<Inputs> {
    let campaign = checked.campaign;
    let current = checked.records.recipients().iter().filter(|recipient| recipient.left.is_none());
    let known = current.filter(|recipient| campaign.segment(&recipient.segment).is_some());
    let known = known.filter(|recipient| texts.concerns(recipient)).map(|recipient| texts.inputs(recipient));
    known.chain(campaign.segments.iter().flat_map(|segment| possible(checked, texts, segment))).collect()
}

/// A segment's customers with and without the changes and the tags that only some of them have.
fn possible(checked: &Checked<'_>, texts: &Texts<'_>, segment: &Segment) -> Vec<Inputs> {
    let (campaign, phase) = (checked.campaign, texts.phase());
    let entry = checked.templates.entry(phase, segment);
    let asked = match entry.map_or(TagsRead::None, |entry| checked.templates.tags_read(entry)) {
        TagsRead::These(tags) => tags.into_iter().collect(),
        TagsRead::None | TagsRead::All => Vec::new(),
    };
    // Who calls nothing, and who may call anything.
    let concerned = |all: bool| {
        let called: Option<&[CompactString]> = if all { None } else { Some(&[]) };
        campaign.changes_for(&segment.name, segment.tags.with(), called)
    };
    let (few, many) = (concerned(false), concerned(true));
    let asks = |change: &&Change, all: bool| match &change.concerns {
        Concerns::Tags(_) => all || few.contains(change),
        Concerns::Everybody | Concerns::Segments(_) => if all { &many } else { &few }.contains(change),
    };
    let inputs = |(all, asked): (bool, &[String])| Inputs {
        segment: segment.name.clone(),
        changes: campaign.changes.iter().filter(|change| asks(change, all)).map(|change| change.id.clone()).collect(),
        tags: Some([segment.tags.with(), asked].concat()),
        told_deadline: campaign.deadline.pred_opt().filter(|_| phase.corrects()),
    };
    [(false, &[][..]), (true, &[][..]), (false, &asked[..]), (true, &asked[..])].map(inputs).to_vec()
}
