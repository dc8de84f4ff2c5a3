//! What users and maintainers read is plain English: comments, messages, help and documents avoid phrases that read
//! as if translated.
#![allow(clippy::unwrap_used, clippy::panic)] // A test's own helpers may fail like a test.

use std::path::{Path, PathBuf};
use std::{env, fs};

use regex_lite::Regex;

/// Phrases and what to say instead.
const PHRASES: &[(&str, &str)] = &[
    (r"\b(?:[Nn]obody|[Ss]omebody)\b", "no one, someone; or name who it is"),
    (r"\b[Ww]hoever\b", "anyone who; or name who it is"),
    (r"\b(?:anew|afresh)\b", "again"),
    (r"\bmend(?:s|ed|ing)?\b", "fix"),
    (r"\bgoes by\b", "uses, follows"),
    (r"\b(?:comes|came) to (?:nothing|the same|what)\b", "results in"),
    (r"\b(?:takes?|taken|took) in\b", "import, apply, accept"),
    (r"\bwr(?:ites|ote|itten|ite) down\b", "record"),
    (r"\bhand(?:s|ed)? over\b", "submit"),
    (r"\bby now\b", "already, now"),
    (r"\ball the same\b", "anyway, still"),
    (r"\bstands? (?:twice|there|behind|beside|before|after)\b", "is"),
    (r"\b(?:are|is) told (?:by|apart)\b", "is recognised by, is distinguished"),
    (r"\bwhat (?:became|becomes|came|comes) of\b", "the result of"),
    (r"\bset apart\b", "set aside"),
    (r"\bcommonest\b", "most common"),
    (r"\blets? (?:it|them|mails?) out\b", "approve, send"),
    (r"\bto be withdrawn\b|\bwas withdrawn\b|\bwithdraws\b", "cancel"),
    (
        r"\b(?:it|that|which|this|`) is no (?:date|rule|name|address|text|object|number|mail|file|link|operation|time)\b",
        "is not a …",
    ),
    (r"\bso (?:many|long) (?:days|mails|customers|seconds|bytes) (?:before|after|a)\b", "this many, this long"),
];

/// Texts in which a phrase is right: what people write in mails, and words that rules look for.
const EXEMPT: [&str; 4] =
    ["tests/voice.rs", "src/campaign/people/replies", "tests/campaign/lints/texts", "tests/api/contract"];

/// Every file below a folder with one of these extensions.
fn files(folder: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extensions, found);
        } else if path.extension().is_some_and(|extension| extensions.iter().any(|known| extension == *known)) {
            found.push(path);
        }
    }
}

/// The prose on a line of Rust: its comment or, in the program itself, its string literals. Raw strings are patterns.
fn prose(line: &str, is_program: bool) -> String {
    let comment = Regex::new(r"(?:^|\s)//[/!]?\s(.*)$").unwrap();
    let literal = Regex::new(r#""((?:[^"\\]|\\.)*)""#).unwrap();
    if let Some(found) = comment.captures(line) {
        return found[1].to_owned();
    }
    // One word is a name, such as a key of JSON.
    let literals = literal.captures_iter(line).map(|found| found[1].to_owned()).filter(|text| text.contains(' '));
    let is_pattern = line.contains("r\"") || line.contains("r#\"");
    if is_pattern || !is_program { String::new() } else { literals.collect::<Vec<_>>().join(" ") }
}

#[test]
fn comments_messages_help_and_documents_use_plain_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["src", "tests", "benches"] {
        files(&root.join(folder), &["rs", "md", "toml", "html"], &mut found);
    }
    for folder in ["docs", "templates", "campaigns"] {
        files(&root.join(folder), &["md", "toml"], &mut found);
    }
    let documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "bench/README.md"];
    found.extend(documents.map(|name| root.join(name)));

    let phrases = PHRASES.iter().map(|(pattern, better)| (Regex::new(pattern).unwrap(), *better)).collect::<Vec<_>>();
    let mut marks = Vec::new();
    for path in found {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        if EXEMPT.iter().any(|exempt| name.starts_with(exempt)) {
            continue;
        }
        for (number, line) in fs::read_to_string(&path).unwrap_or_default().lines().enumerate() {
            let text = if path.extension().is_some_and(|extension| extension == "rs") {
                prose(line, name.starts_with("src/"))
            } else {
                line.to_owned()
            };
            for (phrase, better) in &phrases {
                if let Some(hit) = phrase.find(&text) {
                    marks.push(format!("{name}:{}: `{}`; say: {better}", number + 1, hit.as_str()));
                }
            }
        }
    }
    assert!(marks.is_empty(), "{} marks:\n{}", marks.len(), marks.join("\n"));
}
