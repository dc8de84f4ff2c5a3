//! Operations on mails the server has.

use std::collections::{BTreeMap, HashSet};

use super::client::{Api, need};
use super::contract::mailbox;
use super::error::ApiError;
use super::model::{Cancel, Direction, Listing, Mail, MailView, Page, Thread};

/// The most the server gives on a page.
const PAGE: u32 = 100;

impl Api {
    /// One page of a mailbox's mails, newest first as far as is known. A mail may stand on two pages.
    pub async fn mails(&self, mailbox_id: &str, direction: Direction, cursor: Option<&str>) -> Result<Page, ApiError> {
        self.page(mailbox_id, direction, PAGE, cursor).await
    }

    async fn page(
        &self,
        mailbox_id: &str,
        direction: Direction,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Page, ApiError> {
        need(self.capabilities().lists_mail, "list mails")?;
        self.ask(&mailbox::mails(mailbox_id, direction, limit, cursor), mailbox::read_page).await
    }

    /// A mailbox's mails, page by page, each once. Reading ends after the page on which `keep_on` said no; the order
    /// is not promised, so that page is taken whole.
    ///
    /// A mail that came in at the same moment as another one at the edge of a page may be left out: good enough to
    /// learn what is new, but to know that a mail is not there use [`every_mail`](Self::every_mail).
    pub async fn all_mails(
        &self,
        mailbox_id: &str,
        direction: Direction,
        keep_on: impl FnMut(&MailView) -> bool,
    ) -> Result<Listing, ApiError> {
        self.read_list(mailbox_id, direction, PAGE, keep_on).await
    }

    /// A mailbox's mails, read twice with the pages cut in different places, so that what one reading leaves out at an
    /// edge stands in the middle of a page of the other.
    pub async fn every_mail(&self, mailbox_id: &str, direction: Direction) -> Result<Listing, ApiError> {
        let mut listing = self.read_list(mailbox_id, direction, PAGE, |_| true).await?;
        let again = self.read_list(mailbox_id, direction, PAGE / 2, |_| true).await?;
        let seen: HashSet<String> = listing.mails.iter().map(|mail| mail.id.clone()).collect();
        listing.mails.extend(again.mails.into_iter().filter(|mail| !seen.contains(&mail.id)));
        listing.complete &= again.complete;
        Ok(listing)
    }

    /// Reads the list; the first page has `first` mails at most.
    async fn read_list(
        &self,
        mailbox_id: &str,
        direction: Direction,
        first: u32,
        mut keep_on: impl FnMut(&MailView) -> bool,
    ) -> Result<Listing, ApiError> {
        let mut listing = Listing { mails: Vec::new(), complete: true };
        let mut seen = HashSet::new();
        let ended = self
            .pages(async |cursor| {
                let limit = if cursor.is_none() { first } else { PAGE };
                let page = self.page(mailbox_id, direction, limit, cursor.as_deref()).await?;
                listing.complete &= page.unreadable.is_empty();
                let fresh: Vec<MailView> = page.mails.into_iter().filter(|mail| seen.insert(mail.id.clone())).collect();
                // A page with nothing new and yet another cursor: this could go on for ever.
                let stuck = fresh.is_empty();
                let enough = fresh.iter().any(|mail| !keep_on(mail));
                listing.mails.extend(fresh);
                if page.cursor.is_some() && (stuck || enough) {
                    listing.complete = false;
                    return Ok(None);
                }
                Ok(page.cursor)
            })
            .await?;
        listing.complete &= ended;
        Ok(listing)
    }

    /// One mail with its text. Reading an unread inbound mail marks it read.
    pub async fn mail(&self, mailbox_id: &str, id: &str) -> Result<Mail, ApiError> {
        need(self.capabilities().lists_mail, "read a mail")?;
        self.ask(&mailbox::mail(mailbox_id, id), mailbox::read_mail).await
    }

    /// A conversation; `None` where the server knows none of this id.
    pub async fn thread(&self, mailbox_id: &str, id: &str) -> Result<Option<Thread>, ApiError> {
        need(self.capabilities().lists_mail, "read a conversation")?;
        match self.ask(&mailbox::thread(mailbox_id, id), mailbox::read_thread).await {
            Ok(thread) => Ok(Some(thread)),
            Err(ApiError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Withdraws a mail that is not yet out. Doing it twice is harmless.
    pub async fn cancel(&self, mailbox_id: &str, id: &str) -> Result<Cancel, ApiError> {
        need(self.capabilities().cancels, "withdraw a mail")?;
        match self.ask(&mailbox::cancel(mailbox_id, id), |_| Ok(())).await {
            Ok(()) => Ok(Cancel::Done),
            Err(ApiError::Conflict { .. }) => Ok(Cancel::TooLate),
            Err(ApiError::NotFound { .. }) => Ok(Cancel::Gone),
            Err(error) => Err(error),
        }
    }

    /// The e-mail tags of a mail.
    pub async fn labels(&self, mailbox_id: &str, id: &str) -> Result<BTreeMap<String, String>, ApiError> {
        need(self.capabilities().labels_mail, "read a mail's tags")?;
        self.ask(&mailbox::labels(mailbox_id, id), mailbox::read_labels).await
    }

    /// Adds e-mail tags to a mail; those it has stay. Whether a write replaces all of them is disputed, so they are
    /// read first and written back together.
    pub async fn label(&self, mailbox_id: &str, id: &str, labels: &BTreeMap<String, String>) -> Result<(), ApiError> {
        need(self.capabilities().labels_mail, "tag a mail")?;
        let carried = self.labels(mailbox_id, id).await?;
        let mut union = carried.clone();
        union.extend(labels.clone());
        if union == carried {
            return Ok(());
        }
        self.ask(&mailbox::write_labels(mailbox_id, id, &union), |_| Ok(())).await
    }
}
