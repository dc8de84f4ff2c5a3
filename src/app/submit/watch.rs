//! Checks the mailbox and the newest mails from time to time during a run: if too many bounce, or leave without
//! approval, the rest is not sent.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::sync::Notify;

use crate::app::Run;
use crate::app::remote::Remote;
use crate::app::track as tracking;
use crate::campaign::decide::gates::mode_gate;
use crate::campaign::people::bounces::Bounces;
use crate::store::local::Ledger;

/// The first check comes after this many mails, the next ones after this many more and at least this much later.
const FIRST: usize = 20;
const STEP: usize = 100;
const PAUSE: Duration = Duration::from_secs(10);
/// A mail that bounces does so soon, so it is among the newest.
const NEWEST: usize = 1000;

/// How many mails the server has accepted so far.
#[derive(Debug, Default)]
pub struct Taken {
    count: Cell<usize>,
    changed: Notify,
}

impl Taken {
    /// Counts another one.
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

/// Resolves once too many mails have bounced to send more; otherwise never.
pub async fn too_many_bounces(run: &Run<'_>, remote: &Remote, ledger: &RefCell<&mut Ledger>, taken: &Taken) -> Bounces {
    if !remote.api.capabilities().reports_delivery {
        return std::future::pending().await;
    }
    let mut next = FIRST;
    loop {
        taken.reach(next).await;
        // If a look fails, the next one, or the platform itself, shows the same.
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

/// Resolves, with the mode, once the mailbox is in a mode in which the campaign does not send; otherwise never. It is
/// checked after as many mails as are in flight at a time, so few are sent before the run stops.
pub async fn mode_changed(run: &Run<'_>, remote: &Remote, taken: &Taken) -> String {
    let Some(mailbox) = &remote.mailbox else { return std::future::pending().await };
    let step = run.campaign.limits.concurrency.max(1);
    let mut next = step;
    loop {
        taken.reach(next).await;
        next = taken.count.get() + step;
        let Ok(mailboxes) = remote.api.mailboxes().await else { continue };
        let now = mailboxes.into_iter().find(|own| own.id == mailbox.id).map(|own| own.oversight_mode);
        if let Some(mode) = now.filter(|mode| mode_gate(run.campaign, Some(mode)).is_some()) {
            return mode;
        }
    }
}
