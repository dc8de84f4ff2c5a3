//! The arguments of `sandbox`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::one_of;
use crate::app::failure::{Failure, Kind};
use crate::cli::global::{self, Global, When};
use crate::sandbox::{
    Contacts, Contract, Extra, Faults, Intake, Life, Limits, Mailbox, Mode, Options, Rate, Simple, TagWrite,
};

/// The arguments of `sandbox`.
#[derive(Debug, clap::Args)]
pub struct SandboxArgs {
    /// The port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How many realistic contacts to generate; 9 in 10 are tagged api-v1
    #[arg(long, value_name = "N", default_value_t = 300, conflicts_with = "contacts_file")]
    contacts: usize,
    /// Load the contacts from this JSON file instead, unchanged
    #[arg(long, value_name = "FILE")]
    contacts_file: Option<PathBuf>,
    /// Seed; makes contacts, ids and faults repeatable
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The sending mailbox's address
    #[arg(long, value_name = "ADDRESS", default_value = "migrations@example.com")]
    from: String,
    /// The mailbox's oversight mode: `read_only`, `gated_all`, `gated_send`, monitored, autonomous
    #[arg(long, value_name = "MODE", default_value = "gated_all", value_parser = one_of::<Mode>(), hide_possible_values = true)]
    mode: Mode,
    /// How many of the contacts are on the suppression list
    #[arg(long, value_name = "N", default_value_t = 0)]
    suppressed: usize,
    /// Mails per month that the account may send
    #[arg(long, value_name = "N", default_value_t = 150_000)]
    quota: u64,
    /// How many of them are already used
    #[arg(long, value_name = "N", default_value_t = 0)]
    sent_this_month: u64,
    /// Mails on the first day while the account warms up; ten times as many after each day with mails
    #[arg(long, value_name = "N")]
    warmup: Option<u64>,
    /// Requests per second before a 429
    #[arg(long, value_name = "N")]
    rate: Option<f64>,
    /// Leave Retry-After out of a 429
    #[arg(long)]
    no_retry_after: bool,
    /// Count and limit every request, not only sends
    #[arg(long)]
    rate_everywhere: bool,
    /// How long every reply takes, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// How long a mail is scanned before it moves on, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    scan: u64,
    /// Disable sending once more than 5 % of at least ten mails bounced, as the vendor's policy says
    #[arg(long)]
    suspend_on_bounces: bool,
    /// Hold sent mails undelivered until POST /_sandbox/deliver
    #[arg(long)]
    hold_deliveries: bool,
    /// How a repeated POST of a contact behaves: update, double, refuse
    #[arg(long, value_name = "WHAT", default_value = "update", value_parser = one_of::<TagWrite>(), hide_possible_values = true)]
    tag_write: TagWrite,
    /// Contract simple: searches do not show the contacts' tags
    #[arg(long)]
    hide_tags: bool,
    /// Contract simple: a send is answered by {}
    #[arg(long)]
    bare_replies: bool,
    /// Also simulate a language model that returns the replies recorded in this file, a JSON array, in order
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// How long idempotency keys are kept, in seconds
    #[arg(long, value_name = "S", default_value_t = 24 * 60 * 60)]
    keep_keys: u64,
    #[command(flatten)]
    faults: FaultArgs,
}

/// Faults to inject, as shares of the sends, from 0 to 1.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Bad days (shares of the sends, from 0 to 1)")]
struct FaultArgs {
    /// An error; the mail was not accepted
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    error_before: f64,
    /// An error, although the mail was accepted
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    error_after: f64,
    /// The connection is cut; the mail was not accepted
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    cut_before: f64,
    /// The connection is cut, although the mail was accepted
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    cut_after: f64,
    /// The reply is late
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    slow: f64,
    /// How late, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 5000)]
    slow_ms: u64,
    /// The reply is not JSON
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    garbage: f64,
    /// A gateway answers with an HTML page
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    html: f64,
    /// The reply is cut short
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    truncated: f64,
    /// Apply to every request, not only sends
    #[arg(long)]
    everywhere: bool,
}

impl SandboxArgs {
    /// The options of the sandbox; files are relative to `folder`.
    ///
    /// # Errors
    /// No server speaks this contract.
    pub fn options(&self, folder: &Path, global: &Global) -> Result<Options, Failure> {
        let contract = match global.contract {
            None | Some(global::Contract::Both) => Contract::Both,
            Some(global::Contract::Mailbox) => Contract::Mailbox,
            Some(global::Contract::Simple) => Contract::Simple,
            Some(global::Contract::Auto) => {
                let hint = "write --contract mailbox, simple or both";
                return Err(Failure::new(Kind::Usage, "a sandbox cannot speak the contract `auto`", hint));
            }
        };
        let contacts = match &self.contacts_file {
            None => Contacts::Seeded(self.contacts),
            Some(file) => Contacts::File(folder.join(file)),
        };
        let limits = Limits {
            monthly_quota: self.quota,
            sent_this_month: self.sent_this_month,
            warmup_per_day: self.warmup,
            rate: Rate { per_second: self.rate, retry_after: !self.no_retry_after, everywhere: self.rate_everywhere },
            ..Limits::default()
        };
        Ok(Options {
            port: self.port,
            contract,
            seed: self.seed,
            contacts,
            suppressed: self.suppressed,
            mailbox: Mailbox { address: self.from.clone(), mode: self.mode, ..Mailbox::default() },
            limits,
            life: Life {
                scan: Duration::from_millis(self.scan),
                hold_deliveries: self.hold_deliveries,
                suspend_on_bounces: self.suspend_on_bounces,
                ..Life::default()
            },
            intake: Intake { keep_keys: Duration::from_secs(self.keep_keys), ..Intake::default() },
            tag_write: self.tag_write,
            simple: Simple {
                tags_in_search: !self.hide_tags,
                bare_replies: self.bare_replies,
                keys: Extra::Ignored,
                ..Simple::default()
            },
            model_file: self.model.as_ref().map(|file| folder.join(file)),
            latency: Duration::from_millis(self.latency),
            faults: self.faults.faults(self.seed),
            start_time: global.as_of.map(|when| match when {
                When::Moment(moment) => moment,
                When::Day(day) => day.and_time(chrono::NaiveTime::MIN).and_utc(),
            }),
            ..Options::default()
        })
    }
}

impl FaultArgs {
    fn faults(&self, seed: u64) -> Faults {
        Faults {
            seed,
            error_before: self.error_before,
            error_after: self.error_after,
            cut_before: self.cut_before,
            cut_after: self.cut_after,
            slow: self.slow,
            slow_ms: self.slow_ms,
            garbage: self.garbage,
            html: self.html,
            truncated: self.truncated,
            everywhere: self.everywhere,
        }
    }
}
