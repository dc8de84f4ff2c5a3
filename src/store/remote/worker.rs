//! The thread on which a store is talked to, so that a run may wait for it and a lease lives on meanwhile.

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc as std_mpsc;
use std::thread::Builder;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{LocalSet, spawn_local};

use super::scribe::closed;
use crate::store::LedgerError;

/// Makes what is to be done, once it is there: it need not be able to go from thread to thread.
type Job = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()>>> + Send>;

/// A thread with a runtime of its own; it ends with the last clone.
#[derive(Debug, Clone)]
pub struct Worker(mpsc::UnboundedSender<Job>);

impl Worker {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system gives none.
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

    /// Does something there, and waits for it.
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
                // Who stopped waiting does not need the answer.
                let _ = done.send(work().await);
            })
        });
        self.0.send(job).map_err(|_| closed())?;
        waits.recv().map_err(|_| closed())
    }

    /// Waits for an answer that comes from there.
    ///
    /// # Errors
    /// It never comes, or says that it failed.
    pub fn wait<T: Send + 'static>(&self, waits: oneshot::Receiver<Result<T, LedgerError>>) -> Result<T, LedgerError> {
        self.run(|| waits)?.unwrap_or_else(|_| Err(closed()))
    }
}
