//! How many faulty texts are caught, and how many correct ones cause false alarms: three hundred texts as people write
//! them, by kind of mistake. The texts are in `texts/`, one file per kind; a rule is written for a kind, never for a
//! single text.

use std::fmt::Write as _;
use std::path::Path;

use mmig::campaign::definition::problem::Severity;
use toml::{Table, Value};

use super::{found_with, shown};

/// The minimum percentage of faulty texts that must be caught: overall, and of each kind.
const CAUGHT: (usize, usize) = (85, 70);
/// The maximum percentage of correct texts that may cause a false alarm.
const FALSE_ALARMS: usize = 2;

const CAMPAIGN: &str = r#"
[campaign]
title = "Acme API v2"
from = "migrations@acme.io"
deadline = 2027-04-30
timezone = "Europe/Berlin"
guide_url = "https://docs.acme.io/migrate-v2"
support = "support@acme.io"
[campaign.vars]
old = "v1"
new = "v2"
[[segment]]
name = "rest"
tags = "api-v1,rest"
[[phase]]
name = "announce"
days_before = 90
audience = "all"
[[phase]]
name = "prepare"
days_before = 60
[[phase]]
name = "window"
days_before = 30
[[phase]]
name = "final"
days_before = 7
[[change]]
id = "auth-header"
title = "The key is sent as a bearer token"
text = "Write `Bearer` in place of `Token`. Your keys stay as they are."
before = "Authorization: Token $ACME_KEY"
after = "Authorization: Bearer $ACME_KEY"
"#;

/// A body that has every change, and uses every variable.
const BODY: &str = "Hello {{ contact.name }},\n\nthis is about {{ campaign.title }}: {{ vars.old }} and {{ vars.new }}.\n\nTEXT\n\n\
                    {% for change in changes %}### {{ change.title }}\n\n{{ change.text }}\n\n\
                    {% if change.before %}```\n{{ change.before | trim_end }}\n```\n\n{% endif %}\
                    {% if change.after %}```\n{{ change.after | trim_end }}\n```\n\n{% endif %}{% endfor %}\
                    It ends on {{ campaign.deadline | date }} and no longer works after that. See [the guide]({{ campaign.guide_url }}). \
                    If a test fails, put your old code back.\n";

/// The findings in a campaign with this text, and whether they would block a send.
fn judged(case: &Table) -> (String, bool) {
    // Keys are stored in two pieces, so that no scanner takes them for a leak.
    let field = |name: &str| case.get(name).and_then(Value::as_str).map(|text| text.replace('¦', ""));
    let subject = field("subj").unwrap_or_else(|| "{{ campaign.title }}: what changes".to_owned());
    let body = field("body").unwrap_or_else(|| "We are replacing v1.".to_owned());
    let mut campaign = CAMPAIGN.to_owned();
    let code = ["before", "after"].map(|name| (name, field(name)));
    if code.iter().any(|(_, code)| code.is_some()) || case.contains_key("text") {
        let mut change = Table::new();
        change.insert("id".to_owned(), "case".into());
        change.insert("title".to_owned(), "Another thing changes".into());
        change.insert("text".to_owned(), field("text").unwrap_or_else(|| "See the code.".to_owned()).into());
        for (name, code) in code {
            change.extend(code.map(|code| (name.to_owned(), code.into())));
        }
        campaign.push_str(&format!("[[change]]\n{change}"));
    }
    let mail = |text: &str| format!("+++\nsubject = \"{subject}\"\n+++\n{}\n", BODY.replace("TEXT", text));
    let (own, other) = (mail(&body), mail("We are replacing v1."));
    let templates: Vec<(&str, &str)> =
        vec![("announce.md", &own), ("prepare.md", &other), ("window.md", &other), ("final.md", &other)];
    let problems = found_with(&campaign, &templates, "2026-12-01T12:00:00Z", &[]);
    (shown(&problems), problems.iter().any(|problem| problem.severity == Severity::Error))
}

/// The results for one kind of text.
#[derive(Default, Clone, Copy)]
struct Score {
    caught: usize,
    faulty: usize,
    alarms: usize,
    refused: usize,
    right: usize,
}

impl Score {
    fn line(&self, kind: &str) -> String {
        let Self { caught, faulty, alarms, refused, right } = self;
        format!(
            "{kind:22}{:>12}{:>16}{:>12}\n",
            format!("{caught} of {faulty}"),
            format!("{alarms} of {right}"),
            refused
        )
    }

    fn and(self, other: Self) -> Self {
        Self {
            caught: self.caught + other.caught,
            faulty: self.faulty + other.faulty,
            alarms: self.alarms + other.alarms,
            refused: self.refused + other.refused,
            right: self.right + other.right,
        }
    }
}

#[test]
fn faulty_texts_are_caught_and_right_ones_are_not_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/campaign/lints/texts");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut report = format!("{:22}{:>12}{:>16}{:>12}\n", "kind", "caught", "false alarms", "refused");
    let mut wrong = String::new();
    let (mut total, mut weak) = (Score::default(), Vec::new());
    for file in files {
        let kind = file.file_stem().unwrap().to_string_lossy().into_owned();
        let cases: Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
        let mut score = Score::default();
        for case in cases["faulty"].as_array().unwrap() {
            let (found, _) = judged(case.as_table().unwrap());
            score.faulty += 1;
            score.caught += usize::from(!found.is_empty());
            if found.is_empty() {
                let _ = writeln!(wrong, "missed: {kind}: {case}");
            }
        }
        for case in cases["right"].as_array().unwrap() {
            let (found, held) = judged(case.as_table().unwrap());
            score.right += 1;
            score.alarms += usize::from(!found.is_empty());
            score.refused += usize::from(held);
            if !found.is_empty() {
                let _ = writeln!(wrong, "false alarm: {kind}: {case}\n    {found}");
            }
        }
        if score.caught * 100 < CAUGHT.1 * score.faulty {
            weak.push(kind.clone());
        }
        report.push_str(&score.line(&kind));
        total = total.and(score);
    }
    report.push_str(&total.line("total"));
    println!("{report}\n{wrong}");
    assert!(total.faulty >= 150 && total.right >= 150, "too few texts to say anything:\n{report}");
    assert!(total.caught * 100 >= CAUGHT.0 * total.faulty && weak.is_empty(), "too much is missed:\n{report}\n{wrong}");
    assert!(total.alarms * 100 <= FALSE_ALARMS * total.right, "too many false alarms:\n{report}\n{wrong}");
}
