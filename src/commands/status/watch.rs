//! `status --watch`: the screen again whenever something changed.

use std::fs;
use std::time::{Duration, SystemTime};

use super::{Args, Ending, block_on, look};
use crate::app::failure::{Failure, Kind};
use crate::campaign::Time;
use crate::cli::Face;
use crate::cli::ui::Report;
use crate::store::folder::{DEFINITION, Folder};
use crate::store::local::{JOURNAL, STATE};

/// How often the files are looked at: soon enough for people, and nothing to a computer.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs until Ctrl-C.
pub fn run(face: Face<'_>, args: &Args, folder: &Folder) -> Ending {
    let Some(live) = face.terminal.live() else {
        let hint = "leave out --watch; `mmig status --json` is for programs";
        return Err(Failure::new(Kind::Usage, "--watch needs a terminal to draw on", hint));
    };
    block_on(face, async || {
        let mut drawn = None;
        while !face.app.stop.asked() {
            let now = Sight::of(folder, face.app.clock.now(), live.size());
            if drawn.as_ref() != Some(&now) {
                live.draw(&screen(face, args, folder));
                drawn = Some(now);
            }
            tokio::select! {
                () = face.app.stop.once() => {}
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
fn screen(face: Face<'_>, args: &Args, folder: &Folder) -> String {
    let terminal = face.terminal.resized();
    let report = look(Face { terminal: &terminal, ..face }, args, folder).unwrap_or_else(Report::from);
    let failure = report.failure.as_ref().map(|failure| face.terminal.failure(failure));
    let time = face.app.clock.now().format("%H:%M:%S");
    let text = format!("{}{}\n(seen at {time} UTC; Ctrl-C ends)", report.screen, failure.unwrap_or_default());
    face.terminal.styled(&text)
}
