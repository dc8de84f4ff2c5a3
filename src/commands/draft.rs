//! `mmig draft`: a phase's mails as the few texts a reviewer reads, locked.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Ending, unknown, vetted};
use crate::app::failure::{Failure, Kind};
use crate::campaign::definition::{Campaign, Phase, Scope};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::text::Reading;
use crate::campaign::text::draft::{Draft, Edition, Since, edition};
use crate::campaign::text::template::Templates;
use crate::campaign::text::variant::{Texts, Variant};
use crate::campaign::view::next::Next;
use crate::campaign::view::overview::overview;
use crate::cli::Face;
use crate::cli::pages;
use crate::cli::ui::{Align, Report, Table, plural};
use crate::store::folder::Folder;
use crate::store::local as ledger;

/// The arguments of `draft`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The phase to draft; may be given several times
    #[arg(long = "phase", value_name = "PHASE", conflicts_with = "all", required_unless_present_any = ["all", "contact", "html"])]
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
    /// Also write a page for a browser, what changed since the last lock marked; with neither --phase nor --all, only the
    /// page (default: drafts/index.html)
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "", conflicts_with = "contact")]
    html: Option<String>,
}

/// Runs `draft`.
pub fn run(face: Face<'_>, args: &Args) -> Ending {
    let folder = face.app.folder()?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let phases = chosen(campaign, args)?;
    if let Some(segment) = args.segment.as_deref().filter(|segment| campaign.segment(segment).is_none()) {
        return Err(unknown("segment", segment, campaign.segments.iter().map(|own| own.name.as_str())));
    }
    let templates = vetted(&folder, &definition)?;
    let records = recorded(&folder)?;
    if let Some(email) = &args.contact {
        return preview(face, campaign, &templates, &phases, &records, email);
    }
    let mut drafted = Vec::new();
    let mut problems = Vec::new();
    for phase in phases {
        let mut texts = Texts::new(campaign, &templates, phase);
        match texts.variants(in_question(&records, args.segment.as_deref())) {
            Ok(variants) => drafted.push((texts, variants)),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::invalid(&campaign.name, problems));
    }
    // All of them are made before the first is written.
    let editions: Vec<Edition> = drafted
        .into_iter()
        .map(|(texts, variants)| edition_of(&folder, &texts, variants, args.segment.as_deref()))
        .collect::<Result<_, _>>()?;
    // The page first: it compares with the drafts that are about to be replaced.
    let page = args.html.as_deref().map(|file| write_page(face, campaign, &folder, &editions, file));
    let page = page.transpose()?;
    let locks = args.all || !args.phases.is_empty();
    for edition in editions.iter().filter(|_| locks) {
        folder.drafts(&edition.lock.phase).write(edition)?;
    }
    let next = locks.then(|| to_submit(face, campaign, &records, &editions)).flatten();
    Ok(report(face, campaign, &folder, &editions, page.as_deref(), next))
}

/// The phase that is submitted next, if it was drafted; else the first one that was.
fn to_submit<'a>(face: Face<'_>, campaign: &Campaign, records: &Records, editions: &'a [Edition]) -> Option<&'a str> {
    let overview = overview(campaign, records, face.app.clock.now(), Scope::default());
    let next = match Next::of(campaign, &overview, |_| true) {
        Some(Next::Submit { phase, .. }) => Some(phase),
        _ => None,
    };
    let phases = || editions.iter().map(|edition| edition.lock.phase.as_str());
    phases().find(|phase| next.as_deref() == Some(*phase)).or_else(|| phases().next())
}

fn chosen<'a>(campaign: &'a Campaign, args: &Args) -> Result<Vec<&'a Phase>, Failure> {
    if args.phases.is_empty() {
        return Ok(campaign.phases_in_time());
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

/// The drafts of a phase as they are to be written.
fn edition_of(
    folder: &Folder,
    texts: &Texts<'_>,
    variants: Vec<Variant>,
    segment: Option<&str>,
) -> Result<Edition, Failure> {
    let drafts = folder.drafts(&texts.phase().name);
    let old = drafts.lock()?;
    if let (Some(segment), Some(old)) = (segment, &old)
        && !old.sorts_as(texts)
    {
        let phase = &texts.phase().name;
        let message = format!("who gets which text of phase `{phase}` changed, not for segment `{segment}` alone");
        let hint = format!("draft the whole phase: mmig draft --phase {phase}");
        return Err(Failure::new(Kind::Refused, message, hint).with_details(old.resorted(texts)));
    }
    Ok(edition(texts, variants, old.as_ref(), segment, |locked| drafts.text(locked)))
}

fn report(
    face: Face<'_>,
    campaign: &Campaign,
    folder: &Folder,
    editions: &[Edition],
    page: Option<&Path>,
    next: Option<&str>,
) -> Report {
    let columns = [
        ("phase", Align::Left),
        ("draft", Align::Left),
        ("", Align::Left),
        ("recipients", Align::Right),
        ("changes", Align::Left),
        ("subject", Align::Left),
    ];
    let mut table = Table::new(&columns, face.terminal.width());
    let rows = || editions.iter().flat_map(|edition| edition.drafts.iter().map(|draft| (&edition.lock.phase, draft)));
    for (phase, draft) in rows() {
        let variant = &draft.variant;
        let changes = variant.inputs.first().map(|inputs| inputs.changes.join(", ")).unwrap_or_default();
        let (recipients, subject) = (variant.recipients.to_string(), &variant.text.subject);
        table.row([phase, &draft.name, since(draft), &recipients, &changes, subject]);
    }
    let mut screen = format!("{}\n", table.render());
    if let Some(page) = page {
        screen.push_str(&format!("The page is in {}.\n", page.display()));
    }
    let (texts, drafts) = (plural(rows().count(), "text"), folder.file("drafts"));
    screen.push_str(&if let Some(phase) = next {
        let next = format!("Read them, commit the folder, then `mmig submit --phase {phase} --dry-run`.");
        format!("{texts} in {}. {next}\n", drafts.display())
    } else {
        format!("{texts}. Nothing was locked: `mmig draft --all` does that.\n")
    });
    let variants: Vec<Value> = rows().map(|(phase, draft)| draft_json(folder, phase, draft)).collect();
    let data = json!({
        "campaign": campaign.name, "variants": variants, "locked": next.is_some(), "page": page.map(|page| page.display().to_string()),
    });
    Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() }
}

/// Writes the page, and says where.
fn write_page(
    face: Face<'_>,
    campaign: &Campaign,
    folder: &Folder,
    editions: &[Edition],
    file: &str,
) -> Result<PathBuf, Failure> {
    let file = if file.is_empty() { folder.file("drafts").join("index.html") } else { PathBuf::from(file) };
    let failed = |error: &dyn std::fmt::Display| {
        let message = format!("cannot write {}: {error}", file.display());
        Failure::new(Kind::Invalid, message, "check that the folder can be written and the disk has room")
    };
    let page = pages::drafts::page(campaign, editions, face.app.clock.now()).map_err(|error| failed(&error))?;
    crate::store::folder::write_file(&file, &page).map_err(|error| failed(&error))?;
    Ok(file)
}

/// How a draft stands against the last lock, in a word.
fn since(draft: &Draft) -> &'static str {
    match draft.since {
        Since::New => "new",
        Since::Changed(_) => "changed",
        Since::Same => "",
    }
}

fn draft_json(folder: &Folder, phase: &str, draft: &Draft) -> Value {
    let file = folder.drafts(phase).path().join(format!("{}.md", draft.name));
    let variant = &draft.variant;
    let since = if draft.since == Since::Same { "same" } else { since(draft) };
    json!({
        "phase": phase, "name": draft.name, "digest": variant.digest.to_string(), "subject": variant.text.subject,
        "recipients": variant.recipients, "for": variant.inputs, "since": since, "file": file.display().to_string(),
        "differs": draft.differs.as_ref().map(|differs| json!({ "from": differs.from, "why": differs.why })),
    })
}

/// One customer's mails as they would leave on their day, or today if that has passed.
fn preview(
    face: Face<'_>,
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
            campaign.due(phase).filter(|due| *due > face.app.clock.now()).unwrap_or_else(|| face.app.clock.now());
        let filled = rendered.form.fill(&campaign.values(recipient, leaves), Reading::Markdown);
        let text = filled.ok_or_else(|| {
            let message =
                format!("the mail of phase `{}` tells numbers of {email}'s usage, which are not known", phase.name);
            Failure::new(Kind::Refused, message, "`mmig track --usage FILE` takes them in")
        })?;
        screen.push_str(&format!(
            "To: {}\nSubject: {}\n\n{}\n",
            crate::cli::ui::clean(&recipient.email),
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
