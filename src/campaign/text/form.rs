//! The positions of the placeholders in a text, and how they are filled in.

use std::fmt;
use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use schemars::JsonSchema;
use serde::Serialize;

use super::escape::{escape_markdown, percent_encoded};
use super::{CLOSE, OPEN, Personal, Text, Values};

/// How the server interprets a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reading {
    /// As Markdown.
    Markdown,
    /// As plain text.
    Plain,
}

/// A text with located placeholders, ready to be filled in many times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    subject: Vec<Piece>,
    body: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Fixed(String),
    Open(Personal, Place),
}

impl Piece {
    fn fixed(&self) -> Option<&str> {
        match self {
            Self::Fixed(text) => Some(text),
            Self::Open(..) => None,
        }
    }
}

/// The context of a placeholder in Markdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Prose,
    Code,
    Link,
}

/// A damaged placeholder: a template transformed a personal value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mangled(pub String);

impl fmt::Display for Mangled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a personal value was changed on its way into the text: {}", self.0)
    }
}

impl Form {
    /// Locates the placeholders of a text.
    pub fn of(text: &Text) -> Result<Self, Mangled> {
        let places = places(&text.body);
        Ok(Self {
            subject: pieces(&text.subject, |_| Place::Code)?,
            body: pieces(&text.body, |at| place_at(&text.body, &places, at))?,
        })
    }

    /// Whether this may be its subject, filled in for someone. A subject that is mostly personal values matches
    /// anything.
    pub fn may_be_subject(&self, subject: &str) -> bool {
        /// With this many characters of its own, a subject does not match by chance.
        const TELLING: usize = 8;
        let fixed: Vec<&str> = self.subject.iter().filter_map(Piece::fixed).collect();
        if fixed.iter().map(|part| part.trim().chars().count()).sum::<usize>() < TELLING {
            return false;
        }
        let [first, between @ .., last] = fixed.as_slice() else { return fixed == [subject] };
        let Some(mut rest) = subject.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else { return false };
        between.iter().all(|part| {
            let found = rest.find(part);
            rest = found.map_or(rest, |at| &rest[at + part.len()..]);
            found.is_some()
        })
    }

    /// Whether it states the value, in the subject or the body.
    pub fn tells(&self, personal: Personal) -> bool {
        let told = |piece: &Piece| matches!(piece, Piece::Open(open, _) if *open == personal);
        self.subject.iter().chain(&self.body).any(told)
    }

    /// The mail for one recipient; `None` if a value it states is unknown: no mail has a gap.
    pub fn fill(&self, values: &Values, reading: Reading) -> Option<Text> {
        let fill = |pieces: &[Piece], reading| {
            pieces.iter().try_fold(String::new(), |mut text, piece| {
                match piece {
                    Piece::Fixed(fixed) => text.push_str(fixed),
                    Piece::Open(personal, place) => {
                        let value = values.value(*personal)?;
                        // An empty paragraph is omitted, with the blank line before it.
                        if value.is_empty() && text.ends_with("\n\n") {
                            text.truncate(text.len() - 2);
                        }
                        text.push_str(&match (personal.names_endpoints(), place) {
                            // The program's own words and the campaign's operations: nothing from outside is in it.
                            (true, Place::Prose) => value,
                            (true, Place::Code) => value.replace('`', ""),
                            (true, Place::Link) | (false, _) => written(&value, *place, reading),
                        });
                    }
                }
                Some(text)
            })
        };
        // A subject is never Markdown.
        Some(Text { subject: fill(&self.subject, Reading::Plain)?, body: fill(&self.body, reading)? })
    }

    /// The personal values it states, once for each occurrence.
    pub fn personal_values(&self) -> impl Iterator<Item = Personal> {
        self.subject.iter().chain(&self.body).filter_map(|piece| match piece {
            Piece::Open(personal, _) => Some(*personal),
            Piece::Fixed(_) => None,
        })
    }
}

fn pieces(text: &str, place: impl Fn(usize) -> Place) -> Result<Vec<Piece>, Mangled> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(OPEN).map(|start| at + start) {
        let inside = start + OPEN.len_utf8();
        let end = text[inside..].find(CLOSE).map(|end| inside + end).ok_or_else(|| Mangled(excerpt(&text[start..])))?;
        let personal = text[inside..end].parse().map_err(|_| Mangled(excerpt(&text[start..])))?;
        pieces.push(Piece::Fixed(text[at..start].to_owned()));
        pieces.push(Piece::Open(personal, place(start)));
        at = end + CLOSE.len_utf8();
    }
    if text[at..].contains(CLOSE) {
        return Err(Mangled(excerpt(&text[at..])));
    }
    pieces.push(Piece::Fixed(text[at..].to_owned()));
    Ok(pieces)
}

fn excerpt(text: &str) -> String {
    text.chars().take(30).collect()
}

/// The ranges of a Markdown text that are code or prose; the rest of a link is its address.
fn places(body: &str) -> Vec<(Range<usize>, Place)> {
    let mut places = Vec::new();
    let mut in_code = false;
    for (event, range) in Parser::new(body).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => places.push((range, Place::Link)),
            Event::Text(_) if !in_code => places.push((range, Place::Prose)),
            Event::Text(_) | Event::Code(_) => places.push((range, Place::Code)),
            _ => {}
        }
    }
    places
}

fn place_at(body: &str, places: &[(Range<usize>, Place)], at: usize) -> Place {
    // Inner ranges come after the outer ones that contain them.
    let found = places.iter().rev().find(|(range, _)| range.contains(&at)).map_or(Place::Prose, |(_, place)| *place);
    let word = body[..at].rsplit(|c: char| c.is_whitespace() || c == '(' || c == '<').next().unwrap_or_default();
    // The server turns a bare address in prose into a link.
    if found == Place::Prose && word.contains("://") { Place::Link } else { found }
}

fn written(value: &str, place: Place, reading: Reading) -> String {
    match (place, reading) {
        (Place::Link, _) => percent_encoded(value),
        (Place::Prose, Reading::Markdown) => escape_markdown(value),
        // A back-tick would end the code.
        (Place::Code, Reading::Markdown) => value.replace('`', "'"),
        (Place::Prose | Place::Code, Reading::Plain) => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::presentable;
    use super::*;
    use crate::campaign::people::names::flaw;

    fn filled(body: &str, name: &str, reading: Reading) -> String {
        let text = Text { subject: String::new(), body: body.to_owned() };
        let date = chrono::NaiveDate::from_ymd_opt(2027, 1, 30).unwrap();
        Form::of(&text).unwrap().fill(&Values::new(name, "ann@example.com", "c_1", 90, date), reading).unwrap().body
    }

    fn shown(markdown: &str) -> String {
        Parser::new(markdown).fold(String::new(), |mut text, event| {
            match event {
                Event::Text(part) | Event::Code(part) => text.push_str(&part),
                Event::SoftBreak | Event::HardBreak => text.push('\n'),
                Event::Html(part) | Event::InlineHtml(part) => panic!("HTML: {part}"),
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
                other => panic!("{other:?} in {markdown:?}"),
            }
            text
        })
    }

    #[test]
    fn a_filled_in_subject_is_known_again_and_another_is_not() {
        let form = |subject: &str| Form::of(&Text { subject: subject.to_owned(), body: String::new() }).unwrap();
        let two = form("⟦contact.name⟧: only ⟦days_left⟧ days left");
        for (subject, expected) in [
            ("Ann: only 90 days left", true),
            (": only  days left", true),
            ("Ann: only 90 days", false),
            ("Re: Ann: only 90 days left!", false),
        ] {
            assert_eq!(two.may_be_subject(subject), expected, "{subject}");
        }
        let plain = form("API v1 ends");
        assert!(plain.may_be_subject("API v1 ends") && !plain.may_be_subject("API v1 ends."));
        assert!(!form("⟦contact.name⟧!").may_be_subject("Ann!"), "that could be any mail");
    }

    #[test]
    fn a_name_that_is_markdown_is_shown_as_it_is() {
        for name in [
            "[click](http://evil.example)",
            "<b>bold</b>",
            "*a* _b_ `c`",
            "# x",
            "- x",
            "1) x",
            "1. x",
            "> x",
            "+ x",
            "&lt;",
            "![i](u)",
            "~~~",
            "===",
        ] {
            let mail = filled("⟦contact.name⟧\n", name, Reading::Markdown);
            assert_eq!(shown(&mail), if flaw(name).is_some() { "ann@example.com" } else { name });
        }
    }

    #[test]
    fn in_plain_text_nothing_is_escaped() {
        assert_eq!(filled("Hello ⟦contact.name⟧,", "a_b*c", Reading::Plain), "Hello a_b*c,");
    }

    #[test]
    fn in_code_a_value_is_unchanged_and_in_an_address_it_is_encoded() {
        assert_eq!(filled("`id=⟦contact.name⟧`", "a_b`c", Reading::Markdown), "`id=a_b'c`");
        assert_eq!(filled("```\nid: ⟦contact.name⟧\n```", "a_b", Reading::Markdown), "```\nid: a_b\n```");
        assert_eq!(
            filled("[x](https://e.example/?n=⟦contact.name⟧)", "a b)", Reading::Markdown),
            "[x](https://e.example/?n=a%20b%29)"
        );
        assert_eq!(
            filled("https://e.example/?n=⟦contact.name⟧", "a b", Reading::Markdown),
            "https://e.example/?n=a%20b"
        );
    }

    #[test]
    fn a_paragraph_of_which_nothing_is_known_is_left_out() {
        use crate::campaign::calls::{Calls, QuotedUsage};
        let text = Text { subject: String::new(), body: "Hello,\n\n⟦usage.summary⟧\n\nAct.\n".to_owned() };
        let date = chrono::NaiveDate::from_ymd_opt(2027, 1, 30).unwrap();
        let values = || Values::new("Ann", "ann@example.com", "c_1", 90, date);
        let body = |values: &Values| Form::of(&text).unwrap().fill(values, Reading::Markdown).unwrap().body;
        assert_eq!(body(&values()), "Hello,\n\nAct.\n");
        let calls = Calls { old_calls: 40, new_calls: 0, last_seen: Some("2027-01-12T08:00:00Z".parse().unwrap()) };
        let with = |old_calls, endpoints: &[&str]| {
            let endpoints = endpoints.iter().map(|one| (*one).into()).collect();
            body(
                &values()
                    .with_usage(Some(&QuotedUsage { calls: Calls { old_calls, ..calls }, endpoints }), chrono_tz::UTC),
            )
        };
        let said = |words: &str| format!("Hello,\n\n{words}\n\nAct.\n");
        let many = "Our records show 40 calls of yours to what ends, the last of them on 12 January 2027.";
        assert_eq!(with(40, &[]), said(many));
        assert_eq!(with(0, &["GET /a"]), "Hello,\n\nAct.\n");
        assert_eq!(
            with(40, &["GET /a", "GET /b", "GET /c`"]),
            said(&format!("{many} Among them are calls to `GET /a`, `GET /b` and `GET /c'`."))
        );
        let ten: Vec<String> = (0..10).map(|number| format!("GET /{number}")).collect();
        let ten = with(40, &ten.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(ten.contains("`GET /6`, `GET /7` and 2 more endpoints.") && !ten.contains("/8"), "{ten}");
        let one = "Our records show 1 call of yours to what ends, the last of them on 12 January 2027.";
        assert_eq!(with(1, &["GET /a"]), said(&format!("{one} It went to `GET /a`.")));
        assert_eq!(with(1, &["GET /a", "GET /{id}"]), said(one));
    }

    #[test]
    fn the_endpoints_that_a_customer_called_are_listed_as_code_or_the_mail_waits() {
        use crate::campaign::calls::{Calls, QuotedUsage};
        let date = chrono::NaiveDate::from_ymd_opt(2027, 1, 30).unwrap();
        let filled = |body: &str, endpoints: &[&str]| {
            let text = Text { subject: "⟦usage.endpoints⟧".to_owned(), body: body.to_owned() };
            let endpoints = endpoints.iter().map(|one| (*one).into()).collect();
            let usage = QuotedUsage { calls: Calls::default(), endpoints };
            let values =
                Values::new("Ann", "ann@example.com", "c_1", 90, date).with_usage(Some(&usage), chrono_tz::UTC);
            Form::of(&text).unwrap().fill(&values, Reading::Markdown)
        };
        let mail =
            filled("You call ⟦usage.endpoints⟧.\n\n```\n⟦usage.endpoints⟧\n```\n", &["GET /a_b", "GET /c"]).unwrap();
        assert_eq!(mail.subject, "GET /a_b and GET /c");
        assert_eq!(mail.body, "You call `GET /a_b` and `GET /c`.\n\n```\nGET /a_b and GET /c\n```\n");
        assert_eq!(filled("You call ⟦usage.endpoints⟧.", &[]), None, "no mail has a blank in it");
    }

    #[test]
    fn a_contact_without_a_name_is_greeted_by_address() {
        assert_eq!(filled("Hello ⟦contact.name⟧,", " \u{202E}\n", Reading::Plain), "Hello ann@example.com,");
    }

    #[test]
    fn a_changed_placeholder_is_noticed() {
        for body in ["⟦CONTACT.NAME⟧", "⟦contact", "name⟧", "⟦⟧"] {
            assert!(Form::of(&Text { subject: String::new(), body: body.to_owned() }).is_err(), "{body}");
        }
    }

    proptest! {
        #[test]
        fn no_name_changes_how_the_rest_is_read(name in "\\PC{0,40}") {
            let mail = filled("⟦contact.name⟧\n", &name, Reading::Markdown);
            let expected = presentable(&name);
            let expected = if expected.is_empty() || flaw(&expected).is_some() { "ann@example.com".to_owned() } else { expected };
            prop_assert_eq!(shown(&mail), expected);
        }
    }
}
