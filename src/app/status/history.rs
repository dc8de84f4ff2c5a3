//! One customer's whole history.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::Serialize;

use super::Head;
use crate::app::failure::Failure;
use crate::app::{App, Outcome, ledger, selection};
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::people::stage::Stage;
use crate::campaign::view::history::{Event, history};
use crate::campaign::view::letter::{Letter, letters};
use crate::campaign::view::next_mail::{NextMail, next_mail};

/// The request.
#[derive(Debug, Clone, Default)]
pub struct HistoryRequest {
    /// The customer: an address, an id, or a part of an address or name that is unique.
    pub contact: String,
    /// Also include every mail word for word.
    pub evidence: bool,
}

/// A customer's history.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HistoryOutcome {
    /// The campaign, and the time of this view.
    #[serde(flatten)]
    pub head: Head,
    /// The campaign's time zone.
    pub timezone: &'static str,
    /// The customer.
    pub contact: Customer,
    /// The segment.
    pub segment: String,
    /// When they left the campaign; `None` while they are in it.
    pub left: Option<Time>,
    /// Their stage.
    pub stage: Stage,
    /// The campaign's next mail to them, as far as is known now; `None` if none is planned.
    pub next_mail: Option<NextMail>,
    /// Everything that happened, oldest first.
    pub history: Vec<Event>,
    /// Every mail word for word, oldest first; omitted unless requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Vec<Letter>>,
    /// The campaign.
    #[serde(skip)]
    pub definition: Campaign,
    /// The records; see [`StatusOutcome::records`](super::StatusOutcome::records).
    #[serde(skip)]
    pub records: Records,
}

impl Outcome for HistoryOutcome {}

/// A customer, as last read from the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Customer {
    /// The server's id; empty if it gave none.
    pub id: String,
    /// The address.
    pub email: String,
    /// The name, unchecked.
    pub name: String,
    /// The tags, sorted.
    #[schemars(with = "Vec<String>")]
    pub tags: Vec<CompactString>,
}

/// Everything that happened to a customer.
///
/// # Errors
/// No campaign, no such customer, or the ledger cannot be read.
pub fn customer_history(app: &App<'_>, request: &HistoryRequest) -> Result<HistoryOutcome, Failure> {
    let folder = app.folder()?;
    let definition = folder.definition()?.campaign;
    let records = ledger::read_to_answer(app, &folder, &definition)?;
    let recipient = selection::customer(&records, &request.contact)?;
    let sent = folder.sent();
    Ok(HistoryOutcome {
        head: Head::of(&definition, app.clock.now()),
        timezone: definition.zone.name(),
        contact: Customer::of(recipient),
        segment: recipient.segment.to_string(),
        left: recipient.left,
        stage: recipient.stage(),
        next_mail: next_mail(&definition, &records, recipient, app.clock.now()),
        history: history(recipient),
        evidence: request.evidence.then(|| letters(&definition, recipient, |digest| sent.text(digest))),
        definition,
        records,
    })
}

impl Customer {
    fn of(recipient: &Recipient) -> Self {
        let Recipient { id, email, name, tags, .. } = recipient;
        Self { id: id.to_string(), email: email.to_string(), name: name.to_string(), tags: tags.clone() }
    }
}
