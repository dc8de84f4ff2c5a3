//! The terminal as an observer: shows events and answers questions.

use futures_util::future::LocalBoxFuture;

use super::{Progress, Terminal, clean};
use crate::app::observer::{self, Answer, Event, Observer, Question, Work};
use crate::cli::screen;

impl Observer for Terminal {
    fn tell(&self, event: Event) {
        match event {
            Event::Note(text) => self.say(&clean_lines(&text)),
            Event::Warning(text) => self.warn(&text),
            Event::Detail(text) => self.detail(&text),
        }
    }

    fn progress(&self, work: Work, total: usize) -> Box<dyn observer::Progress> {
        let progress = if work == Work::Composing { Progress::slow } else { Progress::bar };
        Box::new(progress(&self.bars, total, work.words(), self.shows_progress()))
    }

    fn busy(&self, work: Work) -> Box<dyn observer::Progress> {
        Box::new(Progress::spinner(&self.bars, work.words(), self.shows_progress()))
    }

    fn explain(&self, question: &Question<'_>) {
        let about = screen::question::explained(question, self.width);
        if !about.is_empty() {
            self.say(about.trim_end());
        }
    }

    fn ask<'a>(&'a self, question: &'a Question<'a>) -> LocalBoxFuture<'a, Answer> {
        if !self.interactive {
            return Box::pin(std::future::ready(Answer::NobodyThere));
        }
        self.present(&screen::question::to_read(question, self.width));
        let (terminal, line) = (self.clone(), format!("{} [y/N]", screen::question::asked(question)));
        Box::pin(async move {
            match terminal.answer(&line).await.map(|answer| answer.to_lowercase()).as_deref() {
                Some("y" | "yes") => Answer::Yes,
                Some(_) | None => Answer::No,
            }
        })
    }
}

/// The text with each line cleaned of control characters.
fn clean_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}
