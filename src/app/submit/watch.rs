//! A look, every now and then, at what became of the mails that have just left: if too many of them come back, the
//! rest stays here.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::sync::Notify;

use crate::app::Run;
use crate::app::remote::Remote;
use crate::app::track as tracking;
use crate::campaign::people::bounces::Bounces;
use crate::store::local::Ledger;

/// The first look comes after so many mails, the next ones after so many more and at least so much later.
const FIRST: usize = 20;
const STEP: usize = 100;
const PAUSE: Duration = Duration::from_secs(10);
/// A mail that comes back does so soon: one of the newest so many.
const NEWEST: usize = 1000;

/// How many mails the server took so far.
#[derive(Debug, Default)]
pub struct Taken {
    count: Cell<usize>,
    changed: Notify,
}

impl Taken {
    /// It took another one.
    pub fn one(&self) {
        self.count.set(self.count.get() + 1);
        self.changed.notify_one();
    }

    async fn reach(&self, count: usize) {
        while self.count.get() < count {
            self.changed.notified().await;
        }
    }
}

/// Resolves once so many mails came back that no more should be sent; else never.
pub async fn too_many_bounces(run: &Run<'_>, remote: &Remote, ledger: &RefCell<&mut Ledger>, taken: &Taken) -> Bounces {
    if !remote.api.capabilities().reports_delivery {
        return std::future::pending().await;
    }
    let mut next = FIRST;
    loop {
        taken.reach(next).await;
        // What a look that fails would have told, the next one tells, or the platform itself.
        if let Ok(views) = tracking::newest(remote, NEWEST).await {
            let mut ledger = ledger.borrow_mut();
            tracking::apply_views(ledger.records_mut(), &views, run.app.clock.now());
            let bounces = Bounces::of(ledger.records());
            if bounces.stop(run.campaign.limits.max_bounces) {
                return bounces;
            }
        }
        next = taken.count.get() + STEP;
        tokio::time::sleep(PAUSE).await;
    }
}
