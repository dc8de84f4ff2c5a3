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
    /// Which customers it is for.
    pub audience: Audience,
    /// Whether `mmig remind` submits it.
    pub automatic: bool,
    /// The segments it is for; empty for all.
    pub segments: Vec<String>,
    /// Its template's name; `None` to use the phase's own name.
    pub template: Option<String>,
    /// The local time at which it is due; `None` to use the campaign's.
    pub send_time: Option<NaiveTime>,
}

/// The name of the phase that corrects facts, and of its template.
pub(crate) const CORRECTION: &str = "correction";

impl Phase {
    /// The name of its template, without the ending.
    pub fn template(&self) -> &str {
        self.template.as_deref().unwrap_or(&self.name)
    }

    /// A phase with this name for all segments, with its own template, submitted by hand.
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

    /// Whether it reminds customers automatically. A customer whose reply waits for an answer gets
    /// no reminder.
    pub(crate) fn reminds(&self) -> bool {
        self.automatic && matches!(self.when, When::Dated(_))
    }

    /// Whether it is for a segment's customers; for everyone's if it names no segment.
    pub fn is_for(&self, segment: &str) -> bool {
        segment.is_empty() || self.segments.is_empty() || self.segments.iter().any(|own| own == segment)
    }

    /// Whether it may be sent after its reader's deadline.
    pub fn may_follow_deadline(&self) -> bool {
        match &self.when {
            When::Dated(due) => matches!(due.distance, Distance::After(_)),
            When::Completed | When::DeadlineMoved => true,
        }
    }

    /// Whether it corrects facts that customers received.
    pub(crate) fn corrects(&self) -> bool {
        self.when == When::DeadlineMoved
    }

    /// When a phase without a date is sent, in words.
    pub(crate) fn undated(&self) -> &'static str {
        if self.corrects() { "at once" } else { "when done" }
    }
}

/// When a phase is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// This many days before or after a date.
    Dated(DueDay),
    /// As soon as a customer is done.
    Completed,
    /// At once: the deadline was moved, and customers have the old one.
    DeadlineMoved,
}

impl When {
    /// This many days before the deadline.
    pub fn before(days: u32) -> Self {
        Self::Dated(DueDay { of: Anchor::Deadline, distance: Distance::Before(days) })
    }
}
