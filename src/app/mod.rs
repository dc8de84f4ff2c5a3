//! The use cases. Each is a function from an [`App`] and a typed request to a typed outcome or a [`Failure`]; what
//! happens on the way goes to the [`Observer`]. No use case knows how it was asked for or how its outcome is shown.

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
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::{Listener, Patience};
use crate::app::clock::Clock;
use crate::app::failure::{Failure, Kind};
use crate::app::ledger::LedgerAccess;
use crate::app::observer::Observer;
use crate::app::settings::{Keys, ModelSettings, Overrides};
use crate::app::stop::Stop;
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::store::folder::{Folder, is_kept};

/// What every use case gets: where it runs, with which keys, at what time, and who listens.
pub struct App<'a> {
    /// The folder that paths and campaigns are relative to; empty is the process's own.
    pub root: PathBuf,
    /// The campaign a person named: its name under `campaigns/`, or its folder. `None` is the only one there is.
    pub campaign: Option<String>,
    /// The time.
    pub clock: Clock,
    /// Whether to go on.
    pub stop: Stop,
    /// What was said about the server beside the campaign file.
    pub server: Overrides,
    /// How often the server is asked again, and after which waits.
    pub patience: Patience,
    /// Who hears of each request to the server.
    pub listener: Listener,
    /// The keys to the server.
    pub keys: Keys,
    /// What the environment says of the ledger.
    pub ledger: LedgerAccess,
    /// The language model.
    pub model: ModelSettings,
    /// Who uses this machine, as the system calls them; empty where it does not say.
    pub user: String,
    /// Who hears of notes, warnings and progress, and answers questions.
    pub observer: &'a dyn Observer,
}

impl App<'_> {
    /// The folder of the campaign that was named.
    ///
    /// # Errors
    /// There is no such campaign, or there are several and none was named.
    pub fn folder(&self) -> Result<Folder, Failure> {
        Ok(Folder::find(&self.root, self.campaign.as_deref())?)
    }

    /// A day at the campaign's `send_time` in its zone; at the usual time in UTC where there is no campaign yet.
    pub fn at_send_time(&self, day: NaiveDate) -> Time {
        let campaign = self.folder().ok().and_then(|folder| Some(folder.definition().ok()?.campaign));
        let usual = day.and_time(NaiveTime::from_hms_opt(14, 0, 0).unwrap_or(NaiveTime::MIN));
        let own = campaign.and_then(|campaign| campaign.moment(day.and_time(campaign.send_time)));
        own.unwrap_or_else(|| usual.and_utc())
    }

    /// A file to write, as a person named it.
    ///
    /// # Errors
    /// It is one that mmig keeps itself: a campaign's definition, ledger, templates, drafts or sent texts.
    pub fn output(&self, path: &Path) -> Result<PathBuf, Failure> {
        let whole = self.path(path);
        if is_kept(&whole) {
            let message = format!("{} is one of a campaign's own files, and was left alone", path.display());
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
        let message = format!("{} is there and is not an empty folder; it was left alone", path.display());
        Err(Failure::new(Kind::Usage, message, "name a new folder"))
    }

    /// A path as a person gave it, seen from the process's own folder.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.root.join(path)
    }
}

/// What a use case over one campaign and its server is given.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The time, the observer, and whether to go on.
    pub app: &'a App<'a>,
    /// The campaign's folder.
    pub folder: &'a Folder,
    /// The campaign.
    pub campaign: &'a Campaign,
}

/// What a use case returns: a document that programs may depend on, and why it is not all that was asked, if so.
pub trait Outcome: Serialize + JsonSchema {
    /// Why not all that was asked was done; the rest of the outcome says what was.
    fn failure(&self) -> Option<&Failure> {
        None
    }
}
