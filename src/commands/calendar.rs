//! `--ics FILE`: the campaign's dates as a file that calendars read.

use std::path::Path;

use crate::app::failure::{Failure, Kind};
use crate::campaign::definition::Campaign;
use crate::campaign::view::calendar::calendar;
use crate::cli::Face;

/// Writes the campaign's dates, as of now.
pub fn write(face: Face<'_>, campaign: &Campaign, file: &Path) -> Result<(), Failure> {
    std::fs::write(file, calendar(campaign, face.app.clock.now())).map_err(|error| {
        let message = format!("cannot write the calendar to {}: {error}", file.display());
        Failure::new(Kind::Usage, message, "name a file in a folder that is there and can be written")
    })?;
    face.terminal.say(&format!("wrote {}", file.display()));
    Ok(())
}
