//! Checks code in examples: blocks must end, and must be valid in their language.
//!
//! Each language is parsed if a parser is available; for the others, only brackets and quotes are checked. Deliberate
//! gaps are not mistakes: `…`, `...`, comments, and `<values>` to fill in.

mod brackets;
mod curl;
mod graphql;
mod http;
mod json;
mod mistake;
mod xml;
mod yaml;

use super::parsed_text::{Block, Finding, ParsedText};
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;
use brackets::Syntax;
use mistake::{Mistake, Wrong};

/// How code is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// JSON, perhaps with commas before closing brackets.
    Json(json::Dialect),
    /// An HTTP request or response.
    Http,
    /// YAML.
    Yaml,
    /// TOML.
    Toml,
    /// XML.
    Xml,
    /// GraphQL.
    GraphQl,
    /// A shell script: its `curl` commands.
    Shell,
    /// Only brackets and quotes.
    Brackets(Syntax),
    /// Not parsed.
    Unread,
}

impl Reader {
    /// The reader for a language; without a language, for what the code looks like.
    pub fn of(language: &str, code: &str) -> Self {
        match language {
            "" => Self::guessed(code),
            "json" | "jsonl" | "ndjson" | "geojson" => Self::Json(json::Dialect::Strict),
            "jsonc" => Self::Json(json::Dialect::Relaxed),
            "http" | "https" | "rest" => Self::Http,
            "yaml" | "yml" => Self::Yaml,
            "toml" => Self::Toml,
            "xml" | "xsd" | "wsdl" | "svg" | "soap" => Self::Xml,
            "graphql" | "gql" => Self::GraphQl,
            "sh" | "bash" | "shell" | "console" | "zsh" | "curl" | "shell-session" => Self::Shell,
            "js" | "javascript" | "ts" | "typescript" | "mjs" | "node" | "json5" => Self::Brackets(brackets::SCRIPT),
            "java" | "kotlin" | "kt" | "cs" | "csharp" | "c#" | "c" | "cpp" | "c++" | "swift" | "dart" | "scala" => {
                Self::Brackets(brackets::C)
            }
            "go" | "golang" => Self::Brackets(brackets::GO),
            "rust" | "rs" => Self::Brackets(brackets::RUST),
            "python" | "py" | "python3" => Self::Brackets(brackets::PYTHON),
            "ruby" | "rb" | "elixir" | "r" => Self::Brackets(brackets::RUBY),
            "php" => Self::Brackets(brackets::PHP),
            "sql" => Self::Brackets(brackets::SQL),
            _ => Self::Unread,
        }
    }

    fn guessed(code: &str) -> Self {
        let text = code.trim();
        let within = |open: char, close: char| text.starts_with(open) && text.ends_with(close);
        let has_keys = text.contains("\":") || text.contains("\" :");
        let operation = ["query ", "mutation ", "subscription ", "query{", "query(", "fragment "];
        if (within('{', '}') || within('[', ']')) && has_keys {
            Self::Json(json::Dialect::Strict)
        } else if http::seems_http(text) {
            Self::Http
        } else if text.starts_with("<?xml") || within('<', '>') && text.contains("</") {
            Self::Xml
        } else if operation.iter().any(|begin| text.starts_with(begin)) && text.contains('{') {
            Self::GraphQl
        } else if text.lines().any(|line| line.contains("curl ")) {
            Self::Shell
        } else {
            Self::Brackets(brackets::PLAIN)
        }
    }

    /// The name of the format, as in "read as JSON"; `None` if it is not parsed.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Json(_) => Some("JSON"),
            Self::Http => Some("HTTP"),
            Self::Yaml => Some("YAML"),
            Self::Toml => Some("TOML"),
            Self::Xml => Some("XML"),
            Self::GraphQl => Some("GraphQL"),
            Self::Shell => Some("curl"),
            Self::Brackets(_) => Some("brackets and quotes"),
            Self::Unread => None,
        }
    }

    /// The rule for its mistakes.
    pub fn rule(self) -> Rule {
        match self {
            Self::Json(_) => Rule::Json,
            Self::Shell => Rule::Curl,
            _ => Rule::Code,
        }
    }

    /// What is wrong with code.
    fn mistakes(self, code: &str) -> Vec<Mistake> {
        let read = |language: &str, wrong: Option<Wrong>| {
            let fix = "correct it, or name its language after the backticks: ```text";
            let mistake =
                |wrong: Wrong| Mistake::error(wrong.at, format!("this is not {language}: {}", wrong.what), fix);
            wrong.map(mistake).into_iter().collect()
        };
        match self {
            Self::Json(dialect) => read("JSON", json::wrong(code, dialect)),
            Self::Yaml => read("YAML", yaml::wrong(code)),
            Self::Toml => read("TOML", yaml::wrong_toml(code)),
            Self::Xml => read("XML", xml::wrong(code)),
            Self::GraphQl => read("GraphQL", graphql::wrong(code)),
            Self::Http => http::mistakes(code),
            Self::Shell => curl::mistakes(code),
            Self::Brackets(syntax) => {
                let fix = "correct it; if you leave something out, write ... on a line of its own";
                let wrong = brackets::wrong(code, syntax);
                wrong.map(|wrong| Mistake::error(wrong.at, wrong.what, fix)).into_iter().collect()
            }
            Self::Unread => Vec::new(),
        }
    }
}

/// Finds fences that do not end: everything after them would be shown as code.
pub fn fences(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let open = parsed.blocks.iter().filter(|block| block.fenced && !ends(&parsed.text.body[block.span.clone()]));
    let blocks = open.map(|block| {
        let first = parsed.text.body[block.span.clone()].lines().next().unwrap_or_default().trim_end();
        let at = block.span.start..block.span.start + first.len();
        let what = "this code block does not end, so the rest of the mail is read as code";
        Finding::error(Rule::Fence, Part::Body, at, what, "close it with ``` on a line of its own")
    });
    let alone = parsed.prose.match_indices('`').filter(|(at, _)| !parsed.text.body[..*at].ends_with('\\'));
    let ticks = alone.map(|(at, sign)| {
        let what = "this backtick has no closing one, so the text after it is not read as code";
        Finding::error(
            Rule::Fence,
            Part::Body,
            at..at + sign.len(),
            what,
            "close it, or write \\` for a literal backtick",
        )
    });
    blocks.chain(ticks).collect()
}

/// Whether a fenced block's last line closes it.
fn ends(block: &str) -> bool {
    let Some(sign) = block.chars().find(|c| matches!(c, '`' | '~')) else { return false };
    let opening = block.chars().take_while(|c| *c == sign).count();
    let mut lines = block.trim_end().lines();
    let (first, last) = (lines.next(), lines.next_back());
    first.is_some()
        && last.is_some_and(|last| {
            let last = last.trim_start_matches([' ', '\t', '>']).trim_end();
            last.chars().all(|c| c == sign) && last.chars().count() >= opening
        })
}

/// Finds examples that are not valid in their language.
pub fn examples(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let of_block = |block: &Block| {
        let reader = Reader::of(&block.language, &block.code);
        let finding = |mistake: Mistake| {
            let (severity, at) = (mistake.severity, block.places(mistake.at));
            Finding { severity, ..Finding::error(reader.rule(), Part::Body, at, mistake.what, mistake.fix) }
        };
        reader.mistakes(&block.code).into_iter().map(finding).collect::<Vec<_>>()
    };
    parsed.blocks.iter().filter(|block| !is_prose(block)).flat_map(of_block).collect()
}

/// Finds paragraphs that are shown as code because they are indented: they do not wrap, and their
/// links do not work.
pub fn indented_text(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let of_block = |block: &Block| {
        let first = block.code.lines().next().unwrap_or_default();
        let what = "this paragraph is indented by four or more spaces, so it is read as code".to_owned();
        let fix = "remove the indent; put code between lines of ```";
        Finding::error(Rule::IndentedText, Part::Body, block.places(0..first.len()), what, fix)
    };
    parsed.blocks.iter().filter(|block| is_prose(block)).map(of_block).collect()
}

/// Whether an indented block is a paragraph: words and a full stop, or a link, and no code.
fn is_prose(block: &Block) -> bool {
    let code = block.code.trim();
    let words = code.split_whitespace().filter(|word| {
        word.chars().all(|c| c.is_alphabetic() || matches!(c, ',' | '.' | '\'' | '’' | ':' | '!' | '?' | '-'))
    });
    let all = code.split_whitespace().count();
    let link = code.contains("](http") || code.contains("](mailto:");
    let sentence = code.ends_with(['.', '!', '?', ':']) && !code.ends_with("...");
    let signs = code.contains(['{', '}', ';', '=', '$', '<', '>', '\\']);
    !block.fenced && (link || sentence && !signs && all >= 4 && words.count() * 4 >= all * 3)
}
