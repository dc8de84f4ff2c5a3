//! The rules of a campaign. Everything here is pure: no I/O, no clock, no randomness; the time is an argument.
//!
//! Nine rooms, in the order of the flow: a campaign's [`definition`]; its [`people`]; the [`mail`] each is sent; the [`text`] a mail is made
//! from, and what can be wrong with it ([`lint`]); the decision who gets which ([`decide`]); the [`review`] before it leaves; the
//! API [`usage`] that shows who is done; and what there is to see of all that ([`view`]).

pub mod characters;
pub mod decide;
pub mod definition;
pub mod hint;
pub mod lint;
pub mod mail;
pub mod moment;
pub mod people;
pub mod review;
pub mod text;
pub mod usage;
pub mod view;

/// A moment, in UTC. Local times exist only where a person wrote or reads them.
pub type Time = chrono::DateTime<chrono::Utc>;

/// "1 mail", "2 mails", "2 addresses".
pub fn plural(number: usize, one: &str) -> String {
    let ending = if one.ends_with('s') { "es" } else { "s" };
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}{ending}") }
}
