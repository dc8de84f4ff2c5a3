//! Who did what: decisions, cancellations, changes of settings. Sends are left out; the mails themselves show them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// The log, oldest first.
#[derive(Debug, Default)]
pub struct AuditLog(pub Vec<Entry>);

/// One action.
#[derive(Debug, Serialize)]
pub struct Entry {
    pub id: String,
    pub action: &'static str,
    pub resource_type: &'static str,
    pub resource_id: String,
    pub actor_key_id: String,
    pub metadata: Option<Value>,
    pub created_at: DateTime<Utc>,
}
