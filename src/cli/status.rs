//! Shows `status`: once, or again on every change.

use std::fs;
use std::time::{Duration, Instant, SystemTime};

use crate::app::Outcome;
use crate::app::calendar::write_calendar;
use crate::app::failure::{Failure, Kind};
use crate::app::status::{StatusOutcome, customer_history, status, sync};
use crate::campaign::Time;
use crate::campaign::hint::Action;
use crate::cli::args::StatusArgs;
use crate::cli::ui::{Live, Terminal};
use crate::cli::{Face, screen};
use crate::hint;
use crate::store::folder::{DEFINITION, Folder};
use crate::store::local::{JOURNAL, STATE};

/// How often the files are checked for changes: soon enough for people, and no load for the
/// computer.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs `status` and shows its result; returns the exit code.
pub fn run(face: Face<'_>, args: &StatusArgs) -> u8 {
    if args.watch {
        return watch(face, args)
            .map_or_else(|failure| ended(face.terminal, Err::<StatusOutcome, _>(failure), screen::status), |()| 0);
    }
    let ready = before(face, args);
    match args.history() {
        Some(request) => {
            let paged = &face.terminal.paged();
            ended(paged, ready.and_then(|()| customer_history(face.app, &request)), screen::history)
        }
        None => ended(face.terminal, ready.and_then(|()| status(face.app, &args.request())), screen::status),
    }
}

/// What has to be done first.
fn before(face: Face<'_>, args: &StatusArgs) -> Result<(), Failure> {
    if let Some(request) = args.sync() {
        face.block_on(sync(face.app, request))?;
    }
    args.ics.as_ref().map_or(Ok(()), |file| write_calendar(face.app, file))
}

fn ended<O: Outcome>(terminal: &Terminal, ended: Result<O, Failure>, screen: impl FnOnce(&O, usize) -> String) -> u8 {
    let code = terminal.show("status", &ended, screen);
    // The process is about to end, and the system frees a large ledger's memory faster than we can.
    std::mem::forget(ended);
    code
}

/// Keeps the screen until Ctrl-C.
fn watch(face: Face<'_>, args: &StatusArgs) -> Result<(), Failure> {
    let folder = face.app.folder()?;
    let live = face.terminal.live().ok_or_else(|| {
        let hint = hint!["leave out --watch; ", Action::new("status").flag("json"), " is for programs"];
        Failure::new(Kind::Usage, "--watch needs a terminal to draw on", hint)
    })?;
    face.block_on(async {
        let (mut drawn, mut asking, mut trouble) = (None, Asking::every(args.sync_interval()), None);
        while !face.app.stop.asked() {
            if let Some(request) = args.sync().filter(|_| asking.is_due(Instant::now())) {
                let ended = sync(face.app, request).await;
                // A failure may go away next time; until then it stays on the screen.
                trouble = ended.err().map(|failure| face.terminal.resized().failure(&failure));
                drawn = None;
            }
            let now = Sight::of(&folder, face.app.clock.now(), &live);
            if drawn.as_ref() != Some(&now) {
                let seen = drawing(face, args);
                live.draw(&trouble.as_ref().map_or_else(|| seen.clone(), |trouble| format!("{trouble}\n{seen}")));
                drawn = Some(now);
            }
            tokio::select! {
                () = face.app.stop.once() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        Ok(())
    })
}

/// When to ask the server while the screen stays open.
#[derive(Debug)]
struct Asking {
    /// `None` where it is never asked.
    interval: Option<Duration>,
    last: Option<Instant>,
}

impl Asking {
    fn every(interval: Option<Duration>) -> Self {
        Self { interval, last: None }
    }

    /// Whether it is time: at once, and again one interval after each time, however long the answer took. If so, that is noted.
    fn is_due(&mut self, now: Instant) -> bool {
        let waited = |interval| self.last.is_none_or(|last| now.duration_since(last) >= interval);
        let is_due = self.interval.is_some_and(waited);
        if is_due {
            self.last = Some(now);
        }
        is_due
    }
}

/// What a screen depends on: if this changes, the screen may too.
#[derive(Debug, PartialEq, Eq)]
struct Sight {
    files: Vec<Option<(u64, SystemTime)>>,
    minute: i64,
    size: (u16, u16),
}

impl Sight {
    fn of(folder: &Folder, now: Time, live: &Live) -> Self {
        let state = |name: &str| {
            let file = fs::metadata(folder.file(name)).ok()?;
            Some((file.len(), file.modified().ok()?))
        };
        Self { files: [DEFINITION, STATE, JOURNAL].map(state).into(), minute: now.timestamp() / 60, size: live.size() }
    }
}

/// The current screen; if the files cannot be read, the error. They may be fixed by the next look.
fn drawing(face: Face<'_>, args: &StatusArgs) -> String {
    let terminal = face.terminal.resized();
    let text = match args.history() {
        Some(request) => text(&terminal, &customer_history(face.app, &request), screen::history),
        None => text(&terminal, &status(face.app, &args.request()), screen::status),
    };
    let time = face.app.clock.now().format("%H:%M:%S");
    terminal.styled(&format!("{text}\n(seen at {time} UTC; Ctrl-C ends)"))
}

fn text<O>(terminal: &Terminal, seen: &Result<O, Failure>, screen: impl FnOnce(&O, usize) -> String) -> String {
    seen.as_ref().map_or_else(|failure| terminal.failure(failure), |outcome| screen(outcome, terminal.width()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_asked_at_once_and_then_once_an_interval() {
        let start = Instant::now();
        let mut asking = Asking::every(Some(Duration::from_mins(10)));
        let due: Vec<u64> = (0..2000).filter(|second| asking.is_due(start + Duration::from_secs(*second))).collect();
        assert_eq!(due, [0, 600, 1200, 1800]);
        assert!(!Asking::every(None).is_due(start));
    }
}
