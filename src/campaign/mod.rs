//! The rules of a campaign. Everything here is pure: no I/O, no clock, no randomness; the time is an argument.
//!
//! Read it in the order of the flow: a [`contact`] as the server tells it becomes a [`recipient`] of a segment,
//! is sent a [`mail`] per phase, and moves through the [`stage`]s.

pub mod contact;
pub mod digest;
pub mod mail;
pub mod recipient;
pub mod records;
pub mod stage;

/// A moment, in UTC. Local times exist only where a person wrote or reads them.
pub type Time = chrono::DateTime<chrono::Utc>;
