//! Where a campaign's ledger is kept, and how a run opens it.

mod moving;
pub mod newest;

use std::fs;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, Kind};
use crate::app::settings::{LEDGER_URL, Origin, Setting};
use crate::app::{App, Outcome};
use crate::campaign::definition::Campaign;
use crate::campaign::hint::Action;
use crate::campaign::people::records::Records;
use crate::hint;
use crate::store::folder::Folder;
use crate::store::local::{self, Holder, JOURNAL, Ledger, Local, STATE};
#[cfg(feature = "remote")]
use crate::store::remote::{Remote, Who};
use crate::store::{LedgerError, LedgerStore, Store};

use newest::refuse_if_elsewhere;

pub use moving::{MoveOutcome, MoveRequest, move_ledger};

/// The value that means the campaign's folder.
pub const LOCAL: &str = "local";

/// Where a campaign's ledger is, and which setting says so.
pub fn place(app: &App<'_>, campaign: Option<&Campaign>) -> Setting<String> {
    let named = app.ledger.url.clone().map(|value| Setting { value, origin: Origin::Environment(LEDGER_URL) });
    let in_file = campaign.and_then(|campaign| campaign.ledger.url.clone());
    named
        .or_else(|| in_file.map(|value| Setting { value, origin: Origin::File("[ledger] url") }))
        .unwrap_or_else(|| Setting { value: LOCAL.to_owned(), origin: Origin::Default })
}

/// The store of a campaign's ledger.
///
/// # Errors
/// The named location is not valid; or the folder also has a ledger of its own.
pub fn store(app: &App<'_>, folder: &Folder, campaign: Option<&Campaign>) -> Result<Store, Failure> {
    let Setting { value: place, origin } = place(app, campaign);
    let store = store_at(app, folder, &place, origin)?;
    if !matches!(store, Store::Local(_)) && has_own(folder)? {
        let message = format!(
            "the ledger is to be kept at {place}, but {} is a ledger as well: with two, every customer would be mailed twice",
            folder.file(STATE).display()
        );
        let hint = hint![
            "take the address away again and run ",
            Action::new("ledger").value("move").value(&place),
            "; or, if the one in the folder is an old copy, remove it"
        ];
        return Err(Failure::new(Kind::Ledger, message, hint));
    }
    Ok(store)
}

/// The store that an address names for a campaign. An invalid address is reported at the place where it is
/// written.
fn store_at(app: &App<'_>, folder: &Folder, place: &str, origin: Origin) -> Result<Store, Failure> {
    let opened = opened(app, folder, place);
    opened.map_err(|error| match (&error, origin) {
        (LedgerError::Address { .. }, Origin::Flag(_) | Origin::Environment(_)) => {
            Failure::new(Kind::Usage, error.to_string(), error.hint())
        }
        _ => error.into(),
    })
}

fn opened(app: &App<'_>, folder: &Folder, place: &str) -> Result<Store, LedgerError> {
    if place == LOCAL {
        return Ok(Store::Local(Local::in_folder(&folder.path)));
    }
    #[cfg(feature = "remote")]
    {
        let who = Who { user: app.user.clone(), job: app.ledger.job.clone() };
        Ok(Store::Remote(Remote::open(place, &folder.name, &app.ledger.environment, who)?))
    }
    #[cfg(not(feature = "remote"))]
    {
        let why = "this mmig was built without the feature `remote`".to_owned();
        Err(LedgerError::Address { address: place.to_owned(), why })
    }
}

/// Whether the folder has a ledger that was not moved away.
fn has_own(folder: &Folder) -> Result<bool, Failure> {
    let state = folder.file(STATE);
    if !state.exists() {
        return Ok(false);
    }
    Ok(local::moved_to(&folder.path)?.is_none())
}

/// Reads a campaign's ledger, which needs only read access; `None` if there is none yet.
///
/// # Errors
/// It cannot be read.
pub fn read(app: &App<'_>, folder: &Folder, campaign: &Campaign) -> Result<Option<Records>, Failure> {
    let mut records = store(app, folder, Some(campaign))?.read()?.map(|contents| contents.records);
    if let Some(records) = &mut records {
        records.sent_facts = folder.sent().facts();
    }
    Ok(records)
}

/// The same, but gives up after `patience`: without it, an unreachable store is retried for minutes.
///
/// # Errors
/// It cannot be read within that time.
pub async fn read_within(
    app: &App<'_>,
    folder: &Folder,
    campaign: &Campaign,
    patience: Duration,
) -> Result<Option<Records>, Failure> {
    let store = store(app, folder, Some(campaign))?;
    let (done, waits) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("ledger".into()).spawn(move || drop(done.send(store.read())));
    thread.map_err(LedgerError::Journal)?;
    let contents = match tokio::time::timeout(patience, waits).await {
        Ok(Ok(read)) => read?,
        _ => return Err(Failure::new(Kind::Ledger, "the ledger's store does not answer", "check the network")),
    };
    Ok(contents.map(|contents| contents.records))
}

/// The ledger, with the facts stated in the texts that were sent, for a command that only reads.
///
/// # Errors
/// It cannot be read, or what was sent shows that the ledger is elsewhere or that a newer one
/// exists.
pub fn read_newest(app: &App<'_>, folder: &Folder, campaign: &Campaign) -> Result<Records, Failure> {
    let records = read(app, folder, campaign)?;
    refuse_if_elsewhere(folder, address(app, campaign).as_deref(), records.as_ref())?;
    Ok(records.unwrap_or_default())
}

/// The same for a command that reads only the ledger. Drafts are made from a ledger, so if there are drafts and no
/// ledger, the ledger is elsewhere, and the answer would miss all customers.
///
/// # Errors
/// Those of [`read_newest`].
pub fn read_to_answer(app: &App<'_>, folder: &Folder, campaign: &Campaign) -> Result<Records, Failure> {
    let records = read_newest(app, folder, campaign)?;
    let mut drafts = campaign.phases.iter().map(|phase| folder.drafts(&phase.name).lock());
    if newest::is_new(&records) && drafts.any(|lock| matches!(lock, Ok(Some(_)))) {
        return Err(newest::only_drafts(folder, address(app, campaign).as_deref()));
    }
    Ok(records)
}

/// The address of the ledger's store; `None` if the ledger is kept in the campaign's folder.
fn address(app: &App<'_>, campaign: &Campaign) -> Option<String> {
    Some(place(app, Some(campaign)).value).filter(|place| place != LOCAL)
}

fn holder(app: &App<'_>, command: &str) -> Holder {
    Holder { command: command.to_owned(), at: app.clock.now() }
}

/// Opens a campaign's ledger for a run. Waits as long as it takes to be sure that an earlier run is dead.
///
/// # Errors
/// Another run holds it, it is damaged or older than what was sent, or it cannot be written.
pub fn open_blocking(
    app: &App<'_>,
    folder: &Folder,
    campaign: &Campaign,
    command: &str,
    break_lock: bool,
) -> Result<Ledger, Failure> {
    let store = store(app, folder, Some(campaign))?;
    note_silence(app, &store)?;
    let address = address(app, campaign);
    the_newest(folder, address.as_deref(), Ledger::take(store, &holder(app, command), break_lock)?)
}

/// The same; Ctrl-C ends the wait.
///
/// # Errors
/// As [`open_blocking`], and Ctrl-C.
pub async fn open(
    app: &App<'_>,
    folder: &Folder,
    campaign: &Campaign,
    command: &str,
    break_lock: bool,
) -> Result<Ledger, Failure> {
    let store = store(app, folder, Some(campaign))?;
    let (holder, address) = (holder(app, command), address(app, campaign));
    let ledger = waited_for(app, store, move |store| Ledger::take(store, &holder, break_lock)).await?;
    the_newest(folder, address.as_deref(), ledger)
}

/// The ledger, with the facts stated in the texts that were sent; refused if `sent/` shows more than the
/// ledger knows.
fn the_newest(folder: &Folder, address: Option<&str>, mut ledger: Ledger) -> Result<Ledger, Failure> {
    refuse_if_elsewhere(folder, address, Some(ledger.records()))?;
    ledger.records_mut().sent_facts = folder.sent().facts();
    Ok(ledger)
}

/// Opens what can still be read of a damaged ledger.
///
/// # Errors
/// As [`open`], except damage.
pub async fn salvage(
    app: &App<'_>,
    folder: &Folder,
    campaign: &Campaign,
    command: &str,
    break_lock: bool,
) -> Result<(Ledger, local::Remains), Failure> {
    let store = store(app, folder, Some(campaign))?;
    let holder = holder(app, command);
    waited_for(app, store, move |store| Ledger::salvage_from(store, &holder, break_lock)).await
}

/// Runs what may take minutes with a remote store, and reacts to Ctrl-C meanwhile.
async fn waited_for<T: Send + 'static>(
    app: &App<'_>,
    store: Store,
    work: impl FnOnce(Store) -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, Failure> {
    if matches!(store, Store::Local(_)) {
        return Ok(work(store)?);
    }
    note_silence(app, &store)?;
    let (done, waits) = tokio::sync::oneshot::channel();
    // An abandoned attempt continues in its thread, and releases the lease if it gets it.
    let thread = std::thread::Builder::new().name("ledger".into()).spawn(move || drop(done.send(work(store))));
    thread.map_err(LedgerError::Journal)?;
    tokio::select! {
        ended = waits => Ok(ended.unwrap_or_else(|_| Err(LedgerError::Journal(std::io::Error::other("it is closed"))))?),
        () = app.stop.once() => {
            Err(Failure::new(Kind::Interrupted, "interrupted; nothing was done", "run the same command again"))
        }
    }
}

/// Says why it takes a while if an earlier run may be dead.
fn note_silence(app: &App<'_>, store: &Store) -> Result<(), Failure> {
    #[cfg(feature = "remote")]
    if let Store::Remote(remote) = store
        && let Some((by, false)) = remote.held()?
    {
        app.observer.note(format!(
            "`{}` on {} took this campaign at {} and is silent: it is watched until it is known to be dead",
            by.command, by.host, by.since
        ));
    }
    let _ = (app, store);
    Ok(())
}

/// Where the ledger is, what is in it, and who holds it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LedgerOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Where it is: the URL of the store, or the file in the campaign's folder.
    pub place: String,
    /// Where the setting comes from: a variable, the campaign file, or `default`.
    pub origin: String,
    /// Whether there is a ledger.
    pub exists: bool,
    /// How many recipients it has.
    pub recipients: usize,
    /// The number of the last line written.
    pub sequence: u64,
    /// Its total size, in bytes.
    pub bytes: u64,
    /// The number of objects or files it consists of.
    pub objects: u64,
    /// Who holds it; `null` if it is free.
    pub held_by: Option<LedgerHolder>,
}

impl Outcome for LedgerOutcome {}

/// Who holds a ledger.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LedgerHolder {
    /// The command.
    pub command: String,
    /// The machine.
    pub host: String,
    /// The person or account; empty if unknown.
    pub user: String,
    /// The process on that machine.
    pub pid: u32,
    /// The URL of the CI job; empty if it is not one.
    pub job: String,
    /// When it began.
    pub since: String,
    /// Whether it has shown a sign of life in time.
    pub alive: bool,
}

/// Reports where the ledger is, how large it is and who holds it.
///
/// # Errors
/// No campaign, or the ledger cannot be read.
pub fn ledger(app: &App<'_>) -> Result<LedgerOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let named = place(app, Some(&campaign));
    let store = store(app, &folder, Some(&campaign))?;
    let contents = store.read()?;
    refuse_if_elsewhere(
        &folder,
        address(app, &campaign).as_deref(),
        contents.as_ref().map(|contents| &contents.records),
    )?;
    let (bytes, objects) = size(&store, &folder)?;
    Ok(LedgerOutcome {
        campaign: campaign.name,
        place: shown(&store, &folder),
        origin: named.origin.to_string(),
        exists: contents.is_some(),
        recipients: contents.as_ref().map_or(0, |contents| contents.records.recipients().len()),
        sequence: contents.as_ref().map_or(0, |contents| contents.sequence),
        bytes,
        objects,
        held_by: held_by(&store, &folder)?,
    })
}

/// A store's location, as shown to people.
fn shown(store: &Store, folder: &Folder) -> String {
    match store {
        Store::Local(_) => folder.file(STATE).display().to_string(),
        #[cfg(feature = "remote")]
        Store::Remote(remote) => remote.shown().to_owned(),
    }
}

fn size(store: &Store, folder: &Folder) -> Result<(u64, u64), Failure> {
    match store {
        Store::Local(_) => {
            let files = [STATE, JOURNAL].map(|name| fs::metadata(folder.file(name)).map_or(0, |file| file.len()));
            Ok((files.iter().sum(), files.iter().filter(|size| **size > 0).count() as u64))
        }
        #[cfg(feature = "remote")]
        Store::Remote(remote) => {
            let size = remote.size()?;
            Ok((size.bytes, size.objects))
        }
    }
}

/// Who holds a ledger.
///
/// # Errors
/// The store cannot be reached.
pub fn held_by(store: &Store, folder: &Folder) -> Result<Option<LedgerHolder>, Failure> {
    match store {
        Store::Local(_) => Ok(match local::held(&folder.path)? {
            Some(error @ (LedgerError::Held { .. } | LedgerError::Foreign { .. })) => {
                let alive = matches!(error, LedgerError::Held { .. });
                match error {
                    LedgerError::Held { pid, host, since, command }
                    | LedgerError::Foreign { pid, host, since, command } => {
                        Some(LedgerHolder { command, host, user: String::new(), pid, job: String::new(), since, alive })
                    }
                    _ => None,
                }
            }
            Some(error) => return Err(error.into()),
            None => None,
        }),
        #[cfg(feature = "remote")]
        Store::Remote(remote) => Ok(remote.held()?.map(|(by, alive)| LedgerHolder {
            command: by.command,
            host: by.host,
            user: by.user,
            pid: by.pid,
            job: by.job,
            since: by.since,
            alive,
        })),
    }
}
