//! What stands above the recipients: the format, and what concerns them all.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{Snapshot, VERSION};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::{Records, WarmUp};
use crate::campaign::{Time, moment};

/// The file's keys, a line each.
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
    tags_stopped: Option<String>,
    warm_up: Option<WarmUp>,
    #[serde(default)]
    unsegmented: Vec<CompactString>,
    #[serde(default)]
    several: Vec<CompactString>,
    #[serde(default)]
    suppressed: Vec<CompactString>,
    /// Not given where they are read by our own reader.
    #[serde(skip_serializing)]
    pub recipients: Option<Vec<Spanned<Recipient>>>,
}

impl Head {
    /// The head of a file that is to contain these records.
    pub fn of(campaign: &str, records: &Records, sequence: u64) -> Self {
        Self {
            version: VERSION,
            campaign: campaign.to_owned(),
            sequence,
            segmented: records.segmented,
            tracked: records.tracked,
            rebuilt: records.rebuilt,
            tags_stopped: records.tags_stopped.clone(),
            warm_up: records.warm_up,
            unsegmented: records.unsegmented.clone(),
            several: records.several.clone(),
            suppressed: records.suppressed.clone(),
            recipients: None,
        }
    }

    /// Head and recipients together.
    pub fn over(self, mut records: Records) -> Snapshot {
        (records.segmented, records.tracked, records.rebuilt) = (self.segmented, self.tracked, self.rebuilt);
        (records.tags_stopped, records.warm_up) = (self.tags_stopped, self.warm_up);
        (records.unsegmented, records.several, records.suppressed) = (self.unsegmented, self.several, self.suppressed);
        Snapshot { campaign: self.campaign, sequence: self.sequence, records }
    }
}
