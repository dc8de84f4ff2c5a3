//! The defaults of a campaign file. Its comments (see `mmig init`) repeat them.

use std::time::Duration;

use chrono::NaiveTime;

use super::{ApiSection, Limits, Phase, StageTags, UsageRules, When};
use crate::campaign::definition::audience::Audience;
use crate::campaign::definition::usage::UsageFormat;

/// The address of the public service.
pub const API_URL: &str = "https://api.multimail.dev";

/// 14:00: people in the campaign's zone are at work, and have the afternoon to ask questions.
pub(super) fn send_time() -> NaiveTime {
    NaiveTime::from_hms_opt(14, 0, 0).unwrap_or_default()
}

impl Default for ApiSection {
    fn default() -> Self {
        Self {
            url: API_URL.to_owned(),
            mailbox: None,
            contract: "auto".to_owned(),
            oversight: vec!["gated_all".to_owned()],
            timeout: Duration::from_secs(30),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { concurrency: 8, per_second: 10.0, per_day: 0, max_late: 3, expect_every: 0, max_bounces: 4.0 }
    }
}

impl Default for StageTags {
    fn default() -> Self {
        Self {
            notified: "migration-notified".to_owned(),
            acknowledged: "migration-acknowledged".to_owned(),
            started: "migration-started".to_owned(),
            completed: "migration-complete".to_owned(),
        }
    }
}

impl Default for UsageRules {
    fn default() -> Self {
        Self {
            started: "new_calls > 0".to_owned(),
            completed: "old_calls == 0 and new_calls > 0".to_owned(),
            quiet_days: 7,
            base_paths: Vec::new(),
            accounts: None,
            format: UsageFormat::default(),
            columns: Vec::new(),
            old: None,
            new: None,
        }
    }
}

/// The five phases of a campaign file without any.
pub(super) fn phases() -> Vec<Phase> {
    let phase = |name, when, audience, automatic| Phase { automatic, ..Phase::new(name, when, audience) };
    vec![
        phase("announce", When::before(90), Audience::All, false),
        phase("prepare", When::before(60), Audience::NotCompleted, false),
        phase("window", When::before(30), Audience::NotStarted, true),
        phase("final", When::before(7), Audience::NotCompleted, true),
        phase("complete", When::Completed, Audience::Completed, true),
    ]
}
