//! All tests of the program from outside, as one program: it is linked once, and they run side by side.
//!
//! `cargo test --test all cli::deadline` runs those of a folder and a file.

mod api;
mod campaign;
mod cli;
#[cfg(unix)]
mod crash;
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

// What the tests of a folder share.
use api::{openapi, raw, sending, server};
use campaign::build;
use cli::{agent, audience, desk, files, gateway, hostile, human, interrupted, json, said, settled};
#[cfg(unix)]
use crash::{books, child, kills, random, scene, story};
use sandbox::client;
