//! `mmig help campaign`.

use schemars::JsonSchema;
use serde::Serialize;

use super::page;
use crate::app::Outcome;
use crate::campaign::definition::audience::Audience;
use crate::campaign::definition::{ApiSection, CampaignState, Limits, StageTags, UsageRules, tables};

/// The tables and keys of campaign.toml.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CampaignTopic {
    /// Its tables.
    pub tables: Vec<CampaignTable>,
}

impl Outcome for CampaignTopic {}

/// A table of campaign.toml.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CampaignTable {
    /// How it is written: `[api]` occurs at most once, `[[phase]]` any number of times.
    pub table: &'static str,
    /// Its keys.
    pub keys: Vec<CampaignKey>,
}

/// A key of campaign.toml.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CampaignKey {
    /// Its name.
    pub key: &'static str,
    /// What the move means.
    pub about: &'static str,
    /// What to write.
    pub value: &'static str,
    /// Whether it is required.
    pub required: bool,
    /// The default, as it would be written; `None` if there is none, or `about` describes it.
    pub default: Option<String>,
}

/// What each key means, by table.
const ABOUT: &[(&str, &[(&str, &str)])] = &[
    (
        "[campaign]",
        &[
            ("title", "the migration's name for customers; appears in the mails"),
            ("from", "the sending mailbox's address"),
            ("company", "the company that writes; every default mail names it"),
            ("product", "the product that migrates; default: `title`"),
            (
                "deadline",
                "when the old version stops working: a date without a time means the end of that day; phases count from it",
            ),
            ("state", "active; paused or ended: nothing is sent, and what waits is cancelled"),
            ("timezone", "the IANA time zone in which dates and times are read"),
            ("send_time", "the local time at which phases are due"),
            ("guide_url", "the migration guide; without it no mail mentions one"),
            ("support", "an address or a link for questions; without it customers reply"),
            ("vars", "[campaign.vars]: your own values for templates"),
        ],
    ),
    (
        "[ledger]",
        &[("url", "the bucket that the ledger is in: s3://, gs:// or az://, with a path; MMIG_LEDGER_URL wins")],
    ),
    (
        "[campaign.dates.NAME]",
        &[
            ("on", "a whole day; give one of the first four keys"),
            ("at", "a day with its hour"),
            ("days_before", "days before the reader's deadline: it moves with it"),
            ("days_after", "days after the reader's deadline: it moves with it"),
            ("lasts", "how long it lasts: 3h, 90m, 1h30m, 2d"),
            ("until", "when it ends, instead of `lasts`"),
            ("past", "true for history: texts may name it although it is over"),
        ],
    ),
    (
        "[api]",
        &[
            ("url", "the server, with or without /v1; MULTIMAIL_API_URL wins"),
            ("mailbox", "the id of the sending mailbox; by default it is looked up by `from`"),
            ("contract", "which HTTP API the server speaks: auto, mailbox or simple"),
            ("oversight", "the mailbox's oversight modes in which mmig may send"),
            ("timeout", "seconds to wait for the server's answer, from 1 to 600"),
        ],
    ),
    (
        "[limits]",
        &[
            ("concurrency", "sends in flight, from 1 to 256"),
            ("per_second", "sends per second; 0: no limit of mmig's own"),
            ("per_day", "sends per day; 0: no limit of mmig's own"),
            ("max_late", "days after its date that a phase may still be submitted, and its mails approved"),
            ("expect_every", "days within which a run is expected, such as 1 for a daily job; 0 expects none"),
            ("max_bounces", "percent of mails that may bounce before `submit` stops; 0 never stops"),
        ],
    ),
    (
        "[tags]",
        &[
            ("notified", "the contact tag for: a mail reached the customer"),
            ("acknowledged", "the contact tag for: the customer replied"),
            ("started", "the contact tag for: the customer is at work"),
            ("completed", "the contact tag for: the customer is done"),
        ],
    ),
    (
        "[usage]",
        &[
            ("started", "when a customer has started: a condition over old_calls and new_calls"),
            ("completed", "when a customer is done: a condition over old_calls and new_calls"),
            ("quiet_days", "days without a call to the old version before `completed` counts"),
            ("base_paths", "removed from a path before it is compared with a change's `operations`, such as [\"/v1\"]"),
            ("accounts", "a CSV file beside campaign.toml: each key, app or tenant of an export, and its owner"),
            ("format", "combined for access logs; auto: CSV or JSON, by the file's content"),
        ],
    ),
    (
        "[usage.columns]",
        &[
            ("contact", "what the export calls the customer, such as \"consumer.username\"; dots go into JSON objects"),
            ("method", "the endpoint's method"),
            ("path", "the endpoint's path, or the whole URL"),
            ("host", "the server that was called"),
            ("version", "the version that was called"),
            ("status", "the HTTP status of the answer"),
            ("time", "when the call was made"),
            ("calls", "how many calls a row represents; without such a column a row is one call"),
            ("old_calls", "calls of the old version, where the export counts them"),
            ("new_calls", "calls of the new version, where the export counts them"),
            ("last_seen", "when the old version was last called"),
        ],
    ),
    (
        "[usage.old]",
        &[
            (
                "path",
                "what the paths of old calls begin with, such as \"/v1/\"; of two that match, the longer one counts",
            ),
            ("version", "their version, as the export names it"),
            ("host", "the server they go to"),
        ],
    ),
    (
        "[usage.new]",
        &[
            ("path", "what the paths of new calls begin with"),
            ("version", "their version, as the export names it"),
            ("host", "the server they go to"),
        ],
    ),
    (
        "[accounts]",
        &[
            (
                "tag",
                "the prefix of an account's tag, such as \"account:\"; contacts with the same one are one customer",
            ),
            ("technical", "the tag of contacts who can make the change; accounts without one are listed"),
        ],
    ),
    ("[priority]", &[("tags", "tags of customers who are mailed and listed first, the most urgent first")]),
    (
        "[compose]",
        &[
            ("url", "the endpoint of the language model that `compose` asks; MMIG_MODEL_URL wins"),
            ("model", "its name; MMIG_MODEL wins"),
            ("style", "its writing style, in words, such as \"address the reader formally\""),
            ("glossary", "words it may use even though they look like code or numbers, such as [\"OAuth2\"]"),
        ],
    ),
    (
        "[[segment]]",
        &[
            ("name", "its name, also in the names of templates"),
            ("tags", "who is in it: \"api-v1,rest,-internal\" is all of these tags, without that one"),
            ("deadline", "an extension: its customers' own deadline, which their phases and texts follow"),
            ("guide_url", "its own guide, instead of the campaign's"),
            ("support", "its own address or link for questions, instead of the campaign's"),
            ("vars", "[segment.vars]: values for its templates, which win over [campaign.vars]"),
        ],
    ),
    (
        "[[phase]]",
        &[
            ("name", "its name"),
            ("days_before", "days before the deadline on which it is due; this, `days_after` or `on`"),
            ("days_after", "days after the end of the date it counts from"),
            ("of", "the date it counts from, by its name in [campaign.dates]; default: the reader's deadline"),
            ("on", "completed: once the customer is done; deadline-moved: for customers who were told another date"),
            (
                "audience",
                "all, not-notified, not-acknowledged, not-started, not-completed; completed or told-other-date with `on`",
            ),
            ("automatic", "whether `mmig remind` submits it when it is due"),
            ("segments", "the segments it is for (default: all)"),
            ("template", "its template's name (default: its own); several phases may share one"),
            ("send_time", "the local time at which it is due (default: the campaign's)"),
        ],
    ),
    (
        "[[change]]",
        &[
            ("id", "its name in drafts and lists"),
            ("title", "its heading in the mails, one line"),
            ("task", "what to do, one line, for checklists (default: the heading)"),
            ("text", "what the customer must do, in Markdown"),
            ("before", "the current code"),
            ("after", "the new code"),
            ("language", "the language of both, as in a fenced code block; `check --run` runs them by it"),
            ("run", "which of them `check --run` runs: after, both or none"),
            ("url", "a link to the details"),
            ("segments", "the segments it concerns; this or `tags` (default: everyone)"),
            ("tags", "who it concerns, by contact tags"),
            ("operations", "of those, only customers who call one of these: [\"GET /v1/orders\"]"),
            ("level", "oasdiff's severity: err, warn or info; written by `mmig import`"),
            ("oasdiff", "the findings it is about; written by `mmig import`, which recognises them by it"),
        ],
    ),
    (
        "[[change.example]]",
        &[
            ("language", "the change in another language, after the code of the [[change]] above it"),
            ("title", "what the mails call it, such as \"Python SDK 3\" (default: the language's name)"),
            ("before", "the current code"),
            ("after", "the new code"),
            ("run", "which of them `check --run` runs: after, both or none"),
        ],
    ),
    (
        "[[allow]]",
        &[
            ("rule", "the rule of a finding of `mmig check` that is right as it is"),
            ("text", "the words it is about, or more of their line"),
            ("reason", "why it is right"),
        ],
    ),
    (
        "[[check]]",
        &[
            ("language", "code blocks of this language are run through `command` by `mmig check --run`"),
            ("command", "the program and its arguments; it reads the example from standard input"),
            ("timeout", "seconds, from 1 to 600"),
        ],
    ),
    (
        "[oasdiff]",
        &[("ignore", "oasdiff findings that do not matter to customers: a kind, a path (\"/admin/*\"), a fingerprint")],
    ),
];

/// Every key.
pub fn campaign() -> CampaignTopic {
    let tables = tables().into_iter().filter(|table| table.name.starts_with('[')).map(|table| {
        let keys = table.keys.iter().filter(|key| !key.wanted.starts_with('[')).map(|key| CampaignKey {
            key: key.name,
            about: about(table.name, key.name),
            value: key.wanted,
            required: key.required,
            default: default(table.name, key.name),
        });
        let mut keys: Vec<_> = keys.collect();
        keys.sort_by_key(|key| explained(table.name).iter().position(|(name, _)| *name == key.key));
        CampaignTable { table: table.name, keys }
    });
    CampaignTopic { tables: tables.collect() }
}

fn about(table: &str, key: &str) -> &'static str {
    explained(table).iter().find(|(own, _)| *own == key).map_or("", |(_, about)| about)
}

/// The keys of a table with their explanations, in reading order.
fn explained(table: &str) -> &'static [(&'static str, &'static str)] {
    ABOUT.iter().find(|(own, _)| *own == table).map_or(&[], |(_, keys)| keys)
}

/// The default of a key, as TOML.
fn default(table: &str, key: &str) -> Option<String> {
    let text = |text: String| toml::Value::from(text).to_string();
    let (api, limits, tags, usage) =
        (ApiSection::default(), Limits::default(), StageTags::default(), UsageRules::default());
    Some(match (table, key) {
        ("[campaign]", "state") => text(CampaignState::default().to_string()),
        ("[campaign.dates.NAME]", "past") => "false".to_owned(),
        ("[campaign]", "timezone") => text("UTC".to_owned()),
        ("[campaign]", "send_time") => "14:00:00".to_owned(),
        ("[[phase]]", "audience") => text(Audience::NotCompleted.to_string()),
        ("[[phase]]", "automatic") => "false".to_owned(),
        ("[[change]]" | "[[change.example]]", "run") => text("after".to_owned()),
        ("[[check]]", "timeout") => "10".to_owned(),
        ("[api]", "url") => text(api.url),
        ("[api]", "contract") => text(api.contract),
        ("[api]", "oversight") => toml::Value::from(api.oversight).to_string(),
        ("[api]", "timeout") => api.timeout.as_secs().to_string(),
        ("[limits]", "concurrency") => limits.concurrency.to_string(),
        ("[limits]", "per_second") => format!("{:?}", limits.per_second),
        ("[limits]", "per_day") => limits.per_day.to_string(),
        ("[limits]", "max_late") => limits.max_late.to_string(),
        ("[limits]", "expect_every") => limits.expect_every.to_string(),
        ("[limits]", "max_bounces") => format!("{:?}", limits.max_bounces),
        ("[tags]", "notified") => text(tags.notified),
        ("[tags]", "acknowledged") => text(tags.acknowledged),
        ("[tags]", "started") => text(tags.started),
        ("[tags]", "completed") => text(tags.completed),
        ("[usage]", "started") => text(usage.started),
        ("[usage]", "completed") => text(usage.completed),
        ("[usage]", "quiet_days") => usage.quiet_days.to_string(),
        ("[usage]", "format") => text(usage.format.to_string()),
        _ => return None,
    })
}

const INTRODUCTION: &str = "campaigns/NAME/campaign.toml says what, who and when. `mmig init NAME` writes one in which every key is \
                            explained; `mmig check` finds what is wrong with it. A [table] appears at most once, a \
                            [[table]] once per entry. Without any [[phase]] a campaign has announce, prepare, window, \
                            final and complete.";

/// The keys as text.
pub fn screen(topic: &CampaignTopic, width: usize) -> String {
    let mut text = page::paragraph(INTRODUCTION, width);
    for table in &topic.tables {
        let terms = table.keys.iter().map(|key| (key.key, in_words(key)));
        text.push_str(&format!("\n{}\n{}", page::heading(table.table), page::terms(terms, width)));
    }
    text
}

fn in_words(key: &CampaignKey) -> String {
    let left_out = match &key.default {
        Some(default) => format!("; default {default}"),
        None if key.required => "; required".to_owned(),
        None => String::new(),
    };
    format!("{} ({}{left_out})", key.about, key.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_campaign_toml_may_have_is_explained_and_no_other() {
        let mut there: Vec<(&str, &str)> = campaign()
            .tables
            .iter()
            .flat_map(|table| table.keys.iter().map(|key| (table.table, key.key)).collect::<Vec<_>>())
            .collect();
        let mut explained: Vec<(&str, &str)> =
            ABOUT.iter().flat_map(|(table, keys)| keys.iter().map(|(key, _)| (*table, *key))).collect();
        there.sort_unstable();
        explained.sort_unstable();
        assert_eq!(explained, there, "change ABOUT");
    }

    #[test]
    fn a_required_key_says_so_and_another_its_default() {
        let page = anstream::adapter::strip_str(&screen(&campaign(), 100)).to_string();
        assert!(
            page.contains("the migration's name for customers; appears in the mails (a quoted string; required)"),
            "{page}"
        );
        assert!(page.contains("; default 8)"), "{page}");
    }
}
