//! What can be wrong with texts that can be sent: each rule is a small function, a file a family.
//!
//! An error is what a customer would read wrong, or the platform would not carry; a warning is worth a look. Rules read
//! a `ParsedText`, which is a text laid out; what they find is traced back to the file that an author must edit.

mod calendar;
mod checked;
mod code;
mod curl;
mod dates;
mod examples;
mod hidden;
mod leftovers;
mod links;
mod locate;
mod others;
mod parsed_text;
mod promises;
mod reading;
mod run;
mod server;
mod structure;
mod weekdays;
mod words;

pub use calendar::dates as dates_in;
pub use checked::Checked;
pub use promises::promises;
pub use run::{Linted, Tried, in_order};
