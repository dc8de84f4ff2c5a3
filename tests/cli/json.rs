//! With `--json` there is always exactly one document on stdout, and it says how the command ended.

use serde_json::Value;

use crate::desk::{Desk, WINDOW_DAY, with_contacts};
use crate::gateway::silent;
use crate::said::Said;

/// Every command that works on a campaign.
pub const COMMANDS: [(&str, &str); 12] = [
    ("check", "check"),
    ("segment", "segment"),
    ("draft", "draft --all"),
    ("submit", "submit --phase window --yes"),
    ("review", "review --phase window"),
    ("track", "track"),
    ("remind", "remind --yes"),
    ("status", "status"),
    ("report", "report"),
    ("cancel", "cancel --phase announce --yes"),
    ("deadline", "deadline 2027-05-30 --yes"),
    ("doctor", "doctor"),
];
/// Those that ask the server, and those that write the ledger.
pub const ASKING: [&str; 6] = ["segment", "submit", "track", "remind", "cancel", "doctor"];
const WRITING: [&str; 6] = ["segment", "submit", "track", "remind", "cancel", "deadline"];

pub fn under_way() -> Desk {
    let desk = Desk::drafted(with_contacts(10));
    let _ = desk.submit("announce").well();
    desk.on(WINDOW_DAY)
}

/// One document with the common fields; with an error if the command failed, and without styles.
#[track_caller]
pub fn document(said: &Said, command: &str, code: i32) -> Value {
    let said = said.clone().ends(code);
    let document = said.json();
    assert_eq!((&document["schema"], &document["command"]), (&2.into(), &command.into()), "{document}");
    if code == 0 {
        assert_eq!(document.get("error"), None, "{document}");
    } else {
        assert_eq!(document["error"]["code"], code, "{document}");
        assert!(document["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{document}");
    }
    assert_eq!(said.stdout.lines().count(), 1, "{}", said.stdout);
    assert!(!said.all().contains('\x1b'), "{}", said.all());
    document
}

pub fn chosen(names: &[&str]) -> impl Iterator<Item = (&'static str, &'static str)> {
    COMMANDS.into_iter().filter(|(name, _)| names.contains(name))
}

#[test]
fn every_command_that_goes_well_gives_one_document() {
    for (name, command) in COMMANDS {
        document(&under_way().run(&format!("--json {command}")), name, 0);
    }
    let desk = Desk::offline();
    document(&desk.run("init other --json"), "init", 0);
    document(&desk.run("completions bash --json"), "completions", 0);
    document(&desk.run("man --json"), "man", 0);
}

/// A command line for each document of `mmig help json`. It may fail: a failure names its command too.
const LINES: [(&str, &str); 43] = [
    ("init", "init other"),
    ("import oasdiff", "import oasdiff none.json"),
    ("import openapi", "import openapi old.yaml new.yaml"),
    ("template", "template"),
    ("template NAME", "template announce"),
    ("check", "check"),
    ("tag", "tag none.csv"),
    ("segment", "segment"),
    ("compose", "compose --offline --all --dry-run"),
    ("draft", "draft --all"),
    ("draft --contact", "draft --contact nobody"),
    ("submit", "submit --phase window --dry-run"),
    ("submit --test-to", "submit --phase window --test-to me@mail.example"),
    ("submit --skip", "submit --phase window --skip --reason because"),
    ("review", "review"),
    ("track", "track"),
    ("track --usage", "track --usage none.csv"),
    ("track --usage --explain", "track --usage none.csv --explain"),
    ("track --mark", "track --mark completed --contact nobody"),
    ("track --clear", "track --clear --contact nobody"),
    ("track --rebuild", "track --rebuild"),
    ("remind", "remind --dry-run"),
    ("status", "status"),
    ("status --contact", "status --contact nobody"),
    ("report", "report"),
    ("report --out", "report --out report.html"),
    ("cancel", "cancel --phase announce --yes"),
    ("deadline", "deadline 2027-05-30 --yes"),
    ("ledger", "ledger"),
    ("ledger move", "ledger move local"),
    ("correct", "correct --yes"),
    ("doctor", "doctor"),
    ("sandbox", "sandbox --nonsense"),
    ("demo", "demo --nonsense"),
    ("completions", "completions bash"),
    ("man", "man"),
    ("help", "help submit"),
    ("help templates", "help templates"),
    ("help campaign", "help campaign"),
    ("help environment", "help environment"),
    ("help json", "help json"),
    ("help agents", "help agents"),
    ("help exit-codes", "help exit-codes"),
];

#[test]
fn every_document_names_the_command_that_help_json_says_it_does() {
    let described = Desk::offline().run("help json --json").well().json();
    let described = described["documents"].as_object().unwrap();
    // Those of the tools of an agent have no command line; `tests/cli/mcp.rs` calls them.
    let of_lines = described.keys().filter(|line| !line.starts_with("mcp "));
    let mut tried: Vec<&str> = LINES.iter().map(|(line, _)| *line).collect();
    tried.sort_unstable();
    assert_eq!(of_lines.collect::<Vec<_>>(), tried, "a line for each");
    for (line, command) in LINES {
        let said = under_way().run(&format!("{command} --json")).json();
        assert_eq!(said["command"], described[line]["properties"]["command"]["const"], "{line}");
    }
}

#[test]
fn the_demo_gives_one_document() {
    let told = document(&Desk::offline().run("demo --json"), "demo", 0);
    assert!(told["steps"].as_array().is_some_and(|steps| steps.len() > 5));
}

#[test]
fn an_error_in_a_command_line_is_shown_completely_even_in_json() {
    let desk = Desk::offline();
    for (line, command, message, hint) in [
        ("submit --json", "submit", "not provided: --phase <PHASE>", "mmig submit --help"),
        ("statuss --json", "", "'statuss'", "'status'; mmig --help"),
        ("--json", "", "requires a subcommand", "mmig --help"),
    ] {
        let error = document(&desk.run(line), command, 2)["error"].clone();
        assert!(error["message"].as_str().unwrap().contains(message), "{error}");
        assert!(error["hint"].as_str().unwrap().ends_with(hint), "{error}");
    }
}

#[test]
fn a_command_line_that_is_not_understood_gives_one_document() {
    let desk = Desk::offline();
    for (name, command) in COMMANDS.into_iter().chain([
        ("init", "init x"),
        ("sandbox", "sandbox"),
        ("demo", "demo"),
        ("completions", "completions bash"),
        ("man", "man"),
    ]) {
        document(&desk.run(&format!("{command} --nonsense --json")), name, 2);
        document(&desk.run(&format!("--json {command} --nonsense")), name, 2);
    }
    document(&desk.run("--json nonsense"), "", 2);
}

#[test]
fn an_unknown_campaign_gives_one_document() {
    let desk = Desk::offline();
    for (name, command) in COMMANDS {
        document(&desk.run(&format!("-c nowhere {command} --json")), name, 3);
    }
}

#[test]
fn a_missing_or_wrong_key_gives_one_document() {
    let desk = under_way();
    let missing = desk.copy().without("MULTIMAIL_API_KEY");
    let wrong = desk.copy().with("MULTIMAIL_API_KEY", "mm_live_wrong");
    for (name, command) in chosen(&ASKING).chain([("status", "status --sync")]) {
        document(&missing.run(&format!("{command} --json")), name, 4);
        document(&wrong.run(&format!("{command} --json")), name, 4);
    }
}

#[test]
fn a_campaign_that_is_held_gives_one_document() {
    let desk = under_way();
    let (listener, url) = silent();
    let mut first = desk.start(&format!("--api-url {url} track"));
    let _waiting = listener.accept().expect("the first run comes");
    for (name, command) in chosen(&WRITING) {
        document(&desk.run(&format!("{command} --json")), name, 6);
    }
    first.child.kill().expect("it runs");
    let _ = first.ended();
}

#[test]
fn a_refusal_gives_one_document_with_the_plan_in_it() {
    let desk = under_way();
    desk.people().mode("autonomous");
    for (name, command) in chosen(&["submit", "remind"]) {
        let told = document(&desk.run(&format!("{command} --json")), name, 8);
        assert_eq!((&told["planned"], &told["accepted"]), (&9.into(), &0.into()));
    }
    document(&desk.run("doctor --json"), "doctor", 8);
}

#[test]
fn a_damaged_ledger_gives_one_document() {
    let desk = under_way();
    desk.write("state.toml", "recipients = [");
    for (name, command) in COMMANDS {
        document(&desk.run(&format!("{command} --json")), name, 9);
    }
}

#[test]
fn an_invalid_campaign_gives_one_document_with_the_places() {
    let desk = under_way();
    desk.edit("campaign.toml", "timezone =", "timezoen =");
    for (name, command) in COMMANDS {
        let told = document(&desk.run(&format!("{command} --json")), name, 10);
        if name == "doctor" {
            continue;
        }
        // The findings of `check` are its result, whatever their number.
        let found = if name == "check" { &told["problems"] } else { &told["error"]["problems"] };
        let problem = &found[0];
        assert_eq!(
            (&problem["severity"], &problem["line"], &problem["column"]),
            (&"error".into(), &16.into(), &1.into())
        );
        assert!(
            problem["file"].as_str().unwrap().ends_with("campaign.toml") && problem["fix"].is_string(),
            "{problem}"
        );
    }
}

#[test]
fn no_answer_to_be_had_gives_one_document() {
    let desk = under_way();
    for (name, command) in chosen(&["submit", "remind", "cancel"]) {
        document(&desk.run(&format!("{} --json", command.replace("--yes", ""))), name, 2);
    }
}
