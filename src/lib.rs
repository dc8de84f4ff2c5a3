//! Customer-migration campaigns over `MultiMail`.

pub mod api;
pub mod campaign;
pub mod clock;
pub mod failure;
pub mod folder;
pub mod ledger;
pub mod ui;
