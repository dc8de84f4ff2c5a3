//! What templates may use, and what they produce.

use mmig::campaign::definition::problem::Source;
use mmig::campaign::people::recipient::Recipient;
use mmig::campaign::text::draft::{Draft, edition};
use mmig::campaign::text::variant::{Texts, Variant};

use crate::build::{CHANGES, HEAD, SEGMENTS, campaign, load, recipient, templates};

fn vetted(body: &str) -> Vec<(String, (usize, usize), String)> {
    let definition = Source::new("campaign.toml", format!("{HEAD}{SEGMENTS}{CHANGES}"));
    let found =
        templates("x", &[("announce.md", &format!("+++\nsubject = \"s\"\n+++\n{body}"))]).vet(&campaign(), &definition);
    found.into_iter().map(|problem| (problem.what.clone(), problem.place(), problem.fix)).collect()
}

fn variants(body: &str, recipients: &[Recipient]) -> Vec<Variant> {
    let (campaign, templates) = (campaign(), templates(body, &[]));
    Texts::new(&campaign, &templates, &campaign.phases[0]).variants(recipients.iter()).unwrap()
}

fn drafts(body: &str, recipients: &[Recipient]) -> Vec<Draft> {
    let (campaign, templates) = (campaign(), templates(body, &[]));
    let mut texts = Texts::new(&campaign, &templates, &campaign.phases[0]);
    let variants = texts.variants(recipients.iter()).unwrap();
    edition(&texts, variants, None, &[], |_| None).drafts
}

/// Each rejected use, with its message and place.
const REFUSED: &[(&str, &str, (usize, usize))] = &[
    ("{{ contct.name }}", "there is no `contct`", (4, 4)),
    ("Hello\n{{ contact.nmae }}", "there is no `contact.nmae`", (5, 4)),
    ("{% if contact.vip %}x{% endif %}", "there is no `contact.vip`", (4, 7)),
    ("{% if vars.nwe == \"v2\" %}x{% endif %}", "there is no `vars.nwe`", (4, 7)),
    ("{% if campain.title %}x{% endif %}", "there is no `campain`", (4, 7)),
    ("{{ phase.date }}", "there is no `phase.date`", (4, 4)),
    ("{{ segment.tags }}", "there is no `segment.tags`", (4, 4)),
    ("{% for c in changes %}{% if c.befor %}x{% endif %}{% endfor %}", "there is no `c.befor`", (4, 29)),
    ("{{ contact }}", "`contact` cannot be used as a whole", (4, 4)),
    ("{{ vars.endpoint }}", "is not set for every segment", (4, 4)),
    ("{% if contact.name == \"x\" %}x{% endif %}", "`contact.name` is a personal value", (4, 7)),
    ("{{ contact.name | upper }}", "`contact.name` is a personal value", (4, 4)),
    ("{{ contact[\"name\"] | upper }}", "`contact.name` is a personal value", (4, 4)),
    ("{% set n = contact.email %}{{ n }}", "`contact.email` is a personal value", (4, 12)),
    ("{% if days_left < 8 %}soon{% endif %}", "`days_left` is a personal value", (4, 7)),
    ("{{ days_left + 1 }}", "`days_left` is a personal value", (4, 4)),
    ("{{ send_date | date(format=\"%Y\") }}", "`send_date` is a personal value", (4, 4)),
    ("{% for x in [contact.id] %}x{% endfor %}", "`contact.id` is a personal value", (4, 14)),
    ("{% if usage.old_calls > 0 %}x{% endif %}", "`usage.old_calls` is a personal value", (4, 7)),
    ("{{ usage.calls }}", "there is no `usage.calls`", (4, 4)),
    ("{{ \"a\" ~ contact.name }}", "`contact.name` is a personal value", (4, 10)),
];

#[test]
fn unknown_variables_and_misused_personal_values_are_refused_at_their_place() {
    for (body, said, place) in REFUSED {
        let found = vetted(body);
        assert_eq!(found.len(), 1, "{body}: {found:#?}");
        assert!(found[0].0.contains(said), "{body}: {found:#?}");
        assert_eq!(found[0].1, *place, "{body}");
    }
}

#[test]
fn known_variables_may_be_used() {
    let body = "{{ contact.name }} {{- contact.email -}} {{ contact.id }} {{ days_left }} {{ send_date }}
        {{ usage.old_calls }} {{ usage.new_calls }} {{ usage.last_seen }}
        {{ campaign.deadline | date(format=\"%-d %B %Y\") }} {{ vars.new }} {{ segment.name }} {{ phase.days_before }}
        {% if vars.endpoint is defined %}hooks{% endif %} {% if \"vip\" in contact.tags %}vip{% endif %}
        {% for change in changes %}{{ loop.index }}{{ change.title }}{% if change.before %}{{ change.before }}{% endif %}{% endfor %}
        {% set n = changes | length %}{{ n }} {# {{ nothing }} #} {% raw %}{{ nothing }}{% endraw %}";
    assert_eq!(vetted(body), []);
}

#[test]
fn a_near_name_is_offered() {
    assert_eq!(vetted("{{ campaign.titel }}")[0].2, "did you mean `title`?");
    assert_eq!(vetted("{{ campagin.title }}")[0].2, "did you mean `campaign`?");
}

#[test]
fn an_include_is_checked_where_it_is_used() {
    let body = "+++\nsubject = \"s\"\n+++\n{% for c in changes %}{% include \"part.md\" %}{% endfor %}";
    let templates = templates("x", &[("announce.md", body), ("part.md", "{{ c.titel }}")]);
    let found = templates.vet(&campaign(), &Source::new("campaign.toml", ""));
    assert_eq!((found[0].source.path.as_str(), found[0].place()), ("templates/part.md", (1, 4)));
}

#[test]
fn a_template_that_cannot_be_read_is_refused_with_its_line() {
    for (text, line) in [
        ("+++\nsubject = \"s\"\n+++\n{% if x %}", 4),
        ("+++\nsubject = \"{{ \"\n+++\nx", 2),
        ("+++\nsubject = 3\n+++\nx", 2),
        ("+++\nx", 1),
        ("x ⟦ y", 1),
    ] {
        let problems = load("x", &[("announce.md", text)]).unwrap_err();
        assert_eq!(problems[0].place().0, line, "{text}: {problems:#?}");
    }
}

#[test]
fn a_mail_without_a_subject_is_refused() {
    let found = templates("x", &[("announce.md", "just a body")]).vet(&campaign(), &Source::new("campaign.toml", ""));
    assert!(found[0].what.contains("no subject"), "{found:#?}");
}

#[test]
fn recipients_with_the_same_inputs_share_a_text_and_the_others_do_not() {
    let body = "{{ contact.name }}:{% for change in changes %} {{ change.id }}{% endfor %}";
    let people = [
        recipient("a", "rest", &["api-v1", "rest", "priority-high"]),
        recipient("b", "rest", &["api-v1", "rest"]),
        recipient("c", "rest", &["api-v1", "rest", "vip"]),
        recipient("d", "webhooks", &["api-v1", "webhooks"]),
    ];
    let found: Vec<_> = drafts(body, &people)
        .into_iter()
        .map(|draft| (draft.name, draft.variant.recipients, draft.variant.text.body))
        .collect();
    assert_eq!(
        found,
        [
            ("webhooks".to_owned(), 1, "⟦contact.name⟧: auth sign\n".to_owned()),
            ("rest".to_owned(), 2, "⟦contact.name⟧: auth\n".to_owned()),
            ("rest-2".to_owned(), 1, "⟦contact.name⟧: auth vip\n".to_owned()),
        ]
    );
}

#[test]
fn a_tag_shapes_the_text_only_where_the_template_reads_tags_and_stage_tags_never_do() {
    let people = [
        recipient("a", "rest", &["api-v1", "rest", "gold"]),
        recipient("b", "rest", &["api-v1", "migration-notified", "rest"]),
    ];
    assert_eq!(variants("x", &people).len(), 1);
    let read = variants("{% if \"gold\" in contact.tags %}gold{% endif %}x", &people);
    assert_eq!(read.iter().map(|variant| variant.text.body.as_str()).collect::<Vec<_>>(), ["x\n", "goldx\n"]);
}

#[test]
fn a_tag_from_outside_is_escaped_where_it_is_printed() {
    let people = [recipient("a", "rest", &["[x](http://evil.example)"])];
    assert_eq!(
        variants("{{ contact.tags | join(sep=\" \") }}", &people)[0].text.body,
        "\\[x\\](http\\://evil\\.example)\n"
    );
}

/// The texts of a template, or what is wrong with it.
fn rendered(body: &str, named: &[(&str, &str)]) -> Result<String, String> {
    let what = |problem: mmig::campaign::definition::problem::Problem| problem.what;
    let templates = load(body, named).map_err(|mut problems| what(problems.remove(0)))?;
    let campaign = campaign();
    let mut texts = Texts::new(&campaign, &templates, &campaign.phases[0]);
    let inputs = texts.inputs(&recipient("1", "rest", &["api-v1", "rest"]));
    texts.render(&inputs).map(|rendered| rendered.text.body.clone()).map_err(what)
}

#[test]
fn a_template_that_does_not_end_is_refused() {
    let doubled = "{% set x = x ~ x %}".repeat(30);
    let includes: Vec<(String, String)> =
        (1..=11).map(|n| (format!("p{n}.md"), format!("{{% include \"p{}.md\" %}}", n + 1).repeat(10))).collect();
    let mut named: Vec<(&str, &str)> = includes.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    named.push(("p12.md", "x"));
    for (body, said) in [
        ("{% for i in range(end=100000) %}{% for j in range(end=100000) %}x{% endfor %}{% endfor %}", "run more often"),
        ("{% for i in range(end=100000) %}{% for j in range(end=100000) %}{% endfor %}{% endfor %}", "run more often"),
        (&format!("{{% set x = \"aaaaaaaaaaaaaaaa\" %}}{doubled}{{{{ x }}}}"), "longer than 64 KB"),
        (
            "{% set x %}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{% endset %}{% for i in range(end=90) %}{% set_global x %}{{ x }}{{ x }}{% endset %}{% endfor %}{{ x }}",
            "longer than 64 KB",
        ),
        (
            "{% set x = range(end=60000) | join(sep=\"\") %}{% for i in range(end=900) %}{{ x }}{% endfor %}",
            "longer than",
        ),
        ("{% include \"p1.md\" %}", "run more often"),
        ("{% for c in \"abc\" %}{% include \"p5.md\" %}{% endfor %}", "run more often"),
        ("{{ [[1 for a in range(end=100000)] for b in range(end=100000)] | length }}", "may go on without end"),
    ] {
        let found = rendered(body, &named).unwrap_err();
        assert!(found.contains(said), "{body}: {found}");
    }
    assert_eq!(
        rendered("{% for i in range(end=3) -%}\n a{% endfor %}", &[]).unwrap(),
        "aaa\n",
        "what is counted changes nothing"
    );
}

#[test]
fn a_mistake_found_while_rendering_is_still_placed_in_the_file() {
    let templates = templates("{% for c in changes %}{{ c.title | date }}{% endfor %}", &[]);
    let campaign = campaign();
    let mut texts = Texts::new(&campaign, &templates, &campaign.phases[0]);
    let inputs = texts.inputs(&recipient("1", "rest", &["api-v1", "rest"]));
    let problem = texts.render(&inputs).unwrap_err();
    let (line, column) = problem.place();
    assert!(line == 4 && (23..=42).contains(&column), "{line}:{column}: {}", problem.what);
}
