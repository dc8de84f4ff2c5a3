//! The client against servers with one behaviour each: its requests, byte for byte, and how it interprets the replies.

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
