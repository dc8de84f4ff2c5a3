//! The sandbox's record of its clients: requests, refusals, violations of the contract.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::answer::Kind;
use super::faults::Fault;

/// Counts since the start.
#[derive(Debug, Default)]
pub struct Record {
    pub operations: BTreeMap<&'static str, Counts>,
    pub limited: Limited,
    pub violations: Vec<Violation>,
    /// By UTC day, for `GET /v1/usage`.
    pub days: BTreeMap<NaiveDate, Day>,
}

/// How often an operation was requested, and the results: by status, or by fault.
#[derive(Debug, Default, Serialize)]
pub struct Counts {
    pub total: u64,
    pub endings: BTreeMap<String, u64>,
}

/// The three kinds of 429.
#[derive(Debug, Default, Serialize)]
pub struct Limited {
    pub rate: u64,
    pub warmup: u64,
    pub quota: u64,
}

/// A request that a correct client never sends.
#[derive(Debug, Serialize)]
pub struct Violation {
    pub operation: &'static str,
    pub message: String,
}

/// One day's use.
#[derive(Debug, Default, Clone, Copy)]
pub struct Day {
    pub sent: u64,
    pub received: u64,
    pub api_calls: u64,
    pub decisions: u64,
}

impl Record {
    pub fn request(&mut self, operation: &'static str, status: StatusCode, fault: Option<Fault>, now: DateTime<Utc>) {
        let counts = self.operations.entry(operation).or_default();
        counts.total += 1;
        let ending = fault.map_or_else(|| status.as_str().to_owned(), |fault| fault.to_string());
        *counts.endings.entry(ending).or_default() += 1;
        self.day(now).api_calls += 1;
    }

    pub fn refusal(&mut self, kind: Kind) {
        match kind {
            Kind::RateLimit => self.limited.rate += 1,
            Kind::Warmup => self.limited.warmup += 1,
            Kind::Quota => self.limited.quota += 1,
            Kind::Ordinary | Kind::Violation => {}
        }
    }

    pub fn violation(&mut self, operation: &'static str, message: &str) {
        self.violations.push(Violation { operation, message: message.to_owned() });
    }

    pub fn day(&mut self, now: DateTime<Utc>) -> &mut Day {
        self.days.entry(now.date_naive()).or_default()
    }
}
