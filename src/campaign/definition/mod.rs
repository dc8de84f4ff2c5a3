//! What people write in `campaign.toml`: the types, and [`read()`], the only way to get them.

mod altered;
pub mod audience;
mod change;
pub mod condition;
pub mod dates;
mod defaults;
mod edit;
pub mod expression;
pub mod facts;
mod fields;
mod gate;
pub mod level;
pub mod oasdiff;
pub mod openapi;
pub mod operation;
mod phase;
mod places;
pub mod problem;
pub mod query;
mod read;
pub mod reader;
pub mod rule;
mod rules;
pub mod schedule;
mod scope;
pub mod specification;
pub mod stage;
pub mod usage;

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveTime;
use chrono_tz::Tz;
use compact_str::CompactString;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use strum::{Display, EnumString};

use crate::campaign::definition::operation::Operation;
use crate::campaign::definition::problem::Source;
use crate::campaign::definition::query::TagQuery;
use crate::campaign::definition::schedule::NamedDate;
use crate::campaign::definition::stage::Stage;
use crate::campaign::digest::Digest;
use crate::campaign::moment::LocalMoment;

pub use change::{Change, Code, Concerns, Example, RunCode};
pub use defaults::API_URL;
pub use edit::{edited, proposed, with_base_paths, with_changes, with_ledger};
pub use fields::{Key, Table};
pub use gate::{Allow, CodeCheck};
pub(crate) use phase::CORRECTION;
pub use phase::{Phase, When};
pub use places::{Place, Places};
pub use read::{LONGEST_NAME, is_name, read, tables};
pub use scope::Scope;
pub use usage::UsageRules;

/// A campaign: one migration.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// The folder's name: the campaign's identity in the ledger, in keys and in e-mail tags.
    pub name: String,
    /// Its title, for people.
    pub title: String,
    /// The sending mailbox's address.
    pub from: String,
    /// The company that sends the mails.
    pub company: Option<String>,
    /// The company's product it is about; the title if not set.
    pub product: Option<String>,
    /// The last moment at which the old version works, in the campaign's zone. A segment may have its own deadline: what a
    /// customer reads comes from a [`reader::Reader`].
    pub deadline: LocalMoment,
    /// Whether it is active.
    pub state: CampaignState,
    /// Other dates that texts may name.
    pub dates: Vec<NamedDate>,
    /// The zone of local times.
    pub zone: Tz,
    /// The local time at which phases are due.
    pub send_time: NaiveTime,
    /// The address of the guide.
    pub guide_url: Option<String>,
    /// How to get help.
    pub support: Option<String>,
    /// Other values that the templates use.
    pub vars: Map<String, Value>,
    /// How to reach the server.
    pub api: ApiSection,
    /// Where the ledger is kept.
    pub ledger: LedgerSection,
    /// Limits of speed, volume and lateness.
    pub limits: Limits,
    /// The contact tag for each stage.
    pub tags: StageTags,
    /// How to interpret API traffic.
    pub usage: UsageRules,
    /// The prefix of account tags: contacts with the same such tag are one customer. `None` if each contact is its own
    /// customer.
    pub account_tag: Option<String>,
    /// The tag of contacts who can make the change themselves: an account without one is named. `None` where it is not asked.
    pub technical_tag: Option<String>,
    /// Tags of customers whose mails leave first, in this order; those without one come last.
    pub priority: Vec<String>,
    /// The segments; a contact belongs to the first that matches.
    pub segments: Vec<Segment>,
    /// The phases, in order.
    pub phases: Vec<Phase>,
    /// What customers must change.
    pub changes: Vec<Change>,
    /// Oasdiff findings that customers need not hear about: fingerprints, kinds, paths.
    pub ignored_findings: Vec<String>,
    /// How a language model should write.
    pub compose: ComposeSection,
    /// Findings that the author accepts.
    pub allows: Vec<Allow>,
    /// Commands that check code examples.
    pub checks: Vec<CodeCheck>,
    /// The file it was read from, which findings point into.
    pub source: Arc<Source>,
}

/// Whether a campaign is active. Only an active one sends anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema, Display, EnumString, strum::EnumIter)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum CampaignState {
    /// Phases are sent when they are due.
    #[default]
    Active,
    /// Nothing is sent for now; what waits is cancelled.
    Paused,
    /// Nothing is sent any more; what waits is cancelled.
    Ended,
}

/// `[api]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiSection {
    /// The server's address, with or without `/v1`.
    pub url: String,
    /// The sending mailbox's id; if not set, it is found by `from`.
    pub mailbox: Option<String>,
    /// `auto`, `mailbox` or `simple`.
    pub contract: String,
    /// The oversight modes in which `submit` may send.
    pub oversight: Vec<String>,
    /// How long the server may take to respond; a long list may take longer, as long as data keeps coming.
    pub timeout: Duration,
}

/// `[ledger]`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerSection {
    /// The remote store, such as `s3://bucket/path`; the campaign's folder if not set.
    pub url: Option<String>,
}

/// `[compose]`: the model that writes templates, and its instructions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComposeSection {
    /// The model's endpoint.
    pub url: Option<String>,
    /// The model's name.
    pub model: Option<String>,
    /// Style instructions, in words.
    pub style: String,
    /// Words it may use although they look like code or numbers.
    pub glossary: Vec<String>,
}

/// `[limits]`
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The maximum number of sends in flight.
    pub concurrency: usize,
    /// Sends per second; 0 sets no limit.
    pub per_second: f64,
    /// Sends per day; 0 sets no limit.
    pub per_day: u64,
    /// For how many days after its date a phase may still be submitted.
    pub max_late: u32,
    /// A run is expected within this many days; 0 expects none.
    pub expect_every: u32,
    /// The percentage of bounced mails at which sending stops; 0 never stops.
    pub max_bounces: f64,
}

/// `[tags]`: the contact tag for each stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageTags {
    /// A mail reached the customer.
    pub notified: String,
    /// The customer replied.
    pub acknowledged: String,
    /// The customer has started.
    pub started: String,
    /// The customer is done.
    pub completed: String,
}

impl StageTags {
    /// The stages that have a tag, in order.
    pub fn each(&self) -> [(Stage, &str); 4] {
        [
            (Stage::Notified, &self.notified),
            (Stage::Acknowledged, &self.acknowledged),
            (Stage::Started, &self.started),
            (Stage::Completed, &self.completed),
        ]
    }
}

/// `[[segment]]`: a named query over contact tags.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// The query that selects its contacts.
    pub tags: TagQuery,
    /// Variables of its templates, which override the campaign's.
    pub vars: Map<String, Value>,
    /// Its own deadline, an extension; `None` to use the campaign's.
    pub deadline: Option<LocalMoment>,
    /// The address of its guide; `None` to use the campaign's.
    pub guide_url: Option<String>,
    /// How its customers get help; `None` to use the campaign's.
    pub support: Option<String>,
}

impl Campaign {
    /// Whether every mail needs a person's approval before it is sent: the campaign sends in no mode without approval.
    pub fn asks_for_approval(&self) -> bool {
        self.api.oversight.iter().all(|mode| mode.starts_with("gated"))
    }

    /// Whether another file has the same meaning, however it is written.
    pub fn says_the_same(&self, other: &Self) -> bool {
        Self { source: Arc::clone(&other.source), ..self.clone() } == *other
    }

    /// The phase with this name.
    pub fn phase(&self, name: &str) -> Option<&Phase> {
        self.phases.iter().find(|phase| phase.name == name)
    }

    /// The correcting phase: the last of its kind.
    pub fn correction(&self) -> Option<&Phase> {
        self.phases.iter().rev().find(|phase| phase.corrects())
    }

    /// The segment with this name.
    pub fn segment(&self, name: &str) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.name == name)
    }

    /// The position of a segment; after all others if it does not exist.
    pub fn place(&self, segment: &str) -> usize {
        self.segments.iter().position(|own| own.name == segment).unwrap_or(self.segments.len())
    }

    /// The product it is about.
    pub fn product(&self) -> &str {
        self.product.as_deref().unwrap_or(&self.title)
    }

    /// The phases in the order in which they are sent: by date, then those that wait for each customer to finish.
    pub(crate) fn phases_in_time(&self) -> Vec<&Phase> {
        let mut phases: Vec<&Phase> = self.phases.iter().collect();
        // A phase without a date stays after the one it follows in the file.
        let mut before = None;
        phases.sort_by_cached_key(|phase| {
            before = self.due(phase).or(before);
            (phase.when == When::Completed, before)
        });
        phases
    }

    /// The tags that all segments require: a contact with all of them is affected by the migration. Empty
    /// if the segments have none in common; then no contact can be called forgotten.
    pub fn affected_tags(&self) -> Vec<&str> {
        let Some((first, rest)) = self.segments.split_first() else { return Vec::new() };
        let in_all = |tag: &&String| rest.iter().all(|segment| segment.tags.with().contains(tag));
        first.tags.with().iter().filter(in_all).map(String::as_str).collect()
    }

    /// The changes that concern a customer of this segment with these tags, in the campaign's order. If the
    /// customer's calls are not known by operation, no change is left out because of them.
    pub(crate) fn changes_for<T: AsRef<str>>(
        &self,
        segment: &str,
        tags: &[T],
        called: Option<&[CompactString]>,
    ) -> Vec<&Change> {
        let concerned = |change: &&Change| match &change.concerns {
            Concerns::Everybody => true,
            Concerns::Segments(names) => names.iter().any(|name| name == segment),
            Concerns::Tags(query) => query.matches(tags),
        };
        let met = |change: &&Change| called.is_none_or(|called| change.is_met_by(called));
        self.changes.iter().filter(concerned).filter(met).collect()
    }

    /// The operations that changes name, each once, in the campaign's order.
    pub fn operations(&self) -> Vec<&Operation> {
        let mut operations: Vec<&Operation> = Vec::new();
        for operation in self.changes.iter().flat_map(|change| &change.operations) {
            if !operations.contains(&operation) {
                operations.push(operation);
            }
        }
        operations
    }

    /// The ledger's identifier for this set of operations: usage of other sets does not count for it.
    pub fn operations_asked_about(&self) -> CompactString {
        let mut texts: Vec<&str> = self.operations().into_iter().map(Operation::as_str).collect();
        texts.sort_unstable();
        Digest::of(&texts).short().into()
    }
}
