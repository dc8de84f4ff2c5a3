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
        let mut table = Table::new(&[("change", Align::Left), ("outcome", Align::Left), ("title", Align::Left)], width);
        for change in &outcome.changes {
            table.row([
                change.id.clone(),
                change.outcome.to_string(),
                clean(change.title.as_deref().unwrap_or_default()),
            ]);
        }
        let file = outcome.proposals.as_deref().unwrap_or_default();
        return format!("{}\nnext: read {file}, and copy what is right into campaign.toml\n", table.render());
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
