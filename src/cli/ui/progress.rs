//! A progress bar or spinner on stderr, only if someone watches.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::echo::Quiet;
use crate::app::observer;

/// The interval of a spinner.
const TURN: Duration = Duration::from_millis(120);

/// The progress of a long piece of work.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    /// `^C` next to the bar would push it to another line, where it is never cleared.
    _quiet: Option<Quiet>,
}

impl Progress {
    /// For work of `total` steps.
    pub(super) fn bar(bars: &MultiProgress, total: usize, doing: &str, visible: bool) -> Self {
        Self::new(bars, Some(total as u64), "{msg} {wide_bar} {pos}/{len} {eta}", doing, visible)
    }

    /// For work of `total` steps each of which may take a minute: the seconds show that it goes on.
    pub(super) fn slow(bars: &MultiProgress, total: usize, doing: &str, visible: bool) -> Self {
        Self::turning(bars, Some(total as u64), "{spinner} {msg} {pos}/{len} {elapsed}", doing, visible)
    }

    /// For work of unknown length.
    pub(super) fn spinner(bars: &MultiProgress, doing: &str, visible: bool) -> Self {
        Self::turning(bars, None, "{spinner} {msg} {elapsed}", doing, visible)
    }

    fn turning(bars: &MultiProgress, total: Option<u64>, template: &str, doing: &str, visible: bool) -> Self {
        let spinner = Self::new(bars, total, template, doing, visible);
        if visible {
            spinner.bar.enable_steady_tick(TURN);
        }
        spinner
    }

    fn new(bars: &MultiProgress, total: Option<u64>, template: &str, doing: &str, visible: bool) -> Self {
        // A visible bar would draw itself as soon as it has a message, and nothing would clear that line.
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(doing.to_owned());
        if visible {
            return Self { bar: bars.add(bar), _quiet: Quiet::start() };
        }
        Self { bar, _quiet: None }
    }
}

impl observer::Progress for Progress {
    fn step(&self) {
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
