//! Customer-migration campaigns over MultiMail.

pub mod api;
pub mod campaign;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod context;
pub mod deciding;
pub mod delivery;
pub mod failure;
pub mod flags;
pub mod folder;
pub mod ledger;
pub mod oversight;
pub mod pages;
pub mod remote;
pub mod sandbox;
pub mod session;
pub mod stop;
pub mod submission;
pub mod tracking;
pub mod ui;
pub mod usage_file;
