//! What people write in `campaign.toml`: the types, with [`read()`] as the only door.

pub mod audience;
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
mod places;
pub mod problem;
pub mod query;
mod read;
pub mod reader;
pub mod rule;
mod rules;
pub mod schedule;
mod scope;
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

use crate::campaign::definition::audience::Audience;
use crate::campaign::definition::level::Level;
use crate::campaign::definition::operation::Operation;
use crate::campaign::definition::problem::Source;
use crate::campaign::definition::query::TagQuery;
use crate::campaign::definition::schedule::{Anchor, Distance, DueDay, NamedDate};
use crate::campaign::definition::stage::Stage;
use crate::campaign::digest::Digest;
use crate::campaign::moment::LocalMoment;

pub use defaults::API_URL;
pub use edit::{edited, with_base_paths, with_changes, with_ledger};
pub use fields::{Key, Table};
pub use gate::{Allow, CodeCheck};
pub use places::{Place, Places};
pub use read::{LONGEST_NAME, is_name, read, tables};
pub use scope::Scope;
pub use usage::UsageRules;

/// A campaign: one migration.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// The folder's name: the campaign's identity in the ledger, in keys and in e-mail tags.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// The sending mailbox's address.
    pub from: String,
    /// Who writes: the company's name.
    pub company: Option<String>,
    /// What of the company's it is about; the title where that says it.
    pub product: Option<String>,
    /// Until when, in the campaign's zone, the old way works. A segment may have a deadline of its own: what is said to a
    /// customer comes from a [`reader::Reader`].
    pub deadline: LocalMoment,
    /// Whether it is under way.
    pub state: CampaignState,
    /// The other dates that texts may name.
    pub dates: Vec<NamedDate>,
    /// Where local times are read.
    pub zone: Tz,
    /// The local time at which phases are due.
    pub send_time: NaiveTime,
    /// Where the guide is.
    pub guide_url: Option<String>,
    /// Where help is.
    pub support: Option<String>,
    /// What else the templates use.
    pub vars: Map<String, Value>,
    /// How to reach the server.
    pub api: ApiSection,
    /// Where the ledger is kept.
    pub ledger: LedgerSection,
    /// How fast, how much, how late.
    pub limits: Limits,
    /// The contact tag that stands for each stage.
    pub tags: StageTags,
    /// What API traffic shows.
    pub usage: UsageRules,
    /// What the tag of an account begins with: contacts with the same one are one customer. `None` where each contact is one.
    pub account_tag: Option<String>,
    /// The tag of contacts who can make the change themselves: an account without one is named. `None` where nobody asks.
    pub technical_tag: Option<String>,
    /// Tags of customers whose mails leave first, in this order; those without one come last.
    pub priority: Vec<String>,
    /// The segments; a contact belongs to the first that matches.
    pub segments: Vec<Segment>,
    /// The phases, in order.
    pub phases: Vec<Phase>,
    /// What customers must change.
    pub changes: Vec<Change>,
    /// Findings of oasdiff that customers need not hear of: fingerprints, kinds, paths.
    pub ignored_findings: Vec<String>,
    /// How a language model is to write.
    pub compose: ComposeSection,
    /// Findings that are right as they are.
    pub allows: Vec<Allow>,
    /// Commands that check code examples.
    pub checks: Vec<CodeCheck>,
    /// The file it was read from, for findings to point into.
    pub source: Arc<Source>,
}

/// Whether a campaign is under way. Only an active one sends anything.
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
    /// The server, with or without `/v1`.
    pub url: String,
    /// The sending mailbox's id; else it is found by `from`.
    pub mailbox: Option<String>,
    /// `auto`, `mailbox` or `simple`.
    pub contract: String,
    /// The oversight modes in which `submit` may send.
    pub oversight: Vec<String>,
    /// How long the server may take for an answer; a long list may take longer, as long as it keeps coming.
    pub timeout: Duration,
}

/// `[ledger]`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerSection {
    /// The store of objects, such as `s3://bucket/path`; in the campaign's folder where it is not named.
    pub url: Option<String>,
}

/// `[compose]`: the model that writes templates, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComposeSection {
    /// Its endpoint.
    pub url: Option<String>,
    /// Its name.
    pub model: Option<String>,
    /// How it is to write, in words.
    pub style: String,
    /// Words it may use although they look like code or numbers.
    pub glossary: Vec<String>,
}

/// `[limits]`
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Sends in flight.
    pub concurrency: usize,
    /// Sends a second; 0 is no limit of our own.
    pub per_second: f64,
    /// Sends a day; 0 is no limit of our own.
    pub per_day: u64,
    /// Days after its date that a phase may still be submitted.
    pub max_late: u32,
    /// Days within which a run is expected; 0 expects none.
    pub expect_every: u32,
    /// Percent of the mails that may come back before nothing more is sent; 0 never stops.
    pub max_bounces: f64,
}

/// `[tags]`: the contact tag that stands for each stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageTags {
    /// A mail reached the customer.
    pub notified: String,
    /// The customer answered.
    pub acknowledged: String,
    /// The customer is at work.
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
    /// Who is in it.
    pub tags: TagQuery,
    /// What its templates use besides the campaign's variables, which these overlay.
    pub vars: Map<String, Value>,
    /// Its own deadline, an extension; `None` where the campaign's holds.
    pub deadline: Option<LocalMoment>,
    /// Where its guide is; `None` where the campaign's holds.
    pub guide_url: Option<String>,
    /// Where its help is; `None` where the campaign's holds.
    pub support: Option<String>,
}

/// `[[phase]]`: one mail of the campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// Its name.
    pub name: String,
    /// When it is due.
    pub when: When,
    /// Whom it is for.
    pub audience: Audience,
    /// Whether `mmig remind` submits it.
    pub automatic: bool,
    /// The segments it is for; empty for all.
    pub segments: Vec<String>,
    /// Its template's name; `None` for its own.
    pub template: Option<String>,
    /// The local time at which it is due; `None` for the campaign's.
    pub send_time: Option<NaiveTime>,
}

/// What the phase is called that tells of a moved deadline, and its template.
pub(crate) const CORRECTION: &str = "correction";

impl Phase {
    /// A phase of this name for all segments, with its own template, that a person submits.
    pub fn new(name: impl Into<String>, when: When, audience: Audience) -> Self {
        Self {
            name: name.into(),
            when,
            audience,
            automatic: false,
            segments: Vec::new(),
            template: None,
            send_time: None,
        }
    }

    /// Whether it reminds customers by itself. Nobody whose reply waits for an answer is reminded.
    pub(crate) fn reminds(&self) -> bool {
        self.automatic && matches!(self.when, When::Dated(_))
    }

    /// Whether it is for a segment's customers; for everybody's where no segment is named.
    pub fn is_for(&self, segment: &str) -> bool {
        segment.is_empty() || self.segments.is_empty() || self.segments.iter().any(|own| own == segment)
    }

    /// Whether it may leave after its reader's deadline.
    pub fn may_follow_deadline(&self) -> bool {
        match &self.when {
            When::Dated(due) => matches!(due.distance, Distance::After(_)),
            When::Completed | When::DeadlineMoved => true,
        }
    }

    /// Whether it tells customers that the deadline is another than they were told.
    pub(crate) fn corrects(&self) -> bool {
        self.when == When::DeadlineMoved
    }

    /// When it leaves, in words, for one that has no date.
    pub(crate) fn undated(&self) -> &'static str {
        if self.corrects() { "at once" } else { "when done" }
    }
}

/// When a phase is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// So many days before or after a date.
    Dated(DueDay),
    /// As soon as a customer is done.
    Completed,
    /// At once: the deadline was moved, and customers were given the old one.
    DeadlineMoved,
}

impl When {
    /// So many days before the deadline.
    pub fn before(days: u32) -> Self {
        Self::Dated(DueDay { of: Anchor::Deadline, distance: Distance::Before(days) })
    }
}

/// `[[change]]`: one thing the customer must change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name in drafts and lists.
    pub id: String,
    /// Its heading in the mail.
    pub title: String,
    /// What to do, in a line for checklists; `None` where the heading says it.
    pub task: Option<String>,
    /// The language of its code, as it stands after the back-ticks.
    pub language: Option<String>,
    /// What to do.
    pub text: String,
    /// The code as it is now.
    pub before: Option<String>,
    /// The code as it must become.
    pub after: Option<String>,
    /// Which of its code `check --run` tries.
    pub run: RunCode,
    /// Where more is written.
    pub url: Option<String>,
    /// Whom it concerns.
    pub concerns: Concerns,
    /// Of those, only who calls one of these, where that is known; empty where it does not matter who calls what.
    pub operations: Vec<Operation>,
    /// How bad oasdiff finds it; written by `mmig import`.
    pub level: Option<Level>,
    /// The findings of oasdiff that it is about, as `mmig import` keeps them.
    pub oasdiff: Vec<String>,
}

/// Which code of a change `check --run` tries. What the old version understood may not run any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum RunCode {
    /// What it must become.
    #[default]
    After,
    /// What it is now, and what it must become.
    Both,
    /// Nothing: it is no code by itself.
    None,
}

impl RunCode {
    /// Whether the current code is tried.
    pub fn has_before(self) -> bool {
        self == Self::Both
    }

    /// Whether the new code is tried.
    pub fn has_after(self) -> bool {
        self != Self::None
    }
}

/// Whom a change concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concerns {
    /// Everybody in the campaign.
    Everybody,
    /// The customers of these segments.
    Segments(Vec<String>),
    /// The customers whose tags match.
    Tags(TagQuery),
}

impl Campaign {
    /// Whether a mail may leave only once a person has approved it: the campaign sends in no mode without an approval.
    pub fn asks_for_approval(&self) -> bool {
        self.api.oversight.iter().all(|mode| mode.starts_with("gated"))
    }

    /// Whether another file says the same, however it is written.
    pub fn says_the_same(&self, other: &Self) -> bool {
        Self { source: Arc::clone(&other.source), ..self.clone() } == *other
    }

    /// The phase of this name.
    pub fn phase(&self, name: &str) -> Option<&Phase> {
        self.phases.iter().find(|phase| phase.name == name)
    }

    /// The phase that tells of a moved deadline: the last of its kind.
    pub fn correction(&self) -> Option<&Phase> {
        self.phases.iter().rev().find(|phase| phase.corrects())
    }

    /// The segment of this name.
    pub fn segment(&self, name: &str) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.name == name)
    }

    /// Where a segment stands among the others; behind all of them if it is not there.
    pub fn place(&self, segment: &str) -> usize {
        self.segments.iter().position(|own| own.name == segment).unwrap_or(self.segments.len())
    }

    /// What of the company's it is about.
    pub fn product(&self) -> &str {
        self.product.as_deref().unwrap_or(&self.title)
    }

    /// The phases in the order in which they are sent: by date, those that wait for each customer's completion last.
    pub(crate) fn phases_in_time(&self) -> Vec<&Phase> {
        let mut phases: Vec<&Phase> = self.phases.iter().collect();
        // One without a date stays behind those it was written behind.
        let mut before = None;
        phases.sort_by_cached_key(|phase| {
            before = self.due(phase).or(before);
            (phase.when == When::Completed, before)
        });
        phases
    }

    /// The tags every segment asks for: who carries them all is affected by the migration. Empty where the
    /// segments have none in common, and then nobody can be said to be forgotten.
    pub fn affected_tags(&self) -> Vec<&str> {
        let Some((first, rest)) = self.segments.split_first() else { return Vec::new() };
        let in_all = |tag: &&String| rest.iter().all(|segment| segment.tags.with().contains(tag));
        first.tags.with().iter().filter(in_all).map(String::as_str).collect()
    }

    /// The changes that concern a customer of this segment with these tags, in the campaign's order. Of a customer
    /// whose calls are not known by operation, none is left out on their account.
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

    /// What stands in the ledger for all of them: what is known of other ones does not count for these.
    pub fn operations_asked_about(&self) -> CompactString {
        let mut texts: Vec<&str> = self.operations().into_iter().map(Operation::as_str).collect();
        texts.sort_unstable();
        Digest::of(&texts).short().into()
    }
}

impl Change {
    /// The first code of it that `check --run` is to try.
    pub fn code_to_run(&self) -> Option<&str> {
        let before = self.before.as_deref().filter(|_| self.run.has_before());
        before.or(self.after.as_deref().filter(|_| self.run.has_after()))
    }

    /// Whether who calls these operations meets it.
    fn is_met_by(&self, called: &[CompactString]) -> bool {
        let is_called = |operation: &Operation| called.iter().any(|called| called == operation.as_str());
        self.operations.is_empty() || self.operations.iter().any(is_called)
    }
}
