//! The use cases. Each is a function from an [`App`] and a typed request to a typed outcome or a [`Failure`];
//! events on the way go to the [`Observer`]. No use case knows how it was called or how its outcome is shown.

pub mod access;
pub mod batch;
pub mod calendar;
pub mod cancel;
pub mod check;
pub mod clock;
pub mod compose;
pub mod correct;
pub mod deadline;
pub mod doctor;
pub mod document;
pub mod draft;
pub mod drafts;
pub mod facts;
pub mod failure;
pub mod import;
pub mod init;
pub mod ledger;
pub mod lost;
pub mod observer;
pub mod preview;
pub mod remind;
pub mod remote;
pub mod report;
pub mod review;
pub mod segment;
pub mod selection;
pub mod session;
pub mod settings;
pub mod status;
pub mod stop;
pub mod submit;
pub mod tag;
pub mod template;
pub mod track;
pub mod write_template;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveTime};

use crate::api::{Listener, Patience};
use crate::app::clock::Clock;
use crate::app::failure::{Failure, Kind};
use crate::app::observer::{Answer, Observer, Question};
use crate::app::settings::{Keys, LedgerAccess, ModelSettings, Overrides};
use crate::app::stop::Stop;
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::hint::Action;
use crate::hint;
use crate::store::folder::{Folder, is_kept};

pub use document::Outcome;

/// What every use case gets: where it runs, its keys, the time, and the observer.
pub struct App<'a> {
    /// The folder that paths and campaigns are relative to; empty means the process's working
    /// directory.
    pub root: PathBuf,
    /// The campaign the user named: its name under `campaigns/`, or its folder. `None` means the only one there
    /// is.
    pub campaign: Option<String>,
    /// The time.
    pub clock: Clock,
    /// The signal to stop.
    pub stop: Stop,
    /// The flags and variables about the server; they win over the campaign file.
    pub server: Overrides,
    /// How often, and after which delays, a request is retried.
    pub patience: Patience,
    /// Called for each request to the server.
    pub listener: Listener,
    /// The keys to the server.
    pub keys: Keys,
    /// What the environment says about the ledger.
    pub ledger: LedgerAccess,
    /// The language model.
    pub model: ModelSettings,
    /// The name of the system's current user; empty if unknown.
    pub user: String,
    /// Receives notes, warnings and progress, and answers questions.
    pub observer: &'a dyn Observer,
}

impl App<'_> {
    /// The folder of the named campaign.
    ///
    /// # Errors
    /// There is no such campaign, or there are several and none was named.
    pub fn folder(&self) -> Result<Folder, Failure> {
        Ok(Folder::find(&self.root, self.campaign.as_deref())?)
    }

    /// The given day at the campaign's `send_time` in its zone; at the usual time in UTC if there is no campaign
    /// yet.
    pub fn at_send_time(&self, day: NaiveDate) -> Time {
        let campaign = self.folder().ok().and_then(|folder| Some(folder.definition().ok()?.campaign));
        let usual = day.and_time(NaiveTime::from_hms_opt(14, 0, 0).unwrap_or(NaiveTime::MIN));
        let own = campaign.and_then(|campaign| campaign.moment(day.and_time(campaign.send_time)));
        own.unwrap_or_else(|| usual.and_utc())
    }

    /// The path of an output file that the user named.
    ///
    /// # Errors
    /// It is one of mmig's own files: a campaign's definition, ledger, templates, drafts or sent texts.
    pub fn output(&self, path: &Path) -> Result<PathBuf, Failure> {
        let whole = self.path(path);
        if is_kept(&whole) {
            let message = format!("{} is one of a campaign's own files; it was not changed", path.display());
            return Err(Failure::new(Kind::Usage, message, "name another file"));
        }
        Ok(whole)
    }

    /// A new folder to write into, as a person named it; it may be there, empty.
    ///
    /// # Errors
    /// It is there and is a link or not empty, or it is a folder that mmig keeps itself.
    pub fn output_folder(&self, path: &Path) -> Result<PathBuf, Failure> {
        let whole = self.output(&path.join("text.md")).map(|_| self.path(path))?;
        let is_new = match fs::symlink_metadata(&whole) {
            Ok(found) => found.is_dir() && fs::read_dir(&whole).is_ok_and(|mut entries| entries.next().is_none()),
            Err(error) => error.kind() == ErrorKind::NotFound,
        };
        if is_new {
            return Ok(whole);
        }
        let message = format!("{} already exists and is not an empty folder; nothing was written", path.display());
        Err(Failure::new(Kind::Usage, message, "name a new folder"))
    }

    /// A path as the user gave it, relative to the process's working directory.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.root.join(path)
    }

    /// Asks whether to continue, unless `yes` was given. `again` is the action that needs no answer.
    ///
    /// # Errors
    /// The answer is no, there is no one to ask, or Ctrl-C came first: nothing was done.
    pub async fn agreed(&self, yes: bool, question: Question<'_>, again: Action) -> Result<(), Failure> {
        self.observer.explain(&question);
        if yes {
            return Ok(());
        }
        let answer = tokio::select! {
            biased;
            () = self.stop.once() => return Err(Failure::new(Kind::Interrupted, "interrupted; nothing was done", "")),
            answer = self.observer.ask(&question) => answer,
        };
        match answer {
            Answer::Yes => Ok(()),
            Answer::No => Err(Failure::new(Kind::Usage, "nothing was done", "")),
            Answer::NobodyThere => {
                let message = "this needs a confirmation, and no one can be asked here; nothing was done";
                Err(Failure::new(Kind::Usage, message, hint!["add --yes: ", again.flag("yes")]))
            }
        }
    }
}

/// What a use case for one campaign and its server gets.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The time, the observer, and the signal to stop.
    pub app: &'a App<'a>,
    /// The campaign's folder.
    pub folder: &'a Folder,
    /// The campaign.
    pub campaign: &'a Campaign,
}
