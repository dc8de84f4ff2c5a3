//! Ensures that templates terminate: counts the work of a rendering, and rejects what cannot be counted.
//!
//! The engine has no limits of its own. So a tick is inserted after each tag that begins a loop iteration, at the start
//! of each file, and after each `set`: a call of a function that fails once a mail has used up its budget.

use std::ops::Range;

use super::Refusal;
use super::tags::{Is, Kind, Tag, Token, tags, tokens};

/// The function that a tick calls.
pub(crate) const TICK: &str = "mmig_tick";
/// The cost of a file in loop iterations: it is rendered as a whole.
const FILE: usize = 20;
/// The maximum length of a tag, in bytes: enough to name a value a thousand times.
const LONGEST_TAG: usize = 4000;
/// The factor by which the filters of one tag may lengthen a value: enough to replace one character by a few, several
/// times over.
const GROWTH: usize = 4096;
/// The factor by which `indent` may lengthen a line; the engine stops there.
const INDENT: usize = 1000;

/// A template with ticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ticked {
    /// The text, including the ticks.
    pub text: String,
    /// The start and length of each tick in it.
    added: Vec<(usize, usize)>,
}

impl Ticked {
    /// The position in the text without ticks that corresponds to one in the text.
    pub(crate) fn place(&self, at: usize) -> usize {
        let before = self.added.iter().take_while(|(start, _)| *start < at);
        before.fold(at, |place, (start, length)| place - (*length).min(at - start))
    }
}

/// Inserts ticks into a template.
///
/// # Errors
/// What cannot be counted, each with its range.
pub(crate) fn ticked(text: &str) -> Result<Ticked, Vec<(Range<usize>, Refusal)>> {
    let tags = tags(text);
    let refused: Vec<_> = refusals(text, &tags);
    if !refused.is_empty() {
        return Err(refused);
    }
    let mut writer = Writer { out: String::with_capacity(text.len() * 2), added: Vec::new(), sets: Vec::new() };
    // A file that extends another must begin with that tag, and is rendered by the other file.
    let first = tags.iter().find(|tag| tag.kind != Kind::Comment);
    if first.is_none_or(|tag| word(text, tag) != Some("extends")) && !text.is_empty() {
        writer.tick(&format!("n={FILE}"), "");
    }
    let mut at = 0;
    for tag in &tags {
        writer.out.push_str(&text[at..tag.span.end]);
        writer.after(text, tag);
        at = tag.span.end;
    }
    writer.out.push_str(&text[at..]);
    Ok(Ticked { text: writer.out, added: writer.added })
}

struct Writer {
    out: String,
    added: Vec<(usize, usize)>,
    /// The names whose text is being captured, innermost last.
    sets: Vec<String>,
}

impl Writer {
    /// The ticks needed after a tag.
    fn after(&mut self, text: &str, tag: &Tag) {
        if tag.kind != Kind::Statement {
            return;
        }
        // White space that the tag trims is trimmed after the tick.
        let trim = if text[tag.span.clone()].ends_with("-%}") { "-" } else { "" };
        let tokens = tokens(text, tag.inner());
        let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
        match words.as_slice() {
            ["for", ..] => self.tick("n=1", trim),
            ["set" | "set_global", name, "=", ..] => self.tick(&format!("v={name}"), trim),
            ["set" | "set_global", name, ..] => self.sets.push((*name).to_owned()),
            ["endset"] => {
                if let Some(name) = self.sets.pop() {
                    self.tick(&format!("v={name}"), trim);
                }
            }
            _ => {}
        }
    }

    fn tick(&mut self, argument: &str, trim: &str) {
        let tick = format!("{{{{ {TICK}({argument}) {trim}}}}}");
        self.added.push((self.out.len(), tick.len()));
        self.out.push_str(&tick);
    }
}

fn word<'a>(text: &'a str, tag: &Tag) -> Option<&'a str> {
    tokens(text, tag.inner()).first().map(|token| token.text)
}

fn refusals(text: &str, tags: &[Tag]) -> Vec<(Range<usize>, Refusal)> {
    let mut loops = 0_usize;
    let mut refused = Vec::new();
    for tag in tags.iter().filter(|tag| tag.kind != Kind::Comment) {
        let tokens = tokens(text, tag.inner());
        let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
        let is_loop = tag.kind == Kind::Statement && words.first() == Some(&"for");
        let lists = words.iter().filter(|word| **word == "for").count() - usize::from(is_loop);
        let what = if tag.span.len() > LONGEST_TAG {
            Some((format!("this tag is longer than {LONGEST_TAG} bytes"), "take it apart"))
        } else if words.contains(&TICK) {
            Some((format!("`{TICK}` is mmig's own"), "leave it out"))
        } else if lists > 1 || lists == 1 && loops > 0 {
            Some(("a list made inside another loop may go on without end".to_owned(), "write the loops as `for` tags"))
        } else if growth(&tokens) > GROWTH {
            let fix = "write short texts in quotes as `to` and `sep`, and fewer of these filters in one tag";
            Some(("these filters may make a text of any length".to_owned(), fix))
        } else {
            None
        };
        refused.extend(what.map(|(what, fix)| (tag.span.clone(), (what, fix.to_owned()))));
        match words.first() {
            Some(&"for") if is_loop => loops += 1,
            Some(&"endfor") => loops = loops.saturating_sub(1),
            _ => {}
        }
    }
    refused
}

/// The factor by which the filters of a tag lengthen a value, at most.
fn growth(tokens: &[Token<'_>]) -> usize {
    tokens.iter().enumerate().fold(1_usize, |growth, (at, token)| {
        let factor = match token.text {
            "indent" => INDENT,
            "replace" | "join" => argument(&tokens[at + 1..]),
            _ => 1,
        };
        growth.saturating_mul(factor)
    })
}

/// The length of the text that a filter inserts, from its argument `to` or `sep`.
fn argument(tokens: &[Token<'_>]) -> usize {
    let given = tokens.iter().take_while(|token| token.text != "|" && token.text != ")");
    let given: Vec<_> = given.collect();
    let value = given.windows(3).find(|window| matches!(window[0].text, "to" | "sep") && window[1].text == "=");
    match value.map(|window| window[2]) {
        Some(value) if value.is == Is::Text => value.unquoted().len().max(1),
        Some(_) => usize::MAX,
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_follows_each_round_each_file_and_each_name_that_is_set() {
        for (text, expected) in [
            ("a", "{{ mmig_tick(n=20) }}a"),
            ("{% for x in y -%} a", "{{ mmig_tick(n=20) }}{% for x in y -%}{{ mmig_tick(n=1) -}} a"),
            ("{% set x = y %}", "{{ mmig_tick(n=20) }}{% set x = y %}{{ mmig_tick(v=x) }}"),
            ("{% set x %}a{% endset %}", "{{ mmig_tick(n=20) }}{% set x %}a{% endset %}{{ mmig_tick(v=x) }}"),
            ("{% extends 'x' %}", "{% extends 'x' %}"),
            ("{% raw %}{% for x in y %}{% endraw %}", "{{ mmig_tick(n=20) }}{% raw %}{% for x in y %}{% endraw %}"),
            ("", ""),
        ] {
            assert_eq!(ticked(text).unwrap().text, expected, "{text}");
        }
    }

    #[test]
    fn a_place_behind_a_tick_is_found_in_the_text_without_it() {
        let text = "a{% for x in y %}b{{ c }}";
        let with = ticked(text).unwrap();
        for sign in ["a", "b", "c }}", "{% for"] {
            assert_eq!(
                with.place(with.text.find(sign).unwrap().max(with.text.rfind(sign).unwrap_or(0))),
                text.rfind(sign).unwrap(),
                "{sign}"
            );
        }
    }

    #[test]
    fn loops_that_cannot_be_counted_are_refused() {
        for text in [
            "{{ [[1 for a in x] for b in y] }}".to_owned(),
            "{% for a in x %}{{ [1 for b in y] | length }}{% endfor %}".to_owned(),
            "{{ x | replace(from='a', to=y) }}".to_owned(),
            "{{ x | indent | indent }}".to_owned(),
            "{{ x | split(pat='') | join(sep=y) }}".to_owned(),
            format!("{{{{ {} }}}}", "x ~ ".repeat(2000)),
            "{{ mmig_tick() }}".to_owned(),
        ] {
            assert_eq!(ticked(&text).unwrap_err().len(), 1, "{text}");
        }
        for text in [
            "{{ [c.title for c in changes] | join(sep=', ') }}",
            "{{ x | replace(from='-', to=' ') | replace(from='_', to=' ') }}",
            "{{ x | indent(width=4) }}",
        ] {
            assert!(ticked(text).is_ok(), "{text}");
        }
    }
}
