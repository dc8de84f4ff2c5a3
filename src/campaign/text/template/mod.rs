//! The mails' templates: loading, checking what they use, rendering.

mod composed;
mod context;
mod engine;
mod foreign;
mod inputs;
mod load;
mod render;
mod schema;
mod stated_facts;
mod trace;
mod vet;
mod words;

pub use composed::{Composed, Provenance, RestsOn};
pub use context::variables as variables_of;
pub use engine::BUILT_IN;
pub use inputs::{Inputs, TagsRead};
pub use load::{Template, Templates, entry_names};
pub use schema::variables;
pub use trace::{Origin, Part, Printed, Trace, Tracer};
