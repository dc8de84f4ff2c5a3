//! The context of each call: the process's own settings, and the campaign it names.

use std::path::PathBuf;

use crate::api::{Listener, Patience};
use crate::app::App;
use crate::app::clock::Clock;
use crate::app::failure::{Failure, Kind};
use crate::app::observer::Observer;
use crate::app::settings::{Keys, LedgerAccess, ModelSettings, Overrides};
use crate::app::stop::Stop;
use crate::store::folder::Folder;

/// The settings the process was started with, without the keys that no tool may use.
#[derive(Debug, Clone)]
pub struct Host {
    root: PathBuf,
    campaign: Option<String>,
    clock: Clock,
    server: Overrides,
    patience: Patience,
    listener: Listener,
    keys: Keys,
    ledger: LedgerAccess,
    model: ModelSettings,
    user: String,
}

impl Host {
    /// The settings of `app`, with these keys.
    pub fn new(app: &App<'_>, keys: Keys) -> Self {
        Self {
            root: app.root.clone(),
            campaign: app.campaign.clone(),
            clock: app.clock,
            server: app.server.clone(),
            patience: app.patience,
            listener: app.listener.clone(),
            keys,
            ledger: app.ledger.clone(),
            model: app.model.clone(),
            user: app.user.clone(),
        }
    }

    /// The context of a use case. An agent may name a campaign under `campaigns/`, but no other folder.
    ///
    /// # Errors
    /// There is no campaign with that name.
    pub fn app<'a>(
        &self,
        campaign: Option<String>,
        observer: &'a dyn Observer,
        stop: Stop,
    ) -> Result<App<'a>, Failure> {
        let known = |name: &String| self.campaign.as_ref() == Some(name) || self.campaigns().contains(name);
        if let Some(name) = campaign.as_ref().filter(|name| !known(name)) {
            let hint = match self.campaigns().as_slice() {
                [] => "there are none under campaigns/; a person writes one with `mmig init`".to_owned(),
                names => format!("there are {}", names.join(", ")),
            };
            return Err(Failure::new(Kind::NotFound, format!("there is no campaign `{name}`"), hint));
        }
        Ok(App {
            root: self.root.clone(),
            campaign: campaign.or_else(|| self.campaign.clone()),
            clock: self.clock,
            stop,
            server: self.server.clone(),
            patience: self.patience,
            listener: self.listener.clone(),
            keys: self.keys.clone(),
            ledger: self.ledger.clone(),
            model: self.model.clone(),
            user: self.user.clone(),
            observer,
        })
    }

    /// The names of the campaigns that an agent may use.
    pub fn campaigns(&self) -> Vec<String> {
        Folder::names(&self.root)
    }

    /// The campaigns' folders: the one the process was started for, or all there are.
    pub fn folders(&self) -> Vec<Folder> {
        match Folder::find(&self.root, self.campaign.as_deref()) {
            Ok(folder) => vec![folder],
            Err(_) if self.campaign.is_none() => {
                self.campaigns().iter().filter_map(|name| Folder::find(&self.root, Some(name)).ok()).collect()
            }
            Err(_) => Vec::new(),
        }
    }
}
