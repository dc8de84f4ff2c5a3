//! Where a campaign's ledger is kept, and how a run gets hold of it.

mod moving;

use std::fmt;
use std::fs;

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, Kind};
use crate::app::lost::refuse_if_elsewhere;
use crate::app::settings::{Origin, Setting};
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

pub use moving::{MoveOutcome, MoveRequest, move_ledger};

/// The address that stands for the campaign's folder.
pub const LOCAL: &str = "local";
/// The variable that says where the ledger is.
pub const LEDGER_URL: &str = "MMIG_LEDGER_URL";

/// What the environment says of the ledger.
#[derive(Clone, Default)]
pub struct LedgerAccess {
    /// Where it is, whatever the campaign file says.
    pub url: Option<String>,
    /// The variables by which stores know credentials and endpoints.
    pub environment: Vec<(String, String)>,
    /// The address of the job that this run is, where it is one; else empty.
    pub job: String,
}

/// The variables hold credentials: they are not shown.
impl fmt::Debug for LedgerAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerAccess").field("url", &self.url).field("job", &self.job).finish_non_exhaustive()
    }
}

/// Where a campaign's ledger is, and who said so.
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
/// What was named is not a place for a ledger; or the folder has a ledger of its own as well.
pub fn store(app: &App<'_>, folder: &Folder, campaign: Option<&Campaign>) -> Result<Store, Failure> {
    let Setting { value: place, origin } = place(app, campaign);
    let store = store_at(app, folder, &place, origin)?;
    if !matches!(store, Store::Local(_)) && has_own(folder)? {
        let message = format!(
            "the ledger is to be kept at {place}, but {} is a ledger as well: two would mail everybody twice",
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

/// The store that an address names for a campaign. An address that is none is the fault of whoever wrote it there.
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

/// Reads a campaign's ledger, which needs no more than the right to read; `None` where there is none yet.
///
/// # Errors
/// It cannot be read.
pub fn read(app: &App<'_>, folder: &Folder, campaign: &Campaign) -> Result<Option<Records>, Failure> {
    let mut records = store(app, folder, Some(campaign))?.read()?.map(|contents| contents.records);
    if let Some(records) = &mut records {
        records.told = folder.sent().told();
    }
    Ok(records)
}

fn holder(app: &App<'_>, command: &str) -> Holder {
    Holder { command: command.to_owned(), at: app.clock.now() }
}

/// Opens a campaign's ledger for a run, and waits as long as it takes to know that an earlier one is dead.
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
    the_newest(folder, Ledger::take(store, &holder(app, command), break_lock)?)
}

/// The same; Ctrl-C ends the wait.
///
/// # Errors
/// Those of [`open_blocking`], and Ctrl-C.
pub async fn open(
    app: &App<'_>,
    folder: &Folder,
    campaign: &Campaign,
    command: &str,
    break_lock: bool,
) -> Result<Ledger, Failure> {
    let store = store(app, folder, Some(campaign))?;
    let holder = holder(app, command);
    the_newest(folder, waited_for(app, store, move |store| Ledger::take(store, &holder, break_lock)).await?)
}

/// The ledger, with what the texts that were sent stated; refused where `sent/` shows more than it knows.
fn the_newest(folder: &Folder, mut ledger: Ledger) -> Result<Ledger, Failure> {
    refuse_if_elsewhere(folder, Some(ledger.records()))?;
    ledger.records_mut().told = folder.sent().told();
    Ok(ledger)
}

/// Opens what can be read of a damaged ledger.
///
/// # Errors
/// Those of [`open`], except damage.
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

/// Does what may take minutes where the store is far away, and hears Ctrl-C meanwhile.
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
    // What is given up goes on in its thread, and gives the lease back if it gets it.
    let thread = std::thread::Builder::new().name("ledger".into()).spawn(move || drop(done.send(work(store))));
    thread.map_err(LedgerError::Journal)?;
    tokio::select! {
        ended = waits => Ok(ended.unwrap_or_else(|_| Err(LedgerError::Journal(std::io::Error::other("it is closed"))))?),
        () = app.stop.once() => {
            Err(Failure::new(Kind::Interrupted, "interrupted; nothing was done", "run the same command again"))
        }
    }
}

/// Says why it takes a while, where an earlier run may be dead.
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
    /// Where it is: the address of the store, or the file in the campaign's folder.
    pub place: String,
    /// Where the setting comes from: a variable, the campaign file, or `default`.
    pub origin: String,
    /// Whether there is a ledger.
    pub exists: bool,
    /// How many recipients it has.
    pub recipients: usize,
    /// The number of the last line written.
    pub sequence: u64,
    /// How large it is, in bytes: everything that is kept of it.
    pub bytes: u64,
    /// How many objects or files it is in.
    pub objects: u64,
    /// Who holds it; `null` where it is free.
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
    /// The person or account; empty where it is not known.
    pub user: String,
    /// The process on that machine.
    pub pid: u32,
    /// The address of the job, where it is one; else empty.
    pub job: String,
    /// When it began.
    pub since: String,
    /// Whether it has shown a sign of life within the time that it must.
    pub alive: bool,
}

/// Says where the ledger is, how large it is and who holds it.
///
/// # Errors
/// No campaign, or the ledger cannot be read.
pub fn ledger(app: &App<'_>) -> Result<LedgerOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let named = place(app, Some(&campaign));
    let store = store(app, &folder, Some(&campaign))?;
    let contents = store.read()?;
    refuse_if_elsewhere(&folder, contents.as_ref().map(|contents| &contents.records))?;
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

/// A store as people write it.
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
/// The store cannot be asked.
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
