//! The campaign's dates as a file that calendars read.

use std::path::Path;

use crate::app::App;
use crate::app::failure::Failure;
use crate::campaign::view::calendar::calendar;
use crate::store::replace::replace;

/// Writes the campaign's current dates to the file at `path`.
///
/// # Errors
/// No campaign, or the file cannot be written.
pub fn write_calendar(app: &App<'_>, path: &Path) -> Result<(), Failure> {
    let campaign = app.folder()?.definition()?.campaign;
    let text = calendar(&campaign, app.clock.now());
    replace(&app.output(path)?, &text).map_err(|error| Failure::not_written(path, &error))?;
    app.observer.note(format!("wrote {}", path.display()));
    Ok(())
}
