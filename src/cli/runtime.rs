//! The runtime for use cases.

use crate::app::failure::{Failure, Kind};

/// One thread: the server's latency, not our processor, decides how fast we are.
///
/// # Errors
/// The system has no resources for it.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(Kind::Api, format!("cannot start: {error}"), "check the system's limits"))
}
