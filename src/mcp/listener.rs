//! The observer of a call: notes go into its result, progress to the client, and no one answers
//! questions.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::future::LocalBoxFuture;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::app::observer::{Answer, Event, Observer, Progress, Question, Work};

/// The minimum interval between progress messages.
const PACE: Duration = Duration::from_millis(100);

/// The progress of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Steps done so far in the whole call; it only grows.
    pub done: usize,
    /// How many there are in total, as far as known.
    pub total: usize,
    /// The current work.
    pub what: &'static str,
}

/// The observer of one call.
#[derive(Debug)]
pub struct Listener {
    notes: RefCell<Vec<String>>,
    count: Rc<Count>,
}

#[derive(Debug)]
struct Count {
    done: Cell<usize>,
    total: Cell<usize>,
    reported: Cell<Option<Instant>>,
    steps: UnboundedSender<Step>,
}

impl Listener {
    /// A listener, and the receiver of the call's steps.
    pub fn new() -> (Self, UnboundedReceiver<Step>) {
        let (steps, reported) = unbounded_channel();
        let count = Count { done: Cell::new(0), total: Cell::new(0), reported: Cell::new(None), steps };
        (Self { notes: RefCell::default(), count: Rc::new(count) }, reported)
    }

    /// The notes so far.
    pub fn notes(&self) -> Vec<String> {
        self.notes.take()
    }
}

impl Count {
    fn tell(&self, what: &'static str) {
        let now = Instant::now();
        let due = self.reported.get().is_none_or(|reported| now.duration_since(reported) >= PACE);
        if due || self.done.get() == self.total.get() {
            self.reported.set(Some(now));
            // If the receiver is gone, no one wants to know.
            let _ = self.steps.send(Step { done: self.done.get(), total: self.total.get(), what });
        }
    }
}

struct Counting {
    count: Rc<Count>,
    what: &'static str,
}

impl Progress for Counting {
    fn step(&self) {
        self.count.done.set(self.count.done.get() + 1);
        self.count.total.set(self.count.total.get().max(self.count.done.get()));
        self.count.tell(self.what);
    }
}

impl Observer for Listener {
    fn tell(&self, event: Event) {
        match event {
            Event::Note(text) | Event::Warning(text) => self.notes.borrow_mut().push(text),
            Event::Detail(_) => {}
        }
    }

    fn progress(&self, work: Work, total: usize) -> Box<dyn Progress> {
        self.count.total.set(self.count.done.get() + total);
        if total > 0 {
            self.count.tell(work.words());
        }
        Box::new(Counting { count: Rc::clone(&self.count), what: work.words() })
    }

    fn ask<'a>(&'a self, _: &'a Question<'a>) -> LocalBoxFuture<'a, Answer> {
        Box::pin(std::future::ready(Answer::NobodyThere))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_only_grows_over_all_pieces_of_work_of_a_call() {
        let (listener, mut reported) = Listener::new();
        for total in [3, 2] {
            let work = listener.progress(Work::Sending, total);
            (0..total).for_each(|_| work.step());
        }
        let mut last = 0;
        while let Ok(step) = reported.try_recv() {
            assert!(step.done >= last && step.total >= step.done, "{step:?}");
            last = step.done;
        }
        assert_eq!(last, 5);
    }

    #[test]
    fn warnings_are_kept_and_details_are_not() {
        let (listener, _reported) = Listener::new();
        listener.tell(Event::Warning("odd".to_owned()));
        listener.tell(Event::Detail("server".to_owned()));
        assert_eq!(listener.notes(), ["odd"]);
    }
}
