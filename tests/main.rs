//! All tests of the program from outside, as one program: linked once, run side by side.
//!
//! `cargo test --test all cli::deadline` runs the tests of one folder and file.

mod api;
mod campaign;
mod cli;
#[cfg(unix)]
mod crash;
#[cfg(feature = "remote")]
mod fuzz;
mod ledger;
mod readme;
#[cfg(unix)]
mod release;
mod sandbox;
#[cfg(all(unix, feature = "remote"))]
mod servers;
#[cfg(feature = "remote")]
mod store;
mod structure;
mod voice;

// Shared by the tests of a folder.
use api::{openapi, raw, sending, server};
use campaign::build;
use cli::{agent, audience, desk, files, gateway, hostile, human, interrupted, json, said, settled};
#[cfg(unix)]
use crash::{books, child, kills, random, scene, story};
use sandbox::client;
