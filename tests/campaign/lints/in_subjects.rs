//! Mistakes in subjects.

use super::{CAMPAIGN, found, is_found_once, no_trouble, trouble};

/// Subjects with a mistake, the rule they break, and where.
const SUBJECTS: &[(&str, &str, &str)] = &[
    ("API v2 ends on 31 May 2027", "date", "31 May"),
    ("API v2 ends on Monday, 30 April 2027", "weekday", "Monday"),
    ("TODO", "leftover", "TODO"),
    ("API v2 at api.example.com", "example-host", "api.example.com"),
    ("API v2: a special offer", "advertising", "special offer"),
    ("See http:/docs.acme.com", "link", "http:/docs"),
    (
        "API v2: what changes for you, and for everybody who works with you, by the end of April",
        "subject-length",
        "API v2: what",
    ),
    ("{% raw %}{{ campaign.title }}{% endraw %}", "leftover", "{{ campaign"),
];

#[test]
fn each_mistake_in_a_subject_is_found_once_at_its_place() {
    no_trouble(SUBJECTS.iter().map(|(subject, rule, words)| {
        let text = format!("+++\nsubject = \"{subject}\"\n+++\nHello.\n");
        let problems = found(CAMPAIGN, &[("announce.md", &text)]);
        (*subject, trouble(&problems, rule, "templates/announce.md", words))
    }));
}

#[test]
fn a_subject_is_read_like_a_body_with_what_it_includes() {
    let part = ("part.md", "{{ contact.name | upper }}");
    let problems =
        found(CAMPAIGN, &[("announce.md", "+++\nsubject = '{% include \"part.md\" %}'\n+++\nHello.\n"), part]);
    is_found_once(&problems, "an include", "personal-value", "templates/part.md", "contact.name");
    let campaign = CAMPAIGN.replace("new = \"v2\"", "new = \"v\\n2\"");
    let problems = found(&campaign, &[("announce.md", "+++\nsubject = \"{{ vars.new }}\"\n+++\nHello.\n")]);
    is_found_once(&problems, "two lines", "template", "templates/announce.md", "{{ vars.new");
}
