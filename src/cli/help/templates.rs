//! `mmig help templates`.

use schemars::JsonSchema;
use serde::Serialize;

use super::page;
use crate::app::Outcome;
use crate::campaign::text::Personal;
use crate::campaign::text::template::variables;

/// The variables of templates.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplatesTopic {
    /// The variables.
    pub variables: Vec<TemplateVariable>,
}

impl Outcome for TemplatesTopic {}

/// A variable that templates may use.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplateVariable {
    /// Its path. `[]` is any entry of a list, `NAME` a name of your own.
    pub path: String,
    /// What the move means.
    pub about: &'static str,
    /// Whether it is a personal value, which may only be printed unchanged.
    pub personal: bool,
}

/// What each variable means, by path.
const ABOUT: &[(&str, &str)] = &[
    ("contact.name", "the customer's name, or the address if there is no name"),
    ("contact.email", "the customer's address"),
    ("contact.id", "the contact's id at the server"),
    ("contact.tags", "the contact's tags, without the stage tags: {% if \"gold\" in contact.tags %}"),
    ("campaign.name", "the campaign's name, also its folder's"),
    ("campaign.title", "`title` of [campaign]"),
    ("campaign.company", "`company` of [campaign]; may be missing"),
    ("campaign.product", "`product` of [campaign]; the title if it is not set"),
    ("campaign.deadline", "the reader's deadline, a date: the segment's own, if it has one"),
    (
        "campaign.ends_at",
        "the reader's deadline with its time, printed as 30 April 2027, 14:00 CEST (12:00 UTC); `date` takes `timezone`",
    ),
    ("campaign.guide_url", "`guide_url` of the segment, else of [campaign]; may be missing"),
    ("campaign.support", "`support` of the segment, else of [campaign]; may be missing"),
    ("campaign.from", "the sending mailbox's address"),
    ("dates.NAME", "an entry of [campaign.dates], printed with its time, like campaign.ends_at"),
    ("dates.NAME.date", "its day"),
    ("dates.NAME.at", "when it begins; missing for a whole day"),
    ("dates.NAME.until", "when it ends; missing if it has no duration"),
    ("dates.NAME.text", "the same as dates.NAME, for loops: {% for name, date in dates %}{{ date.text }}{% endfor %}"),
    ("dates.NAME.past", "whether it is marked as past (`past = true`)"),
    (
        "dates.NAME.to_come",
        "whether it is still to come or under way on the day the phase is due; false for a phase without a date",
    ),
    ("timezone_name", "the zone's name on the day of the deadline, such as CEST"),
    ("next_dates", "the phases still to come for the reader: {% for next in next_dates %}"),
    ("next_dates[].phase", "such a phase's name"),
    ("next_dates[].date", "the day on which it is due"),
    ("next_dates[].at", "the same with its hour"),
    ("vars.NAME", "an entry of [campaign.vars], or of the segment's own vars, which win"),
    ("segment.name", "the customer's segment"),
    ("phase.name", "the phase"),
    ("phase.days_before", "how many days before the deadline the phase is due; missing for one without a date"),
    ("changes", "the changes that concern the customer: {% for change in changes %}"),
    ("changes[].id", "a change's id"),
    ("changes[].title", "its heading"),
    ("changes[].task", "what to do in one line; the heading if it is not set"),
    ("changes[].language", "the language of its code; may be missing"),
    ("changes[].text", "what to do, in Markdown"),
    ("changes[].before", "the current code; may be missing"),
    ("changes[].after", "the new code; may be missing"),
    (
        "changes[].examples",
        "the same in other languages: {% for example in change.examples %}; a [[change.example]] each",
    ),
    ("changes[].examples[].title", "what the example is called: its language, or its `title`"),
    ("changes[].examples[].language", "its language, for the fence"),
    ("changes[].examples[].before", "its current code; may be missing"),
    ("changes[].examples[].after", "its new code; may be missing"),
    ("changes[].url", "a link to the details; may be missing"),
    ("usage.old_calls", "how often the customer called the old version, according to the last imported usage"),
    ("usage.new_calls", "how often the customer called the new version"),
    ("usage.last_seen", "the day of the last call to the old version"),
    (
        "usage.endpoints",
        "the endpoints of the old version that the customer called, in a row; known if the usage counts calls by endpoint \
         and changes have `operations`",
    ),
    (
        "usage.summary",
        "a sentence or two about the customer's calls to the old version, with the endpoints if known; if no calls are \
         known, its line is left out of the mail",
    ),
    ("days_left", "days from the day the mail is sent to the deadline"),
    ("send_date", "the day the mail is sent"),
    (
        "told_deadline",
        "the last deadline the customer was given; like the variables below, only in a phase with on = \"deadline-moved\"",
    ),
    ("corrections", "other outdated statements the customer received: {% for correction in corrections %}"),
    ("corrections[].fact", "its name, such as changes.auth.after or vars.new"),
    ("corrections[].kind", "date, words, code, link or var"),
    ("corrections[].what", "what it is, in words"),
    ("corrections[].told", "what the customer was told; missing if they were told that it no longer applies"),
    ("corrections[].right", "what is right; missing if it no longer applies"),
    ("rest_holds", "whether everything else the customer was told was compared and is still true"),
];

/// Every variable.
pub fn templates() -> TemplatesTopic {
    let about = |path: &str| ABOUT.iter().find(|(own, _)| *own == path).map_or("", |(_, about)| about);
    let variable =
        |path: String| TemplateVariable { about: about(&path), personal: path.parse::<Personal>().is_ok(), path };
    TemplatesTopic { variables: variables().into_iter().map(variable).collect() }
}

const LANGUAGE: &str = "A template is Markdown with Tera expressions (https://keats.github.io/tera). It begins with its \
                        subject, in these three lines, and may include partials:";
const SAMPLE: &str = r#"
    +++
    subject = "{{ campaign.title }}: {{ days_left }} days left"
    +++
    Hello {{ contact.name }},

    {% include "partials/changes.md" %}
"#;
const PERSONAL: &str = "Variables with a * are personal values. They can only be printed unchanged, {{ contact.name \
                        }}: no filter, no condition. That way reviewers see every text. Everything else may be used in \
                        conditions and loops; each outcome adds one more text.";
const MORE: &str = "`mmig template` lists the templates in use, `mmig template announce` prints one to start from, and \
                    `mmig check` finds unknown variables. Macros are not supported: include a partial. Placeholders of \
                    other programs, ${{ secrets.KEY }}, stay unchanged.";

/// The variables as text.
pub fn screen(topic: &TemplatesTopic, width: usize) -> String {
    let name = |variable: &TemplateVariable| format!("{}{}", variable.path, if variable.personal { " *" } else { "" });
    let names: Vec<String> = topic.variables.iter().map(name).collect();
    let terms = names.iter().map(String::as_str).zip(topic.variables.iter().map(|variable| variable.about.to_owned()));
    let (language, more) = (page::paragraph(LANGUAGE, width), page::paragraph(MORE, width));
    let personal = page::paragraph(PERSONAL, width);
    format!("{language}{SAMPLE}\n{}\n{}\n{personal}\n{more}", page::heading("Variables:"), page::terms(terms, width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_that_templates_see_is_explained_and_no_other() {
        let mut there = variables();
        let mut explained: Vec<_> = ABOUT.iter().map(|(path, _)| (*path).to_owned()).collect();
        there.sort_unstable();
        explained.sort_unstable();
        assert_eq!(explained, there, "change ABOUT");
    }
}
