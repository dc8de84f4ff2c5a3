//! The server of a campaign: opened once a run, asked again before every plan.

use std::collections::{BTreeSet, HashSet};

use chrono::{TimeDelta, Utc};

use crate::api::{Account, Api, ApiError, Choice, Interest, Mailbox, Settings};
use crate::app::access::Access;
use crate::app::batch::{Batch, Halt, Pace, Step};
use crate::app::failure::{Failure, Kind};
use crate::app::settings::MAILBOX;
use crate::app::{App, Run};
use crate::campaign::definition::{Campaign, Concerns};
use crate::campaign::people::cohort::{Odd, Oddity};
use crate::campaign::people::contact::{Address, Contact};

/// A server that answers, and the mailbox the campaign sends from.
#[derive(Debug)]
pub struct Remote {
    /// The client.
    pub api: Api,
    /// The sending mailbox; `None` where the server does not show mailboxes.
    pub mailbox: Option<Mailbox>,
}

impl Remote {
    /// Opens the server: decides the contract, finds the mailbox.
    pub async fn open(app: &App<'_>, campaign: &Campaign) -> Result<Self, Failure> {
        let access = Access::resolve(app, campaign)?;
        let api = connect(app, campaign, &access, access.contract.value).await?;
        let mut mailbox = None;
        if api.capabilities().reports_modes {
            let mailboxes = api.mailboxes().await?;
            mailbox = Some(the_one(app, &mailboxes, campaign, &access)?);
        }
        Ok(Self { api, mailbox })
    }

    /// The sending mailbox's id; empty where the server shows no mailboxes.
    pub fn mailbox_id(&self) -> &str {
        self.mailbox.as_ref().map_or("", |mailbox| mailbox.id.as_str())
    }

    /// The contacts that may belong to the campaign, and the rows that could not be read.
    pub async fn contacts(&self, campaign: &Campaign) -> Result<(Vec<Contact>, Vec<Odd>), Failure> {
        let found = self.api.contacts(&interest(campaign)).await?;
        let unreadable = found.unreadable.into_iter();
        let odd = unreadable.map(|why| Odd { contact: String::new(), why: Oddity::Unreadable { why } }).collect();
        Ok((found.contacts, odd))
    }

    /// The account, where the server shows it.
    pub async fn account(&self) -> Result<Option<Account>, Failure> {
        if !self.api.capabilities().shows_account {
            return Ok(None);
        }
        match self.api.account().await {
            // What is published need not be built everywhere, and without it a limit still shows when it is met.
            Err(ApiError::NotFound { .. }) => Ok(None),
            shown => shown.map(Some).map_err(Failure::from),
        }
    }

    /// The addresses the server will not deliver to; `None` where we may not ask.
    pub async fn suppressed(&self) -> Result<Option<HashSet<Address>>, Failure> {
        if !self.api.may_read_suppression() {
            return Ok(None);
        }
        let listed = self.api.suppressed().await?;
        // One without a mailbox is for the whole account.
        let ours = listed.iter().filter(|entry| entry.mailbox_id.as_deref().is_none_or(|id| id == self.mailbox_id()));
        Ok(Some(ours.filter_map(|entry| Address::parse(&entry.address).ok()).collect()))
    }
}

/// By so much this machine's clock may differ from the server's: how old a key is, is judged by both.
const CLOCKS: TimeDelta = TimeDelta::hours(1);

/// Refuses to send by a clock that is not the server's. A time that is only pretended is for trying things out, on a server of
/// this machine; and with a clock that was set wrong, a key that the server has forgotten would be taken for a young one, and
/// its mail sent a second time.
///
/// # Errors
/// `--as-of` is more than a day away from the clock and the server is elsewhere; or the clocks differ by more than an hour.
pub fn refuse_a_wrong_clock(app: &App<'_>, remote: &Remote) -> Result<(), Failure> {
    let (now, own) = (app.clock.now(), Utc::now());
    if app.clock.pretends() {
        if (now - own).abs() <= TimeDelta::days(1) || remote.api.is_on_this_machine() {
            return Ok(());
        }
        let message = format!(
            "--as-of (or MMIG_AS_OF) says {}, and it is {}: mails would leave today with what is true then",
            now.format("%Y-%m-%d"),
            own.format("%Y-%m-%d")
        );
        let hint = "leave it out, or try it on `mmig sandbox`; --dry-run shows the plan of any day";
        return Err(Failure::new(Kind::Refused, message, hint));
    }
    match remote.api.server_time().map(|server| server - now) {
        Some(ahead) if ahead.abs() > CLOCKS => {
            let message =
                format!("this machine's clock and the server's differ by {} minutes", ahead.num_minutes().abs());
            let hint = "set this machine's clock: which mails may be repeated, and which are due, is judged by it";
            Err(Failure::new(Kind::Refused, message, hint))
        }
        _ => Ok(()),
    }
}

/// Reads something of each item from the server, several at a time; `read_one` is called after each. All of it, or a failure.
///
/// # Errors
/// The server cannot be asked, or it was interrupted.
pub async fn read_all<T, R>(
    run: &Run<'_>,
    items: impl IntoIterator<Item = T>,
    read: impl AsyncFn(T) -> Result<R, ApiError>,
    read_one: impl Fn(),
) -> Result<Vec<R>, Failure> {
    let batch = Batch { stop: &run.app.stop, pace: Pace::steady(run.campaign.limits.concurrency), brake: None };
    let work = async |item| match read(item).await {
        Ok(found) => Step::good(Some(found)),
        Err(error) => Step::last(None, Halt::Api(error)),
    };
    let mut all = Vec::new();
    let halt = batch
        .run(items, work, |found| {
            read_one();
            all.extend(found);
        })
        .await;
    match halt {
        None => Ok(all),
        Some(Halt::Api(error)) => Err(error.into()),
        Some(_) => {
            let message = "interrupted while the server was asked";
            Err(Failure::new(Kind::Interrupted, message, "run the same command again"))
        }
    }
}

/// The client for a server.
pub async fn connect(app: &App<'_>, campaign: &Campaign, access: &Access, choice: Choice) -> Result<Api, Failure> {
    app.observer.detail(format!("server {} ({})", access.url.value, access.url.origin));
    let settings = Settings {
        url: access.url.value.clone(),
        key: access.key.clone(),
        oversight_key: access.oversight_key.clone(),
        admin_key: access.admin_key.clone(),
        choice,
        patience: app.patience,
        per_second: campaign.limits.per_second,
        ..Settings::default()
    };
    let api = Api::connect(settings).await?;
    app.observer.detail(format!("contract {} ({})", api.contract(), access.contract.origin));
    Ok(api)
}

/// The mailbox the campaign sends from: the one that was named, or the one of its address.
pub fn the_one(app: &App<'_>, mailboxes: &[Mailbox], campaign: &Campaign, access: &Access) -> Result<Mailbox, Failure> {
    let found = match &access.mailbox {
        Some(wanted) => mailboxes.iter().find(|mailbox| mailbox.id == wanted.value),
        None => mailboxes.iter().find(|mailbox| mailbox.address.eq_ignore_ascii_case(&campaign.from)),
    };
    let Some(mailbox) = found else { return Err(no_mailbox(mailboxes, campaign, access)) };
    refuse_another_sender(mailbox, campaign, access)?;
    app.observer.detail(format!("mailbox {} ({})", mailbox.id, mailbox.address));
    Ok(mailbox.clone())
}

/// Refuses a mailbox that was named and is not the one of `from`: other clients read the same variable, and what is sent
/// from another mailbox is invisible once the variable is gone.
fn refuse_another_sender(mailbox: &Mailbox, campaign: &Campaign, access: &Access) -> Result<(), Failure> {
    let is_from = mailbox.address.is_empty() || mailbox.address.eq_ignore_ascii_case(&campaign.from);
    let Some(named) = access.mailbox.as_ref().filter(|_| !is_from) else { return Ok(()) };
    let (address, from) = (&mailbox.address, &campaign.from);
    let message = format!("{} names the mailbox of {address}, but this campaign sends from {from}", named.origin);
    let hint = format!("leave it out: the mailbox is then found by `from`; or set [campaign] from = \"{address}\"");
    Err(Failure::new(Kind::Refused, message, hint))
}

fn no_mailbox(mailboxes: &[Mailbox], campaign: &Campaign, access: &Access) -> Failure {
    let known: Vec<String> = mailboxes.iter().map(|mailbox| format!("{} ({})", mailbox.address, mailbox.id)).collect();
    let known = known.join(", ");
    let (message, hint) = match &access.mailbox {
        Some(wanted) => (
            format!("the account has no mailbox {} (from {})", wanted.value, wanted.origin),
            format!("correct it, or leave it out: it is then found by `from`; there are {known}"),
        ),
        None => (
            format!("the account has no mailbox with the address {}", campaign.from),
            format!("correct [campaign] from, or set {MAILBOX}; there are {known}"),
        ),
    };
    Failure::new(Kind::NotFound, message, hint)
}

/// What must be known of contacts: who matches a segment, who is affected at all, and every tag anything depends on.
fn interest(campaign: &Campaign) -> Interest {
    let mut queries: Vec<String> = campaign.segments.iter().map(|segment| segment.tags.to_string()).collect();
    let affected = campaign.affected_tags();
    if !affected.is_empty() {
        queries.push(affected.join(","));
    }
    let mut tags: BTreeSet<String> = campaign.tags.each().iter().map(|(_, tag)| (*tag).to_owned()).collect();
    let of_changes = campaign.changes.iter().filter_map(|change| match &change.concerns {
        Concerns::Tags(query) => Some(query),
        Concerns::Everybody | Concerns::Segments(_) => None,
    });
    for query in campaign.segments.iter().map(|segment| &segment.tags).chain(of_changes) {
        tags.extend(query.with().iter().chain(query.without()).cloned());
    }
    Interest { queries, tags: tags.into_iter().collect() }
}
