//! `mmig track --clear`: a customer's reply is seen to, and reminders go on.

use serde_json::json;

use super::Args;
use super::named::{addresses, keys};
use crate::app::session::Book;
use crate::campaign::definition::Campaign;
use crate::campaign::people::stage::{Evidence, Mark, Stage};
use crate::cli::Face;
use crate::cli::ui::{Report, plural};
use crate::commands::Ending;
use crate::store::folder::Folder;

/// Notes that these customers' replies are answered; no key, no network. A reply that comes later opens it again.
pub(super) fn clear(face: Face<'_>, folder: &Folder, campaign: &Campaign, args: &Args) -> Ending {
    let wanted = addresses(args, "--clear")?;
    let mut book = Book::open(face.app, folder, "track --clear", false, args.break_lock)?;
    let keys = keys(campaign, book.records(), &wanted)?;
    let (at, note) = (face.app.clock.now(), face.app.user.clone());
    let mut cleared = 0;
    for key in &keys {
        book.records_mut().update(key, |recipient| {
            if recipient.unanswered().is_some() {
                let (stage, by, note) = (Stage::Acknowledged, Evidence::Answered, note.clone());
                recipient.marks.push(Mark { stage, at, by, note });
                cleared += 1;
            }
        });
    }
    book.save()?;
    let data = json!({ "campaign": campaign.name, "cleared": cleared, "not_waiting": keys.len() - cleared });
    let mut screen = format!("{} answered.\n", plural(cleared, "customer"));
    if cleared < keys.len() {
        screen.push_str(&format!("{} had no reply that waits.\n", plural(keys.len() - cleared, "customer")));
    }
    screen.push_str("next: mmig remind (they are reminded again), or mmig status\n");
    Ok(Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() })
}
