//! Findings that the campaign allows.

use super::{CAMPAIGN, found, is_found_once, shown, template};

fn allowed(rule: &str, text: &str, body: &str) -> Vec<mmig::campaign::definition::problem::Problem> {
    let allow = format!("[[allow]]\nrule = \"{rule}\"\ntext = '{text}'\nreason = \"it is so\"\n");
    found(&format!("{CAMPAIGN}\n{allow}"), &[("announce.md", &template(body))])
}

#[test]
fn a_finding_is_allowed_by_its_rule_and_its_words() {
    assert_eq!(shown(&allowed("date", "1 January 2028", "It ends on 1 January 2028.")), "");
    assert_eq!(shown(&allowed("advertising", "discount", "You get a discount.")), "");
    assert_eq!(shown(&allowed("raw-html", "<key>", "Send <key> as it is.")), "");
    assert_eq!(shown(&allowed("json", "{\"a\": NaN}", "```json\n{\"a\": NaN}\n```")), "");
}

#[test]
fn a_longer_quote_allows_the_finding_only_on_this_line() {
    let problems = allowed("leftover", "TODO lists", "TODO lists are here.\n\nTODO: this.");
    is_found_once(&problems, "TODO", "leftover", "templates/announce.md", "TODO: this");
}

#[test]
fn what_allows_less_than_the_words_or_another_rule_allows_nothing() {
    for (rule, text) in [("date", "2028"), ("date", "a"), ("weekday", "1 January 2028"), ("date", "2 January 2028")] {
        let problems = allowed(rule, text, "It ends on 1 January 2028.");
        let rules: Vec<String> = problems.iter().map(|problem| problem.rule.to_string()).collect();
        assert_eq!(rules, ["unused-allow", "date"], "{rule} {text}: {}", shown(&problems));
    }
}

#[test]
fn what_cannot_be_used_cannot_be_allowed() {
    let problems = allowed("unknown-variable", "contct", "{{ contct.name }}");
    assert!(
        problems.iter().any(|problem| problem.what.contains("not a rule that can be allowed")),
        "{}",
        shown(&problems)
    );
}

#[test]
fn a_finding_about_the_whole_is_allowed_by_the_name_it_is_about() {
    let campaign = CAMPAIGN.replace("new = \"v2\"", "new = \"v2\"\nold = \"v1\"");
    let allow = "[[allow]]\nrule = \"unused-variable\"\ntext = \"old\"\nreason = \"for a later mail\"\n";
    assert_eq!(shown(&found(&format!("{campaign}\n{allow}"), &[])), "");
}
