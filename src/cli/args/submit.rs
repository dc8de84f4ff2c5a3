//! The arguments of `submit`.

use crate::app::submit::skip::SkipRequest;
use crate::app::submit::{SubmitRequest, TestMailsRequest};
use crate::campaign::decide::gates::SendWhen;
use crate::cli::global::{When, parse_when};

/// The arguments of `submit`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("by_name").args(["resend_unknown", "test_to"])))]
pub struct SubmitArgs {
    /// The phase; may be repeated
    #[arg(long = "phase", value_name = "PHASE", required = true)]
    phases: Vec<String>,
    /// Only this segment; may be repeated
    #[arg(long = "segment", value_name = "SEGMENT")]
    segments: Vec<String>,
    /// Send at most N mails of a phase; the next run sends the rest
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Send only N mails of a phase, spread across all texts, as a trial
    #[arg(long, value_name = "N", conflicts_with = "limit")]
    canary: Option<usize>,
    /// Also send to customers whose mail failed, was rejected or was cancelled
    #[arg(long)]
    retry_failed: bool,
    /// Cancel waiting mails whose text is older than the draft, and send the current text instead
    #[arg(long, conflicts_with_all = ["limit", "canary", "resend_unknown", "test_to"])]
    replace: bool,
    /// Resend mails of unknown delivery to the customers that --contact names (they may get it twice)
    #[arg(long, requires = "contacts", conflicts_with_all = ["segments", "limit", "canary", "retry_failed"])]
    resend_unknown: bool,
    /// Send the mails of the first customer of each text to a colleague instead, marked TEST; nothing is recorded
    #[arg(long, value_name = "ADDRESS",
          conflicts_with_all = ["limit", "canary", "retry_failed", "resend_unknown", "at", "now", "wait"])]
    test_to: Option<String>,
    /// The customer for --resend-unknown or --test-to: an address, an id, or a part of a name; may be
    /// repeated
    #[arg(long = "contact", value_name = "WHO", requires = "by_name")]
    contacts: Vec<String>,
    /// Submit now, for delivery at this time; a day is that day at the phase's `send_time`
    #[arg(long, value_name = "TIME", conflicts_with = "now", value_parser = parse_when)]
    at: Option<When>,
    /// Send now, although the phase's date is still to come
    #[arg(long)]
    now: bool,
    /// Show the plan, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Send nothing: skip the phase for customers who never got it, so that no run asks for it again
    #[arg(long, requires = "reason",
          conflicts_with_all = ["limit", "canary", "retry_failed", "resend_unknown", "test_to", "at", "now", "wait"])]
    skip: bool,
    /// Why it is skipped; recorded in the ledger
    #[arg(long, value_name = "REASON", requires = "skip", value_parser = super::parse_reason)]
    reason: Option<String>,
    /// If a daily, monthly or rate limit is hit, wait for it to reset and continue
    #[arg(long, conflicts_with_all = ["limit", "canary", "retry_failed", "resend_unknown"])]
    wait: bool,
    /// Take over the lock of a dead run on another host
    #[arg(long)]
    break_lock: bool,
}

impl SubmitArgs {
    /// The request, unless it is for test mails.
    pub fn request(&self) -> SubmitRequest {
        SubmitRequest {
            phases: self.phases.clone(),
            segments: self.segments.clone(),
            limit: self.limit,
            canary: self.canary,
            retry_failed: self.retry_failed,
            replace: self.replace,
            resend_unknown: self.contacts.clone(),
            when: match (self.at, self.now) {
                (Some(When::Moment(at)), _) => SendWhen::At(at),
                (Some(When::Day(day)), _) => SendWhen::On(day),
                (None, true) => SendWhen::Now,
                (None, false) => SendWhen::OnItsDate,
            },
            dry_run: self.dry_run,
            yes: self.yes,
            wait: self.wait,
            break_lock: self.break_lock,
            agreed: None,
        }
    }

    /// The request to skip a phase, if that is asked.
    pub fn skip(&self) -> Option<SkipRequest> {
        let reason = self.reason.clone().filter(|_| self.skip)?;
        Some(SkipRequest {
            phases: self.phases.clone(),
            segments: self.segments.clone(),
            reason,
            dry_run: self.dry_run,
            yes: self.yes,
            break_lock: self.break_lock,
        })
    }

    /// The request for test mails, if that is asked.
    pub fn test_mails(&self) -> Option<TestMailsRequest> {
        Some(TestMailsRequest {
            to: self.test_to.clone()?,
            phases: self.phases.clone(),
            segments: self.segments.clone(),
            contacts: self.contacts.clone(),
            dry_run: self.dry_run,
            yes: self.yes,
        })
    }
}
