//! The screen of `compose`.

use crate::app::compose::{Became, ComposeOutcome};
use crate::cli::ui::{Align, Table, clean};

/// The outcome of each template, or the requests of a dry run.
pub fn compose(outcome: &ComposeOutcome, width: usize) -> String {
    if !outcome.requests.is_empty() {
        let requests = outcome.requests.iter().map(|request| {
            let host = request.host.as_deref().unwrap_or("no model configured");
            let body = serde_json::to_string_pretty(&request.body).unwrap_or_default();
            format!("{} ({host}):\n{body}\n", request.template)
        });
        return requests.collect::<Vec<_>>().join("\n");
    }
    if !outcome.changes.is_empty() {
        return changes(outcome, width);
    }
    if outcome.texts.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&[("template", Align::Left), ("outcome", Align::Left), ("tries", Align::Right)], width);
    for text in &outcome.texts {
        table.row([text.template.clone(), text.outcome.to_string(), text.tries.to_string()]);
    }
    let mut screen = format!("{}\n", table.render());
    for text in outcome.texts.iter().filter(|text| text.outcome == Became::Rejected) {
        for finding in &text.findings {
            screen.push_str(&format!("{}, {}: {}\n", text.template, finding.place, clean(&finding.message)));
        }
    }
    let mut phases: Vec<&str> =
        outcome.texts.iter().filter(|text| text.outcome == Became::Written).map(|text| text.phase.as_str()).collect();
    phases.dedup();
    if !phases.is_empty() {
        let named = phases.iter().map(|phase| format!(" --phase {phase}")).collect::<String>();
        screen.push_str(&format!("next: mmig check, then mmig draft{named}: people review every text\n"));
    }
    screen
}

/// The wording proposed for changes, and its file.
fn changes(outcome: &ComposeOutcome, width: usize) -> String {
    let mut table = Table::new(&[("change", Align::Left), ("outcome", Align::Left), ("title", Align::Left)], width);
    for change in &outcome.changes {
        let title = clean(change.title.as_deref().unwrap_or_default());
        table.row([change.id.clone(), change.outcome.to_string(), title]);
    }
    let mut screen = format!("{}\n", table.render());
    for change in &outcome.changes {
        for finding in &change.findings {
            screen.push_str(&format!("{}, {}: {}\n", change.id, finding.place, clean(&finding.message)));
        }
    }
    if let Some(file) = &outcome.proposals {
        screen.push_str(&format!("next: read {file}, and copy what is correct into campaign.toml\n"));
    }
    screen
}
