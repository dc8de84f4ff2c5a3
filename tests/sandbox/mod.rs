//! The sandbox over HTTP, as its users see it: one behaviour per test.

#![allow(clippy::expect_used, reason = "all of this is test code, its helpers too")]

pub mod client;
mod contacts;
mod contract;
mod faults;
mod human;
mod life;
mod limits;
mod lists;
mod sending;
mod simple;
