//! Mistakes in what people write: all reported at once, each with file, line, column and fix; exit 10.

use serde_json::Value;

use crate::desk::{Desk, with_contacts};

/// Line and column of the first occurrence of a text.
fn place(text: &str, what: &str) -> (u64, u64) {
    let before = &text[..text.find(what).unwrap_or_else(|| panic!("no {what:?}"))];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line as u64, column as u64)
}

fn problems(desk: &Desk) -> Vec<Value> {
    let told = desk.run("check --json").ends(10).json();
    let listed = [&told["problems"], &told["error"]["problems"]].into_iter().find_map(Value::as_array);
    listed.expect("problems are listed").clone()
}

/// A problem is reported at this place, with a fix.
#[track_caller]
fn is_told(problems: &[Value], file: &str, at: (u64, u64), words: &str) {
    let here = |problem: &&Value| {
        problem["file"].as_str().unwrap().ends_with(file) && problem["line"] == at.0 && problem["column"] == at.1
    };
    let found =
        problems.iter().find(here).unwrap_or_else(|| panic!("nothing is reported at {file} {at:?}: {problems:#?}"));
    assert!(found.to_string().contains(words), "{words:?} is not in {found}");
    assert!(found["fix"].as_str().is_some_and(|fix| !fix.is_empty()), "no fix: {found}");
}

#[test]
fn all_mistakes_in_the_campaign_file_are_reported_at_once_each_at_its_place() {
    let desk = Desk::offline();
    // The correct text, its replacement, the place of the finding, and its message.
    let mistakes = [
        ("support = \"support@", "suport = \"support@", "suport = ", "`support`"),
        ("= \"Europe/Berlin\"", "= \"Europe/Berlni\"", "\"Europe/Berlni\"", "Europe/Berlin"),
        ("max_late = 3", "max_late = \"three\"", "\"three\"", "max_late"),
        ("\"api-v1,webhooks\"", "\"api-v1,,webhooks\"", "\"api-v1,,webhooks\"", "tag query"),
        ("\"graphql\"\n", "\"rest\" # again\n", "\"rest\" # again", "two of segment"),
        ("\"final\" ", "\"window\" # again", "\"window\" # again", "two of phase"),
        ("days_before = 60", "days_before = 95", "\"prepare\"", "follows"),
        ("\"not-started\"", "\"nobody\"", "\"nobody\"", "audience"),
        ("segments = [\"webhooks\"]\n\n", "segments = [\"webhook\"]\n\n", "\"webhook-envelope\"", "`webhook`"),
        ("on = \"completed\"", "on = \"finished\"", "\"finished\"", "completed"),
    ];
    for (right, wrong, ..) in mistakes {
        desk.edit("campaign.toml", right, wrong);
    }
    let text = desk.read("campaign.toml");
    let told = problems(&desk);
    let screen = desk.run("check").ends(10);
    for (.., at, words) in mistakes {
        let (line, column) = place(&text, at);
        is_told(&told, "campaign.toml", (line, column), words);
        let shown = format!("campaigns/api-v2/campaign.toml:{line}:{column}");
        assert!(screen.stderr.contains(&shown), "{shown} is not in {}", screen.stderr);
    }
}

#[test]
fn a_file_that_is_not_toml_is_reported_at_its_place() {
    let desk = Desk::offline();
    desk.edit("campaign.toml", "title = \"API v2\"", "title = \"API v2");
    let (line, _) = place(&desk.read("campaign.toml"), "title = \"API v2");
    let told = problems(&desk);
    assert_eq!(told[0]["line"], line, "{told:?}");
}

#[test]
fn misspelt_variables_are_reported_with_template_line_column_and_a_suggestion() {
    let desk = Desk::offline();
    let template = "+++\nsubject = \"{{ campaign.title }}\"\n+++\nHello {{ contact.nmae }},\n\n{% if vars.odl %}old{% endif %}\n{{ changs | length }}\n";
    desk.write("templates/announce.md", template);
    desk.write("templates/window.md", "+++\nsubject = \"{{ campagin.title }}\"\n+++\nHello\n");
    let told = problems(&desk);
    is_told(&told, "templates/announce.md", (4, 10), "`name`");
    is_told(&told, "templates/announce.md", (6, 7), "old");
    is_told(&told, "templates/announce.md", (7, 4), "changes");
    assert!(
        told.iter().any(|problem| problem["file"].as_str().unwrap().ends_with("window.md") && problem["line"] == 2),
        "{told:#?}"
    );
}

#[test]
fn a_template_that_branches_on_a_personal_value_is_reported() {
    let desk = Desk::offline();
    desk.write(
        "templates/announce.md",
        "+++\nsubject = \"x\"\n+++\n{% if days_left < 10 %}Hurry{% endif %}, {{ contact.name | upper }}\n",
    );
    let told = problems(&desk);
    assert!(told.iter().any(|problem| problem.to_string().contains("days_left")), "{told:#?}");
    assert!(told.iter().any(|problem| problem.to_string().contains("contact.name")), "{told:#?}");
}

#[test]
fn a_phase_without_a_template_is_reported() {
    let desk = Desk::offline();
    desk.edit("campaign.toml", "name = \"prepare\"", "name = \"prepair\"");
    let told = problems(&desk);
    assert!(told.iter().any(|problem| problem.to_string().contains("prepair.md")), "{told:#?}");
}

#[test]
fn with_mistakes_nothing_is_sent_or_written() {
    let desk = Desk::drafted(with_contacts(10));
    desk.edit("campaign.toml", "audience = \"all\"", "audience = \"everyone\"");
    let files = desk.files();
    for command in [
        "segment",
        "draft --all",
        "submit --phase announce --yes",
        "track",
        "remind --yes",
        "cancel --phase announce --yes",
        "status",
    ] {
        let _ = desk.run(command).ends(10).says("everyone").says("campaign.toml");
    }
    assert!(desk.files() == files);
    assert_eq!(desk.people().taken(), 0);
}

#[test]
fn a_broken_template_stops_drafting_and_sending_but_not_looking() {
    let desk = Desk::drafted(with_contacts(10));
    desk.write("templates/announce.md", "+++\nsubject = \"x\"\n+++\n{{ contact.name");
    let _ = desk.run("draft --phase announce").ends(10).says("announce.md");
    let _ = desk.run("submit --phase announce --yes").ends(10).says("announce.md");
    let _ = desk.run("status").well();
    assert_eq!(desk.people().taken(), 0);
}

#[test]
fn odd_bytes_in_a_campaign_file_reach_no_terminal() {
    let desk = Desk::offline();
    desk.edit("campaign.toml", "title = \"API v2\"", "titl\u{1b}e = \"API\u{1b}[31m v2\"");
    // Colours are on, so that only our own care keeps the codes out.
    let said = desk.run("check --color always").ends(10);
    assert!(!said.all().contains("\u{1b}[31m v2") && !said.all().contains("\u{1b}e"), "{:?}", said.all());
}

#[test]
fn a_place_for_a_ledger_that_is_none_is_the_fault_of_whoever_named_it() {
    let desk = Desk::offline();
    for place in ["nonsense", "ftp://bucket/x", "s3://", "s3://b/x?watch=soon"] {
        let _ = desk.run(&format!("ledger move {place}")).ends(2).says("cannot open the ledger at");
        let _ = desk.copy().with("MMIG_LEDGER_URL", place).run("status").ends(2).says("cannot open the ledger at");
    }
    let campaign = desk.read("campaign.toml");
    desk.write("campaign.toml", &format!("{campaign}\n[ledger]\nurl = \"nonsense\"\n"));
    let _ = desk.run("status").ends(10).says("nonsense");
}
