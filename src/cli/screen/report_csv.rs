//! The report with one line per customer, for a spreadsheet.

use std::io;

use super::in_words;
use crate::app::report::{Customer, ReportOutcome};
use crate::campaign::Time;
use crate::campaign::text::presentable;

/// The customers as CSV: their data and stage, and for each phase the outcome of its mail and its
/// time.
///
/// # Errors
/// None is known: it writes to memory.
pub fn report_csv(report: &ReportOutcome) -> Result<String, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let phases = report.definition.phases.iter().map(|phase| phase.name.as_str());
    let head = ["contact", "id", "name", "segment", "stage", "relapsed", "since", "left", "last_old_call"];
    let account = report.definition.account_tag.as_ref().map(|_| "account");
    let head = head.into_iter().chain(account).map(str::to_owned);
    let of_phases = phases.flat_map(|phase| [phase.to_owned(), format!("{phase} at")]);
    table.write_record(head.chain(of_phases))?;
    for customer in report.customers.iter() {
        table.write_record(row(report, &customer))?;
    }
    let bytes = table.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8(bytes).map_err(io::Error::other)?)
}

fn row(report: &ReportOutcome, customer: &Customer<'_>) -> Vec<String> {
    let written = |at: Time| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut row = vec![
        harmless(customer.contact),
        harmless(customer.id),
        harmless(customer.name),
        customer.segment.to_owned(),
        customer.stage.to_string(),
        if customer.relapsed { "relapsed" } else { "" }.to_owned(),
        written(customer.since),
        customer.left.map(written).unwrap_or_default(),
        customer.last_old_call.map(written).unwrap_or_default(),
    ];
    row.extend(report.definition.account_tag.as_ref().map(|_| harmless(customer.account.unwrap_or_default())));
    for phase in &report.definition.phases {
        let mail = customer.phases.get(phase.name.as_str());
        row.extend(mail.map_or_else(<[String; 2]>::default, |mail| [in_words(mail.outcome), written(mail.at)]));
    }
    row
}

/// A text from outside as a cell that no spreadsheet interprets as a formula.
fn harmless(text: &str) -> String {
    let line = presentable(text);
    // Some programs skip leading characters; others accept the full-width form.
    let formula =
        line.trim_start_matches(['"', '\'', ' ']).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '|', '%']);
    if formula { format!("'{line}") } else { line }
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
