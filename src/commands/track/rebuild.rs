//! `mmig track --rebuild`: a ledger of what the server knows, for one that is lost or damaged.

use std::path::Path;

use serde_json::json;

use super::super::{Ending, block_on};
use crate::app::Run;
use crate::app::failure::{Failure, Kind};
use crate::app::session::{Book, Session};
use crate::app::track::bookkeeping;
use crate::app::track::rebuilding::rebuild;
use crate::app::track::track;
use crate::campaign::definition::Campaign;
use crate::campaign::mail::traces::Findings;
use crate::cli::Face;
use crate::cli::ui::{Report, clean, plural};
use crate::store::folder::{Folder, ignore};
use crate::store::local::{Holder, Ledger, Remains};

/// How many of those held the screen lists; `--json` has all.
const SHOWN: usize = 10;

/// Runs `track --rebuild`.
pub fn run(face: Face<'_>, folder: &Folder, campaign: &Campaign, break_lock: bool) -> Ending {
    let templates = folder.templates()?;
    let holder = Holder { command: "track --rebuild".to_owned(), at: face.app.clock.now() };
    let (ledger, remains) = Ledger::salvage(&folder.path, &holder, break_lock)?;
    let kept = ledger.records().recipients().len();
    let Remains { damaged, entries, unreadable } = remains;
    let (findings, aside, shows_mails) = block_on(face, async || {
        let mut session = Session::open(face.app, folder, campaign, Book::Open(ledger)).await?;
        let run = Run { app: face.app, folder, campaign };
        let findings = rebuild(&run, session.book.records_mut(), entries, &templates, &session.remote).await?;
        track(campaign, session.book.records_mut(), &session.remote, face.app.clock.now()).await?;
        let Session { book: Book::Open(ledger), remote, .. } = &mut session else { return Err(interrupted()) };
        if face.app.stop.asked() {
            return Err(interrupted());
        }
        ignore(&folder.path).map_err(|(path, error)| cannot_write(&path, &error))?;
        // The new one replaces the old one as a whole, so at any moment one of them is there.
        let aside = ledger.set_aside(face.app.clock.now())?;
        ledger.save()?;
        bookkeeping::keep(&run, ledger, remote).await;
        ledger.save()?;
        Ok((findings, aside, remote.api.capabilities().lists_mail))
    })?;
    let aside: Vec<String> = aside.iter().map(|path| path.display().to_string()).collect();
    let data = json!({
        "campaign": campaign.name, "damaged": damaged, "unreadable_lines": unreadable, "recipients_kept": kept,
        "by_tags": findings.by_tags, "by_subject": findings.by_subject, "left": findings.left, "others": findings.others,
        "held": findings.held, "aside": aside,
    });
    let mut screen = format!("{} of the old ledger could be read.\n", plural(kept, "recipient"));
    screen.push_str(&told(&findings, shows_mails));
    for path in &aside {
        screen.push_str(&format!("The old file is kept as {path}.\n"));
    }
    screen.push_str("next: mmig status\n");
    let failure = held(&findings);
    Ok(Report { data: data.as_object().cloned().unwrap_or_default(), screen, failure, ..Report::default() })
}

fn interrupted() -> Failure {
    let hint = "run the same command again";
    Failure::new(Kind::Interrupted, "interrupted; the ledger is as it was", hint)
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    let hint = "check the folder's permissions and the disk, then run the same command again";
    Failure::new(Kind::Ledger, format!("cannot write {}: {error}", path.display()), hint)
}

/// What was found, and what no server knows.
fn told(findings: &Findings, shows_mails: bool) -> String {
    let mut text = if shows_mails {
        format!(
            "{} found at the server: {} by their tags, {} by subject and recipient.\n",
            plural(findings.by_tags + findings.by_subject, "mail"),
            findings.by_tags,
            findings.by_subject
        )
    } else {
        "This server shows no mails, only the contacts' tags.\n".to_owned()
    };
    if findings.left > 0 {
        text.push_str(&format!("{} of them no longer in the campaign.\n", plural(findings.left, "customer")));
    }
    if findings.others > 0 {
        text.push_str(&format!("{} to these customers are of no phase.\n", plural(findings.others, "other mail")));
    }
    text.push_str(
        "Not known to the server: stages set by hand that no tag shows, usage, why mails were withdrawn or refused.\n",
    );
    text
}

/// The failure for what cannot be told.
fn held(findings: &Findings) -> Option<Failure> {
    let first = findings.held.first()?;
    let message = format!("of {} it cannot be told whether they were sent: held", plural(findings.held.len(), "mail"));
    let hint = format!(
        "`mmig status` lists them; `mmig submit --phase {} --resend-unknown --contact ADDRESS` sends one, perhaps twice",
        first.phase
    );
    let mut lines: Vec<String> = findings
        .held
        .iter()
        .take(SHOWN)
        .map(|held| format!("{} ({}): {}", clean(&held.contact), held.phase, clean(&held.why)))
        .collect();
    if findings.held.len() > SHOWN {
        lines.push(format!("and {} more: --json lists all", findings.held.len() - SHOWN));
    }
    Some(Failure::new(Kind::Partial, message, hint).with_details(lines))
}
