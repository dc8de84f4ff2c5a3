//! The default mails: correct for every campaign, as Markdown and as plain text.

use mmig::campaign::definition::problem::Source;
use mmig::campaign::definition::{Campaign, Phase};
use mmig::campaign::lint::Checked;
use mmig::campaign::people::records::Records;
use mmig::campaign::text::template::{BUILT_IN, Inputs, Templates};
use mmig::campaign::text::{Form, Reading, Text, Values};
use mmig::campaign::usage::{Calls, QuotedUsage};

use crate::build::{at, campaign_of};

/// What a campaign may or may not have.
#[derive(Debug, Clone, Copy)]
struct With {
    changes: usize,
    company: bool,
    guide: bool,
    support: bool,
    dates: bool,
    usage: bool,
}

/// Every combination, with 0, 1, 4 and 25 changes.
fn campaigns() -> impl Iterator<Item = With> {
    [0, 1, 4, 25].into_iter().flat_map(|changes| {
        (0_u8..32).map(move |bits| {
            let bit = |place: u8| bits >> place & 1 == 1;
            With { changes, company: bit(0), guide: bit(1), support: bit(2), dates: bit(3), usage: bit(4) }
        })
    })
}

fn campaign(with: With) -> Campaign {
    let mut text = "[campaign]\ntitle = \"Next wave\"\nfrom = \"post@example.com\"\ndeadline = 2027-04-29\n\
        timezone = \"Europe/Berlin\"\n"
        .to_owned();
    if with.company {
        text.push_str("company = \"Acme\"\nproduct = \"Orders API\"\n");
    }
    if with.guide {
        text.push_str("guide_url = \"https://docs.example.com/guide\"\n");
    }
    if with.support {
        text.push_str("support = \"help@example.com\"\n");
    }
    if with.dates {
        text.push_str("[campaign.dates]\ntest_run = { at = 2027-04-22T14:00:00, lasts = \"3h\" }\n");
    }
    text.push_str("[[segment]]\nname = \"all\"\ntags = \"x\"\n");
    for number in 1..=with.changes {
        text.push_str(&format!(
            "[[change]]\nid = \"c{number}\"\ntitle = \"Header {number} moves\"\ntask = \"Move header {number}\"\n\
             text = \"Send it as shown.\"\nlanguage = \"http\"\nbefore = \"X-Old: {number}\"\nafter = \"X-New: {number}\"\n"
        ));
    }
    for (name, when) in [
        ("announce", "days_before = 91"),
        ("prepare", "days_before = 63"),
        ("window", "days_before = 28"),
        ("final", "days_before = 7"),
        ("complete", "on = \"completed\""),
    ] {
        text.push_str(&format!("[[phase]]\nname = \"{name}\"\n{when}\n"));
    }
    campaign_of(&text)
}

fn built_in() -> Templates {
    let sources = BUILT_IN.map(|(name, text)| (name.to_owned(), Source::new(name, text)));
    Templates::load(sources.into_iter().collect()).unwrap()
}

fn mail(templates: &Templates, campaign: &Campaign, phase: &Phase, with: With, reading: Reading) -> Text {
    let changes = campaign.changes.iter().map(|change| change.id.clone()).collect();
    let inputs = Inputs {
        segment: "all".to_owned(),
        changes,
        tags: None,
        had: Vec::new(),
        told_deadline: None,
        corrections: Vec::new(),
        rest_holds: false,
    };
    let text = templates.render(campaign, phase, &inputs).unwrap_or_else(|why| panic!("{}", why.what));
    let calls = Calls { old_calls: 40, new_calls: 2, last_seen: Some(at("2027-01-12T08:00:00Z")) };
    let values = Values::new("Ann", "ann@a.example", "c1", 90, "2027-01-29".parse().unwrap());
    let usage = QuotedUsage { calls, endpoints: vec!["GET /v1/orders".into(), "POST /v1/orders".into()] };
    let values = values.with_usage(Some(&usage).filter(|_| with.usage), campaign.zone);
    Form::of(&text).unwrap().fill(&values, reading).unwrap()
}

#[test]
fn every_default_mail_says_whose_it_is_until_when_and_what_to_do_whatever_a_campaign_has() {
    let templates = built_in();
    for with in campaigns() {
        let campaign = campaign(with);
        for phase in &campaign.phases {
            for reading in [Reading::Markdown, Reading::Plain] {
                let Text { subject, body } = mail(&templates, &campaign, phase, with, reading);
                let about = format!("{} {with:?}\n{subject}\n{body}", phase.name);
                let asks = phase.name != "complete";
                let begin = if asks { "[Action required by 29 Apr 2027] " } else { "[Done] " };
                let whose = if with.company { "Acme Orders API: Next wave" } else { "Next wave" };
                assert!(subject.starts_with(&format!("{begin}{whose}, ")), "{about}");
                assert!(subject.chars().count() <= 78, "{about}");
                assert!(body.contains("Thursday, 29 April 2027, 23:59 CEST (21:59 UTC)"), "{about}");
                assert_eq!(body.contains("Acme"), with.company, "{about}");
                assert_eq!(body.contains("help@example.com"), with.support, "{about}");
                assert_eq!(body.contains("docs.example.com"), with.guide && asks, "{about}");
                assert_eq!(body.contains("40 calls of yours"), with.usage && asks, "{about}");
                let listed = with.dates && asks;
                assert_eq!(
                    body.contains("Test run: 22 April 2027, 14:00 to 17:00 CEST (12:00 to 15:00 UTC)"),
                    listed,
                    "{about}"
                );
                let in_full = phase.name != "announce" || !with.guide;
                let tasks =
                    if phase.name == "final" || phase.name == "announce" && with.guide { with.changes } else { 0 };
                assert_eq!(body.matches("Move header").count(), tasks, "{about}");
                let code = if asks && in_full { with.changes } else { 0 };
                assert_eq!(
                    (body.matches("```http\nX-Old").count(), body.matches("X-New").count()),
                    (code, code),
                    "{about}"
                );
                for never in
                    ["\n\n\n", "{{", "{%", "None", "null", "⟦", "old version", "reminders stop", " .", "**.**", "()"]
                {
                    assert!(!body.contains(never), "{never:?} {about}");
                }
                let trailing = body.lines().any(|line| line.ends_with(' '));
                assert!(!trailing && body.ends_with('\n') && !body.ends_with("\n\n"), "{about}");
            }
        }
    }
}

#[test]
fn a_mail_names_the_mails_to_come_and_the_last_one_does_not() {
    let with = With { changes: 1, company: true, guide: true, support: true, dates: false, usage: false };
    let (templates, campaign) = (built_in(), campaign(with));
    let body = |phase: &str| mail(&templates, &campaign, campaign.phase(phase).unwrap(), with, Reading::Plain).body;
    assert!(body("announce").contains("we may write again on 25 February 2027, 1 April 2027 and 22 April 2027."));
    assert!(body("window").contains("we may write again on 22 April 2027."));
    assert!(!body("final").contains("write again"));
}

#[test]
fn check_finds_nothing_in_the_default_mails() {
    let templates = built_in();
    for with in campaigns().filter(|with| !with.usage && (with.changes > 0 || with.guide)) {
        let (campaign, records) = (campaign(with), Records::default());
        let checked = Checked::new(&campaign, &templates, &records, at("2027-01-10T12:00:00Z"));
        let (_, linted) = checked.all("templates/");
        let found: Vec<_> =
            linted.problems.iter().map(|problem| (problem.source.path.clone(), problem.what.clone())).collect();
        assert_eq!(found, [], "{with:?}");
    }
}
