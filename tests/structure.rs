//! The direction of imports: what is pure stays pure, what talks does not decide.
#![allow(clippy::unwrap_used, clippy::panic)] // A test's own helpers may fail like a test.

use std::fs;
use std::path::{Path, PathBuf};

/// The parts of `src` that may import anything of ours.
const ON_TOP: [&str; 4] = ["main", "lib", "cli", "commands"];

/// Every other folder or file of `src`, and all it may import of ours besides itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("campaign", &[]),
    ("sandbox", &[]),
    ("stop", &[]),
    ("api", &["campaign"]),
    ("failure", &["campaign"]),
    ("flags", &["campaign"]),
    ("clock", &["campaign"]),
    ("pages", &["campaign"]),
    // A failure is how its errors are told to a person.
    ("ledger", &["campaign", "failure"]),
    ("folder", &["campaign", "failure"]),
    ("usage_file", &["campaign", "failure"]),
    ("ui", &["campaign", "failure"]),
    ("config", &["campaign", "failure", "flags"]),
    ("context", &["campaign", "clock", "flags", "folder", "stop", "ui"]),
    ("remote", &["api", "campaign", "config", "context", "failure", "flags"]),
    ("oversight", &["api", "campaign", "config", "context", "failure", "remote"]),
    ("session", &["api", "campaign", "context", "failure", "folder", "ledger", "remote", "ui"]),
    ("delivery", &["api", "campaign", "clock", "ledger", "stop"]),
    ("deciding", &["api", "campaign", "clock", "ledger", "stop", "tracking"]),
    ("tracking", &["api", "campaign", "context", "failure", "ledger", "remote", "ui"]),
    (
        "submission",
        &[
            "api", "campaign", "context", "delivery", "failure", "folder", "ledger", "remote", "session", "tracking",
            "ui",
        ],
    ),
];

fn rust_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.is_dir() || path.extension().is_some_and(|end| end == "rs"))
        .flat_map(|path| rust_files(&path))
        .collect()
}

/// The modules a file names after `crate::`.
fn imported(text: &str) -> Vec<String> {
    let name = |after: &str| after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    text.split("crate::").skip(1).map(name).filter(|name| !name.is_empty()).collect()
}

#[test]
fn imports_go_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for &(part, allowed) in MAY_IMPORT {
        let files = [rust_files(&src.join(part)), rust_files(&src.join(format!("{part}.rs")))].concat();
        let files: Vec<_> = files.into_iter().filter(|file| file.is_file()).collect();
        assert!(!files.is_empty(), "there is no src/{part}");
        for file in files {
            for module in imported(&fs::read_to_string(&file).unwrap()) {
                if module != part && !allowed.contains(&module.as_str()) {
                    wrong.push(format!("{} imports crate::{module}", file.strip_prefix(&src).unwrap().display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_part_has_its_place() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(src).unwrap() {
        let path = entry.unwrap().path();
        let part = path.file_stem().and_then(|name| name.to_str()).unwrap();
        let listed = MAY_IMPORT.iter().any(|(known, _)| *known == part);
        assert!(listed || ON_TOP.contains(&part), "what may {part} import?");
    }
}

#[test]
fn the_rules_of_a_campaign_read_no_clock_and_touch_no_file() {
    let campaign = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/campaign");
    for file in rust_files(&campaign) {
        let text = fs::read_to_string(&file).unwrap();
        for banned in
            ["std::fs", "std::net", "std::env", "Utc::now", "Local::now", "Instant::now", "SystemTime", "rand::"]
        {
            let found = text.lines().find(|line| line.contains(banned) && !line.trim_start().starts_with("//"));
            assert!(found.is_none(), "{}: {}", file.display(), found.unwrap_or_default());
        }
    }
}
