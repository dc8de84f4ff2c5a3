//! The operator: the account's settings, the clock, the faults.

use std::time::Duration;

use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::SOMEBODY;
use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::faults::{Dice, Faults};
use crate::sandbox::options::{Mode, Rate, TagWrite};
use crate::sandbox::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModeChange {
    mode: Mode,
    mailbox: Option<String>,
    /// Only after this many more mails were accepted.
    after_sends: Option<usize>,
}

/// Sets any mode: a person may loosen it.
pub fn mode(world: &mut World, call: &Call) -> Answer {
    let ModeChange { mode, mailbox, after_sends } = call.body()?;
    let address = mailbox.unwrap_or_else(|| world.options.mailbox.address.clone());
    let place = world.mailboxes.by_address(&address).ok_or_else(|| Refusal::not_found("mailbox"))?;
    if let Some(sends) = after_sends.filter(|sends| *sends > 0) {
        world.mode_to_come = Some((sends, place, mode));
        return Reply::ok(&json!({ "mailbox": address, "mode": mode, "after_sends": sends }));
    }
    world.mode_to_come = None;
    let mailbox = &mut world.mailboxes.list[place];
    mailbox.oversight_mode = mode;
    let id = mailbox.id.clone();
    world.log(SOMEBODY, "mailbox.oversight_changed", "mailbox", id, Some(json!({ "mode": mode })));
    Reply::ok(&json!({ "mailbox": address, "mode": mode }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Allow {
    patterns: Option<Vec<String>>,
}

pub fn allow(world: &mut World, call: &Call) -> Answer {
    let Allow { patterns } = call.body()?;
    world.options.mailbox.allowlist = patterns;
    Reply::ok(&json!({ "patterns": world.options.mailbox.allowlist }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quota {
    monthly_quota: Option<u64>,
    sent_this_month: Option<u64>,
}

pub fn quota(world: &mut World, call: &Call) -> Answer {
    let Quota { monthly_quota, sent_this_month } = call.body()?;
    let limits = &mut world.options.limits;
    limits.monthly_quota = monthly_quota.unwrap_or(limits.monthly_quota);
    world.meters.sent_this_month = sent_this_month.unwrap_or(world.meters.sent_this_month);
    Reply::ok(&json!({ "monthly_quota": limits.monthly_quota, "sent_this_month": world.meters.sent_this_month }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Warmup {
    per_day: Option<u64>,
}

pub fn warmup(world: &mut World, call: &Call) -> Answer {
    let Warmup { per_day } = call.body()?;
    world.options.limits.warmup_per_day = per_day;
    world.meters.begin_warm_up();
    Reply::ok(&json!({ "per_day": per_day, "sent_today": world.meters.sent_today }))
}

pub fn rate(world: &mut World, call: &Call) -> Answer {
    let rate: Rate = call.body()?;
    rate.check().map_err(Refusal::bad_request)?;
    world.options.limits.rate = rate;
    world.meters.refill();
    Reply::ok(&world.options.limits.rate)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Latency {
    ms: u64,
}

pub fn latency(world: &mut World, call: &Call) -> Answer {
    let Latency { ms } = call.body()?;
    world.options.latency = Duration::from_millis(ms);
    Reply::ok(&json!({ "ms": ms }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    advance_seconds: Option<i64>,
    now: Option<DateTime<Utc>>,
}

/// Moves the clock; what is due by then happens at once.
pub fn clock(world: &mut World, call: &Call) -> Answer {
    let change: ClockChange = call.body()?;
    match (change.advance_seconds.and_then(TimeDelta::try_seconds), change.now) {
        (Some(by), None) => world.clock.advance(by),
        (None, Some(now)) => world.clock.set(now),
        _ => return Err(Refusal::bad_request("give exactly one of advance_seconds, now")),
    }
    world.now = world.clock.now();
    world.settle();
    Reply::ok(&json!({ "now": world.now }))
}

/// Replaces all fault rates, and restarts their series.
pub fn faults(world: &mut World, call: &Call) -> Answer {
    let faults: Faults = call.body()?;
    faults.check().map_err(Refusal::bad_request)?;
    world.dice = Dice::new(faults);
    Reply::ok(world.dice.faults())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refuse {
    phrases: Vec<String>,
}

pub fn refuse(world: &mut World, call: &Call) -> Answer {
    let Refuse { phrases } = call.body()?;
    world.options.intake.refuse = phrases;
    Reply::ok(&json!({ "phrases": world.options.intake.refuse }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disable {
    reason: Option<String>,
}

pub fn disable(world: &mut World, call: &Call) -> Answer {
    let Disable { reason } = call.body()?;
    world.disabled = reason;
    Reply::ok(&json!({ "reason": world.disabled }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TagWriting {
    existing: TagWrite,
}

pub fn tag_write(world: &mut World, call: &Call) -> Answer {
    let TagWriting { existing } = call.body()?;
    world.options.tag_write = existing;
    Reply::ok(&json!({ "existing": existing }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LieChange {
    operation: String,
    #[serde(default = "success")]
    status: u16,
    body: Option<Value>,
}

fn success() -> u16 {
    200
}

/// From now on an operation returns this reply, and does nothing.
pub fn lie(world: &mut World, call: &Call) -> Answer {
    let LieChange { operation, status, body } = call.body()?;
    let known = world.operations.iter().copied().find(|known| *known == operation);
    let known = known.ok_or_else(|| Refusal::not_found("operation"))?;
    let status = StatusCode::from_u16(status).map_err(|_| Refusal::bad_request("no status is like that"))?;
    match body {
        Some(body) => drop(world.lies.insert(known, (status, body))),
        None => drop(world.lies.remove(known)),
    }
    Reply::ok(&json!({ "lies": world.lies.len() }))
}
