//! Mistakes in the campaign file, and in who gets what.

use super::{BODY, CAMPAIGN, found, found_with, is_found_once, no_trouble, shown, template, trouble};
use crate::build::{at, mail, recipient};

/// Text in the file, its replacement, the rule it breaks, and where.
const VALUES: &[(&str, &str, &str, &str)] = &[
    ("Send a bearer token.", "Send a <token>.", "raw-html", "<token>"),
    ("Send a bearer token.", "TODO", "leftover", "TODO"),
    ("Send a bearer token.", "Say {{ vars.new }}.", "leftover", "{{ vars.new"),
    ("Send a bearer token.", "See [it](/v2).", "link", "[it]"),
    ("Send a bearer token.", "See [it](https://docs.example.com).", "example-host", "docs.example.com"),
    ("Send a bearer token.", "Upgrade now.", "advertising", "Upgrade"),
    ("Send a bearer token.", "Until Monday, 30 April 2027.", "weekday", "Monday"),
    ("New header", "New header (FIXME)", "leftover", "FIXME"),
    ("Authorization: Token k", "curl -X post https://api.acme.com", "curl", "curl"),
    ("Authorization: Token k", "curl https://api.example.com/v2", "example-host", "api.example.com"),
    ("Authorization: Bearer k", "curl -H 'a: b https://api.acme.com", "curl", "curl"),
    ("Authorization: Bearer k", "# TODO", "leftover", "TODO"),
    ("Authorization: Bearer k", "{{ vars.new }}", "leftover", "{{ vars.new"),
    ("Authorization: Bearer k", "Authorization:   Token k ", "same-code", "\"Authorization:   Token"),
    ("new = \"v2\"", "new = \"v2 (TBD)\"", "leftover", "TBD"),
    ("new = \"v2\"", "new = \"<b>v2\"", "raw-html", "<b>"),
    ("new = \"v2\"", "new = \"v\u{200b}2\"", "hidden-character", "\u{200b}"),
    ("new = \"v2\"", "new = \"v2, until 31 april\"", "date", "31 april"),
    ("Send a bearer token.", "Until 30 April 2027, a Monday.", "weekday", "30 April"),
    ("Authorization: Bearer k", "Authorization: Bearer\u{a0}k", "hidden-character", "\u{a0}"),
    ("new = \"v2\"", "new = \"v2\"\nold = \"v1\"", "unused-variable", "\"v1\""),
    ("tags = \"api-v1,rest\"", "tags = \"api-v1,rest\"\n[segment.vars]\nhost = \"x\"", "unused-variable", "\"x\""),
    ("tags = \"api-v1,webhooks\"", "tags = \"api-v1\"", "segment-for-nobody", "\"rest\""),
    ("tags = \"api-v1,rest\"", "tags = \"api-v1,webhooks,rest\"", "segment-for-nobody", "\"rest\""),
    ("id = \"auth\"", "id = \"auth\"\nsegments = [\"rest\"]", "segment-without-changes", "\"webhooks\""),
    ("id = \"auth\"", "id = \"auth\"\ntags = \"api-v1,-webhooks\"", "segment-without-changes", "\"webhooks\""),
];

#[test]
fn each_mistake_in_a_value_is_found_once_at_its_place_in_the_file() {
    no_trouble(VALUES.iter().map(|(right, wrong, rule, words)| {
        assert!(CAMPAIGN.contains(right), "{right}");
        let problems = found(&CAMPAIGN.replacen(right, wrong, 1), &[]);
        (*wrong, trouble(&problems, rule, "campaign.toml", words))
    }));
}

/// Text added to the file, the rule it breaks, and where.
const ADDED: &[(&str, &str, &str)] = &[
    ("[[allow]]\nrule = \"date\"\ntext = \"31 May\"\nreason = \"old\"", "unused-allow", "\"31 May\""),
    ("[[allow]]\nrule = \"date\"\ntext = \"31 May\"", "campaign", "[[allow]]"),
    ("[[allow]]\nrule = \"date\"\ntext = \"31 May\"\nreason = \" \"", "campaign", "\" \""),
    ("[[allow]]\nrule = \"date\"\ntext = \"\"\nreason = \"old\"", "campaign", "\"\""),
    ("[[allow]]\nrule = \"date\"\nreason = \"old\"", "campaign", "[[allow]]"),
    ("[[allow]]\nrule = \"dates\"\ntext = \"31 May\"\nreason = \"old\"", "campaign", "\"dates\""),
    ("[[allow]]\nrule = \"*\"\ntext = \"31 May\"\nreason = \"old\"", "campaign", "\"*\""),
    ("[[allow]]\nrule = \"personal-value\"\ntext = \"x\"\nreason = \"old\"", "campaign", "\"personal-value\""),
    ("[[allow]]\nrule = \"date\"\ntext = \"x\"\nreason = \"old\"\nfile = \"y\"", "campaign", "file"),
    ("[[check]]\nlanguage = \"json\"", "campaign", "[[check]]"),
    ("[[check]]\nlanguage = \"json\"\ncommand = \"jq .\"", "campaign", "\"jq .\""),
    ("[[check]]\nlanguage = \"json\"\ncommand = []", "campaign", "[]"),
    ("[[check]]\nlanguage = \"json x\"\ncommand = [\"jq\"]", "campaign", "\"json x\""),
    ("[[check]]\nlanguage = \"json\"\ncommand = [\"jq\"]\ntimeout = 0", "campaign", "0\n#"),
    ("[[check]]\nlanguage = \"json\"\ncommand = [\"jq\"]\ntimeout = \"1s\"", "campaign", "\"1s\""),
    ("[[check]]\ncommand = [\"jq\"]", "campaign", "[[check]]"),
    ("[[change]]\nid = \"x\"\ntitle = \"t\"\ntext = \"t\"\ntags = \"api-v2,-api-v1\"", "change-for-nobody", "\"x\""),
    ("[[segment]]\nname = \"more\"\ntags = \"api-v1,rest,more\"", "segment-for-nobody", "\"more\""),
    ("[[segment]]\nname = \"more\"\ntags = \"api-v1,-api-v1\"", "campaign", "\"api-v1,-api-v1\""),
    ("[[change]]\nid = \"x\"\ntitle = \"a\\nb\"\ntext = \"t\"", "campaign", "\"a\\nb\""),
    ("[[change]]\nid = \"x\"\ntitle = \" \"\ntext = \"t\"", "campaign", "\" \""),
    ("[[change]]\nid = \"x\"\ntitle = \"t\"\ntext = \"\"", "campaign", "\"\""),
    ("[[change]]\nid = \"x\"\ntitle = \"t\"\ntext = \"t\"\nsegments = [\"rset\"]", "campaign", "\"x\""),
    ("[[change]]\nid = \"auth\"\ntitle = \"t\"\ntext = \"t\"", "campaign", "\"auth\"\ntitle = \"t\""),
    ("[[phase]]\nname = \"one\"\ndays_before = -1", "campaign", "-1\n#"),
    ("[[phase]]\nname = \"one\"\ndays_before = 99999999999", "campaign", "99999999999"),
    ("[[phase]]\nname = \"one\"\non = \"complete\"", "campaign", "\"complete\""),
    ("[[phase]]\nname = \"one\"", "campaign", "[[phase]]"),
];

#[test]
fn each_mistake_in_an_addition_is_found_once_at_its_place() {
    no_trouble(ADDED.iter().map(|(added, rule, words)| {
        let problems = found(&format!("{CAMPAIGN}\n{added}\n#\n"), &[]);
        (*added, trouble(&problems, rule, "campaign.toml", words))
    }));
}

#[test]
fn a_template_that_no_phase_uses_is_found() {
    let problems = found(CAMPAIGN, &[("anounce.md", &template("Hello."))]);
    is_found_once(&problems, "anounce.md", "unused-template", "templates/anounce.md", "+++");
    let problems = found(CAMPAIGN, &[("announce.rset.md", &template("Hello."))]);
    is_found_once(&problems, "announce.rset.md", "unused-template", "templates/announce.rset.md", "+++");
    let problems = found(CAMPAIGN, &[("partials/end.md", "The end.")]);
    is_found_once(&problems, "partials/end.md", "unused-template", "templates/partials/end.md", "The end");
}

#[test]
fn a_date_printed_from_the_file_is_found_at_its_value() {
    // Not one of the campaign's dates, since it is in no variable and no change.
    let campaign = CAMPAIGN.replace("guide_url", "support = \"until 31 May 2027\"\nguide_url");
    let body = template(&format!("{BODY}\n\n{{{{ campaign.support }}}}"));
    let problems = found(&campaign, &[("announce.md", &body)]);
    is_found_once(&problems, "support", "date", "campaign.toml", "31 May");
}

#[test]
fn a_past_phase_that_no_one_got_is_found() {
    let with_phases = format!(
        "{CAMPAIGN}\n[[phase]]\nname = \"announce\"\ndays_before = 90\n[[phase]]\nname = \"final\"\ndays_before = 7\n"
    );
    let late = |recipients: &[_]| found_with(&with_phases, &[], "2027-03-01T00:00:00Z", recipients);
    is_found_once(&late(&[]), "late", "phase-for-nobody", "campaign.toml", "\"announce\"");
    // It was sent in time.
    let mut told = recipient("a", "rest", &["api-v1", "rest"]);
    told.mails.push(mail("announce", mmig::campaign::mail::Fate::Sending));
    assert_eq!(shown(&late(&[told])), "");
    // After the deadline one finding covers all of them.
    let over = found_with(&with_phases, &[], "2027-06-01T00:00:00Z", &[]);
    assert_eq!(shown(&over), "");
    assert!(at("2027-06-01T00:00:00Z") > at("2027-04-30T00:00:00Z"));
}

#[test]
fn a_change_that_none_of_the_customers_found_reads_is_found() {
    let campaign =
        format!("{CAMPAIGN}\n[[change]]\nid = \"vip\"\ntitle = \"t\"\ntext = \"t\"\ntags = \"api-v1,vip\"\n");
    assert_eq!(shown(&found(&campaign, &[])), "", "before anybody was found");
    let people = [recipient("a", "rest", &["api-v1", "rest"])];
    let problems = found_with(&campaign, &[], super::DAY, &people);
    is_found_once(&problems, "vip", "change-for-nobody", "campaign.toml", "\"vip\"");
    let people = [recipient("a", "rest", &["api-v1", "rest", "vip"])];
    assert_eq!(shown(&found_with(&campaign, &[], super::DAY, &people)), "");
}
