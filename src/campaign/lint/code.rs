//! Code: blocks that end, JSON that is JSON.

use super::curl::{self, without_place};
use super::parsed_text::{Block, Finding, ParsedText};
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

/// Fences that do not end: everything after them would be read as code.
pub fn fences(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let open = parsed.blocks.iter().filter(|block| block.fenced && !ends(&parsed.text.body[block.span.clone()]));
    open.map(|block| {
        let first = parsed.text.body[block.span.clone()].lines().next().unwrap_or_default().trim_end();
        let at = block.span.start..block.span.start + first.len();
        let what = "this code block does not end, so the rest of the mail is read as code";
        Finding::error(Rule::Fence, Part::Body, at, what, "close it with ``` on a line of its own")
    })
    .collect()
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

/// Examples that are not the JSON they seem.
pub fn json(parsed: &ParsedText<'_>) -> Vec<Finding> {
    parsed.blocks.iter().filter(|block| seems_json(block)).filter_map(bad_json).collect()
}

/// Whether a block says that it is JSON; or says nothing, and looks like it from the first sign to the last.
fn seems_json(block: &Block) -> bool {
    let code = block.code.trim();
    let looks = || (code.starts_with('{') && code.ends_with('}')) || (code.starts_with('[') && code.ends_with(']'));
    let has_keys = || code.contains("\":") || code.contains("\" :");
    // What is left out on purpose is no mistake.
    let cut = || code.contains('…') || code.contains("...");
    block.language == "json" || block.language.is_empty() && looks() && has_keys() && !cut()
}

fn bad_json(block: &Block) -> Option<Finding> {
    let error = serde_json::from_str::<serde::de::IgnoredAny>(&block.code).err()?;
    let lines = || block.code.split_inclusive('\n');
    let line = error.line().clamp(1, lines().count().max(1));
    let start: usize = lines().take(line - 1).map(str::len).sum();
    let text = lines().nth(line - 1).unwrap_or_default().trim_end();
    let what = format!("this is not JSON: {}", without_place(&error.to_string()));
    let fix = "correct it, or say what it is after the back-ticks: ```text";
    Some(Finding::error(Rule::Json, Part::Body, block.places(start..start + text.len()), what, fix))
}

/// `curl` commands that do not work.
pub fn curl_commands(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let shells = ["", "sh", "bash", "shell", "console", "zsh", "curl", "shell-session"];
    let blocks = parsed.blocks.iter().filter(|block| shells.contains(&block.language.as_str()));
    blocks
        .flat_map(|block| {
            curl::mistakes(&block.code).into_iter().map(|mistake| {
                let at = block.places(mistake.at.clone());
                let finding = Finding::error(Rule::Curl, Part::Body, at, mistake.what, mistake.fix);
                Finding { severity: mistake.severity, ..finding }
            })
        })
        .collect()
}
