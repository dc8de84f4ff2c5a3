//! `mmig review`: what waits for approval, text by text, and a person's decision about it.

mod choice;
mod dialogue;
mod outcome;
mod page;
mod sitting;

use super::{Ending, agreed, block_on};
use crate::api::Verdict;
use crate::app::Run;
use crate::app::failure::{Failure, Kind};
use crate::app::review::queue::Oversight;
use crate::campaign::people::records::Records;
use crate::campaign::review::Group;
use crate::campaign::text::presentable;
use crate::cli::Face;
use crate::cli::ui::plural;
use crate::store::folder::Folder;
use crate::store::local as ledger;

use choice::Choice;
use dialogue::talk;
use outcome::{Endings, report};
use sitting::{Ruling, Sitting};

/// The arguments of `review`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("decision").args(["approve", "reject"])))]
#[command(group(clap::ArgGroup::new("which").args(["phase", "variant", "contact"]).multiple(true)))]
pub struct Args {
    /// This phase alone
    #[arg(long, value_name = "PHASE")]
    phase: Option<String>,
    /// This text alone: the name of its draft, or the beginning of its digest
    #[arg(long, value_name = "VARIANT")]
    variant: Option<String>,
    /// This customer's mail alone; the way to decide about one that was set apart
    #[arg(long, value_name = "EMAIL")]
    contact: Option<String>,
    /// Approve what was chosen, except what is set apart
    #[arg(long, requires = "which")]
    approve: bool,
    /// Reject what was chosen; a text that is rejected is not sent again
    #[arg(long, requires = "which", requires = "reason")]
    reject: bool,
    /// Why it is rejected, for those who wrote it
    #[arg(long, value_name = "REASON", requires = "reject", conflicts_with = "approve")]
    reason: Option<String>,
    /// Who decides; it is written down with the decision
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Do not ask
    #[arg(long, requires = "decision")]
    yes: bool,
    /// Take over the lock of a run on another host that is known to be dead
    #[arg(long)]
    break_lock: bool,
}

/// Runs `review`.
pub fn run(face: Face<'_>, args: &Args) -> Ending {
    let folder = face.app.folder()?;
    let campaign = folder.definition()?.campaign;
    let choice = Choice::new(&campaign, args)?;
    let verdict = verdict(args)?;
    let by = decider(face, args, verdict.is_some())?;
    let records = recorded(&folder)?;
    block_on(face, async || {
        let oversight = Oversight::open(face.app, &campaign).await?;
        let sitting = Sitting {
            face,
            run: Run { app: face.app, folder: &folder, campaign: &campaign },
            oversight: &oversight,
            args,
        };
        let queue = oversight.queue().await?;
        let mut review = sitting.sort(&records, &queue);
        choice.check(&sitting, &records, &review, verdict.is_some())?;
        choice.narrow(&mut review);
        let mut endings = Endings::default();
        match verdict {
            Some(verdict) => {
                let ruling = Ruling { verdict, by, alone: choice.is_one() };
                let items = ruling.bound(review.groups.iter().flat_map(Group::items));
                if !items.is_empty() {
                    sitting.show_all(&review);
                    agreed(face, args.yes, &question(&ruling, items.len()), &again(args, &ruling))?;
                    sitting.decide(&items, &ruling, &mut endings).await?;
                }
            }
            None if face.terminal.interactive => talk(&sitting, &review, by, &mut endings).await?,
            None => {}
        }
        Ok(report(&sitting, &review, endings))
    })
}

/// What the ledger says now. No lock: people read for longer than a daily job should wait.
fn recorded(folder: &Folder) -> Result<Records, Failure> {
    let records = ledger::read(&folder.path)?.filter(|records| !records.recipients().is_empty());
    records.ok_or_else(|| {
        let message = format!("campaign `{}` has no ledger here, so nothing can be compared", folder.name);
        let hint = "review where `mmig submit` ran: state.toml and sent/ say what was submitted";
        Failure::new(Kind::NotFound, message, hint)
    })
}

fn verdict(args: &Args) -> Result<Option<Verdict>, Failure> {
    match (args.approve, args.reject, args.reason.as_deref().map(str::trim)) {
        (true, ..) => Ok(Some(Verdict::Approve)),
        (_, true, Some(reason)) if !reason.is_empty() => Ok(Some(Verdict::Reject { reason: reason.to_owned() })),
        (_, true, _) => {
            let hint = "--reason TEXT: those who wrote it have to know what to change";
            Err(Failure::new(Kind::Usage, "a rejection needs a reason", hint))
        }
        _ => Ok(None),
    }
}

/// Who decides: as was said, or whoever sits here; empty where that is not known and may still be asked.
fn decider(face: Face<'_>, args: &Args, decides: bool) -> Result<String, Failure> {
    let said = args.by.as_deref().map(presentable).unwrap_or_default();
    if !said.is_empty() {
        return Ok(said);
    }
    if decides && !face.terminal.interactive {
        let hint = "--by NAME: it is written down with the decision";
        return Err(Failure::new(Kind::Usage, "it is not said who decides; nothing was decided", hint));
    }
    Ok(face.app.user.clone())
}

fn question(ruling: &Ruling, number: usize) -> String {
    let what = if ruling.approves() { "Approve" } else { "Reject" };
    format!("{what} {}?", plural(number, "mail"))
}

/// The command, to be given once more.
fn again(args: &Args, ruling: &Ruling) -> String {
    let flag = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!(" --{name} {value}"));
    let which = [flag("phase", &args.phase), flag("variant", &args.variant), flag("contact", &args.contact)];
    let which: String = which.into_iter().flatten().collect();
    let decision = if ruling.approves() { "--approve" } else { "--reject --reason …" };
    format!("mmig review {decision}{which} --by NAME --yes")
}
