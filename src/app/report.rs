//! The report: how the campaign is going, and what each customer was sent.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::status::{Head, overview_of};
use crate::app::failure::Failure;
use crate::app::{App, Outcome, ledger};
use crate::campaign::Time;
use crate::campaign::definition::{Campaign, Scope};
use crate::campaign::mail;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::people::stage::Stage;
use crate::campaign::text::digest::Digest;
use crate::campaign::view::behind::{Straggler, behind};
use crate::campaign::view::overview::Overview;
use crate::campaign::view::texts::{SentText, sent_texts};
use crate::campaign::view::timeline::{Timeline, timeline};
use crate::store::folder::Folder;

/// Everything there is to report about a campaign.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReportOutcome {
    /// The campaign, and the time of the report.
    #[serde(flatten)]
    pub head: Head,
    /// Counts, forecast, and what needs attention.
    #[serde(flatten)]
    pub overview: Overview,
    /// The stages day by day.
    pub timeline: Timeline,
    /// The customers who are not done, those furthest behind first.
    pub behind: Vec<Straggler>,
    /// Each text that was sent, by phase.
    pub texts: Vec<SentText>,
    /// Every customer, in the order they were found.
    #[schemars(with = "Vec<Customer<'static>>")]
    pub customers: Customers,
    /// The campaign.
    #[serde(skip)]
    pub definition: Campaign,
}

impl Outcome for ReportOutcome {}

/// Summarises the campaign from its files.
///
/// # Errors
/// No campaign, or the ledger cannot be read.
pub fn report(app: &App<'_>) -> Result<ReportOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let records = ledger::read_to_answer(app, &folder, &campaign)?;
    Ok(ReportOutcome::of(&folder, campaign, records, app.clock.now()))
}

impl ReportOutcome {
    /// The report as of `now`, with the sent texts kept in the folder.
    pub fn of(folder: &Folder, campaign: Campaign, records: Records, now: Time) -> Self {
        let sent = folder.sent();
        Self {
            head: Head::of(&campaign, now),
            overview: overview_of(folder, &campaign, &records, now, Scope::default()),
            timeline: timeline(&campaign, &records, now),
            behind: behind(&campaign, &records, Scope::default()),
            texts: sent_texts(&campaign, &records, |digest| sent.text(digest)),
            customers: Customers {
                phases: campaign.phases.iter().map(|phase| phase.name.clone()).collect(),
                account_tag: campaign.account_tag.clone(),
                records,
            },
            definition: campaign,
        }
    }
}

/// The customers of a campaign. There may be many, so each is described on demand and the list is never copied.
#[derive(Debug)]
pub struct Customers {
    phases: Vec<String>,
    account_tag: Option<String>,
    /// What the ledger knows.
    pub records: Records,
}

impl Customers {
    /// Each customer, in the order they were found.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Customer<'_>> {
        let account = |recipient| self.account_tag.as_deref().and_then(|tag| Recipient::account(recipient, tag));
        self.records.recipients().iter().map(move |recipient| Customer::of(&self.phases, account(recipient), recipient))
    }
}

impl Serialize for Customers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// A customer and the status of their mails. Names and addresses are the server's, unchecked.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Customer<'a> {
    /// The address.
    pub contact: &'a str,
    /// The server's id; empty if it gave none.
    pub id: &'a str,
    /// The name.
    pub name: &'a str,
    /// The segment.
    pub segment: &'a str,
    /// The account they belong to; left out where they belong to none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<&'a str>,
    /// Their stage.
    pub stage: Stage,
    /// Whether they were done and then called the old version again.
    pub relapsed: bool,
    /// When they were found.
    pub since: Time,
    /// When they left the campaign; `None` while they are in it.
    pub left: Option<Time>,
    /// Their last mail of each phase, if any.
    pub phases: BTreeMap<&'a str, PhaseMail<'a>>,
    /// When they last called the old version, according to usage.
    #[serde(skip)]
    pub last_old_call: Option<Time>,
}

/// The mail of a phase and its status.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PhaseMail<'a> {
    /// The outcome.
    pub outcome: mail::Outcome,
    /// When it arrived; otherwise when the server accepted it; otherwise when it was about to be
    /// sent.
    pub at: Time,
    /// The digest of the reviewed text.
    pub digest: Digest,
    /// The server's id of the mail, if it gave one.
    pub message_id: Option<&'a str>,
}

impl<'a> Customer<'a> {
    fn of(phases: &'a [String], account: Option<&'a str>, recipient: &'a Recipient) -> Self {
        let mails = phases.iter().filter_map(|phase| Some((phase.as_str(), recipient.mail(phase)?)));
        Self {
            contact: &recipient.email,
            id: &recipient.id,
            name: &recipient.name,
            segment: &recipient.segment,
            account,
            stage: recipient.stage(),
            relapsed: recipient.relapse().is_some(),
            since: recipient.since,
            left: recipient.left,
            phases: mails.map(|(phase, mail)| (phase, PhaseMail::of(mail))).collect(),
            last_old_call: recipient.usage.as_ref().and_then(|usage| usage.calls.last_seen),
        }
    }
}

impl<'a> PhaseMail<'a> {
    fn of(mail: &'a mail::Mail) -> Self {
        Self {
            outcome: mail.outcome(),
            at: mail.reached_at().or(mail.taken()).unwrap_or(mail.sending),
            digest: mail.variant,
            message_id: mail.accepted().map(|accepted| accepted.id.as_str()).filter(|id| !id.is_empty()),
        }
    }
}
