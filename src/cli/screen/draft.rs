//! The screens of `draft`.

use crate::app::draft::{Comparison, DraftOutcome, PreviewOutcome};
use crate::cli::ui::{Align, Table, clean, plural, wrapped};

/// The texts, and what to do with them.
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
        let changes = text.readers.first().map(|inputs| inputs.changes.join(", ")).unwrap_or_default();
        table.row([&text.phase, &text.draft, since, &text.recipients.to_string(), &changes, &text.subject]);
    }
    let mut screen = format!("{}\n", table.render());
    if let Some(page) = &outcome.page {
        screen.push_str(&format!("The page is in {page}.\n"));
    }
    let texts = plural(outcome.variants.len(), "text");
    let (done, next) = match &outcome.next {
        Some(phase) => (
            format!("{texts} in {}. Read them, and commit the folder.", outcome.folder.display()),
            format!("mmig submit --phase {phase} --dry-run"),
        ),
        None => (format!("{texts}. Nothing was locked."), "mmig draft --all".to_owned()),
    };
    format!("{screen}{}next: {next}\n", wrapped(&done, width, 0))
}

/// The mails as they would be sent. Their text is made of reviewed templates, and is shown as it is.
pub fn preview(outcome: &PreviewOutcome, _: usize) -> String {
    let mail = |mail: &crate::app::draft::PreviewMail| {
        format!("To: {}\nSubject: {}\n\n{}\n", clean(&mail.to), mail.subject, mail.markdown)
    };
    outcome.mails.iter().map(mail).collect()
}
