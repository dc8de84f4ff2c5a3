//! The campaign's rules for what usage shows, compiled once.

use super::Calls;
use crate::campaign::definition::UsageRules;
use crate::campaign::definition::condition::{Condition, Fault};

/// When a customer has started, and when they have completed.
#[derive(Debug)]
pub struct Rules {
    started: Condition,
    completed: Condition,
}

impl Rules {
    /// Compiles a campaign's rules.
    pub fn compile(rules: &UsageRules) -> Result<Self, Fault> {
        Ok(Self { started: UsageRules::compile(&rules.started)?, completed: UsageRules::compile(&rules.completed)? })
    }

    /// Whether these numbers show that the customer has started.
    pub fn started(&self, calls: &Calls) -> Result<bool, String> {
        self.started.holds(&numbers(calls))
    }

    /// Whether they show that the customer has completed, apart from how long the old version has to be quiet.
    pub fn completed(&self, calls: &Calls) -> Result<bool, String> {
        self.completed.holds(&numbers(calls))
    }
}

fn numbers(calls: &Calls) -> [(&'static str, u64); 2] {
    [("old_calls", calls.old_calls), ("new_calls", calls.new_calls)]
}
