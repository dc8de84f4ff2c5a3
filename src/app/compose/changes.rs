//! Proposes wording for imported changes, in a file of its own that a person edits.

use std::path::Path;

use super::desk::Desk;
use super::outcome::{Became, ComposeOutcome, ComposeRequest, ProposedChange};
use crate::api::Writer;
use crate::app::App;
use crate::app::failure::{Failure, Kind};
use crate::app::import::text_of;
use crate::app::observer::{Event, Work};
use crate::campaign::compose::changes::ChangeSheet;
use crate::campaign::definition::oasdiff::is_as_imported;
use crate::campaign::definition::specification::Specification;
use crate::campaign::definition::{Change, proposed};
use crate::campaign::plural;
use crate::store::folder::write_file;

/// The file of the proposals, beside `campaign.toml`.
const PROPOSALS: &str = "changes.proposed.toml";
/// The remark at its head.
const REMARK: &str = "# Proposed by a language model, for a person to edit: replace the change with the same id in\n\
                      # campaign.toml with it. Names and code are taken word for word from the finding and the specification.\n";

impl Desk<'_> {
    /// Words the changes that still have their imported text, in a file beside the campaign's.
    ///
    /// # Errors
    /// A specification cannot be read, or the model cannot be asked; changes worded until then are in the file.
    pub(super) async fn word_changes(
        &self,
        request: &ComposeRequest,
        writer: Option<&Writer>,
        mut outcome: ComposeOutcome,
    ) -> Result<ComposeOutcome, Failure> {
        let specifications =
            request.specs.iter().map(|path| specification(self.app, path)).collect::<Result<Vec<_>, _>>()?;
        let imported = self.campaign().changes.iter().filter(|change| is_as_imported(change));
        let sheets: Vec<ChangeSheet> = imported.map(|change| ChangeSheet::of(change, &specifications)).collect();
        if sheets.is_empty() {
            let note = "no imported change still has the text that `mmig import` wrote: there is nothing to word";
            self.app.observer.tell(Event::Note(note.to_owned()));
            return Ok(outcome);
        }
        let Some(writer) = writer.filter(|_| !request.dry_run) else {
            let section = &self.campaign().compose;
            let asked = |sheet: &ChangeSheet| sheet.request(&section.style, &section.glossary, &self.guides);
            outcome.requests =
                sheets.iter().map(|sheet| Self::planned(&sheet.change.id, &asked(sheet), writer)).collect();
            return Ok(outcome);
        };
        let progress = self.app.observer.progress(Work::Composing, sheets.len());
        let mut worded = Vec::new();
        let done = self
            .within_bounds(async {
                for sheet in &sheets {
                    let (change, proposal) = self.word_change(sheet, writer).await?;
                    outcome.changes.push(proposal);
                    worded.extend(change);
                    progress.step();
                }
                Ok(())
            })
            .await;
        if !worded.is_empty() {
            outcome.proposals = Some(self.written(&worded)?);
        }
        done?;
        let rejected = outcome.changes.iter().filter(|change| change.outcome == Became::Rejected).count();
        outcome.failure = (rejected > 0).then(|| {
            let message = format!("the checker rejected every answer for {}", plural(rejected, "change"));
            Failure::new(Kind::Refused, message, "word them yourself in campaign.toml")
        });
        Ok(outcome)
    }

    async fn word_change(
        &self,
        sheet: &ChangeSheet,
        writer: &Writer,
    ) -> Result<(Option<Change>, ProposedChange), Failure> {
        let section = &self.campaign().compose;
        let asked = sheet.request(&section.style, &section.glossary, &self.guides);
        let tried =
            self.until_accepted(writer, &asked, |answer, _| Ok(sheet.worded(answer, &section.glossary))).await?;
        let worded = tried.accepted;
        let proposal = ProposedChange {
            id: sheet.change.id.clone(),
            outcome: if worded.is_some() { Became::Written } else { Became::Rejected },
            title: worded.as_ref().map(|change| change.title.clone()),
            task: worded.as_ref().and_then(|change| change.task.clone()),
            text: worded.as_ref().map(|change| change.text.clone()),
            tries: tried.tries,
            findings: tried.wrong,
        };
        Ok((worded, proposal))
    }

    /// Writes the proposals; where they are.
    fn written(&self, changes: &[Change]) -> Result<String, Failure> {
        let path = self.folder.file(PROPOSALS);
        let file = proposed(REMARK, changes).unwrap_or_default();
        write_file(&path, &file).map_err(|error| Failure::not_written(&path, &error))?;
        Ok(path.display().to_string())
    }
}

fn specification(app: &App<'_>, path: &Path) -> Result<Specification, Failure> {
    const HINT: &str = "give the API's OpenAPI documents, JSON or YAML: the old one first";
    let name = path.display().to_string();
    let failed = |what: String| Failure::new(Kind::Usage, format!("{name} {what}"), HINT);
    Specification::read(&text_of(app, path, HINT)?).map_err(failed)
}
