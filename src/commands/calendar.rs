//! `--ics FILE`: the campaign's dates as a file that calendars read.

use std::path::Path;

use crate::app::context::Context;
use crate::app::failure::{Failure, Kind};
use crate::campaign::definition::Campaign;
use crate::campaign::view::calendar::calendar;

/// Writes the campaign's dates, as of now.
pub fn write(context: &Context, campaign: &Campaign, file: &Path) -> Result<(), Failure> {
    std::fs::write(file, calendar(campaign, context.clock.now())).map_err(|error| {
        let message = format!("cannot write the calendar to {}: {error}", file.display());
        Failure::new(Kind::Usage, message, "name a file in a folder that is there and can be written")
    })?;
    context.terminal.say(&format!("wrote {}", file.display()));
    Ok(())
}
