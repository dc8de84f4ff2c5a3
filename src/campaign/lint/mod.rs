//! Everything that can be wrong with texts that can be sent: each rule is a small function, each
//! family a file.
//!
//! An error is something a customer would read wrong, or the platform would not deliver; a warning is worth a look.
//! Rules read a `ParsedText`; their findings are traced back to the file that an author must edit.

mod calendar;
mod changes;
mod checked;
mod claims;
mod code;
mod contradictions;
mod dates;
mod examples;
mod facts;
mod headers;
mod hidden;
mod hosts;
mod leftovers;
mod links;
mod locate;
mod moving;
mod names;
mod others;
mod parsed_text;
mod periods;
mod promises;
mod reading;
mod run;
mod runs;
mod secrets;
mod server;
mod structure;
mod texts;
mod told;
mod verified;
mod versions;
mod weekdays;
mod words;
mod zones;

pub use calendar::dates as dates_in;
pub use checked::Checked;
pub use claims::telling_words;
pub use promises::promises;
pub use run::{Linted, Tried, in_order, verified, verified_variant};
pub use runs::CodeRuns;
pub use texts::NamedText;
pub use verified::{Doubt, Evidence, Verified};
