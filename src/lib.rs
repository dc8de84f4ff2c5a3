//! Customer-migration campaigns over `MultiMail`.

pub mod api;
pub mod campaign;
pub mod ledger;
pub mod sandbox;
