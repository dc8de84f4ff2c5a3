//! What stands above the recipients: the format, and what concerns them all.

use chrono::NaiveDate;
use compact_str::CompactString;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::{Snapshot, VERSION};
use crate::campaign::Time;
use crate::campaign::people::records::{Records, WarmUp};
use crate::store::local::inline::{write_string, write_time};

/// The file's keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub version: i64,
    #[serde(default)]
    campaign: String,
    sequence: u64,
    #[serde(default)]
    segmented: Option<Datetime>,
    #[serde(default)]
    tracked: Option<Datetime>,
    #[serde(default)]
    rebuilt: Option<Datetime>,
    #[serde(default)]
    tags_stopped: Option<String>,
    #[serde(default)]
    warm_up: Option<WarmUpKeys>,
    #[serde(default)]
    unsegmented: Vec<CompactString>,
    #[serde(default)]
    several: Vec<CompactString>,
    #[serde(default)]
    suppressed: Vec<CompactString>,
    /// Not given where they are read by our own reader.
    #[serde(default)]
    pub recipients: Option<Vec<Spanned<toml::Value>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WarmUpKeys {
    on: Datetime,
    most: u64,
    sent: u64,
}

impl Head {
    /// Head and recipients together; `None` where a time is not one.
    pub fn over(self, mut records: Records) -> Option<Snapshot> {
        records.segmented = moment(self.segmented)?;
        records.tracked = moment(self.tracked)?;
        records.rebuilt = moment(self.rebuilt)?;
        records.tags_stopped = self.tags_stopped;
        (records.unsegmented, records.several, records.suppressed) = (self.unsegmented, self.several, self.suppressed);
        if let Some(WarmUpKeys { on, most, sent }) = self.warm_up {
            records.warm_up = Some(WarmUp { on: on.to_string().parse::<NaiveDate>().ok()?, most, sent });
        }
        Some(Snapshot { campaign: self.campaign, sequence: self.sequence, records })
    }
}

/// A time that may be absent; `None` where it is none.
#[expect(clippy::option_option, reason = "absent is not unreadable")]
fn moment(datetime: Option<Datetime>) -> Option<Option<Time>> {
    datetime.map_or(Some(None), |datetime| datetime.to_string().parse().ok().map(Some))
}

/// Writes the head's keys, a line each.
pub(super) fn write(campaign: &str, records: &Records, sequence: u64, text: &mut String) {
    let quoted = |name: &str, value: &str, text: &mut String| {
        text.push_str(&format!("{name} = "));
        write_string(value, text);
        text.push('\n');
    };
    text.push_str(&format!("version = {VERSION}\n"));
    quoted("campaign", campaign, text);
    text.push_str(&format!("sequence = {sequence}\n"));
    for (name, moment) in [("segmented", records.segmented), ("tracked", records.tracked), ("rebuilt", records.rebuilt)]
    {
        if let Some(moment) = moment {
            text.extend([name, " = "]);
            write_time(moment, text);
            text.push('\n');
        }
    }
    if let Some(why) = &records.tags_stopped {
        quoted("tags_stopped", why, text);
    }
    if let Some(WarmUp { on, most, sent }) = records.warm_up {
        text.push_str(&format!("warm_up = {{ on = {on}, most = {most}, sent = {sent} }}\n"));
    }
    let Records { unsegmented, several, suppressed, .. } = records;
    for (name, list) in [("unsegmented", unsegmented), ("several", several), ("suppressed", suppressed)] {
        write_list(name, list, text);
    }
}

/// A list on one line; nothing where it is empty.
fn write_list(name: &str, list: &[CompactString], text: &mut String) {
    for (index, item) in list.iter().enumerate() {
        text.push_str(&if index == 0 { format!("{name} = [") } else { ", ".to_owned() });
        write_string(item, text);
    }
    if !list.is_empty() {
        text.push_str("]\n");
    }
}
