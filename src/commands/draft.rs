//! `mmig draft`: a phase's mails as the few texts a reviewer reads, locked.

use serde_json::{Value, json};

use super::{Ending, unknown};
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::lock::Lock;
use crate::campaign::problem::Severity;
use crate::campaign::recipient::Recipient;
use crate::campaign::records::Records;
use crate::campaign::template::Templates;
use crate::campaign::text::Reading;
use crate::campaign::variant::{Texts, Variant};
use crate::context::Context;
use crate::failure::{Failure, Kind};
use crate::folder::Folder;
use crate::ledger;
use crate::ui::{Align, Report, Table, plural};

/// The arguments of `draft`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The phase to draft; may be given several times
    #[arg(long = "phase", value_name = "PHASE", conflicts_with = "all", required_unless_present_any = ["all", "contact"])]
    phases: Vec<String>,
    /// Draft every phase at once, for one review
    #[arg(long)]
    all: bool,
    /// Draft this segment alone; the other segments' drafts stay as they are
    #[arg(long, value_name = "SEGMENT")]
    segment: Option<String>,
    /// Print this customer's mail as it would leave, and write nothing
    #[arg(long, value_name = "EMAIL")]
    contact: Option<String>,
}

/// Runs `draft`.
pub fn run(context: &Context, args: &Args) -> Ending {
    let folder = Folder::find(context.global.campaign.as_deref())?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let phases = chosen(campaign, args)?;
    if let Some(segment) = args.segment.as_deref().filter(|segment| campaign.segment(segment).is_none()) {
        return Err(unknown("segment", segment, campaign.segments.iter().map(|own| own.name.as_str())));
    }
    let templates = folder.templates()?;
    let found = templates.vet(campaign, &definition.source);
    if found.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(Failure::invalid(&campaign.name, found));
    }
    let records = recorded(&folder)?;
    if let Some(email) = &args.contact {
        return preview(context, campaign, &templates, &phases, &records, email);
    }
    let mut drafted = Vec::new();
    let mut problems = Vec::new();
    for phase in phases {
        let mut texts = Texts::new(campaign, &templates, phase);
        match texts.variants(in_question(&records, args.segment.as_deref())) {
            Ok(variants) => drafted.push((phase, texts, variants)),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::invalid(&campaign.name, problems));
    }
    let mut rows = Vec::new();
    for (phase, texts, variants) in drafted {
        write(&folder, &texts, &variants, args.segment.as_deref())?;
        rows.extend(variants.into_iter().map(|variant| (phase.name.clone(), variant)));
    }
    Ok(report(context, campaign, &folder, &rows))
}

fn chosen<'a>(campaign: &'a Campaign, args: &Args) -> Result<Vec<&'a Phase>, Failure> {
    if args.phases.is_empty() {
        return Ok(campaign.phases.iter().collect());
    }
    let known = campaign.phases.iter().map(|phase| phase.name.as_str());
    args.phases.iter().map(|name| campaign.phase(name).ok_or_else(|| unknown("phase", name, known.clone()))).collect()
}

fn recorded(folder: &Folder) -> Result<Records, Failure> {
    let records = ledger::read(&folder.path)?.filter(|records| !records.recipients().is_empty());
    records.ok_or_else(|| {
        let message = format!("campaign `{}` has no recipients yet, so there is nothing to draft for", folder.name);
        Failure::new(Kind::NotFound, message, "`mmig segment` finds them")
    })
}

fn in_question<'a>(records: &'a Records, segment: Option<&'a str>) -> impl Iterator<Item = &'a Recipient> {
    let current = records.recipients().iter().filter(|recipient| recipient.left.is_none());
    current.filter(move |recipient| segment.is_none_or(|wanted| recipient.segment == wanted))
}

/// Writes the drafts; with a segment, the other segments' variants stay.
fn write(folder: &Folder, texts: &Texts<'_>, variants: &[Variant], segment: Option<&str>) -> Result<(), Failure> {
    let drafts = folder.drafts(&texts.phase().name);
    let fresh = Lock::new(texts, variants);
    let lock = match (segment, drafts.lock()?) {
        // The other segments' texts were reviewed for another deadline: they are void.
        (Some(_), Some(old)) if old.deadline != fresh.deadline => fresh,
        (Some(segment), Some(old)) => old.with_segments_of(fresh, &[segment]),
        _ => fresh,
    };
    drafts.write(variants, &lock)
}

fn report(context: &Context, campaign: &Campaign, folder: &Folder, rows: &[(String, Variant)]) -> Report {
    let mut table = Table::new(
        &[
            ("phase", Align::Left),
            ("draft", Align::Left),
            ("recipients", Align::Right),
            ("changes", Align::Left),
            ("subject", Align::Left),
        ],
        context.terminal.width(),
    );
    for (phase, variant) in rows {
        let changes = variant.inputs.first().map(|inputs| inputs.changes.join(", ")).unwrap_or_default();
        table.row([phase, &variant.name, &variant.recipients.to_string(), &changes, &variant.text.subject]);
    }
    let mut phases: Vec<&str> = rows.iter().map(|(phase, _)| phase.as_str()).collect();
    phases.dedup();
    let screen = format!(
        "{}\n{} in {}. Read them, commit the folder, then `mmig submit --phase {} --dry-run`.\n",
        table.render(),
        plural(rows.len(), "text"),
        folder.file("drafts").display(),
        phases.first().unwrap_or(&"announce"),
    );
    let variants: Vec<Value> = rows.iter().map(|(phase, variant)| variant_json(folder, phase, variant)).collect();
    let data = json!({ "campaign": campaign.name, "variants": variants });
    Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() }
}

fn variant_json(folder: &Folder, phase: &str, variant: &Variant) -> Value {
    let file = folder.drafts(phase).path().join(format!("{}.md", variant.name));
    json!({
        "phase": phase, "name": variant.name, "digest": variant.digest.to_string(), "subject": variant.text.subject,
        "recipients": variant.recipients, "for": variant.inputs, "file": file.display().to_string(),
    })
}

/// One customer's mails as they would leave on their day, or today if that has passed.
fn preview(
    context: &Context,
    campaign: &Campaign,
    templates: &Templates,
    phases: &[&Phase],
    records: &Records,
    email: &str,
) -> Ending {
    let wanted = email.trim().to_lowercase();
    let recipient = records.recipients().iter().find(|recipient| recipient.email.to_lowercase() == wanted);
    let recipient = recipient.ok_or_else(|| {
        let message = format!("no recipient of campaign `{}` has the address {email}", campaign.name);
        Failure::new(Kind::NotFound, message, "`mmig segment` brings the cohorts up to date")
    })?;
    let mut mails = Vec::new();
    let mut screen = String::new();
    for phase in phases {
        let mut texts = Texts::new(campaign, templates, phase);
        if !texts.concerns(recipient) {
            continue;
        }
        let rendered = texts
            .render(&texts.inputs(recipient))
            .map_err(|problem| Failure::invalid(&campaign.name, vec![problem]))?;
        let leaves =
            campaign.due(phase).filter(|due| *due > context.clock.now()).unwrap_or_else(|| context.clock.now());
        let filled = rendered.form.fill(&campaign.values(recipient, leaves), Reading::Markdown);
        let text = filled.ok_or_else(|| {
            let message =
                format!("the mail of phase `{}` tells numbers of {email}'s usage, which are not known", phase.name);
            Failure::new(Kind::Refused, message, "`mmig track --usage FILE` takes them in")
        })?;
        screen.push_str(&format!(
            "To: {}\nSubject: {}\n\n{}\n",
            crate::ui::clean(&recipient.email),
            text.subject,
            text.body
        ));
        mails.push(json!({
            "phase": phase.name, "to": recipient.email, "leaves": leaves, "subject": text.subject, "markdown": text.body,
            "digest": rendered.digest.to_string(),
        }));
    }
    let data = json!({ "campaign": campaign.name, "mails": mails });
    Ok(Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() })
}
