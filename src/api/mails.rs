//! Operations on mails: sending, and those the server has.

use std::collections::{BTreeMap, HashSet};

use compact_str::CompactString;

use super::client::{Api, need};
use super::contract::{Reply, mailbox};
use super::error::ApiError;
use super::model::{Cancel, Direction, Extent, Listing, Mail, MailView, Outgoing, Page, Receipt, Thread};
use super::retry::Failed;

/// The server's maximum page size.
const PAGE: u32 = 100;

impl Api {
    /// One page of a mailbox's mails, usually newest first. A mail may appear on two pages.
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

    /// Passes a mailbox's mails to `take`, page by page, each once. Reading ends after the page on which `take`
    /// returned false; the order is not guaranteed, so that page is completed.
    ///
    /// A mail with the same timestamp as another one at the edge of a page may be missed: good enough for news,
    /// but to be sure that a mail does not exist use [`every_mail`](Self::every_mail).
    pub async fn each_mail(
        &self,
        mailbox_id: &str,
        direction: Direction,
        take: impl FnMut(MailView) -> bool,
    ) -> Result<Extent, ApiError> {
        self.read_list(mailbox_id, direction, PAGE, take).await
    }

    /// The same, as a list; `keep_on` returns whether to continue.
    pub async fn all_mails(
        &self,
        mailbox_id: &str,
        direction: Direction,
        mut keep_on: impl FnMut(&MailView) -> bool,
    ) -> Result<Listing, ApiError> {
        let mut mails = Vec::new();
        let take = |mail| {
            let more = keep_on(&mail);
            mails.push(mail);
            more
        };
        let extent = self.read_list(mailbox_id, direction, PAGE, take).await?;
        Ok(Listing { mails, complete: extent == Extent::Whole })
    }

    /// The wanted mails of a mailbox, each once; a mailbox may have far more. It is read twice with different page
    /// boundaries, so that a mail missed at a boundary in one reading is in the middle of a page in the other.
    pub async fn every_mail(
        &self,
        mailbox_id: &str,
        direction: Direction,
        looked_for: impl Fn(&MailView) -> bool,
    ) -> Result<Listing, ApiError> {
        let (mut mails, mut seen) = (Vec::new(), HashSet::new());
        let mut take = |mail: MailView| {
            if looked_for(&mail) && seen.insert(CompactString::from(&mail.id)) {
                mails.push(mail);
            }
            true
        };
        let once = self.read_list(mailbox_id, direction, PAGE, &mut take).await?;
        let again = self.read_list(mailbox_id, direction, PAGE / 2, &mut take).await?;
        Ok(Listing { mails, complete: once == Extent::Whole && again == Extent::Whole })
    }

    /// Reads the list; the first page has at most `first` mails.
    async fn read_list(
        &self,
        mailbox_id: &str,
        direction: Direction,
        first: u32,
        mut take: impl FnMut(MailView) -> bool,
    ) -> Result<Extent, ApiError> {
        let mut extent = Extent::Whole;
        let mut seen: HashSet<CompactString> = HashSet::new();
        let ended = self
            .pages(async |cursor| {
                let limit = if cursor.is_none() { first } else { PAGE };
                let page = self.page(mailbox_id, direction, limit, cursor.as_deref()).await?;
                if !page.unreadable.is_empty() {
                    extent = Extent::Broken;
                }
                // A page with nothing new and yet another cursor: this might never end.
                let (mut stuck, mut enough) = (true, false);
                for mail in page.mails.into_iter().filter(|mail| seen.insert(mail.id.as_str().into())) {
                    stuck = false;
                    enough |= !take(mail);
                }
                if page.cursor.is_some() && (stuck || enough) {
                    extent = extent.max(if enough { Extent::Enough } else { Extent::Broken });
                    return Ok(None);
                }
                Ok(page.cursor)
            })
            .await?;
        Ok(if ended { extent } else { Extent::Broken })
    }

    /// One mail with its text. Reading an unread inbound mail marks it read.
    pub async fn mail(&self, mailbox_id: &str, id: &str) -> Result<Mail, ApiError> {
        need(self.capabilities().lists_mail, "read a mail")?;
        self.ask(&mailbox::mail(mailbox_id, id), mailbox::read_mail).await
    }

    /// A conversation; `None` if the server does not know this id.
    pub async fn thread(&self, mailbox_id: &str, id: &str) -> Result<Option<Thread>, ApiError> {
        need(self.capabilities().lists_mail, "read a conversation")?;
        match self.ask(&mailbox::thread(mailbox_id, id), mailbox::read_thread).await {
            Ok(thread) => Ok(Some(thread)),
            Err(ApiError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Cancels a mail that has not been sent yet. Repeating it is harmless.
    ///
    /// # Errors
    /// [`ApiError::NotDone`] if the server reports success and a status other than cancelled.
    pub async fn cancel(&self, mailbox_id: &str, id: &str) -> Result<Cancel, ApiError> {
        need(self.capabilities().cancels, "withdraw a mail")?;
        match self.ask(&mailbox::cancel(mailbox_id, id), mailbox::read_cancelled).await {
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
    /// read first and written back together. Where the server does not answer with the tags they are read again.
    ///
    /// # Errors
    /// [`ApiError::NotDone`] where the mail does not carry them afterwards.
    ///
    /// # Errors
    /// [`ApiError::NotDone`] where the server answers with success and shows other tags.
    pub async fn label(&self, mailbox_id: &str, id: &str, labels: &BTreeMap<String, String>) -> Result<(), ApiError> {
        need(self.capabilities().labels_mail, "tag a mail")?;
        let carried = self.labels(mailbox_id, id).await?;
        let mut union = carried.clone();
        union.extend(labels.clone());
        if union == carried {
            return Ok(());
        }
        let written = self.ask(&mailbox::write_labels(mailbox_id, id, &union), mailbox::read_written_labels).await?;
        let carried = match written {
            Some(carried) => carried,
            None => self.labels(mailbox_id, id).await?,
        };
        let lacking = union.iter().find(|(name, value)| carried.get(*name) != Some(*value));
        lacking.map_or(Ok(()), |(name, _)| {
            Err(ApiError::NotDone { what: "tag", words: format!("the mail does not carry `{name}` afterwards") })
        })
    }
}

impl Api {
    /// Sends a mail, or finds that the server already had it. On an error, [`ApiError::may_have_arrived`] says
    /// whether the server may have accepted it nonetheless.
    ///
    /// Repeated only if the server keeps the key, or if an attempt certainly did not arrive.
    pub async fn send(&self, mail: &Outgoing) -> Result<Receipt, ApiError> {
        self.send_while(mail, &|| true).await
    }

    /// The same, if `may_start` still returns true when its turn comes, for the first and each further attempt;
    /// otherwise [`ApiError::NoLeave`].
    pub async fn send_while(&self, mail: &Outgoing, may_start: &dyn Fn() -> bool) -> Result<Receipt, ApiError> {
        let request = self.contract().send(mail)?;
        let read = |reply: &Reply| self.contract().receipt(reply);
        self.with_retry_while(&request, read, may_start).await.map_err(Failed::in_all)
    }
}
