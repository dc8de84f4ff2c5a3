//! Tries many items at a time, each independently.

use crate::app::App;
use crate::app::batch::{Batch, Pace, Step};
use crate::app::failure::{Failure, Kind};
use crate::app::observer::Work;
use crate::campaign::definition::problem::Problem;

/// Tries each of `items`, `at_once` at a time, and returns the findings.
///
/// # Errors
/// Ctrl-C before everything was tried.
pub async fn tried<T>(
    app: &App<'_>,
    work: Work,
    at_once: usize,
    items: Vec<T>,
    try_one: impl AsyncFn(T) -> Vec<Problem>,
) -> Result<Vec<Problem>, Failure> {
    let progress = app.observer.progress(work, items.len());
    let mut problems = Vec::new();
    let batch = Batch { stop: &app.stop, pace: Pace::steady(at_once), brake: None };
    // A finding says nothing about the next item, so it never ends the batch.
    let halt = batch.run(
        items,
        async |item| Step::good(try_one(item).await),
        |found| {
            problems.extend(found);
            progress.step();
        },
    );
    match halt.await {
        None => Ok(problems),
        Some(_) => Err(Failure::new(Kind::Interrupted, "interrupted; not everything was checked", "")),
    }
}
