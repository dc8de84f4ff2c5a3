//! The customers: the server's contacts, sorted into segments, and what is recorded about each.

pub mod accounts;
pub mod bounces;
pub mod cohort;
pub mod contact;
pub mod coverage;
pub mod names;
mod near_tags;
pub mod odd;
pub mod recipient;
pub mod records;
pub mod replies;
pub mod search;
pub mod sent_facts;
pub mod stage;
pub mod standing;
