//! `mmig track --mark`: a person's word.

use serde_json::json;

use super::Args;
use super::named::{addresses, keys};
use crate::app::session::Book;
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::people::records::Records;
use crate::campaign::people::stage::{Evidence, Mark, Stage};
use crate::cli::Face;
use crate::cli::ui::{Report, plural};
use crate::commands::Ending;
use crate::store::folder::Folder;

/// Marks customers by hand; no key, no network. The tags follow with the next `track`.
pub(super) fn mark(face: Face<'_>, folder: &Folder, campaign: &Campaign, args: &Args, stage: Stage) -> Ending {
    let wanted = addresses(args, &format!("--mark {stage}"))?;
    let mut book = Book::open(face.app, folder, "track --mark", false, args.break_lock)?;
    let keys = keys(campaign, book.records(), &wanted)?;
    let now = face.app.clock.now();
    for key in &keys {
        mark_one(campaign, book.records_mut(), key, (stage, now), &face.app.user);
    }
    book.save()?;
    let data = json!({ "campaign": campaign.name, "stage": stage, "marked": keys.len() });
    let screen = format!(
        "{} marked {stage}.\nnext: mmig track (writes the tags), or mmig status\n",
        plural(keys.len(), "customer")
    );
    Ok(Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() })
}

fn mark_one(campaign: &Campaign, records: &mut Records, key: &str, (stage, now): (Stage, Time), user: &str) {
    let note = user.to_owned();
    records.update(key, |recipient| {
        recipient.mark_tags(&campaign.tags, now);
        recipient.marks.push(Mark { stage, at: now, by: Evidence::Hand, note });
    });
}
