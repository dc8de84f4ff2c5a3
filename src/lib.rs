//! Customer-migration campaigns over `MultiMail`.

pub mod api;
pub mod campaign;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod failure;
pub mod folder;
pub mod ledger;
pub mod sandbox;
pub mod stop;
pub mod ui;
