//! The screens of `template`.

use crate::app::template::{TemplateOutcome, TemplatesOutcome};
use crate::cli::ui::{Align, Table};
use crate::store::folder::Layer;

/// The templates in use, one per line.
pub fn templates(outcome: &TemplatesOutcome, width: usize) -> String {
    let mut table = Table::new(&[("template", Align::Left), ("from", Align::Left), ("mails of", Align::Left)], width);
    for template in &outcome.templates {
        let from = template.file.clone().unwrap_or_else(|| "mmig".to_owned());
        table.row([template.name.clone(), from, template.phases.join(", ")]);
    }
    let first = outcome.templates.iter().find(|template| template.origin == Layer::BuiltIn);
    let first = first.map_or("announce", |template| template.name.trim_end_matches(".md"));
    format!("{}\nnext: mmig template {first}, mmig help templates\n", table.render())
}

/// A template's source.
pub fn template(outcome: &TemplateOutcome, _: usize) -> String {
    let end = if outcome.text.ends_with('\n') { "" } else { "\n" };
    format!("{}{end}", outcome.text)
}
