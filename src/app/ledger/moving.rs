//! Moves a ledger: copies it, reads it back, compares, and only then gives up the old one.

use schemars::JsonSchema;
use serde::Serialize;

use super::{LOCAL, holder, place, shown, store_at, waited_for};
use crate::app::failure::{Failure, Kind};
use crate::app::settings::LEDGER_URL;
use crate::app::settings::Origin;
use crate::app::{App, Outcome};
use crate::campaign::definition::LedgerSection;
use crate::store::folder::Folder;
use crate::store::local::{Ledger, STATE};
use crate::store::{LedgerError, LedgerStore, Store};

/// The request.
#[derive(Debug, Clone)]
pub struct MoveRequest {
    /// The new location: a URL such as `s3://bucket/path`, or `local`.
    pub to: String,
}

/// The result of moving a ledger.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MoveOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Where it was.
    pub from: String,
    /// Where it is now.
    pub to: String,
    /// How many recipients it has, read back from the new location.
    pub recipients: usize,
    /// Whether the campaign file now names the new location; if not, the environment has to.
    pub campaign_file_changed: bool,
    /// What is left to do, if anything.
    pub note: Option<String>,
}

impl Outcome for MoveOutcome {}

/// Moves the ledger to another store, or back to the campaign's folder. A note stays at the old location and makes
/// every run there refuse.
///
/// # Errors
/// Another run holds it, another ledger is at the new location, it cannot be written there, or it does not read back as
/// it was: then it stays where it is.
pub async fn move_ledger(app: &App<'_>, request: MoveRequest) -> Result<MoveOutcome, Failure> {
    let folder = app.folder()?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let named = place(app, Some(campaign));
    let to = request.to.trim_end_matches('/').to_owned();
    if named.value.trim_end_matches('/') == to {
        let message = format!("the ledger is at {to} already");
        return Err(Failure::new(Kind::Usage, message, "name another place"));
    }
    let source = store_at(app, &folder, &named.value, named.origin)?;
    let target = store_at(app, &folder, &to, Origin::Flag("ledger move"))?;
    let (from, here) = (shown(&source, &folder), shown(&target, &folder));
    let mut after = campaign.clone();
    after.ledger = LedgerSection { url: Some(to.clone()).filter(|to| to != LOCAL) };
    let by_variable = matches!(named.origin, Origin::Environment(_));
    // Find out before anything is done whether the file can be changed.
    let change = if by_variable { None } else { Some(folder.change(&definition, &after)?) };
    let leaving = holder(app, "ledger move");
    let ledger = waited_for(app, source, move |store| Ledger::take(store, &leaving, false)).await?;
    let entering = holder(app, "ledger move");
    let moved = (from.clone(), to.clone());
    let recipients = waited_for(app, target, move |target| carry(&ledger, &target, &entering, moved)).await?;
    let note = match (&change, to.as_str()) {
        (Some(change), _) => {
            change.write()?;
            None
        }
        (None, LOCAL) => Some(format!("unset {LEDGER_URL} for everyone who uses this campaign")),
        (None, to) => Some(format!("set {LEDGER_URL}={to} for everyone who uses this campaign")),
    };
    Ok(MoveOutcome {
        campaign: campaign.name.clone(),
        from,
        to: here,
        recipients,
        campaign_file_changed: change.is_some(),
        note: note.or_else(|| beside(&folder, &to)),
    })
}

/// What belongs to a ledger in a store, but stays in the folder.
fn beside(folder: &Folder, to: &str) -> Option<String> {
    (to != LOCAL).then(|| {
        format!(
            "commit campaign.toml, and keep drafts/ and sent/ in git: other machines need them; {} only says where it went",
            folder.file(STATE).display()
        )
    })
}

/// Copies, compares, and leaves the note. Returns how many recipients there are.
fn carry(
    ledger: &Ledger,
    target: &Store,
    entering: &crate::store::Holder,
    (from, to): (String, String),
) -> Result<usize, LedgerError> {
    let lease = target.lease(entering, false)?;
    let (records, sequence) = (ledger.records(), ledger.sequence());
    match target.read() {
        Ok(None) | Err(LedgerError::Moved { .. }) => target.replace(&lease, records, sequence)?,
        // An earlier move was interrupted before it left the note.
        Ok(Some(there)) if there.records == *records && there.sequence == sequence => {}
        Ok(Some(_)) => return Err(LedgerError::Occupied { place: to }),
        Err(error) => return Err(error),
    }
    let there = target.read()?.filter(|there| there.records == *records && there.sequence == sequence);
    let there = there.ok_or_else(|| LedgerError::Damaged {
        file: to.clone().into(),
        place: None,
        what: format!("it does not read back as it was at {from}"),
    })?;
    ledger.leave_for(&to)?;
    Ok(there.records.recipients().len())
}
