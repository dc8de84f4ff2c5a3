//! Asking the server before looking.

use crate::app::cancel::cancel_mails;
use crate::app::failure::Failure;
use crate::app::remote::Remote;
use crate::app::session::{Book, Session};
use crate::app::track::bookkeeping;
use crate::app::track::{approvals, track};
use crate::app::{App, Run};
use crate::campaign::people::search::{Found, find};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct SyncRequest {
    /// Take over the lock of a run on another host that is known to be dead.
    pub break_lock: bool,
    /// Also ask who approved each mail of this customer.
    pub approvals_of: Option<String>,
}

/// Brings the ledger up to date as `track` does, for a look that follows.
///
/// # Errors
/// No campaign, no key, another run holds the ledger, or the server cannot be asked.
pub async fn sync(app: &App<'_>, request: SyncRequest) -> Result<(), Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let run = Run { app, folder: &folder, campaign: &campaign };
    follow(&run, request.break_lock).await?;
    match request.approvals_of {
        Some(who) => learn_approvals(&run, &who).await,
        None => Ok(()),
    }
}

/// What `track` does, without its report.
async fn follow(run: &Run<'_>, break_lock: bool) -> Result<(), Failure> {
    let Run { app, folder, campaign } = *run;
    let book = Book::open(app, folder, "track", false, break_lock)?;
    let mut session = Session::open(app, folder, campaign, book).await?;
    session.refuse_if_all_left()?;
    track(campaign, session.book.records_mut(), &session.remote, app.clock.now()).await?;
    session.book.save()?;
    let targets = session.overtaken(campaign);
    if let Book::Open(ledger) = &mut session.book {
        cancel_mails(run, targets, ledger, &session.remote).await?;
        bookkeeping::keep(run, ledger, &session.remote).await;
    }
    session.book.save()
}

/// A customer nobody fits is said to be unknown by the look that follows.
async fn learn_approvals(run: &Run<'_>, who: &str) -> Result<(), Failure> {
    let Run { app, folder, campaign } = *run;
    let mut book = Book::open(app, folder, "track", false, false)?;
    let Found::One(recipient) = find(book.records(), who) else { return Ok(()) };
    let key = recipient.key().to_owned();
    let remote = Remote::open(app, campaign).await?;
    if remote.api.capabilities().lists_mail {
        approvals(book.records_mut(), &remote, &key, app.clock.now()).await?;
    }
    book.save()
}
