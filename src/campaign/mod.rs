//! The rules of a campaign. Everything here is pure: no I/O, no clock, no randomness; the time is an argument.
//!
//! Ten rooms, each importing only those below it, as `tests/structure.rs` checks:
//!
//! | | |
//! |---|---|
//! | [`view`] | what there is to see: counts, forecasts, histories, what moving the deadline results in |
//! | [`review`] | the mails that wait for a person's approval |
//! | [`compose`] | templates written through a language model |
//! | [`decide`], [`lint`] | who gets which mail and what forbids it; what can be wrong with a text |
//! | [`text`], [`usage`] | what a mail is made from; what API traffic shows |
//! | [`people`] | the customers, and what is recorded of each |
//! | [`mail`] | one mail, and its fate |
//! | [`definition`] | what people write in `campaign.toml` |
//!
//! Below them are the modules that all rooms use: [`address`], [`calls`], [`characters`], [`digest`], [`hint`],
//! [`moment`].

pub mod address;
pub mod calls;
pub mod characters;
pub mod compose;
pub mod decide;
pub mod definition;
pub mod digest;
pub mod hint;
pub mod lint;
pub mod mail;
pub mod moment;
pub mod people;
pub mod review;
pub mod text;
pub mod usage;
pub mod view;

/// A moment, in UTC. Local times exist only where people write or read them.
pub type Time = chrono::DateTime<chrono::Utc>;

/// "1 mail", "2 mails", "2 addresses".
pub fn plural(number: usize, one: &str) -> String {
    let ending = if one.ends_with('s') { "es" } else { "s" };
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}{ending}") }
}
