//! The client against servers made for one behaviour each: what it asks, byte for byte, and what it makes of the answer.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "all of this is test code, its helpers too")]

mod account;
mod bad_days;
mod contacts;
mod limits;
mod mails;
mod notices;
pub mod openapi;
mod opening;
pub mod raw;
pub mod sending;
pub mod server;
mod tls;
