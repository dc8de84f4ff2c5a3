//! Ctrl-C: the first asks to finish what is in flight, the second leaves at once. Neither loses anything, since every
//! send is written down before it leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Whether somebody asked us to stop.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    asked: Arc<AtomicBool>,
    twice: Arc<Notify>,
    once: Arc<Notify>,
}

impl Stop {
    /// Listens for Ctrl-C, and on Unix for the signal a CI system ends jobs with. To be called inside a runtime.
    pub fn listen() -> Self {
        let stop = Self::default();
        let heard = stop.clone();
        tokio::spawn(async move {
            loop {
                signal().await;
                if heard.asked.swap(true, Ordering::SeqCst) {
                    heard.twice.notify_waiters();
                    heard.twice.notify_one();
                } else {
                    heard.once.notify_waiters();
                    heard.once.notify_one();
                }
            }
        });
        stop
    }

    /// Whether it was asked for.
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// Resolves when it is asked for.
    pub async fn once(&self) {
        if !self.asked() {
            self.once.notified().await;
        }
    }

    /// Resolves when it is asked for a second time.
    pub async fn twice(&self) {
        self.twice.notified().await;
    }
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => ignore(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn signal() {
    ignore(tokio::signal::ctrl_c().await);
}

/// A system without signals cannot interrupt us; there is nothing to do about it.
fn ignore<T>(_: T) {}
