//! `mmig cancel`: withdraws what is not yet out.

use serde_json::json;

use super::{Ending, agreed, block_on, unknown};
use crate::app::Run;
use crate::app::failure::{Failure, Kind};
use crate::app::remote::Remote;
use crate::app::track::withdrawing::{Withdrawn, withdraw};
use crate::campaign::definition::Campaign;
use crate::campaign::mail::withdrawal::{Target, Withdrawal};
use crate::campaign::people::records::Records;
use crate::cli::Face;
use crate::cli::ui::{Report, plural};
use crate::store::local::{Holder, Ledger};

/// The arguments of `cancel`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The phase
    #[arg(long, value_name = "PHASE")]
    phase: String,
    /// This segment alone
    #[arg(long, value_name = "SEGMENT")]
    segment: Option<String>,
    /// This customer alone
    #[arg(long, value_name = "EMAIL")]
    contact: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Take over the lock of a run on another host that is known to be dead
    #[arg(long)]
    break_lock: bool,
}

/// Runs `cancel`.
pub fn run(face: Face<'_>, args: &Args) -> Ending {
    let folder = face.app.folder()?;
    let campaign = folder.definition()?.campaign;
    if campaign.phase(&args.phase).is_none() {
        return Err(unknown("phase", &args.phase, campaign.phases.iter().map(|own| own.name.as_str())));
    }
    if let Some(segment) = args.segment.as_deref().filter(|segment| campaign.segment(segment).is_none()) {
        return Err(unknown("segment", segment, campaign.segments.iter().map(|own| own.name.as_str())));
    }
    let holder = Holder { command: "cancel".to_owned(), at: face.app.clock.now() };
    let mut ledger = Ledger::open(&folder.path, &holder, args.break_lock)?;
    let targets = targets(&campaign, ledger.records(), args)?;
    let total = targets.len();
    if targets.is_empty() {
        return Ok(report(args, total, Withdrawn::default()));
    }
    let question = format!("Withdraw {} of phase {} that are not yet out?", plural(total, "mail"), args.phase);
    agreed(face, args.yes, &question, &format!("mmig cancel --phase {} --yes", args.phase))?;
    let withdrawn = block_on(face, async || {
        let remote = Remote::open(face.app, &campaign).await?;
        let run = Run { app: face.app, folder: &folder, campaign: &campaign };
        withdraw(&run, targets, &mut ledger, &remote).await
    })?;
    Ok(report(args, total, withdrawn))
}

/// The mails of the phase that may still be withdrawn: the server is asked about each, whatever we last heard.
fn targets(campaign: &Campaign, records: &Records, args: &Args) -> Result<Vec<Target>, Failure> {
    let wanted = args.contact.as_ref().map(|email| email.trim().to_lowercase());
    if let Some(email) = wanted
        .as_ref()
        .filter(|email| records.recipients().iter().all(|recipient| recipient.email.to_lowercase() != **email))
    {
        return Err(Failure::new(
            Kind::NotFound,
            format!("this campaign knows nobody with the address {email}"),
            "check the spelling",
        ));
    }
    let in_question = records.recipients().iter().filter(|recipient| {
        args.segment.as_ref().is_none_or(|segment| recipient.segment == *segment)
            && wanted.as_ref().is_none_or(|email| recipient.email.to_lowercase() == *email)
    });
    let open = in_question.filter_map(|recipient| {
        let mail = recipient.mail(&args.phase).filter(|mail| mail.is_open())?;
        // Withdrawn for its date, a mail may be sent again with the new one.
        let moved = mail.deadline != campaign.deadline;
        Target::of(recipient, mail, moved.then_some(Withdrawal::DeadlineMoved))
    });
    Ok(open.collect())
}

fn report(args: &Args, total: usize, withdrawn: Withdrawn) -> Report {
    let too_late: Vec<&str> = withdrawn.too_late.iter().map(|target| target.email.as_str()).collect();
    let failures: Vec<_> =
        withdrawn.failed.iter().map(|(target, words)| json!({ "contact": target.email, "words": words })).collect();
    let data = json!({
        "phase": args.phase, "planned": total, "cancelled": withdrawn.done.len(), "too_late": too_late,
        "failed": failures.len(), "failures": failures,
    });
    let mut screen = format!("{} withdrawn.\n", plural(withdrawn.done.len(), "mail"));
    if total == 0 {
        screen = format!("No mail of phase {} can still be withdrawn.\n", args.phase);
    }
    if !too_late.is_empty() {
        screen.push_str(&format!("{} were out already: `mmig track` tells what became of them.\n", too_late.len()));
    }
    let failure = withdrawn.failure(&format!("mmig cancel --phase {}", args.phase));
    Report { data: data.as_object().cloned().unwrap_or_default(), screen, failure, ..Report::default() }
}
