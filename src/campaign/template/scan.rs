//! Reads the expressions of a Tera template, to find what Tera itself lets pass.
//!
//! Tera 2 reports an undefined variable that is printed, but takes one in a condition for false, and has no strict
//! mode. And only the source shows whether a personal value is printed as it is or steers the text. This is no full
//! parser: it knows strings, names, paths and the few words that bind names, which is all the questions need.

use std::ops::Range;

/// A use of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The path, root first: `contact`, `name`.
    pub path: Vec<String>,
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// How it is used.
    pub role: Role,
    /// The names bound around it, innermost last.
    pub bound: Vec<Binding>,
}

/// How a variable is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Printed as it is: `{{ contact.name }}`.
    Printed,
    /// Only asked whether it is there: `vars.x is defined`.
    Probed,
    /// Anything else: a condition, a loop, a filter, an argument.
    Steers,
}

/// A name bound by `for` or `set`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// The path it runs over, if `for` runs over a plain path.
    pub over: Option<Vec<String>>,
}

/// What a template consists of, for our questions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// The variables it uses, in order.
    pub uses: Vec<Use>,
    /// The templates it includes or extends, with the names bound there.
    pub includes: Vec<(String, Vec<Binding>)>,
    /// What cannot be judged by this scan, with the reason.
    pub refused: Vec<(Range<usize>, String)>,
}

/// Scans a template; `bound` are the names bound where it is included.
pub fn scan(text: &str, bound: &[Binding]) -> Scan {
    let mut scanner = Scanner { scan: Scan::default(), loops: vec![bound.to_vec()] };
    let mut at = 0;
    let mut raw = false;
    while let Some((kind, inner, next)) = next_tag(text, at) {
        at = next;
        let tokens = tokens(text, inner.clone());
        let word = tokens.first().map(|token| token.text);
        match (kind, word) {
            (Tag::Statement, Some("raw")) => raw = true,
            (Tag::Statement, Some("endraw")) => raw = false,
            _ if raw => {}
            (Tag::Statement, _) => scanner.statement(&tokens),
            (Tag::Output, _) => scanner.output(&tokens, &inner),
            (Tag::Comment, _) => {}
        }
    }
    scanner.scan
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Output,
    Statement,
    Comment,
}

/// The next tag from `at` on: its kind, what is inside, and where it ends. Strings inside may hold closing braces.
fn next_tag(text: &str, at: usize) -> Option<(Tag, Range<usize>, usize)> {
    let starts = [("{{", "}}", Tag::Output), ("{%", "%}", Tag::Statement), ("{#", "#}", Tag::Comment)];
    let (start, (_, close, kind)) = starts
        .into_iter()
        .filter_map(|start| Some((at + text[at..].find(start.0)?, start)))
        .min_by_key(|(position, _)| *position)?;
    let mut quote = None;
    for (offset, c) in text[start + 2..].char_indices() {
        let here = start + 2 + offset;
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if kind != Tag::Comment && matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if text[here..].starts_with(close) => return Some((kind, start + 2..here, here + 2)),
            None => {}
        }
    }
    None
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Token<'a> {
    text: &'a str,
    span: Range<usize>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Name,
    Text,
    Sign,
}

fn tokens(text: &str, inner: Range<usize>) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut at = inner.start;
    while at < inner.end {
        let rest = &text[at..inner.end];
        let Some(first) = rest.chars().next() else { break };
        let (length, kind) = if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        } else if first == '_' || first.is_alphanumeric() {
            (rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len()), Kind::Name)
        } else if matches!(first, '"' | '\'' | '`') {
            (rest[1..].find(first).map_or(rest.len(), |end| end + 2), Kind::Text)
        } else if let Some(sign) =
            ["?.", "==", "!=", "<=", ">=", "//", "**"].iter().find(|sign| rest.starts_with(**sign))
        {
            (sign.len(), Kind::Sign)
        } else {
            (first.len_utf8(), Kind::Sign)
        };
        found.push(Token { text: &rest[..length], span: at..at + length, kind });
        at += length;
    }
    // A tag may begin and end with a minus that trims white space.
    if found.first().is_some_and(|token| token.text == "-") {
        found.remove(0);
    }
    if found.last().is_some_and(|token| token.text == "-") {
        found.pop();
    }
    found
}

/// Words of the expression language that are no variables.
const WORDS: [&str; 13] =
    ["and", "or", "not", "in", "is", "if", "else", "elif", "true", "false", "none", "None", "null"];

struct Scanner {
    scan: Scan,
    /// The names bound, a layer a loop; the first layer is the template's own.
    loops: Vec<Vec<Binding>>,
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
                self.refuse(word.span.clone(), "components cannot be used in mails: use an include");
            }
            "block" | "endblock" | "endfor" | "endif" | "endset" | "endfilter" | "break" | "continue" => {}
            "filter" => self.expression(rest.get(1..).unwrap_or_default(), false),
            _ => self.expression(rest, false),
        }
    }

    fn output(&mut self, tokens: &[Token<'_>], inner: &Range<usize>) {
        if tokens.first().is_some_and(|token| token.text == "<") {
            return self.refuse(inner.clone(), "components cannot be used in mails: use an include");
        }
        self.expression(tokens, true);
    }

    fn refuse(&mut self, span: Range<usize>, why: &str) {
        self.scan.refused.push((span, why.to_owned()));
    }

    fn for_loop(&mut self, tokens: &[Token<'_>]) {
        let Some(split) = tokens.iter().position(|token| token.text == "in") else { return };
        let (names, list) = (&tokens[..split], &tokens[split + 1..]);
        self.expression(list, false);
        let over = plain_path(list);
        let names: Vec<_> = names.iter().filter(|token| token.kind == Kind::Name).collect();
        let single = names.len() == 1;
        let bind = |token: &&Token<'_>| Binding { name: token.text.to_owned(), over: over.clone().filter(|_| single) };
        let mut layer: Vec<_> = names.iter().map(bind).collect();
        layer.push(Binding { name: "loop".to_owned(), over: None });
        self.loops.push(layer);
    }

    fn set(&mut self, tokens: &[Token<'_>]) {
        let Some((name, rest)) = tokens.split_first() else { return };
        self.expression(rest.get(1..).unwrap_or_default(), false);
        let binding = Binding { name: name.text.to_owned(), over: None };
        self.loops.last_mut().into_iter().for_each(|layer| layer.push(binding.clone()));
    }

    fn include(&mut self, tokens: &[Token<'_>]) {
        for token in tokens.iter().filter(|token| token.kind == Kind::Text) {
            let name = token.text.trim_matches(|c| matches!(c, '"' | '\'' | '`')).to_owned();
            self.scan.includes.push((name, self.bound()));
        }
    }

    fn bound(&self) -> Vec<Binding> {
        self.loops.concat()
    }

    fn expression(&mut self, tokens: &[Token<'_>], printed: bool) {
        let mut bound = self.bound();
        // A list comprehension binds its name after using it.
        for pair in tokens.windows(2).filter(|pair| pair[0].text == "for") {
            bound.push(Binding { name: pair[1].text.to_owned(), over: None });
        }
        let mut at = 0;
        while at < tokens.len() {
            let (path, next) = path_at(tokens, at);
            if path.is_empty() {
                at += 1;
                continue;
            }
            let follows = |offset: usize| tokens.get(next + offset).map(|token| token.text);
            let probed = follows(0) == Some("is")
                && (follows(1) == Some("defined") || follows(1) == Some("not") && follows(2) == Some("defined"));
            let role = match () {
                () if printed && at == 0 && next == tokens.len() => Role::Printed,
                () if probed => Role::Probed,
                () => Role::Steers,
            };
            let span = tokens[at].span.start..tokens[next - 1].span.end;
            self.scan.uses.push(Use { path, span, role, bound: bound.clone() });
            at = next;
        }
    }
}

fn plain_path(tokens: &[Token<'_>]) -> Option<Vec<String>> {
    let (path, next) = path_at(tokens, 0);
    (!path.is_empty() && next == tokens.len()).then_some(path)
}

/// The variable's path that begins at a token, and where it ends; empty where the token begins none.
fn path_at(tokens: &[Token<'_>], at: usize) -> (Vec<String>, usize) {
    let none = (Vec::new(), at + 1);
    let Some(token) = tokens.get(at) else { return none };
    let before = at.checked_sub(1).and_then(|before| tokens.get(before)).map(|token| token.text);
    let after = tokens.get(at + 1).map(|token| token.text);
    let begins_with_letter = !token.text.starts_with(|c: char| c.is_ascii_digit());
    let is_variable = token.kind == Kind::Name
        && begins_with_letter
        && !WORDS.contains(&token.text)
        // A filter, a test, a name bound by a comprehension, a step of a longer path.
        && !matches!(before, Some("|" | "is" | "." | "?." | "for"))
        && !(before == Some("not") && at >= 2 && tokens[at - 2].text == "is")
        // A function or a named argument.
        && !matches!(after, Some("(" | "="));
    if !is_variable {
        return none;
    }
    let mut path = vec![token.text.to_owned()];
    let mut next = at + 1;
    while let (Some(dot), Some(step)) = (tokens.get(next), tokens.get(next + 1))
        && matches!(dot.text, "." | "?.")
        && step.kind == Kind::Name
    {
        path.push(step.text.to_owned());
        next += 2;
    }
    // A quoted index is a step; any other makes the rest of the path unknowable.
    while let [open, index, close, ..] = &tokens[next.min(tokens.len())..]
        && (open.text, close.text, index.kind) == ("[", "]", Kind::Text)
    {
        path.push(index.text.trim_matches(|c| matches!(c, '"' | '\'' | '`')).to_owned());
        next += 3;
    }
    if tokens.get(next).is_some_and(|token| token.text == "[") && path.len() == 1 {
        path.push("[]".to_owned());
    }
    (path, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<(String, Role)> {
        scan(text, &[]).uses.into_iter().map(|found| (found.path.join("."), found.role)).collect()
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
    fn a_loop_binds_its_name_until_its_end() {
        let found = scan("{% for change in changes %}{{ change.title }}{% endfor %}{{ change }}", &[]).uses;
        let over = Some(vec!["changes".to_owned()]);
        assert!(found[1].bound.contains(&Binding { name: "change".to_owned(), over }));
        assert!(found[2].bound.is_empty());
    }

    #[test]
    fn an_include_sees_what_is_bound_around_it() {
        let found = scan("{% for change in changes %}{% include \"_change.md\" %}{% endfor %}", &[]).includes;
        assert_eq!(found[0].0, "_change.md");
        assert!(found[0].1.iter().any(|binding| binding.name == "change"));
    }
}
