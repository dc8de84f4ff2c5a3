//! A line a customer, for a spreadsheet.

use serde_json::{Value, json};

use crate::app::failure::{Failure, Kind};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::text::presentable;
use crate::campaign::view::summary::Summary;

/// The customers as CSV: who, how far, and for each phase what became of its mail and when.
pub fn of(summary: &Summary<'_>) -> Result<String, Failure> {
    let broken = |error: &dyn std::fmt::Display| Failure::new(Kind::Invalid, format!("cannot write CSV: {error}"), "");
    let mut sheet = csv::Writer::from_writer(Vec::new());
    let phases = summary.campaign.phases.iter().map(|phase| phase.name.as_str());
    let head =
        ["contact", "id", "name", "segment", "stage", "relapsed", "since", "left", "last_old_call"].map(str::to_owned);
    let of_phases = phases.flat_map(|phase| [phase.to_owned(), format!("{phase} at")]);
    sheet.write_record(head.into_iter().chain(of_phases)).map_err(|error| broken(&error))?;
    for recipient in summary.records.recipients() {
        sheet.write_record(row(summary, recipient)).map_err(|error| broken(&error))?;
    }
    let bytes = sheet.into_inner().map_err(|error| broken(&error))?;
    String::from_utf8(bytes).map_err(|error| broken(&error))
}

fn row(summary: &Summary<'_>, recipient: &Recipient) -> Vec<String> {
    let written = |at: crate::campaign::Time| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let called = recipient.usage.as_ref().and_then(|usage| usage.calls.last_seen);
    let mut row = vec![
        harmless(&recipient.email),
        harmless(&recipient.id),
        harmless(&recipient.name),
        recipient.segment.to_string(),
        recipient.stage().to_string(),
        if recipient.relapse().is_some() { "relapsed" } else { "" }.to_owned(),
        written(recipient.since),
        recipient.left.map(written).unwrap_or_default(),
        called.map(written).unwrap_or_default(),
    ];
    for phase in &summary.campaign.phases {
        let told = summary.outcome(recipient, &phase.name);
        row.extend(told.map_or_else(|| [String::new(), String::new()], |(outcome, at)| [outcome, written(at)]));
    }
    row
}

/// A text from outside as a cell that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    let line = presentable(text);
    // Some programs skip what stands before the sign; others know its wide form.
    let formula =
        line.trim_start_matches(['"', '\'', ' ']).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '|', '%']);
    if formula { format!("'{line}") } else { line }
}

/// A customer as data, exact.
pub fn json(summary: &Summary<'_>, recipient: &Recipient) -> Value {
    let phases = summary.campaign.phases.iter().filter_map(|phase| {
        let (_, at) = summary.outcome(recipient, &phase.name)?;
        let mail = recipient.mail(&phase.name)?;
        let id = mail.accepted().map(|accepted| &accepted.id).filter(|id| !id.is_empty());
        let told = json!({ "outcome": mail.outcome(), "at": at, "variant": mail.variant, "message_id": id });
        Some((phase.name.clone(), told))
    });
    json!({
        "contact": recipient.email, "id": recipient.id, "name": recipient.name, "segment": recipient.segment,
        "stage": recipient.stage(), "relapsed": recipient.relapse().is_some(), "since": recipient.since,
        "left": recipient.left, "phases": phases.collect::<serde_json::Map<_, _>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_a_formula() {
        for name in ["=1+1", "+49 30 1", "-2", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "＝1", "\"=1", "|calc", "%x"] {
            let cell = harmless(name);
            assert!(cell.starts_with('\''), "{name:?} became {cell:?}");
        }
        assert_eq!(harmless("Ann = Lee"), "Ann = Lee");
    }
}
