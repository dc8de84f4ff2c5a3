//! `[[phase]]`: the mails of a campaign.

use chrono::NaiveTime;

use crate::campaign::definition::audience::Audience;
use crate::campaign::definition::schedule::{Anchor, Distance, DueDay};

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
