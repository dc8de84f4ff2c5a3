//! `mmig check`: everything that can be wrong offline.

use std::collections::HashMap;

use compact_str::CompactString;
use serde_json::json;

use super::Ending;
use crate::campaign::definition::{Campaign, Concerns, Phase};
use crate::campaign::problem::{Problem, Severity};
use crate::campaign::recipient::Recipient;
use crate::campaign::records::Records;
use crate::campaign::template::{Inputs, Templates};
use crate::campaign::variant::Texts;
use crate::context::Context;
use crate::failure::{Failure, Kind, problem_json};
use crate::folder::{Definition, Folder};
use crate::ledger;
use crate::ui::{Report, plural};

/// Runs `check`.
pub fn run(context: &Context) -> Ending {
    let folder = Folder::find(context.global.campaign.as_deref())?;
    let definition = folder.definition()?;
    let templates = folder.templates()?;
    let records = ledger::read(&folder.path)?.unwrap_or_default();
    let mut problems = definition.warnings.clone();
    problems.extend(deadline_passed(&definition, context));
    problems.extend(templates.vet(&definition.campaign, &definition.source));
    let mut texts = 0;
    if problems.iter().all(|problem| problem.severity == Severity::Warning) {
        for phase in &definition.campaign.phases {
            match render_all(&definition.campaign, &templates, phase, &records) {
                Ok(rendered) => texts += rendered,
                Err(found) => problems.extend(found),
            }
        }
    }
    Ok(report(context, &definition.campaign, problems, texts))
}

fn report(context: &Context, campaign: &Campaign, problems: Vec<Problem>, texts: usize) -> Report {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let warnings = problems.len() - errors;
    let data = json!({
        "campaign": campaign.name, "errors": errors, "warnings": warnings, "texts": texts,
        "problems": problems.iter().map(problem_json).collect::<Vec<_>>(),
    });
    let mut screen = String::new();
    let mut failure = None;
    if errors == 0 {
        if warnings > 0 {
            screen = format!("{}\n\n", context.terminal.problems(&problems));
        }
        screen.push_str(&format!(
            "campaign `{}` is in order: {}, {}, {}, {}\n",
            campaign.name,
            plural(campaign.segments.len(), "segment"),
            plural(campaign.phases.len(), "phase"),
            plural(campaign.changes.len(), "change"),
            plural(texts, "distinct text"),
        ));
    } else {
        failure = Some(Failure {
            problems,
            ..Failure::new(
                Kind::Invalid,
                format!("campaign `{}` has {}", campaign.name, plural(errors, "error")),
                "mend the lines above, then run `mmig check` again",
            )
        });
    }
    let mut data = data.as_object().cloned().unwrap_or_default();
    if let Some(failure) = failure.as_mut().filter(|_| context.terminal.json) {
        // They stand in the document already.
        failure.problems.clear();
        data.insert("ok".to_owned(), false.into());
    } else {
        data.insert("ok".to_owned(), (errors == 0).into());
    }
    Report { data, screen, failure, silent: false }
}

fn deadline_passed(definition: &Definition, context: &Context) -> Option<Problem> {
    let now = context.clock.now();
    let days = definition.campaign.days_left(now);
    let at = definition.source.text.find("deadline").unwrap_or(0);
    (days < 0).then(|| {
        let what = format!("the deadline passed {} ago", plural(usize::try_from(-days).unwrap_or_default(), "day"));
        let fix = "status, track and the completion mail go on; no dated phase is sent any more";
        Problem::warning(&definition.source, at..at + "deadline".len(), what, fix)
    })
}

/// Renders every text the recorded recipients would get, and one for each segment as its query and changes have it, so
/// that a campaign can be checked before anybody was found.
fn render_all(
    campaign: &Campaign,
    templates: &Templates,
    phase: &Phase,
    records: &Records,
) -> Result<usize, Vec<Problem>> {
    let mut texts = Texts::new(campaign, templates, phase);
    let current = records.recipients().iter().filter(|recipient| recipient.left.is_none());
    let mut inputs: HashMap<Inputs, usize> = HashMap::new();
    let known = |recipient: &&Recipient| campaign.segment(&recipient.segment).is_some() && texts.concerns(recipient);
    for recipient in current.filter(known) {
        *inputs.entry(texts.inputs(recipient)).or_default() += 1;
    }
    for segment in &campaign.segments {
        for all in [false, true] {
            // Who calls nothing, and who may call anything.
            let called: Option<&[CompactString]> = if all { None } else { Some(&[]) };
            let concerned = campaign.changes_for(&segment.name, segment.tags.with(), called);
            let may_concern = campaign.changes.iter().filter(|change| match &change.concerns {
                Concerns::Tags(_) => all || concerned.contains(change),
                Concerns::Everybody | Concerns::Segments(_) => concerned.contains(change),
            });
            let changes = may_concern.map(|change| change.id.clone()).collect();
            let tags = Some(segment.tags.with().to_vec());
            let told_deadline = campaign.deadline.pred_opt().filter(|_| phase.corrects());
            inputs.entry(Inputs { segment: segment.name.clone(), changes, tags, told_deadline }).or_default();
        }
    }
    texts.variants_of(inputs).map(|variants| variants.len())
}
