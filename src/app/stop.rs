//! Ctrl-C: the first asks to finish what is in flight, the second exits at once. Neither loses anything, since every
//! send is recorded before it leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Whether the process was asked to stop.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    asked: Arc<AtomicBool>,
    twice: Arc<Notify>,
    once: Arc<Notify>,
}

impl Stop {
    /// Listens for Ctrl-C, and on Unix for the signal with which CI systems end jobs. Call it inside a runtime; once
    /// it returns, a signal no longer kills the process.
    pub fn listen(&self) {
        let heard = self.clone();
        let mut signals = Signals::new();
        tokio::spawn(async move {
            loop {
                signals.next().await;
                heard.ask();
            }
        });
    }

    /// Asks the run to stop, as Ctrl-C does.
    pub fn ask(&self) {
        let heard = if self.asked.swap(true, Ordering::SeqCst) { &self.twice } else { &self.once };
        heard.notify_waiters();
        heard.notify_one();
    }

    /// Whether the run was asked to stop.
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// Resolves at the first request to stop.
    pub async fn once(&self) {
        if !self.asked() {
            self.once.notified().await;
        }
    }

    /// Resolves at the second request to stop.
    pub async fn twice(&self) {
        self.twice.notified().await;
    }
}

/// The signals that ask us to stop.
#[cfg(unix)]
struct Signals(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Signals {
    /// A signal that cannot be handled keeps its usual effect.
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self(
            [SignalKind::interrupt(), SignalKind::terminate()]
                .into_iter()
                .filter_map(|kind| signal(kind).ok())
                .collect(),
        )
    }

    async fn next(&mut self) {
        if self.0.is_empty() {
            return std::future::pending().await;
        }
        let any = self.0.iter_mut().map(|signal| Box::pin(signal.recv()));
        drop(futures_util::future::select_all(any).await);
    }
}

/// The signals that ask us to stop.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Self {
        Self
    }

    /// If Ctrl-C cannot be handled, it keeps its usual effect.
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
