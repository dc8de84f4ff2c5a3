//! `mmig track --usage`: what customers' API traffic shows.

use std::path::Path;

use serde::Serialize;
use serde_json::json;

use crate::app::failure::{Failure, Kind};
use crate::app::session::Book;
use crate::campaign::definition::Campaign;
use crate::campaign::people::records::Records;
use crate::campaign::usage::{Findings, Fit, Listed, Row, Rules, Tallies, take_in};
use crate::cli::Face;
use crate::cli::ui::{Report, clean, plural};
use crate::commands::Ending;
use crate::store::folder::Folder;
use crate::store::usage_file;

/// What a file may have, for `--help`.
pub(super) const COLUMNS: &str = "\
Usage has a row a customer, or a row a customer and endpoint, in the columns contact (address or id; or email, id, \
contact_id), old_calls, new_calls, last_seen (when the old version was last called; may be empty), and perhaps method \
and path. Each file must reach back to the one before, and cover as many days as customers may be silent between two \
calls. The rules are in [usage] of campaign.toml.";

/// The rows of a file, counted.
#[derive(Debug, Default)]
struct Rows {
    all: usize,
    unmatched: Listed<Stranger>,
    unreadable: Listed<Unreadable>,
}

/// A row that fits nobody.
#[derive(Debug, Serialize)]
struct Stranger {
    line: u64,
    contact: String,
}

/// A row that is none.
#[derive(Debug, Serialize)]
struct Unreadable {
    line: u64,
    why: String,
}

/// Takes a file of usage in; no key, no network. The tags follow with the next `track`.
pub(super) fn take(face: Face<'_>, folder: &Folder, campaign: &Campaign, file: &Path, break_lock: bool) -> Ending {
    let mut book = Book::open(face.app, folder, "track --usage", false, break_lock)?;
    if book.records().recipients().is_empty() {
        let message = format!("campaign `{}` has no recipients yet, so usage fits nobody", campaign.name);
        return Err(Failure::new(Kind::NotFound, message, "`mmig segment` finds them"));
    }
    let cannot_judge =
        |why: String| Failure::new(Kind::Invalid, why, "mend [usage] in campaign.toml; nothing was recorded");
    let rules = Rules::compile(&campaign.usage).map_err(|fault| cannot_judge(fault.what))?;
    let mut tallies = Tallies::new(campaign, book.records());
    let mut rows = Rows::default();
    let ignored = usage_file::read(file, &mut |line, row| rows.count(line, row, &mut tallies, book.records()))?;
    if rows.all > 0 && rows.unreadable.count == rows.all {
        return Err(nothing_readable(&rows));
    }
    let findings = take_in(campaign, &rules, tallies, book.records_mut(), face.app.clock.now());
    let findings = findings.map_err(|why| cannot_judge(format!("a rule in [usage] cannot be judged: {why}")))?;
    book.save()?;
    if !ignored.is_empty() {
        face.terminal.say(&format!(
            "not used: the column{} {}",
            if ignored.len() == 1 { "" } else { "s" },
            clean(&ignored.join(", "))
        ));
    }
    Ok(report(campaign, &rows, &findings, &ignored))
}

impl Rows {
    fn count(&mut self, line: u64, row: Result<Row<'_>, String>, tallies: &mut Tallies<'_>, records: &Records) {
        self.all += 1;
        let fit = row.as_ref().map_or_else(|why| Fit::Unreadable(why.clone()), |row| tallies.add(row, records));
        match (fit, row) {
            (Fit::Stranger, Ok(row)) => {
                self.unmatched.push(|| Stranger { line, contact: row.label().to_owned() });
            }
            (Fit::Unreadable(why), _) => self.unreadable.push(|| Unreadable { line, why }),
            _ => {}
        }
    }
}

fn nothing_readable(rows: &Rows) -> Failure {
    let message = format!("none of {} could be read; nothing was recorded", plural(rows.all, "row"));
    let details = rows.unreadable.first.iter().take(SHOWN).map(told_unreadable);
    Failure::new(Kind::Usage, message, "see `mmig track --help` for what a row has").with_details(details)
}

fn report(campaign: &Campaign, rows: &Rows, findings: &Findings, ignored: &[String]) -> Report {
    let Findings { customers, without_row, incomplete, started, completed, relapsed, quiet } = findings;
    let data = json!({
        "campaign": campaign.name, "rows": rows.all, "customers": customers, "ignored_columns": ignored,
        "started": started.count, "completed": completed.count, "relapsed": relapsed.count, "quiet": quiet.count,
        "unmatched": rows.unmatched.count, "unreadable": rows.unreadable.count,
        "without_row": without_row.count, "incomplete": incomplete.count,
        "contacts": {
            "started": started.first, "completed": completed.first, "relapsed": relapsed.first, "quiet": quiet.first,
            "without_row": without_row.first, "incomplete": incomplete.first,
        },
        "unmatched_rows": rows.unmatched.first, "unreadable_rows": rows.unreadable.first,
    });
    Report { data: data.as_object().cloned().unwrap_or_default(), screen: screen(rows, findings), ..Report::default() }
}

/// How many of a list the screen shows; the rest is in `--json`.
const SHOWN: usize = 5;

fn screen(rows: &Rows, findings: &Findings) -> String {
    let Findings { customers, without_row, incomplete, started, completed, relapsed, quiet } = findings;
    let mut text = format!(
        "{} of {}: {} started, {} completed, {} relapsed.\n",
        plural(rows.all, "row"),
        plural(*customers, "customer"),
        started.count,
        completed.count,
        relapsed.count
    );
    let named = |contact: &String| clean(contact);
    let stranger = |row: &Stranger| format!("line {}: {}", row.line, clean(&row.contact));
    text.push_str(&list(relapsed, "relapsed: they were done, and call the old version again", named));
    text.push_str(&list(
        quiet,
        "will have completed once the old version has been quiet for [usage] quiet_days",
        named,
    ));
    text.push_str(&list(without_row, "without a row: what is known of them stays as it was", named));
    text.push_str(&list(&rows.unmatched, "of the rows: they fit nobody in this campaign", stranger));
    text.push_str(&list(&rows.unreadable, "of the rows: they could not be read", told_unreadable));
    text.push_str(&list(incomplete, "with such a row: what is known of them stays as it was", named));
    text.push_str("\nnext: mmig track (writes the tags), or mmig status\n");
    text
}

fn told_unreadable(row: &Unreadable) -> String {
    format!("line {}: {}", row.line, clean(&row.why))
}

fn list<T>(listed: &Listed<T>, what: &str, told: impl Fn(&T) -> String) -> String {
    if listed.count == 0 {
        return String::new();
    }
    let mut text = format!("\n{} {what}\n", listed.count);
    for item in listed.first.iter().take(SHOWN) {
        text.push_str(&format!("  {}\n", told(item)));
    }
    if listed.count > SHOWN {
        text.push_str(&format!("  and {} more: --json lists {}\n", listed.count - SHOWN, listed.first.len()));
    }
    text
}
