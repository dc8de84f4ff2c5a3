//! Moving a ledger: copied, read back and compared, and only then given up where it was.

use schemars::JsonSchema;
use serde::Serialize;

use super::{LEDGER_URL, LOCAL, holder, place, shown, store_at, waited_for};
use crate::app::failure::{Failure, Kind};
use crate::app::settings::Origin;
use crate::app::{App, Outcome};
use crate::campaign::definition::LedgerSection;
use crate::store::folder::Folder;
use crate::store::local::{Ledger, STATE};
use crate::store::{LedgerError, LedgerStore, Store};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct MoveRequest {
    /// Where to: an address such as `s3://bucket/path`, or `local`.
    pub to: String,
}

/// That the ledger was moved.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MoveOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Where it was.
    pub from: String,
    /// Where it is now.
    pub to: String,
    /// How many recipients it has, read back from there.
    pub recipients: usize,
    /// Whether the campaign file now says so; if not, the environment has to.
    pub campaign_file_changed: bool,
    /// What still has to be done, if anything.
    pub note: Option<String>,
}

impl Outcome for MoveOutcome {}

/// Moves the ledger to another store, or back to the campaign's folder. Where it was, a note stays that refuses every run.
///
/// # Errors
/// Another run holds it, there is another ledger where it is to go, it cannot be written there or does not read back as it
/// was: then it is where it was.
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
    // Found out now, before anything is done.
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
        (None, LOCAL) => Some(format!("take {LEDGER_URL} out of the environment of everybody who uses this campaign")),
        (None, to) => Some(format!("set {LEDGER_URL}={to} for everybody who uses this campaign")),
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

/// What belongs to a ledger in a store, and stays in the folder.
fn beside(folder: &Folder, to: &str) -> Option<String> {
    (to != LOCAL).then(|| {
        format!(
            "commit campaign.toml, and keep drafts/ and sent/ in git: other machines need them; {} only says where it went",
            folder.file(STATE).display()
        )
    })
}

/// Copies, compares, and leaves the note behind. Returns how many recipients there are.
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
        // An earlier move was cut off before the note was left behind.
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
