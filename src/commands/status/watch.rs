//! `status --watch`: the screen again whenever something changed.

use std::fs;
use std::time::{Duration, SystemTime};

use super::{Args, Ending, block_on, look};
use crate::app::context::Context;
use crate::app::failure::{Failure, Kind};
use crate::campaign::Time;
use crate::cli::ui::Report;
use crate::store::folder::{DEFINITION, Folder};
use crate::store::local::{JOURNAL, STATE};

/// How often the files are looked at: soon enough for people, and nothing to a computer.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs until Ctrl-C.
pub fn run(context: &Context, args: &Args, folder: &Folder) -> Ending {
    let Some(live) = context.terminal.live() else {
        let hint = "leave out --watch; `mmig status --json` is for programs";
        return Err(Failure::new(Kind::Usage, "--watch needs a terminal to draw on", hint));
    };
    block_on(async |stop| {
        let mut drawn = None;
        while !stop.asked() {
            let now = Sight::of(folder, context.clock.now(), live.size());
            if drawn.as_ref() != Some(&now) {
                live.draw(&screen(context, args, folder));
                drawn = Some(now);
            }
            tokio::select! {
                () = stop.once() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        Ok(())
    })?;
    Ok(Report { silent: true, ..Report::default() })
}

/// What a screen depends on: another one is another screen.
#[derive(Debug, PartialEq, Eq)]
struct Sight {
    files: Vec<Option<(u64, SystemTime)>>,
    minute: i64,
    size: (u16, u16),
}

impl Sight {
    fn of(folder: &Folder, now: Time, size: (u16, u16)) -> Self {
        let state = |name: &str| {
            let file = fs::metadata(folder.file(name)).ok()?;
            Some((file.len(), file.modified().ok()?))
        };
        Self { files: [DEFINITION, STATE, JOURNAL].map(state).into(), minute: now.timestamp() / 60, size }
    }
}

/// What is to be seen now; where the files cannot be read, why. The next look may find them mended.
fn screen(context: &Context, args: &Args, folder: &Folder) -> String {
    let context =
        Context { terminal: context.terminal.resized(), global: context.global.clone(), clock: context.clock };
    let report = look(&context, args, folder).unwrap_or_else(Report::from);
    let failure = report.failure.as_ref().map(|failure| context.terminal.failure(failure));
    let time = context.clock.now().format("%H:%M:%S");
    let text = format!("{}{}\n(seen at {time} UTC; Ctrl-C ends)", report.screen, failure.unwrap_or_default());
    context.terminal.styled(&text)
}
