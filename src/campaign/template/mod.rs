//! The mails' templates: loading them, vetting what they use, rendering them.

mod load;
mod render;
mod scan;
mod schema;
mod vet;

pub use load::{Template, Templates};
pub use render::Inputs;
