//! The program, as people and jobs run it, against a MultiMail look-alike in this process.
//!
//! It runs at a [`desk::Desk`]: its own folder, a fixed time, and an environment with only what MultiMail needs.
//! [`human`] is what people do outside the API, [`said`] the program's output.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "all of this is test code, its helpers too")]

pub mod agent;
pub mod desk;
pub mod files;
pub mod gateway;
pub mod human;
pub mod said;

mod asking;
pub mod audience;
mod broken_servers;
mod browser;
mod changed_contacts;
mod checks;
mod choosing;
mod compose;
mod concerns;
mod contacts;
mod contract_mailbox;
mod contract_simple;
mod corrections;
mod coverage;
mod damaged_ledger;
mod deadline;
mod demo;
mod doctor;
mod door;
mod drafts;
mod dry_run;
mod edits;
mod evidence;
mod exports;
mod faults;
mod gates;
mod handed_over;
pub mod hostile;
mod import;
mod init;
pub mod interrupted;
pub mod json;
mod keys;
mod lies;
mod limits;
mod locked;
mod lost_ledgers;
mod mcp;
mod mcp_flow;
mod migrations;
mod mistakes;
mod moved;
mod names;
mod odd_contacts;
mod offline;
mod others;
mod packaging;
mod pipes;
mod rebuilt;
mod rejected;
mod replies;
mod report;
mod review;
mod review_dialogue;
mod review_hard;
mod review_keys;
mod review_late;
mod review_many;
mod sandbox_command;
mod scheduled;
mod screens;
pub mod settled;
mod stages;
mod stops;
mod tags;
mod test_mails;
mod unknown;
mod usage;
mod watching;
