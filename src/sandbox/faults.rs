//! Faults: what may go wrong on the way, how often, and what the client then sees.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, IntoEnumIterator};

use super::random::Random;

/// How often each fault occurs: shares from 0 to 1, with a sum of at most 1, since a request meets at most one fault.
/// They are drawn in order of arrival from `seed`, so runs are repeatable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// The seed of the faults.
    pub seed: u64,
    /// 500, 502 or 503, and the mail was not accepted.
    pub error_before: f64,
    /// 500, 502 or 503, although the mail was accepted.
    pub error_after: f64,
    /// The connection closes without a byte of reply, and the mail was not accepted.
    pub cut_before: f64,
    /// The connection closes without a byte of reply, although the mail was accepted.
    pub cut_after: f64,
    /// The mail is accepted, and the reply is late by `slow_ms`.
    pub slow: f64,
    /// The delay of a slow reply, in milliseconds.
    pub slow_ms: u64,
    /// The mail is accepted, and the reply's body is not JSON.
    pub garbage: f64,
    /// A gateway replies 502 with an HTML page; the mail was not accepted.
    pub html: f64,
    /// The mail is accepted, and the reply ends before its announced length.
    pub truncated: f64,
    /// Affect every request of the API, not only sends.
    pub everywhere: bool,
}

/// A fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumIter)]
#[strum(serialize_all = "snake_case")]
pub enum Fault {
    ErrorBefore,
    ErrorAfter,
    CutBefore,
    CutAfter,
    Slow,
    Garbage,
    Html,
    Truncated,
}

impl Fault {
    /// Whether the request never reaches the service.
    pub fn strikes_before(self) -> bool {
        matches!(self, Self::ErrorBefore | Self::CutBefore | Self::Html)
    }
}

impl Faults {
    /// What is wrong with these numbers, if anything.
    pub fn check(&self) -> Result<(), String> {
        let rates: Vec<f64> = Fault::iter().map(|fault| self.rate(fault)).collect();
        if rates.iter().all(|rate| (0.0..=1.0).contains(rate)) && rates.iter().sum::<f64>() <= 1.000_001 {
            Ok(())
        } else {
            Err("fault rates are shares from 0 to 1 and add up to at most 1".into())
        }
    }

    fn rate(&self, fault: Fault) -> f64 {
        match fault {
            Fault::ErrorBefore => self.error_before,
            Fault::ErrorAfter => self.error_after,
            Fault::CutBefore => self.cut_before,
            Fault::CutAfter => self.cut_after,
            Fault::Slow => self.slow,
            Fault::Garbage => self.garbage,
            Fault::Html => self.html,
            Fault::Truncated => self.truncated,
        }
    }
}

/// Draws faults, one request after another.
#[derive(Debug)]
pub struct Dice {
    faults: Faults,
    random: Random,
}

impl Dice {
    pub fn new(faults: Faults) -> Self {
        Self { random: Random::new(faults.seed), faults }
    }

    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The fault of the next request; requests that cannot have one draw nothing, so they do not shift the series.
    pub fn draw(&mut self, is_send: bool) -> Option<Fault> {
        if !is_send && !self.faults.everywhere {
            return None;
        }
        let mut left = self.random.fraction();
        Fault::iter().find(|fault| {
            left -= self.faults.rate(*fault);
            left < 0.0
        })
    }

    /// Which of the server errors to use.
    pub fn server_error(&mut self) -> (u16, &'static str) {
        const ERRORS: [(u16, &str); 3] =
            [(500, "Internal server error"), (502, "Bad gateway"), (503, "Service temporarily unavailable")];
        self.random.pick(&ERRORS).copied().unwrap_or(ERRORS[0])
    }
}
