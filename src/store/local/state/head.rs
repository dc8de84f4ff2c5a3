//! The lines above the recipients: the format, and what concerns all recipients.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::snapshot::Snapshot;
use crate::campaign::mail::Mail;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::{Records, WarmUp};
use crate::campaign::{Time, moment};

/// The file's keys, one per line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub version: i64,
    #[serde(default)]
    campaign: String,
    sequence: u64,
    #[serde(default, with = "moment::optional")]
    segmented: Option<Time>,
    #[serde(default, with = "moment::optional")]
    tracked: Option<Time>,
    #[serde(default, with = "moment::optional")]
    rebuilt: Option<Time>,
    #[serde(default, with = "moment::optional")]
    adopted: Option<Time>,
    runs: Option<u64>,
    #[serde(default)]
    mailbox: CompactString,
    tags_stopped: Option<String>,
    warm_up: Option<WarmUp>,
    #[serde(default)]
    unsegmented: Vec<CompactString>,
    #[serde(default)]
    several: Vec<CompactString>,
    #[serde(default)]
    suppressed: Vec<CompactString>,
    #[serde(default)]
    retagged: Vec<CompactString>,
    #[serde(default)]
    unapproved: Vec<CompactString>,
    /// Absent if our own parser reads them.
    #[serde(skip_serializing)]
    pub recipients: Option<Vec<Spanned<Recipient>>>,
}

impl Head {
    /// The head of a file with these records.
    pub fn of(campaign: &str, records: &Records, sequence: u64) -> Self {
        Self {
            version: format(records),
            campaign: campaign.to_owned(),
            sequence,
            segmented: records.segmented,
            tracked: records.tracked,
            rebuilt: records.rebuilt,
            adopted: records.adopted,
            runs: Some(records.runs).filter(|runs| *runs > 0),
            mailbox: records.mailbox.clone(),
            tags_stopped: records.tags_stopped.clone(),
            warm_up: records.warm_up,
            unsegmented: records.unsegmented.clone(),
            several: records.several.clone(),
            suppressed: records.suppressed.clone(),
            retagged: records.retagged.clone(),
            unapproved: records.unapproved.clone(),
            recipients: None,
        }
    }

    /// Takes the list of those in several segments that was read by itself; `None` where there is one already.
    pub fn list_several(&mut self, several: Vec<CompactString>) -> Option<()> {
        self.several.is_empty().then(|| self.several = several)
    }

    /// Combines head and recipients.
    pub fn over(self, mut records: Records) -> Snapshot {
        (records.segmented, records.tracked, records.rebuilt) = (self.segmented, self.tracked, self.rebuilt);
        (records.adopted, records.runs) = (self.adopted, self.runs.unwrap_or_default());
        records.mailbox = self.mailbox;
        (records.retagged, records.unapproved) = (self.retagged, self.unapproved);
        (records.tags_stopped, records.warm_up) = (self.tags_stopped, self.warm_up);
        (records.unsegmented, records.several, records.suppressed) = (self.unsegmented, self.several, self.suppressed);
        Snapshot { campaign: self.campaign, sequence: self.sequence, records }
    }
}

/// The oldest format that can represent everything: version 0.1 can read a ledger until it contains something that
/// 0.1 does not know.
fn format(records: &Records) -> i64 {
    let Records { adopted, runs, mailbox, retagged, unapproved, .. } = records;
    let names_endpoints = |mail: &Mail| mail.usage.as_deref().is_some_and(|usage| !usage.endpoints.is_empty());
    let is_new_mail = |mail: &Mail| mail.shown_stage().is_some() || names_endpoints(mail);
    let is_new = adopted.is_some()
        || *runs > 0
        || !(mailbox.is_empty() && retagged.is_empty() && unapproved.is_empty())
        || records.recipients().iter().flat_map(|own| &own.mails).any(is_new_mail);
    if is_new { 2 } else { 1 }
}
