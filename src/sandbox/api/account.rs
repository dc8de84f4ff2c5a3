//! `/health`, `/v1/account`, `/v1/usage`.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::record::Day;
use crate::sandbox::world::World;

pub fn health(_: &mut World, _: &Call) -> Answer {
    Reply::ok(&json!({ "status": "ok" }))
}

pub fn account(world: &mut World, _: &Call) -> Answer {
    let limits = &world.options.limits;
    Reply::ok(&json!({
        "id": "tenant_sandbox",
        "name": "Sandbox",
        "slug": "sandbox",
        "plan": limits.plan,
        "oversight_email": "reviewer@example.com",
        "physical_address": "1 Example Street, Example Town",
        "monthly_email_quota": limits.monthly_quota,
        "emails_sent_this_month": world.meters.sent_this_month,
        "max_mailboxes": 10,
        "storage_used_bytes": 0,
        "max_storage_bytes": 1_000_000_000,
        "is_active": true,
        "sending_disabled": world.disabled.is_some(),
        "sending_disabled_reason": world.disabled,
    }))
}

/// Counted by whole UTC days.
pub fn usage(world: &mut World, call: &Call) -> Answer {
    let day = |name| Ok::<_, Refusal>(call.query_as::<i64>(name)?.and_then(DateTime::from_timestamp_millis));
    let from: DateTime<Utc> = day("from")?.unwrap_or_default();
    let to = day("to")?.unwrap_or(world.now);
    let days = world.record.days.range(from.date_naive()..=to.date_naive().max(from.date_naive()));
    let (from, to) = (from.timestamp_millis(), to.timestamp_millis());
    match call.query("breakdown") {
        None => {
            let mut sum = Day::default();
            for (_, day) in days {
                sum.sent += day.sent;
                sum.received += day.received;
                sum.api_calls += day.api_calls;
                sum.decisions += day.decisions;
            }
            Reply::ok(&json!({
                "from": from, "to": to, "emails_sent": sum.sent, "emails_received": sum.received,
                "api_calls": sum.api_calls, "oversight_actions": sum.decisions,
            }))
        }
        Some("daily") => {
            let data: Vec<Value> = days.flat_map(|(date, day)| rows(*date, *day)).collect();
            Reply::ok(&json!({ "from": from, "to": to, "breakdown": "daily", "data": data }))
        }
        Some(other) => Err(Refusal::violation(format!("breakdown: {other:?} is not daily"))),
    }
}

fn rows(date: NaiveDate, day: Day) -> [Value; 4] {
    let events = [
        ("email_sent", day.sent),
        ("email_received", day.received),
        ("api_call", day.api_calls),
        ("oversight_action", day.decisions),
    ];
    events.map(|(event, count)| json!({ "date": date.to_string(), "event_type": event, "count": count }))
}
