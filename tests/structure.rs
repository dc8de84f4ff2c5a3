//! The direction of imports: only downwards, and never in circles.
#![allow(clippy::unwrap_used, clippy::panic)] // A test's own helpers may fail like a test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;

/// The parts of `src`, one layer per line, the top first. Each may import what is in a lower layer, and
/// itself.
const FLOORS: [&[&str]; 6] =
    [&["main", "lib"], &["cli", "commands"], &["mcp"], &["app"], &["api", "store"], &["campaign"]];
/// Imports nothing of ours, and is only started by the command line.
const ALONE: &str = "sandbox";

/// The layers of `src/campaign`, in the same order: the views first, the modules that all others use last.
const ROOMS: [&[&str]; 10] = [
    &["view"],
    &["review"],
    &["compose"],
    &["decide", "lint"],
    &["text", "usage"],
    &["people"],
    &["mail"],
    &["definition"],
    &["calls", "hint"],
    &["address", "characters", "digest", "moment"],
];

type Module = Vec<String>;

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The files of `src` by module, as code: without comments and without their own tests.
fn modules(folder: &Path) -> BTreeMap<Module, String> {
    let mut found = BTreeMap::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(modules(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            let name = path.strip_prefix(src()).unwrap().with_extension("");
            let mut module: Module = name.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
            module.pop_if(|last| last == "mod");
            let text = fs::read_to_string(&path).unwrap();
            let code =
                Regex::new(r"#\[cfg\((?:test|all\(test[^\n]*)\)\]\nmod tests \{").unwrap().split(&text).next().unwrap();
            found.insert(module, Regex::new("//[^\n]*").unwrap().replace_all(code, "").into_owned());
        }
    }
    found
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d`, `a::c::e`.
fn expanded(tree: &str) -> Vec<String> {
    let Some((before, inner)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let inner = inner.strip_suffix('}').unwrap_or(inner);
    let (mut depth, mut branches) = (0, vec![String::new()]);
    for c in inner.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ',' && depth == 0 { branches.push(String::new()) } else { branches.last_mut().unwrap().push(c) }
    }
    branches.iter().flat_map(|branch| expanded(branch)).map(|path| format!("{before}{path}")).collect()
}

/// The modules that a module imports. A `pub use` only renames, and counts as no import.
fn imports(module: &Module, modules: &BTreeMap<Module, String>) -> BTreeSet<Module> {
    let statement = Regex::new(r"\buse ([^;]+);").unwrap();
    let code = Regex::new(r"\bpub(?:\([^)]*\))? use [^;]+;").unwrap().replace_all(&modules[module], "");
    let used = statement.captures_iter(&code).flat_map(|found| expanded(&found[1].replace([' ', '\n'], "")));
    let elsewhere = statement.replace_all(&code, "");
    let inline = Regex::new(r"\b\w+(?:::\w+)+").unwrap();
    let inline = inline.find_iter(&elsewhere).map(|found| found.as_str().to_owned());
    let mut imports: BTreeSet<_> = used.chain(inline).filter_map(|path| resolved(module, &path, modules)).collect();
    imports.remove(module);
    imports
}

/// The module that a path leads into, seen from this one.
fn resolved(module: &Module, path: &str, modules: &BTreeMap<Module, String>) -> Option<Module> {
    let mut steps = path.split("::").peekable();
    let mut at = module.clone();
    match *steps.peek()? {
        "crate" | "mmig" => at.clear(),
        "self" | "super" => {}
        // A module below this one; anything else is a crate or a type.
        name if modules.contains_key(&[&**module, &[name.to_owned()]].concat()) => {}
        _ => return None,
    }
    for step in steps {
        match step {
            "crate" | "mmig" | "self" => {}
            "super" => drop(at.pop()),
            // The macro is at the crate's root for all modules.
            "hint" if at.is_empty() => at.extend(["campaign", "hint"].map(str::to_owned)),
            step => at.push(step.to_owned()),
        }
    }
    while !modules.contains_key(&at) {
        at.pop()?;
    }
    Some(at)
}

/// The imports from one part to another that do not lead down. `part` names the part of a module.
fn not_down(floors: &[&[&str]], part: impl Fn(&Module) -> Option<String>) -> Vec<String> {
    let modules = modules(&src());
    let floor = |part: &str| floors.iter().position(|parts| parts.contains(&part));
    let mut wrong = Vec::new();
    for module in modules.keys() {
        let Some(own) = part(module) else { continue };
        if floor(&own).is_none() {
            wrong.push(format!("which floor is {own} on?"));
        }
        for other in imports(module, &modules) {
            let down = part(&other).is_none_or(|other| other == own || floor(&other) > floor(&own));
            if !down {
                wrong.push(format!("{} imports {}", module.join("::"), other.join("::")));
            }
        }
    }
    wrong
}

#[test]
fn imports_go_down_from_the_command_line_to_the_rules() {
    let part = |module: &Module| module.first().cloned();
    let mut wrong = not_down(&[&FLOORS[..], &[&[ALONE]]].concat(), part);
    let modules = modules(&src());
    let others = modules.keys().filter(|module| !["cli", ALONE].contains(&module[0].as_str()));
    let start_it = others.filter(|module| imports(module, &modules).iter().any(|other| other[0] == ALONE));
    wrong.extend(start_it.map(|module| format!("{} imports {ALONE}", module.join("::"))));
    // The two faces are side by side: the command line starts the MCP server and lists its tools, and knows
    // nothing else about it.
    let faces = modules
        .keys()
        .filter(|module| module[0] == "cli" && !["mcp", "agents"].contains(&module[module.len() - 1].as_str()));
    let know_it = faces.filter(|module| imports(module, &modules).iter().any(|other| other[0] == "mcp"));
    wrong.extend(know_it.map(|module| format!("{} imports mcp", module.join("::"))));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn imports_between_the_rooms_of_a_campaign_go_down() {
    let room = |module: &Module| module.get(1).filter(|_| module[0] == "campaign").cloned();
    let wrong = not_down(&ROOMS, room);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The parts in which no files import each other in a circle.
const NO_CIRCLES: [&str; 7] = ["api", "app", "campaign", "cli", "mcp", "sandbox", "store"];

#[test]
fn no_files_of_a_part_import_each_other_in_a_circle() {
    let modules = modules(&src());
    for part in NO_CIRCLES {
        let mut left: BTreeMap<Module, BTreeSet<Module>> = modules
            .keys()
            .filter(|module| module[0] == part)
            .map(|module| (module.clone(), imports(module, &modules)))
            .collect();
        assert!(left.len() > 1, "{part}");
        // A module that imports none of the remaining ones is in no circle.
        while let Some(free) = left.iter().find(|(_, imports)| !imports.iter().any(|other| left.contains_key(other))) {
            let free = free.0.clone();
            left.remove(&free);
        }
        let shown = |(module, imports): (&Module, &BTreeSet<Module>)| {
            let imports = imports.iter().filter(|other| left.contains_key(*other)).map(|other| other.join("::"));
            format!("{} imports {}", module.join("::"), imports.collect::<Vec<_>>().join(", "))
        };
        let shown = left.iter().map(shown).collect::<Vec<_>>().join("\n");
        assert!(left.is_empty(), "in a circle, or above one:\n{shown}");
    }
}

/// What only the faces know: how a command line is read, how a terminal is written to.
const OF_THE_FACES: [&str; 9] =
    ["clap", "anstream", "anstyle", "comfy_table", "console", "indicatif", "terminal_size", "rmcp", "textwrap"];

#[test]
fn below_the_faces_no_command_line_is_read_and_no_terminal_is_written_to() {
    for part in ["app", "api", "store", "campaign"] {
        for (module, code) in modules(&src().join(part)) {
            let crates = OF_THE_FACES.iter().map(|name| format!("{name}::"));
            let words = crates.chain(
                ["print!", "println!", "eprint!", "eprintln!", "stdout()", "stderr()", "IsTerminal"].map(str::to_owned),
            );
            let found = words
                .into_iter()
                .find(|word| Regex::new(&format!(r"\b{}", regex_lite::escape(word))).unwrap().is_match(&code));
            assert!(found.is_none(), "{}: {found:?}", module.join("::"));
        }
    }
}

#[test]
fn the_rules_of_a_campaign_read_no_clock_and_touch_no_file() {
    let banned = ["std::fs", "std::net", "std::env", "Utc::now", "Local::now", "Instant::now", "SystemTime", "rand::"];
    for (module, code) in modules(&src().join("campaign")) {
        let found = banned.iter().find(|word| code.contains(*word));
        assert!(found.is_none(), "{}: {}", module.join("::"), found.unwrap_or(&""));
    }
}
