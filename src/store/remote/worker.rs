//! The thread that talks to a store, so that a run may block while its lease stays alive.

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc as std_mpsc;
use std::thread::Builder;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{LocalSet, spawn_local};

use super::scribe::closed;
use crate::store::LedgerError;

/// Creates a future on the thread; the future itself need not be `Send`.
type Job = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()>>> + Send>;

/// A thread with its own runtime; it ends with the last clone.
#[derive(Debug, Clone)]
pub struct Worker(mpsc::UnboundedSender<Job>);

impl Worker {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system cannot start one.
    pub fn start() -> Result<Self, LedgerError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(LedgerError::Journal)?;
        let (to_worker, mut jobs) = mpsc::unbounded_channel::<Job>();
        let work = async move {
            while let Some(job) = jobs.recv().await {
                spawn_local(job());
            }
        };
        let thread =
            Builder::new().name("store".into()).spawn(move || runtime.block_on(LocalSet::new().run_until(work)));
        thread.map(|_| Self(to_worker)).map_err(LedgerError::Journal)
    }

    /// Runs work on the thread, and waits for it.
    ///
    /// # Errors
    /// The thread is gone.
    pub fn run<T: Send + 'static, F: Future<Output = T> + 'static>(
        &self,
        work: impl FnOnce() -> F + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (done, waits) = std_mpsc::channel();
        let job: Job = Box::new(move || {
            Box::pin(async move {
                // A caller that stopped waiting does not need the result.
                let _ = done.send(work().await);
            })
        });
        self.0.send(job).map_err(|_| closed())?;
        waits.recv().map_err(|_| closed())
    }

    /// Waits for a result from the thread.
    ///
    /// # Errors
    /// It never comes, or is a failure.
    pub fn wait<T: Send + 'static>(&self, waits: oneshot::Receiver<Result<T, LedgerError>>) -> Result<T, LedgerError> {
        self.run(|| waits)?.unwrap_or_else(|_| Err(closed()))
    }
}
