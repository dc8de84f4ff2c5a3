//! Scans the expressions of templates and conditions, written in Tera's language, for what Tera itself lets pass.
//!
//! Tera 2 reports an undefined variable that is printed, but treats one in a condition as false, and has no strict
//! mode. And only the source shows whether a personal value is printed unchanged or affects the text. This is not a
//! full parser: it knows strings, names, paths and the few words that bind names, which is enough.

mod paths;
mod tags;
mod ticks;

use std::ops::Range;

use paths::{path_at, plain_path, role, sought};
use tags::{Is, Token, tokens};

pub use paths::Role;
pub(crate) use tags::{Kind, Tag, tags};
pub(crate) use ticks::{TICK, Ticked, ticked};

/// The first names of all paths in templates.
pub(crate) const ROOTS: [&str; 12] = [
    "contact",
    "campaign",
    "dates",
    "vars",
    "segment",
    "phase",
    "next_dates",
    "changes",
    "usage",
    "days_left",
    "send_date",
    "timezone_name",
];
/// What only correcting phases have in addition: the date the customer received, the other outdated facts, and whether
/// everything else still holds.
pub const OF_CORRECTIONS: [&str; 3] = ["told_deadline", "corrections", "rest_holds"];

/// Why a use is rejected: what is wrong, and the fix.
pub type Refusal = (String, String);

/// A use of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The path, root first: `contact`, `name`.
    pub path: Vec<String>,
    /// Its byte range.
    pub span: Range<usize>,
    /// How it is used.
    pub role: Role,
    /// The names bound at this point, innermost last.
    pub bound: Vec<Binding>,
    /// The text it is searched for, if that is its only use: `"gold" in contact.tags`.
    pub sought: Option<String>,
}

/// A name bound by `for` or `set`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// The path it iterates over, if that is a plain path.
    pub over: Option<Vec<String>>,
}

/// A template that another one includes, and the context there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Include {
    /// Its name.
    pub name: String,
    /// The names bound there.
    pub bound: Vec<Binding>,
    /// Whether a block captures what it prints.
    pub caught: bool,
}

/// What a scan finds in a template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// The variables it uses, in order.
    pub uses: Vec<Use>,
    /// The templates it includes or extends.
    pub includes: Vec<Include>,
    /// What this scan cannot judge.
    pub refused: Vec<(Range<usize>, Refusal)>,
}

/// Scans a top-level template.
pub fn scan(text: &str) -> Scan {
    scan_included(text, &Include::default())
}

/// Scans a template as included elsewhere.
pub(crate) fn scan_included(text: &str, around: &Include) -> Scan {
    // No word ends a block that another template has opened.
    let caught = if around.caught { vec![""] } else { Vec::new() };
    let mut scanner = Scanner { scan: Scan::default(), loops: vec![around.bound.clone()], caught };
    for tag in tags(text) {
        match tag.kind {
            Kind::Statement => scanner.statement(&tokens(text, tag.inner())),
            Kind::Output => scanner.output(&tokens(text, tag.inner()), &tag.inner()),
            Kind::Comment => {}
        }
    }
    scanner.scan
}

struct Scanner {
    scan: Scan,
    /// The names bound, one layer per loop; the first layer is the template's own.
    loops: Vec<Vec<Binding>>,
    /// The enclosing blocks that capture output, as the words that end them.
    caught: Vec<&'static str>,
}

impl Scanner {
    fn statement(&mut self, tokens: &[Token<'_>]) {
        let Some((word, rest)) = tokens.split_first() else { return };
        match word.text {
            "for" => self.for_loop(rest),
            "endfor" if self.loops.len() > 1 => drop(self.loops.pop()),
            "set" | "set_global" => self.set(rest),
            "include" | "extends" => self.include(rest),
            "component" | "endcomponent" => {
                self.refuse_components(word.span.clone());
            }
            "filter" => {
                self.caught.push("endfilter");
                self.expression(rest.get(1..).unwrap_or_default(), false);
            }
            end if self.caught.last() == Some(&end) => drop(self.caught.pop()),
            "block" | "endblock" | "endfor" | "endif" | "endset" | "endfilter" | "break" | "continue" => {}
            "raw" | "endraw" => {}
            _ => self.expression(rest, false),
        }
    }

    fn output(&mut self, tokens: &[Token<'_>], inner: &Range<usize>) {
        if tokens.first().is_some_and(|token| token.text == "<") {
            return self.refuse_components(inner.clone());
        }
        self.expression(tokens, self.caught.is_empty());
    }

    fn refuse_components(&mut self, span: Range<usize>) {
        let what = "components cannot be used in mails".to_owned();
        self.scan.refused.push((span, (what, "use an include".to_owned())));
    }

    /// A name bound to something. A name that all templates know would be personal here and not
    /// elsewhere.
    fn bind(&mut self, name: &Token<'_>, over: Option<Vec<String>>) -> Binding {
        if ROOTS.contains(&name.text) || OF_CORRECTIONS.contains(&name.text) {
            let what = format!("`{}` is given to templates, and cannot be bound to anything else", name.text);
            self.scan.refused.push((name.span.clone(), (what, "choose another name".to_owned())));
        }
        Binding { name: name.text.to_owned(), over }
    }

    fn for_loop(&mut self, tokens: &[Token<'_>]) {
        let Some(split) = tokens.iter().position(|token| token.text == "in") else { return };
        let (names, list) = (&tokens[..split], &tokens[split + 1..]);
        self.expression(list, false);
        let over = plain_path(list);
        let names: Vec<_> = names.iter().filter(|token| token.is == Is::Name).collect();
        let single = names.len() == 1;
        let over = over.filter(|_| single);
        let mut layer: Vec<_> = names.into_iter().map(|name| self.bind(name, over.clone())).collect();
        layer.push(Binding { name: "loop".to_owned(), over: None });
        self.loops.push(layer);
    }

    fn set(&mut self, tokens: &[Token<'_>]) {
        let Some((name, rest)) = tokens.split_first() else { return };
        match rest.split_first() {
            Some((sign, value)) if sign.text == "=" => self.expression(value, false),
            // Without a value it is a block, whose text is captured and may be changed later.
            _ => {
                self.caught.push("endset");
                self.expression(rest, false);
            }
        }
        let binding = self.bind(name, None);
        self.loops.last_mut().into_iter().for_each(|layer| layer.push(binding.clone()));
    }

    fn include(&mut self, tokens: &[Token<'_>]) {
        for token in tokens.iter().filter(|token| token.is == Is::Text) {
            let caught = !self.caught.is_empty();
            self.scan.includes.push(Include { name: token.unquoted(), bound: self.bound(), caught });
        }
    }

    fn bound(&self) -> Vec<Binding> {
        self.loops.concat()
    }

    fn expression(&mut self, tokens: &[Token<'_>], printed: bool) {
        let mut bound = self.bound();
        // A list comprehension binds its name after using it.
        for pair in tokens.windows(2).filter(|pair| pair[0].text == "for") {
            bound.push(self.bind(&pair[1], None));
        }
        let mut at = 0;
        while at < tokens.len() {
            let (path, next) = path_at(tokens, at);
            if path.is_empty() {
                at += 1;
                continue;
            }
            let role = role(tokens, at..next, printed);
            let span = tokens[at].span.start..tokens[next - 1].span.end;
            let sought = sought(tokens, at..next);
            self.scan.uses.push(Use { path, span, role, bound: bound.clone(), sought });
            at = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<(String, Role)> {
        scan(text).uses.into_iter().map(|found| (found.path.join("."), found.role)).collect()
    }

    #[test]
    fn a_bare_output_is_printed_and_everything_else_steers() {
        assert_eq!(paths("{{ contact.name }}"), [("contact.name".to_owned(), Role::Printed)]);
        assert_eq!(paths("{{- contact.name -}}"), [("contact.name".to_owned(), Role::Printed)]);
        assert_eq!(paths("{{ contact.name | upper }}"), [("contact.name".to_owned(), Role::Steers)]);
        assert_eq!(paths("{% if days_left < 8 %}"), [("days_left".to_owned(), Role::Steers)]);
        assert_eq!(paths("{{ contact['name'] | title }}"), [("contact.name".to_owned(), Role::Steers)]);
    }

    #[test]
    fn words_filters_tests_functions_and_arguments_are_no_variables() {
        assert_eq!(
            paths("{% if not a and b is not containing('x') or c is defined %}{{ f(x=d) | date(format=\"%Y }}\") }}"),
            [
                ("a".to_owned(), Role::Steers),
                ("b".to_owned(), Role::Steers),
                ("c".to_owned(), Role::Probed),
                ("d".to_owned(), Role::Steers)
            ]
        );
    }

    #[test]
    fn comments_and_raw_text_are_not_read() {
        assert_eq!(paths("{# {{ a }} #}{% raw %}{{ b }}{% endraw %}{{ c }}"), [("c".to_owned(), Role::Printed)]);
    }

    #[test]
    fn a_name_that_templates_are_given_cannot_be_bound() {
        for text in [
            "{% set contact = x %}",
            "{% for vars in x %}{% endfor %}",
            "{% for i, phase in x %}{% endfor %}",
            "{{ [1 for days_left in x] }}",
        ] {
            assert_eq!(scan(text).refused.len(), 1, "{text}");
        }
        let comprehension = "{{ [c.title for c in changes] | join }}";
        assert_eq!(scan(comprehension).refused, []);
        assert_eq!(paths(comprehension).len(), 2, "`for` is not a variable");
    }

    #[test]
    fn a_loop_binds_its_name_until_its_end() {
        let found = scan("{% for change in changes %}{{ change.title }}{% endfor %}{{ change }}").uses;
        let over = Some(vec!["changes".to_owned()]);
        assert!(found[1].bound.contains(&Binding { name: "change".to_owned(), over }));
        assert!(found[2].bound.is_empty());
    }

    #[test]
    fn captured_output_does_not_count_as_printed() {
        for text in ["{% filter upper %}{{ a }}{% endfilter %}", "{% set x %}{{ a }}{% endset %}"] {
            assert_eq!(paths(text), [("a".to_owned(), Role::Steers)], "{text}");
        }
        let after = "{% set x = 1 %}{% filter upper %}{% endfilter %}{% set y %}{% endset %}{{ a }}";
        assert_eq!(paths(after), [("a".to_owned(), Role::Printed)]);
    }

    #[test]
    fn a_search_for_one_text_is_distinguished_from_any_other_use() {
        let sought = |text: &str| scan(text).uses[0].sought.clone();
        for text in ["\"x\" in a", "\"x\" not in a", "b and 'x' in a", "a is containing('x')"] {
            let text = format!("{{% if {text} %}}{{% endif %}}");
            let uses = scan(&text).uses;
            assert_eq!(uses.last().unwrap().sought.as_deref(), Some("x"), "{text}");
        }
        for text in ["{{ a }}", "{{ a | join }}", "{% for x in a %}{% endfor %}", "{% if a %}{% endif %}"] {
            assert_eq!(sought(text), None, "{text}");
        }
    }

    #[test]
    fn an_include_sees_what_is_bound_around_it() {
        let found = scan("{% for change in changes %}{% include \"_change.md\" %}{% endfor %}").includes;
        assert_eq!((found[0].name.as_str(), found[0].caught), ("_change.md", false));
        assert!(found[0].bound.iter().any(|binding| binding.name == "change"));
        let caught = &scan("{% filter upper %}{% include \"name.md\" %}{% endfilter %}").includes[0];
        assert_eq!(scan_included("{{ a }}", caught).uses[0].role, Role::Steers);
    }
}
