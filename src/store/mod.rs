//! What is kept on disk: the ledger, the campaign folder, and the usage files people hand over.

pub mod folder;
pub mod input;
pub mod local;
pub mod replace;
pub mod usage_file;
