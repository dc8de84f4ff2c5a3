//! The customers: contacts as the server has them, sorted into segments, and what is recorded of each.

pub mod bounces;
pub mod cohort;
pub mod contact;
pub mod coverage;
pub mod odd;
pub mod recipient;
pub mod records;
pub mod replies;
pub mod search;
pub mod stage;
pub mod standing;
pub mod told;
