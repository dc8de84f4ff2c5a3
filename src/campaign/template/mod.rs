//! The mails' templates: loading them, vetting what they use, rendering them.

mod builtin;
mod load;
mod render;
mod scan;
mod schema;
mod vet;

pub use builtin::BUILT_IN;
pub use load::{Template, Templates};
pub use render::Inputs;
