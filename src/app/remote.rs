//! The server of a campaign: opened once per run, and asked again before every plan.

use std::collections::{BTreeSet, HashSet};

use chrono::{TimeDelta, Utc};

use crate::api::{Account, Api, ApiError, Choice, Interest, Mailbox, Settings};
use crate::app::access::Access;
use crate::app::batch::{Batch, Halt, Pace, Step};
use crate::app::failure::{Failure, Kind};
use crate::app::settings::{MAILBOX, Origin};
use crate::app::{App, Run};
use crate::campaign::Time;
use crate::campaign::definition::{Campaign, Concerns};
use crate::campaign::people::cohort::{Odd, Oddity};
use crate::campaign::people::contact::{Address, Contact};

/// A server that responds, and the mailbox the campaign sends from.
#[derive(Debug)]
pub struct Remote {
    /// The client.
    pub api: Api,
    /// The sending mailbox; `None` if the server does not list mailboxes.
    pub mailbox: Option<Mailbox>,
}

impl Remote {
    /// Connects to the server: determines the contract and finds the mailbox.
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

    /// The sending mailbox's id; empty if the server lists none.
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

    /// The account, if the server shows it.
    pub async fn account(&self) -> Result<Option<Account>, Failure> {
        if !self.api.capabilities().shows_account {
            return Ok(None);
        }
        match self.api.account().await {
            // A server may not implement this endpoint; without it, a limit still shows when it is hit.
            Err(ApiError::NotFound { .. }) => Ok(None),
            shown => shown.map(Some).map_err(Failure::from),
        }
    }

    /// The addresses the server will not deliver to; `None` without permission to ask.
    pub async fn suppressed(&self) -> Result<Option<HashSet<Address>>, Failure> {
        if !self.api.may_read_suppression() {
            return Ok(None);
        }
        let listed = self.api.suppressed().await?;
        // An entry without a mailbox applies to the whole account.
        let ours = listed.iter().filter(|entry| entry.mailbox_id.as_deref().is_none_or(|id| id == self.mailbox_id()));
        Ok(Some(ours.filter_map(|entry| Address::parse(&entry.address).ok()).collect()))
    }
}

/// How far this machine's clock may differ from the server's: both are used to judge the age of a
/// key.
const CLOCKS: TimeDelta = TimeDelta::hours(1);

/// Refuses to send by a clock that differs from the server's. `--as-of` is for trying things out, on a server on this
/// machine. With a clock that is wrong, a key the server has forgotten would look recent, and its mail would be sent
/// twice.
///
/// # Errors
/// `--as-of` is more than a day from the clock and the server is on another machine; or the clocks differ by more than
/// an hour.
pub fn refuse_a_wrong_clock(app: &App<'_>, remote: &Remote) -> Result<(), Failure> {
    let clocks = Clocks {
        pretends: app.clock.pretends(),
        ours: app.clock.now(),
        machines: Utc::now(),
        servers: remote.api.server_time(),
        is_local: remote.api.is_on_this_machine(),
    };
    clocks.refusal().map_or(Ok(()), Err)
}

/// The clocks to compare.
#[derive(Debug, Clone, Copy)]
struct Clocks {
    /// Whether ours is set by `--as-of`.
    pretends: bool,
    ours: Time,
    machines: Time,
    /// The server's; `None` if it does not report one.
    servers: Option<Time>,
    /// Whether the server is on this machine.
    is_local: bool,
}

impl Clocks {
    /// Why nothing may be sent by these clocks, if so.
    fn refusal(self) -> Option<Failure> {
        let Self { pretends, ours, machines, servers, is_local } = self;
        if pretends {
            let far = (ours - machines).abs() > TimeDelta::days(1);
            return (far && !is_local).then(|| {
                let day = |time: Time| time.format("%Y-%m-%d");
                let message = format!(
                    "--as-of (or MMIG_AS_OF) says {}, and it is {}: mails would be sent today with that day's facts",
                    day(ours),
                    day(machines)
                );
                let hint = "leave it out, or try it on `mmig sandbox`; --dry-run shows the plan of any day";
                Failure::new(Kind::Refused, message, hint)
            });
        }
        let apart = servers.map(|server| (server - ours).abs()).filter(|apart| *apart > CLOCKS)?;
        let message = format!("this machine's clock and the server's differ by {} minutes", apart.num_minutes());
        let hint = "set this machine's clock: it decides which mails may be repeated, and which are due";
        Some(Failure::new(Kind::Refused, message, hint))
    }
}

/// Reads something for each item from the server, several at a time; `read_one` is called after each. Returns
/// everything or a failure.
///
/// # Errors
/// The server cannot be reached, or the user interrupted.
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

/// The settings to reach a server.
pub fn settings(app: &App<'_>, campaign: &Campaign, access: &Access, choice: Choice) -> Settings {
    Settings {
        url: access.url.value.clone(),
        url_origin: match access.url.origin {
            Origin::Default => String::new(),
            named => named.to_string(),
        },
        key: access.key.clone(),
        oversight_key: access.oversight_key.clone(),
        admin_key: access.admin_key.clone(),
        choice,
        patience: app.patience,
        per_second: campaign.limits.per_second,
        timeout: campaign.api.timeout,
        proxy: app.server.proxy.clone(),
        listener: app.listener.clone(),
        ..Settings::default()
    }
}

/// Connects to a server.
pub async fn connect(app: &App<'_>, campaign: &Campaign, access: &Access, choice: Choice) -> Result<Api, Failure> {
    app.observer.detail(format!("server {} ({})", access.url.value, access.url.origin));
    let api = Api::connect(settings(app, campaign, access, choice)).await?;
    app.observer.detail(format!("contract {} ({})", api.contract(), access.contract.origin));
    Ok(api)
}

/// The mailbox the campaign sends from: the one that was named, or the one with its address.
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

/// Refuses a named mailbox whose address is not `from`: other programs read the same variable, and mails sent from
/// another mailbox become invisible once it is unset.
fn refuse_another_sender(mailbox: &Mailbox, campaign: &Campaign, access: &Access) -> Result<(), Failure> {
    let is_from = mailbox.address.is_empty() || mailbox.address.eq_ignore_ascii_case(&campaign.from);
    let Some(named) = access.mailbox.as_ref().filter(|_| !is_from) else { return Ok(()) };
    let (address, from) = (&mailbox.address, &campaign.from);
    let message = format!("{} is the mailbox of {address}, but this campaign sends from {from}", named.origin);
    let hint = format!("leave it out to look the mailbox up by `from`; or set [campaign] from = \"{address}\"");
    Err(Failure::new(Kind::Refused, message, hint))
}

fn no_mailbox(mailboxes: &[Mailbox], campaign: &Campaign, access: &Access) -> Failure {
    let known: Vec<String> = mailboxes.iter().map(|mailbox| format!("{} ({})", mailbox.address, mailbox.id)).collect();
    let known = known.join(", ");
    let (message, hint) = match &access.mailbox {
        Some(wanted) => (
            format!("the account has no mailbox {} (from {})", wanted.value, wanted.origin),
            format!("correct it, or leave it out to look it up by `from`; the account has {known}"),
        ),
        None => (
            format!("the account has no mailbox with the address {}", campaign.from),
            format!("correct [campaign] from, or set {MAILBOX}; the account has {known}"),
        ),
    };
    Failure::new(Kind::NotFound, message, hint)
}

/// What must be known about contacts: who matches a segment, who is affected at all, and every tag that anything
/// depends on.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pretended_time_sends_only_near_the_clock_or_to_a_server_of_this_machine() {
        let machines = Utc::now();
        let of = |days, is_local| {
            let ours = machines + TimeDelta::days(days);
            Clocks { pretends: true, ours, machines, servers: None, is_local }.refusal().map(|failure| failure.kind)
        };
        assert_eq!([of(0, false), of(1, false), of(60, true)], [None, None, None]);
        assert_eq!([of(2, false), of(-60, false)], [Some(Kind::Refused), Some(Kind::Refused)]);
    }

    #[test]
    fn a_clock_that_is_not_the_servers_sends_nothing() {
        let machines = Utc::now();
        let of = |minutes| {
            let servers = Some(machines + TimeDelta::minutes(minutes));
            Clocks { pretends: false, ours: machines, machines, servers, is_local: true }.refusal().is_some()
        };
        assert_eq!([of(0), of(59), of(-59), of(61), of(-180)], [false, false, false, true, true]);
    }
}
