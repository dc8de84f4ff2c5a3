//! A run against the server: the campaign locked, the ledger open, the server's state read again.

use std::fmt;

use crate::api::Account;
use crate::app::failure::{Failure, Kind};
use crate::app::ledger::newest::is_new;
use crate::app::remote::Remote;
use crate::app::{App, ledger};
use crate::campaign::decide::withdrawal::{Target, overtaken};
use crate::campaign::definition::Campaign;
use crate::campaign::hint::Action;
use crate::campaign::people::cohort;
use crate::campaign::people::cohort::{Census, Count};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::plural;
use crate::hint;
use crate::store::Ledger;
use crate::store::folder::Folder;

/// The ledger of a run: open for writing, or a copy for a dry run.
#[derive(Debug)]
pub enum LedgerView {
    /// The campaign is locked by this run.
    Open(Ledger),
    /// Nothing will be written.
    Copy(Records),
}

impl LedgerView {
    /// Opens the ledger for `command`; for a dry run takes a copy, which needs no lock.
    ///
    /// # Errors
    /// Another run holds it, it is damaged, or what was sent shows that it is elsewhere or older.
    pub async fn open(
        app: &App<'_>,
        folder: &Folder,
        campaign: &Campaign,
        command: &str,
        dry_run: bool,
        break_lock: bool,
    ) -> Result<Self, Failure> {
        if dry_run {
            return Ok(Self::Copy(ledger::read_newest(app, folder, campaign)?));
        }
        Ok(Self::Open(ledger::open(app, folder, campaign, command, break_lock).await?))
    }

    /// The records.
    pub fn records(&self) -> &Records {
        match self {
            Self::Open(ledger) => ledger.records(),
            Self::Copy(records) => records,
        }
    }

    /// The records, to be changed.
    pub fn records_mut(&mut self) -> &mut Records {
        match self {
            Self::Open(ledger) => ledger.records_mut(),
            Self::Copy(records) => records,
        }
    }

    /// Writes the ledger; does nothing on a dry run.
    ///
    /// # Errors
    /// The disk is full, or the folder cannot be written.
    pub fn save(&mut self) -> Result<(), Failure> {
        match self {
            Self::Open(ledger) => Ok(ledger.save()?),
            Self::Copy(_) => Ok(()),
        }
    }
}

/// At most this many may leave without being noticed: they may be a campaign's last customers.
const MANY: usize = 5;

/// Many customers who are no longer found, all at once.
#[derive(Debug)]
pub struct MassLeaving {
    /// How many there were before.
    pub of: usize,
    /// The addresses of those who left.
    pub contacts: Vec<String>,
}

impl fmt::Display for MassLeaving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} customers are no longer in the campaign, all at once", self.contacts.len(), self.of)
    }
}

impl MassLeaving {
    /// The first of them, and how many more there are.
    pub fn shown(&self) -> Vec<String> {
        let more = self.contacts.len().saturating_sub(SHOWN);
        let rest = (more > 0).then(|| format!("and {more} more"));
        self.contacts.iter().take(SHOWN).cloned().chain(rest).collect()
    }
}

/// How many of those who left are listed.
const SHOWN: usize = 10;

/// The campaign's ledger and server, for one run.
#[derive(Debug)]
pub struct Session {
    /// The ledger.
    pub ledger: LedgerView,
    /// The server.
    pub remote: Remote,
    /// What updating the cohorts found; not saved yet.
    pub census: Census,
    /// The account, if the server shows it.
    pub account: Option<Account>,
    /// Whether the server reported its suppression list; without permission to read it, the last report counts.
    pub suppression_known: bool,
    /// Whether there was no ledger before.
    pub is_new: bool,
}

impl Session {
    /// Asks the server, and updates the cohorts.
    ///
    /// # Errors
    /// No key, or the server cannot be reached.
    pub async fn open(
        app: &App<'_>,
        folder: &Folder,
        campaign: &Campaign,
        mut ledger: LedgerView,
    ) -> Result<Self, Failure> {
        let remote = Remote::open(app, campaign).await?;
        let is_new = is_new(ledger.records());
        app.observer.detail(format!("campaign {}", folder.path.display()));
        let (contacts, unreadable) = remote.contacts(campaign).await?;
        let account = remote.account().await?;
        let suppressed = remote.suppressed().await?;
        let mut census =
            cohort::update_from(ledger.records_mut(), campaign, contacts, unreadable.is_empty(), app.clock.now());
        census.odd.extend(unreadable);
        if let Some(suppressed) = &suppressed {
            cohort::suppress(ledger.records_mut(), &mut census, suppressed);
        }
        Ok(Self { ledger, remote, census, account, suppression_known: suppressed.is_some(), is_new })
    }

    /// Refuses to continue if no customer of the campaign is found any more. That is more likely a mistake, in a
    /// segment's tags or at the server, than the truth; and the run would mail no one without an error.
    ///
    /// # Errors
    /// Many left, and none was found.
    pub fn refuse_if_all_left(&self) -> Result<(), Failure> {
        let segments = &self.census.segments;
        let found: usize = segments.iter().map(|count| count.found).sum();
        let left: usize = segments.iter().map(|count| count.left).sum();
        if found > 0 || left < MANY {
            return Ok(());
        }
        let message = format!("the server no longer shows any of the {} of this campaign", plural(left, "customer"));
        let compare = "compare the segments' tags with the contacts' tags; if they did leave, ";
        let hint = hint![compare, Action::new("segment"), " records it"];
        Err(Failure::new(Kind::NotFound, message, hint))
    }

    /// The customers who are no longer found, by address, if more than a fifth left at once: that is more often a
    /// mistake than the truth.
    pub fn mass_leaving(&self) -> Option<MassLeaving> {
        let sum = |number: fn(&Count) -> usize| self.census.segments.iter().map(number).sum::<usize>();
        let left = sum(|count| count.left);
        let before = left + sum(|count| count.found) - sum(|count| count.new);
        let records = self.ledger.records();
        let is_gone = |recipient: &&Recipient| recipient.left.is_some() && recipient.left == records.segmented;
        (left >= MANY && left * 5 > before).then(|| MassLeaving {
            of: before,
            contacts: records
                .recipients()
                .iter()
                .filter(is_gone)
                .map(|recipient| recipient.email.to_string())
                .collect(),
        })
    }

    /// Refuses to continue if many left at once, until a person has confirmed it.
    ///
    /// # Errors
    /// More than a fifth left.
    pub fn refuse_mass_leaving(&self) -> Result<(), Failure> {
        let Some(leaving) = self.mass_leaving() else { return Ok(()) };
        let hint = hint![
            "compare the segments' tags with the contacts' tags; if they did leave, ",
            Action::new("segment"),
            " asks and records it"
        ];
        Err(Failure::new(Kind::Refused, leaving.to_string(), hint).with_details(leaving.shown()))
    }

    /// The mails that wait at the server and must no longer be sent.
    pub fn overtaken(&self, campaign: &Campaign) -> Vec<Target> {
        let records = self.ledger.records();
        overtaken(campaign, records, &records.suppressed())
    }
}
