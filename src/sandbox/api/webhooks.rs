//! `/v1/webhooks`: subscriptions to events. No event is ever delivered.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::world::World;

/// The subscriptions, without their secrets.
pub fn list(world: &mut World, _: &Call) -> Answer {
    Reply::ok(&json!({ "subscriptions": world.webhooks }))
}

#[derive(Deserialize)]
struct Subscription {
    url: String,
    #[serde(default)]
    events: Vec<String>,
}

/// Adds a subscription; one step, as published.
pub fn add(world: &mut World, call: &Call) -> Answer {
    let Subscription { url, events } = call.body()?;
    if !url.starts_with("https://") {
        return Err(Refusal::bad_request("url: must be an https address"));
    }
    let row = json!({ "id": world.ids.next(), "url": url, "events": events, "is_active": true });
    world.webhooks.push(row.clone());
    let mut shown = row;
    shown["signing_secret"] = Value::from(format!("whsec_{}", world.ids.next()));
    Ok(Reply::new(StatusCode::CREATED, &shown))
}
