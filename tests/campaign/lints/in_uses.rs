//! Mistakes in what templates do with variables.

use super::{CAMPAIGN, found, is_found_once, no_trouble, template, trouble};

/// Bodies with forbidden uses of variables, the rule they break, and where. Texts are rendered with
/// placeholders, so a condition on a personal value would have the same result for everyone.
const USES: &[(&str, &str, &str)] = &[
    ("{% if contact.name == \"x\" %}y{% endif %}", "personal-value", "contact.name"),
    ("{% if \"\\\"\" == contact.name %}y{% endif %}", "personal-value", "contact.name"),
    ("{% if '\\'' != \"\" and contact.email %}y{% endif %}'", "personal-value", "contact.email"),
    ("{% raw %}{{ don't {% endraw %}{{ contact.name | upper }}", "personal-value", "contact.name"),
    ("{%- raw -%}it's{%- endraw -%}{% if contact.id %}y{% endif %}", "personal-value", "contact.id"),
    ("{% set x = contact.name %}{{ x | upper }}", "personal-value", "contact.name"),
    ("{% set x = contact.name %}{% if x %}y{% endif %}", "personal-value", "contact.name"),
    ("{% set x %}{{ contact.name }}{% endset %}{{ x }}", "personal-value", "contact.name"),
    ("{% filter upper %}{{ contact.name }}{% endfilter %}", "personal-value", "contact.name"),
    ("{% for c in contact.name %}y{% endfor %}", "personal-value", "contact.name"),
    ("{{ contact[\"name\"] | upper }}", "personal-value", "contact["),
    ("{{ contact?.name | upper }}", "personal-value", "contact?"),
    ("{{- (contact.name) ~ \"x\" -}}", "personal-value", "contact.name"),
    ("{% if contact.name is defined %}y{% endif %}", "personal-value", "contact.name"),
    ("{% if days_left == 1 %}day{% else %}days{% endif %}", "personal-value", "days_left"),
    ("{% set n = \"name\" %}{{ contact[n] }}", "unknown-variable", "contact[n]"),
    ("{% if vars.new == \"v9\" %}{% set contact = changes %}{% endif %}", "template", "contact ="),
    ("{{ [1 for contact in changes] | length }}", "template", "contact in"),
    ("{{ changes.title }}", "unknown-variable", "changes.title"),
    ("{% if changes[0].titel %}y{% endif %}", "unknown-variable", "changes[0]"),
    ("{{ __tera_context }}", "unknown-variable", "__tera"),
    ("{{ get_env(name=\"HOME\") }}", "template", "get_env"),
    ("{{ vars.new | shout }}", "template", "shout"),
    ("{% include \"partials/none.md\" %}", "template", "\"partials/none"),
    ("{% macro m(x) %}{{ x }}{% endmacro %}", "template", "macro"),
    ("{% import \"m.md\" as m %}", "template", "import"),
    ("{{ changes }}", "unknown-variable", "changes }}"),
    ("{% for change in changes %}{{ change }}{% endfor %}", "unknown-variable", "change }}"),
    ("{{ contact.tags }}", "unknown-variable", "contact.tags"),
    ("{% for change in changes %}{{ change.examples }}{% endfor %}", "unknown-variable", "change.examples"),
    (
        "{% for c in changes %}{% for e in c.examples %}{{ e.code }}{% endfor %}{% endfor %}",
        "unknown-variable",
        "e.code",
    ),
    ("{% for c in changes %}{% for e in c.examples %}{{ e }}{% endfor %}{% endfor %}", "unknown-variable", "e }}"),
];

#[test]
fn each_use_that_templates_may_not_make_is_found_once_at_its_place() {
    no_trouble(USES.iter().map(|(body, rule, words)| {
        let problems = found(CAMPAIGN, &[("announce.md", &template(body))]);
        (*body, trouble(&problems, rule, "templates/announce.md", words))
    }));
}

#[test]
fn a_quoted_value_is_interpreted_by_the_words_around_it() {
    let part = ("part.md", "{{ contact.name }}");
    let body = template("{% filter replace(from=\"a\", to=\"b\") %}{% include \"part.md\" %}{% endfilter %}");
    let problems = found(CAMPAIGN, &[("announce.md", &body), part]);
    is_found_once(&problems, "a filter", "personal-value", "templates/part.md", "contact.name");
}

#[test]
fn a_macro_is_refused_with_what_takes_its_place() {
    let problems = found(CAMPAIGN, &[("announce.md", &template("{% macro m(x) %}{{ x }}{% endmacro %}"))]);
    assert!(
        problems[0].what.contains("no macros") && problems[0].fix.contains("include"),
        "{}",
        super::shown(&problems)
    );
}

#[test]
fn a_variable_that_is_a_list_is_not_printed_as_one() {
    let campaign = CAMPAIGN.replace("new = \"v2\"", "new = \"v2\"\nhosts = [\"a\", \"b\"]");
    let problems = found(&campaign, &[("announce.md", &template("{{ vars.hosts }}"))]);
    is_found_once(&problems, "a list", "unknown-variable", "templates/announce.md", "vars.hosts");
    let problems = found(&campaign, &[("announce.md", &template("{{ vars.hosts | join(sep=\", \") }}"))]);
    assert_eq!(super::shown(&problems), "");
}
