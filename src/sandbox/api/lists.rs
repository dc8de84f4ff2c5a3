//! The lists that an administrator reads page by page: suppression and audit log.

use serde::Serialize;
use serde_json::json;

use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::world::World;

/// In order of arrival.
pub fn suppression(world: &mut World, call: &Call) -> Answer {
    let (page, cursor) = page(world.suppressions.list.iter(), call, 100)?;
    Reply::ok(&json!({ "suppressions": page, "cursor": cursor }))
}

/// Newest first.
pub fn audit_log(world: &mut World, call: &Call) -> Answer {
    let (page, cursor) = page(world.audit.0.iter().rev(), call, 50)?;
    Reply::ok(&json!({ "entries": page, "cursor": cursor }))
}

/// The rows from the cursor on, and the cursor of the next page, if there is one.
fn page<T: Serialize>(
    rows: impl ExactSizeIterator<Item = T>,
    call: &Call,
    default: usize,
) -> Result<(Vec<T>, Option<String>), Refusal> {
    let limit = call.limit(default)?;
    let start: usize = call.query_as("cursor")?.unwrap_or(0);
    let end = start.saturating_add(limit);
    let cursor = (end < rows.len()).then(|| end.to_string());
    Ok((rows.skip(start).take(limit).collect(), cursor))
}
