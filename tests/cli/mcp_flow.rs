//! The typical flow of an agent with the reference client, and a client that tries everything.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::agent::Agent;
use crate::desk::{Desk, with_contacts};

/// A Python with the reference client: `MMIG_PYTHON`, or `python3`; `None`, with a message, if there is none.
fn python() -> Option<String> {
    let python = std::env::var("MMIG_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let there = Command::new(&python).args(["-c", "import mcp.client.stdio"]).output();
    if there.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    #[allow(clippy::print_stderr, reason = "who runs the tests is to know what was not tried")]
    {
        eprintln!("skipped: {python} has no package `mcp`; install it, or name a Python that has it in MMIG_PYTHON");
    }
    None
}

fn flow(desk: &Desk, python: &str, part: &str) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mcp/flow.py");
    let mut command = Command::new(python);
    command.arg(script).args([env!("CARGO_BIN_EXE_mmig"), "announce", part]);
    let output = command.current_dir(desk.home.path()).env_clear().envs(desk.environment()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A model's good answer for each phase, chosen by the request.
fn answers() -> Vec<Value> {
    let changes = json!({ "block": "changes" });
    let blocks = |first: &str, kinds: Vec<Value>| {
        let mut blocks =
            vec![json!({ "block": "paragraph", "parts": [{ "say": first }, { "fact": "title" }, { "say": "." }] })];
        blocks.extend(kinds);
        json!({ "say": { "subject": [{ "say": "About " }, { "fact": "title" }], "blocks": blocks } })
    };
    let (dates, tasks, help) = (json!({ "block": "dates" }), json!({ "block": "tasks" }), json!({ "block": "help" }));
    let back = json!({ "block": "steps", "items": [[{ "say": "Test it, and put your old code back if something goes wrong." }]] });
    let guide = blocks("This is the guide to ", vec![dates.clone(), back, changes.clone(), help.clone()]);
    let heading = json!({ "block": "heading", "parts": [{ "say": "What changes for you" }] });
    let announce =
        blocks("Please plan your part of ", vec![dates.clone(), heading.clone(), tasks.clone(), help.clone()]);
    let last = blocks("You have not finished with ", vec![dates, heading, tasks, changes, help]);
    let thanks = blocks("Thank you: you are done with ", vec![]);
    // In the order of the requests: each phase for webhooks, REST and GraphQL; prepare for webhooks was written by a
    // person.
    let phases = [(announce, 3), (guide.clone(), 2), (guide, 3), (last, 3), (thanks, 3)];
    phases.into_iter().flat_map(|(answer, times)| std::iter::repeat_n(answer, times)).collect()
}

#[test]
fn an_agent_does_all_of_it_and_a_person_with_another_key_decides() {
    let Some(python) = python() else { return };
    let options = mmig::sandbox::Options { model: answers(), ..with_contacts(30) };
    let desk = Desk::at(options);
    let seen = flow(&desk, &python, "author");
    let composed = seen["compose"]["texts"].as_array().unwrap();
    assert_eq!(composed.len(), 15);
    assert!(composed.iter().filter(|text| text["outcome"] == "written").count() >= 14, "{}", seen["compose"]);
    let drafted = seen["draft"]["variants"].as_array().unwrap();
    assert!(drafted.len() >= 3 && drafted.iter().all(|text| text["phase"] == "announce"), "{}", seen["draft"]);
    let sent = seen["submit"]["accepted"].as_u64().unwrap();
    assert!(sent > 20 && seen["again"]["accepted"] == 0, "{}", seen["submit"]);
    assert!(seen["progress"].as_u64().unwrap() > 0);
    // Nothing was sent: every mail waits for a person.
    let waiting = |desk: &Desk, status: &str| {
        desk.people().record("mails")["mails"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|mail| mail["status"] == status)
            .count() as u64
    };
    assert_eq!(waiting(&desk, "pending_send_approval"), sent);
    let _ = desk.run("review --phase announce --approve --by Rita --yes --json").well();
    let tracked = flow(&desk, &python, "track");
    assert_eq!(waiting(&desk, "pending_send_approval"), 0);
    let notified: u64 = tracked["status"]["segments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["stages"]["notified"].as_u64().unwrap())
        .sum();
    assert_eq!(notified, sent);
    let tagged = desk.people().record("contacts")["contacts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["tags"].to_string().contains("notified"))
        .count();
    assert_eq!(tagged as u64, sent);
}

#[test]
fn an_agent_takes_a_changelog_to_drafts_that_wait_for_review_and_nothing_leaves() {
    let worded = json!({ "say": { "title": [{ "say": "A property of the list of orders is gone" }], "task": [{ "say": "Leave the property out" }],
        "text": [{ "say": "Leave it out of your requests." }] } });
    let model = std::iter::once(worded).chain(answers()).collect();
    let desk = Desk::at(mmig::sandbox::Options { model, ..with_contacts(30) });
    // The agent in its shell, and then by its tools.
    desk.write("changelog.json", r#"[{"id":"request-property-removed","text":"removed the request property `per_page`","level":3,"operation":"GET","path":"/v1/orders","section":"paths"}]"#);
    let changelog = desk.path("changelog.json");
    let _ = desk.run_words(&["import", "oasdiff", changelog.to_str().unwrap()]).well();
    let mut agent = Agent::of(&desk, "--toolset author");
    let proposed = agent.call("compose", json!({ "changes": true })).well();
    assert_eq!(proposed["changes"][0]["task"], "Leave the property out", "{proposed}");
    assert!(agent.call("check", json!({})).failed(), "what import wrote is not for customers");
    // A person takes the proposal over.
    let (campaign, file) = (desk.read("campaign.toml"), desk.read("changes.proposed.toml"));
    let id = file.parse::<toml::Table>().unwrap()["change"][0]["id"].as_str().unwrap().to_owned();
    let imported = campaign.find(&format!("[[change]]\nid = \"{id}\"")).unwrap();
    desk.write("campaign.toml", &format!("{}{}", &campaign[..imported], &file[file.find("[[change]]").unwrap()..]));
    let _ = agent.call("track", json!({})).well();
    let composed = agent.call("compose", json!({})).well();
    assert!(composed["texts"].as_array().unwrap().iter().all(|text| text["outcome"] != "rejected"), "{composed}");
    let _ = agent.call("check", json!({})).well();
    let phases = json!(["announce", "prepare", "window", "final", "complete"]);
    let drafted = agent.call("draft", json!({ "phases": phases })).well();
    assert!(drafted["variants"].as_array().unwrap().len() >= 12, "{drafted}");
    assert!(agent.call("drafts", json!({})).well().to_string().contains("A property of the list of orders is gone"));
    assert!(!agent.tools().contains(&"submit".to_owned()));
    assert_eq!(agent.close().0, 0);
    assert_eq!(desk.people().record("stats")["accepted"], 0, "nothing has left");
    // A person reads the page, submits, and another one approves.
    let _ = desk.run("draft --all --html").well();
    assert!(desk.read("drafts/index.html").contains("which sentence is based on which fact"));
    let _ = desk.submit("announce").well();
    let _ = desk.run("review --phase announce --approve --by Rita --yes").well();
    assert!(desk.people().record("stats")["accepted"].as_u64().unwrap() > 20);
}

/// Random-looking numbers that are the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// The files that decide what may be sent: locks, ledger, sent texts, and the campaign itself.
fn decisive(desk: &Desk) -> Vec<(String, Vec<u8>)> {
    let files = desk.files().into_iter().map(|(path, bytes)| (path.display().to_string(), bytes));
    files.filter(|(path, _)| ["lock.toml", "/sent/", "campaign.toml"].iter().any(|part| path.contains(part))).collect()
}

#[test]
fn a_client_that_tries_everything_lets_nothing_out_and_changes_no_lock_and_no_approval() {
    let desk = Desk::drafted(with_contacts(30));
    let _ = desk.submit("announce").well();
    let mails = || desk.people().record("mails");
    let (before, locks) = (mails(), decisive(&desk));
    let mut random = Random(7);
    let words = [
        json!("announce"),
        json!("prepare"),
        json!("rest"),
        json!("customer:x"),
        json!("../.."),
        json!("a"),
        json!(""),
        json!("{{ 7 }}"),
        json!(true),
        json!(-1),
        json!(null),
        json!(["rest", "announce"]),
        json!([]),
        json!({ "a": 1 }),
        json!("x".repeat(5000)),
        json!("0".repeat(32)),
    ];
    let names = [
        "phase", "phases", "segments", "contact", "evidence", "campaign", "cursor", "texts", "name", "text",
        "replaces", "plan", "yes", "offline", "again", "to", "key",
    ];
    for toolset in ["read", "author"] {
        let mut agent = Agent::of(&desk, &format!("--toolset {toolset}"));
        let mut tools = agent.tools();
        tools.extend(["submit", "review", "approve", "cancel", "deadline"].map(str::to_owned));
        // A template in use would change the texts: this writes other files.
        for _ in 0..150 {
            let tool = random.pick(&tools).clone();
            let mut arguments = json!({});
            for _ in 0..random.below(4) {
                arguments[*random.pick(&names)] = random.pick(&words).clone();
            }
            // Composing writes templates, which only `draft` would lock; another test covers that.
            if tool == "compose"
                || tool == "write_template" && arguments["name"].as_str().is_some_and(|name| !name.contains('/'))
            {
                continue;
            }
            let answer = agent.ask("tools/call", json!({ "name": tool, "arguments": arguments }));
            assert!(answer["result"].is_object() || answer["error"].is_object(), "{tool} {arguments}");
        }
        assert_eq!(agent.close().0, 0);
    }
    assert_eq!(decisive(&desk), locks);
    let after = mails();
    let outbox = |record: &Value| {
        let mails = record["mails"].as_array().unwrap().iter();
        mails
            .map(|mail| json!([mail["id"], mail["status"], mail["subject"], mail["to"], mail["approved_at"]]))
            .collect::<Vec<_>>()
    };
    assert_eq!(outbox(&after), outbox(&before));
    assert!(!fs::read_dir(desk.home.path()).unwrap().any(|entry| entry.unwrap().file_name() == "x.md"));
}
