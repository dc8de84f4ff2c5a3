//! The rules of a campaign, without files, clocks or servers.

mod build;
mod cohorts;
mod dates;
mod definitions;
mod plans;
mod templates;
