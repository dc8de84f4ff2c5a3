//! What a person reports about customers: their stage, and that their replies are answered.

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, Kind};
use crate::app::session::LedgerView;
use crate::app::{App, Outcome, ledger, selection};
use crate::campaign::definition::Campaign;
use crate::campaign::hint::Action;
use crate::campaign::people::accounts::with_their_accounts;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::stage::{Evidence, Mark, Stage};
use crate::hint;
use crate::store::input::Input;
use crate::store::text::whole;

/// Customers named by a user; at least one.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// Each by address, id, or a part of name or address that is unique.
    pub contacts: Vec<String>,
    /// More of them: a file with an address or id per line; blank lines and those that begin with `#` are
    /// skipped.
    pub from: Option<Input>,
}

/// Sets a stage by hand.
#[derive(Debug, Clone)]
pub struct MarkRequest {
    /// The stage.
    pub stage: Stage,
    /// The customers.
    pub customers: Named,
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
}

/// The result of setting a stage.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MarkOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// The stage.
    pub stage: Stage,
    /// How many customers have it now.
    pub marked: usize,
}

impl Outcome for MarkOutcome {}

/// Records that replies are answered.
#[derive(Debug, Clone)]
pub struct ClearRequest {
    /// The customers.
    pub customers: Named,
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
}

/// The result of marking replies as answered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClearOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// How many customers no longer wait.
    pub cleared: usize,
    /// How many of those named did not wait.
    pub not_waiting: usize,
}

impl Outcome for ClearOutcome {}

/// Sets the stage of customers by hand; needs no key and no network. The tags follow with the next [`follow`](super::follow()).
///
/// # Errors
/// No campaign, another run holds the ledger, no customer was named, or one of them is unknown; nothing is then
/// recorded.
pub fn mark(app: &App<'_>, request: &MarkRequest) -> Result<MarkOutcome, Failure> {
    let (at, stage) = (app.clock.now(), request.stage);
    let action = Action::new("track").option("mark", stage.to_string());
    let changed = change(app, &request.customers, "track --mark", action, request.break_lock, |campaign, customer| {
        customer.mark_tags(&campaign.tags, at);
        customer.marks.push(Mark { stage, at, by: Evidence::Hand, note: app.user.clone() });
        true
    })?;
    Ok(MarkOutcome { campaign: changed.campaign, stage, marked: changed.count })
}

/// Records that customers' replies are answered, so that reminders resume; needs no key and no network. A later reply
/// stops them again.
///
/// # Errors
/// As [`mark`].
pub fn clear(app: &App<'_>, request: &ClearRequest) -> Result<ClearOutcome, Failure> {
    let at = app.clock.now();
    let action = Action::new("track").flag("clear");
    let changed = change(app, &request.customers, "track --clear", action, request.break_lock, |_, customer| {
        let waits = customer.unanswered().is_some();
        if waits {
            let (stage, by, note) = (Stage::Acknowledged, Evidence::Answered, app.user.clone());
            customer.marks.push(Mark { stage, at, by, note });
        }
        waits
    })?;
    let Changed { campaign, count, named } = changed;
    Ok(ClearOutcome { campaign, cleared: count, not_waiting: named - count })
}

struct Changed {
    campaign: String,
    /// How many were changed.
    count: usize,
    /// How many were named.
    named: usize,
}

/// Changes each named customer; `change` returns whether it did anything. If one is unknown, nothing is changed.
fn change(
    app: &App<'_>,
    customers: &Named,
    command: &str,
    action: Action,
    break_lock: bool,
    change: impl Fn(&Campaign, &mut Recipient) -> bool,
) -> Result<Changed, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let listed = customers.listed(app)?;
    if customers.contacts.is_empty() && listed.is_empty() {
        let hint =
            hint!["name them: ", action.clone().option("contact", "ADDRESS"), " or ", action.option("from", "FILE")];
        return Err(Failure::new(Kind::Usage, "no customer was named", hint));
    }
    let mut ledger = LedgerView::Open(ledger::open_blocking(app, &folder, &campaign, command, break_lock)?);
    let found = selection::customers_and_listed(ledger.records(), &customers.contacts, &listed)?;
    let keys: Vec<String> = found.into_iter().map(|customer| customer.key().to_owned()).collect();
    let keys = with_their_accounts(&campaign, ledger.records(), keys);
    let mut one = |key: &String| ledger.records_mut().update(key, |customer| change(&campaign, customer));
    let count = keys.iter().filter_map(&mut one).filter(|changed| *changed).count();
    ledger.save()?;
    Ok(Changed { campaign: campaign.name, count, named: keys.len() })
}

impl Named {
    /// The customers in the file.
    fn listed(&self, app: &App<'_>) -> Result<Vec<String>, Failure> {
        let Some(input) = self.from.as_ref().map(|input| input.below(&app.root)) else { return Ok(Vec::new()) };
        let text = input.open().and_then(whole).map_err(|error| {
            let hint = "name a file with one address or id per line";
            Failure::new(Kind::Usage, format!("cannot read {input}: {error}"), hint)
        })?;
        Ok(names_in(&text))
    }
}

/// The customers in a list, one per line, as spreadsheets and mail programs save it: with quotes, a header, further
/// columns, or names before the addresses.
fn names_in(text: &str) -> Vec<String> {
    const HEADINGS: [&str; 11] = [
        "email",
        "e-mail",
        "mail",
        "address",
        "email address",
        "e-mail address",
        "adresse",
        "contact",
        "id",
        "contact_id",
        "customer",
    ];
    let lines = text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let names = lines.flat_map(cells).map(|cell| bare(cell).to_owned());
    let is_heading = |(place, name): &(usize, String)| *place == 0 && HEADINGS.contains(&name.to_lowercase().as_str());
    names.filter(|name| !name.is_empty()).enumerate().filter(|name| !is_heading(name)).map(|(_, name)| name).collect()
}

/// The cells of a line that name a customer: all if each is an address, otherwise the first.
fn cells(line: &str) -> Vec<&str> {
    let cells: Vec<&str> = line.split([',', ';', '\t']).map(str::trim).filter(|cell| !cell.is_empty()).collect();
    let all_name = cells.iter().all(|cell| cell.contains('@'));
    if all_name { cells } else { cells.into_iter().take(1).collect() }
}

/// The address in `Ann <ann@a.example>`, or the text in quotes.
fn bare(cell: &str) -> &str {
    let inner = cell.strip_suffix('>').and_then(|cell| cell.rsplit_once('<')).map_or(cell, |(_, inner)| inner);
    let inner = inner.strip_prefix("mailto:").unwrap_or(inner).trim();
    inner.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(inner).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_programs_save_it() {
        for text in [
            "ann@a.example\nc2\n",
            "ann@a.example\r\nc2\r\n",
            "ann@a.example\rc2\r",
            "email\nann@a.example\n\nc2",
            "\"E-Mail\"\n\"ann@a.example\"\n\"c2\"\n",
            "# for Monday\nAnn <ann@a.example>\nc2\n",
            "Address;Name\nann@a.example;Ann\nc2;Bob\n",
        ] {
            assert_eq!(names_in(text), ["ann@a.example", "c2"], "{text:?}");
        }
        assert_eq!(names_in("Ann <ann@a.example>, <mailto:bob@b.example>"), ["ann@a.example", "bob@b.example"]);
    }
}
