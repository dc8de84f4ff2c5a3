//! The rules of a campaign. Everything here is pure: no I/O, no clock, no randomness; the time is an argument.
//!
//! Read it in the order of the flow: a [`contact`] as the server tells it becomes a [`recipient`] of a segment,
//! is sent a [`mail`] per phase, and moves through the [`stage`]s.

pub mod admission;
pub mod allowance;
pub mod attention;
pub mod audience;
pub mod behind;
pub mod bounces;
pub mod calendar;
pub mod cohort;
pub mod contact;
pub mod coverage;
pub mod dates;
pub mod deadline;
pub mod definition;
pub mod difference;
pub mod digest;
pub mod draft;
pub mod forecast;
pub mod gates;
pub mod history;
pub mod key;
pub mod limit;
pub mod lint;
pub mod lock;
pub mod mail;
pub mod next;
pub mod oasdiff;
pub mod overview;
pub mod plan;
pub mod problem;
pub mod progress;
pub mod query;
pub mod recipient;
pub mod records;
pub mod rejected;
pub mod replies;
pub mod review;
pub mod rule;
pub mod search;
pub mod sent;
pub mod settlement;
pub mod sorting;
pub mod stage;
pub mod summary;
pub mod template;
pub mod test_mail;
pub mod text;
pub mod timeline;
pub mod told;
pub mod traces;
pub mod usage;
pub mod variant;
pub mod withdrawal;

/// A moment, in UTC. Local times exist only where a person wrote or reads them.
pub type Time = chrono::DateTime<chrono::Utc>;
