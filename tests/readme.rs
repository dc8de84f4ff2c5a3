//! The README and the pages in docs/ show what the program does.
#![allow(clippy::unwrap_used, clippy::panic)] // A test's own helpers may fail like a test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser;
use mmig::cli::Cli;

const README: &str = include_str!("../README.md");

/// The README and every page in docs/, each with its text.
fn pages() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = docs.chain([root.join("README.md")]);
    pages.map(|page| (page.clone(), fs::read_to_string(&page).unwrap())).collect()
}

/// The block that follows a marker.
fn block(text: &str, marker: &str) -> String {
    let after = text.split_once(&format!("<!-- {marker} -->\n```\n")).unwrap_or_else(|| panic!("no block {marker}")).1;
    after.split_once("```").unwrap().0.to_owned()
}

fn said_by(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_mmig")).args(arguments).env_clear().output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The command lines of a page: in its blocks, and between backticks.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        if fenced || line.starts_with("    ") {
            let line = line.trim_start_matches(['$', ' ', '-']).trim_start_matches("run: ");
            found.extend(line.split("&&").map(|part| part.split('#').next().unwrap_or_default().trim().to_owned()));
        } else {
            found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    found.retain(|line| line.starts_with("mmig ") && !line.contains("NAME") && !line.contains("COMMAND"));
    found
}

#[test]
fn every_command_line_is_understood() {
    let mut checked = 0;
    for (page, text) in pages() {
        for command in commands(&text) {
            let parsed = Cli::try_parse_from(command.split_whitespace());
            let help = command.starts_with("mmig help ") || command.ends_with(" --help");
            assert!(help || parsed.is_ok(), "{}: {command}: {}", page.display(), parsed.unwrap_err());
            checked += 1;
        }
    }
    assert!(checked >= 40, "only {checked} commands were found");
}

#[test]
fn every_link_to_a_file_leads_to_one() {
    for (page, text) in pages() {
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
        for target in targets.filter(|target| !target.contains("://")) {
            assert!(page.parent().unwrap().join(target).exists(), "{}: {target}", page.display());
        }
    }
}

#[test]
fn the_readme_is_short_and_leads_to_every_page() {
    assert!(README.lines().count() <= 150, "{} lines", README.lines().count());
    for (page, text) in pages().into_iter().filter(|(page, _)| !page.ends_with("README.md")) {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        assert!(README.contains(&format!("(docs/{name})")), "README does not mention {name}");
        assert!(text.lines().count() <= 90, "{name} is long");
    }
}

#[test]
fn the_list_of_commands_is_the_programs_own() {
    let page = include_str!("../docs/commands.md");
    assert!(said_by(&["--help"]).contains(block(page, "help").trim_end()));
}

#[test]
fn its_screen_is_the_last_one_of_the_demo() {
    let demo: serde_json::Value = serde_json::from_str(&said_by(&["demo", "--json"])).unwrap();
    let last = demo["steps"].as_array().unwrap().last().unwrap();
    let shown = format!("$ {}\n{}", last["command"].as_str().unwrap(), last["said"].as_str().unwrap());
    assert_eq!(block(README, "screen"), shown);
}

#[test]
fn it_names_the_two_commands_that_need_nothing_else() {
    for command in ["    cargo run -- demo\n", "    cargo test\n"] {
        assert!(README.contains(command), "{command}");
    }
}

#[test]
fn the_publisher_has_the_same_name_everywhere() {
    let home = env!("CARGO_PKG_REPOSITORY");
    let owner = home.strip_prefix("https://github.com/").and_then(|path| path.strip_suffix("/mmig")).unwrap();
    let server = include_str!("../server.json").to_owned();
    let mut named = 0;
    for (page, text) in pages().into_iter().chain([("server.json".into(), server)]) {
        for (before, after) in
            [("github.com/", "/mmig"), ("ghcr.io/", "/mmig:"), ("io.github.", "/mmig"), ("uses: ", "/mmig@")]
        {
            for rest in text.split(before).skip(1) {
                let Some((name, _)) = rest.split_once(after).filter(|(name, _)| !name.contains(['/', ' ', '\n']))
                else {
                    continue;
                };
                assert_eq!(name, owner, "{}: {before}{name}{after}", page.display());
                named += 1;
            }
        }
    }
    assert!(named >= 10, "only {named} were found");
}
