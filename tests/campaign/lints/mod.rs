//! Findings in texts that could be sent: hand-made mistakes, each found once and at its place; and correct texts, in
//! which nothing is found.

mod broken;
mod in_campaigns;
mod in_subjects;
mod in_templates;
mod in_uses;
mod nothing;
mod silenced;
mod texts;

use std::collections::BTreeMap;

use mmig::campaign::definition::problem::{Problem, Source};
use mmig::campaign::definition::read;
use mmig::campaign::lint::{Checked, in_order};
use mmig::campaign::people::recipient::Recipient;
use mmig::campaign::people::records::Records;
use mmig::campaign::text::template::Templates;

use crate::build::at;

/// A campaign of a real company, without findings.
pub const CAMPAIGN: &str = r#"
[campaign]
title = "API v2"
from = "migrations@acme.com"
deadline = 2027-04-30
timezone = "Europe/Berlin"
guide_url = "https://docs.acme.com/v2"
[campaign.vars]
new = "v2"

[[segment]]
name = "webhooks"
tags = "api-v1,webhooks"
[[segment]]
name = "rest"
tags = "api-v1,rest"

[[change]]
id = "auth"
title = "New header"
text = "Send a bearer token."
before = "Authorization: Token k"
after = "Authorization: Bearer k"
"#;

/// The templates of [`CAMPAIGN`]: each phase says what changes.
pub const BODY: &str = "Hello {{ contact.name }}, {{ vars.new }} comes.

{% for change in changes %}{{ change.title }}

{{ change.text }}

```
{{ change.before }}
{{ change.after }}
```
{% endfor %}

It ends on {{ campaign.deadline | date }} and no longer works after that.{% if campaign.guide_url %} See [the guide]({{ campaign.guide_url }}).{% endif %} If something goes wrong, put your old code back.";

/// A day before the first phase.
pub const DAY: &str = "2027-01-10T12:00:00Z";

pub fn template(body: &str) -> String {
    format!("+++\nsubject = \"API v2\"\n+++\n{body}\n")
}

/// All findings in a campaign file and templates, as `mmig check` would report them on [`DAY`].
pub fn found(campaign: &str, templates: &[(&str, &str)]) -> Vec<Problem> {
    found_with(campaign, templates, DAY, &[])
}

pub fn found_with(campaign: &str, named: &[(&str, &str)], day: &str, recipients: &[Recipient]) -> Vec<Problem> {
    let source = Source::new("campaign.toml", campaign);
    let campaign = match read("api-v2", &source) {
        Ok((campaign, _)) => campaign,
        Err(problems) => return problems,
    };
    let mut sources = BTreeMap::new();
    for phase in &campaign.phases {
        let file = format!("{}.md", phase.name);
        sources.insert(file.clone(), Source::new(format!("templates/{file}"), template(BODY)));
    }
    for (name, text) in named {
        sources.insert((*name).to_owned(), Source::new(format!("templates/{name}"), *text));
    }
    let templates = match Templates::load(sources) {
        Ok(templates) => templates,
        Err(problems) => return problems,
    };
    let records: Records = recipients.iter().cloned().collect();
    let checked = Checked::new(&campaign, &templates, &records, at(day));
    let (_, linted) = checked.all("templates/");
    in_order(checked.left(linted.problems, |rule| !["dead-link", "code-check"].contains(&rule.to_string().as_str())))
}

/// The findings as text, for failing tests.
pub fn shown(problems: &[Problem]) -> String {
    let line = |problem: &Problem| {
        let (line, column) = problem.place();
        format!("{}:{line}:{column} [{}] {}\n", problem.source.path, problem.rule, problem.what)
    };
    problems.iter().map(line).collect()
}

/// Asserts that there is one finding: for this rule, in this file, where these words start.
#[track_caller]
pub fn is_found_once(problems: &[Problem], of: &str, rule: &str, file: &str, words: &str) {
    let trouble = trouble(problems, rule, file, words);
    assert!(trouble.is_none(), "{of}\n{}", trouble.unwrap_or_default());
}

/// Why [`is_found_once`] would fail.
pub fn trouble(problems: &[Problem], rule: &str, file: &str, words: &str) -> Option<String> {
    let [problem] = problems else { return Some(format!("not one finding:\n{}", shown(problems))) };
    let there = problem.source.text.find(words).map(|there| problem.source.place(there));
    let as_wanted = problem.rule.to_string() == rule
        && problem.source.path == file
        && Some(problem.place()) == there
        && !problem.fix.is_empty();
    (!as_wanted).then(|| format!("not [{rule}] in {file} at {words:?}, with a fix, but:\n{}", shown(problems)))
}

/// Asserts that no case of a table has trouble; shows all that have.
#[track_caller]
pub fn no_trouble<'a>(cases: impl Iterator<Item = (&'a str, Option<String>)>) {
    let troubles: Vec<String> = cases.filter_map(|(of, trouble)| Some(format!("{of}\n{}", trouble?))).collect();
    assert!(troubles.is_empty(), "\n{}", troubles.join("\n"));
}
