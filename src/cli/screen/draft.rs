//! The screens of `draft`.

use crate::app::draft::{Comparison, DraftOutcome, DraftedText};
use crate::app::preview::{PreviewMail, PreviewOutcome};
use crate::cli::ui::{Align, Table, clean, plural, wrapped};

/// The texts, and the next command.
pub fn draft(outcome: &DraftOutcome, width: usize) -> String {
    let columns = [
        ("phase", Align::Left),
        ("draft", Align::Left),
        ("", Align::Left),
        ("recipients", Align::Right),
        ("changes", Align::Left),
        ("subject", Align::Left),
    ];
    let mut table = Table::new(&columns, width);
    for text in &outcome.variants {
        let since = match text.since {
            Comparison::New => "new",
            Comparison::Changed => "changed",
            Comparison::Same => "",
        };
        let changes = changes_of(text).join(", ");
        table.row([&text.phase, &text.draft, since, &text.recipients.to_string(), &changes, &text.subject]);
    }
    let mut screen = format!("{}\n", table.render());
    if outcome.diff {
        screen.push_str(&differences(outcome, width));
    }
    for (phase, mails) in &outcome.older_text {
        let mails = plural(*mails, "mail");
        let replace = format!("mmig submit --phase {phase} --replace");
        let line =
            format!("Waiting with an older text: {mails} of phase {phase}. `{replace}` cancels them and sends these.");
        screen.push_str(&wrapped(&line, width, 0));
    }
    if !outcome.done.is_empty() {
        let names = outcome.done.join(", ");
        let line = format!("Already sent, so the drafts stay as they were reviewed: {names}.");
        screen.push_str(&wrapped(&line, width, 0));
    }
    if let Some(page) = &outcome.page {
        screen.push_str(&format!("The page is in {page}.\n"));
    }
    let texts = plural(outcome.variants.len(), "text");
    let (done, next) = match &outcome.next {
        Some(phase) => (
            format!("{texts} in {}. Read them, and commit the folder.", outcome.folder.display()),
            // What waits with an older text comes first: its customers are about to read it.
            match outcome.older_text.keys().next() {
                Some(older) => format!("mmig submit --phase {older} --replace --dry-run"),
                None => format!("mmig submit --phase {phase} --dry-run"),
            },
        ),
        None => (format!("{texts}. Nothing was locked."), "mmig draft --all".to_owned()),
    };
    format!("{screen}{}next: {next}\n", wrapped(&done, width, 0))
}

/// All changes in a text, each once: one text may be for several segments.
fn changes_of(text: &DraftedText) -> Vec<&str> {
    let mut changes: Vec<&str> = Vec::new();
    for change in text.readers.iter().flat_map(|inputs| &inputs.changes) {
        if !changes.contains(&change.as_str()) {
            changes.push(change);
        }
    }
    changes
}

/// What changed since the last lock, text by text, and who has the old wording.
fn differences(outcome: &DraftOutcome, width: usize) -> String {
    let changed = outcome.variants.iter().filter_map(|text| Some((text, text.changed.as_ref()?)));
    let texts: String = changed
        .map(|(text, changed)| {
            let lines: String = changed.lines.iter().map(|line| format!("  {}\n", clean(line))).collect();
            let lines = if lines.is_empty() { "  the old text is gone from its file\n".to_owned() } else { lines };
            let (holders, waiting) = (plural(changed.hold, "customer"), plural(changed.wait, "mail"));
            let who = format!("{holders} have the old text; {waiting} with it not sent yet");
            format!("{}/{}: {}{lines}\n", text.phase, text.draft, wrapped(&who, width, 0))
        })
        .collect();
    if texts.is_empty() { "Nothing changed since the last lock.\n\n".to_owned() } else { texts }
}

/// The mails as they would be sent. Their text comes from reviewed templates, and is shown
/// unchanged.
pub fn preview(outcome: &PreviewOutcome, _: usize) -> String {
    let mail =
        |mail: &PreviewMail| format!("To: {}\nSubject: {}\n\n{}\n", clean(&mail.to), mail.subject, mail.markdown);
    outcome.mails.iter().map(mail).collect()
}
