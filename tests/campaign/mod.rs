//! The rules of a campaign, without files, clocks or servers.
#![allow(clippy::unwrap_used, clippy::panic)] // A test's own helpers may fail like a test.

pub mod build;
mod calendar;
mod cohorts;
mod corrections;
mod coverage;
mod damages;
mod dates;
mod definition_edits;
mod definitions;
mod drafts;
mod exports;
mod keys;
mod lints;
mod mails;
mod next;
mod oasdiff;
mod pages;
mod plans;
mod progress;
mod readers;
mod repeated;
mod reviews;
mod sent;
mod settlements;
mod stages;
mod templates;
mod told;
mod traces;
mod usage;
mod withdrawals;
