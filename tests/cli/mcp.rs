//! The MCP server, over the wire.

use serde_json::{Value, json};

use crate::agent::{Agent, NEWER};
use crate::desk::{Desk, with_contacts};

const READ: [&str; 8] = ["status", "behind", "customer_history", "check", "plan", "drafts", "facts", "segment"];

/// The personal data of the 30 customers: no name and no address may reach an agent.
fn personal(desk: &Desk) -> Vec<String> {
    let book = desk.people().record("contacts");
    let rows = book.as_array().cloned().or_else(|| book["contacts"].as_array().cloned()).unwrap();
    let words = rows.iter().flat_map(|row| [row["name"].clone(), row["email"].clone()]);
    words.filter_map(|word| word.as_str().map(str::to_owned)).filter(|word| !word.is_empty()).collect()
}

#[test]
fn both_revisions_of_the_protocol_are_spoken() {
    let desk = Desk::offline();
    let mut older = Agent::of(&desk, "");
    assert_eq!(older.tools(), READ);
    let mut newer = Agent::newer(&desk, "");
    let found = newer.ask("server/discover", json!({}));
    let versions = found["result"]["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!(NEWER)), "{found}");
    assert_eq!(newer.tools(), READ);
    let facts = newer.call("facts", json!({}));
    assert_eq!(facts.document()["campaign"], older.call("facts", json!({})).document()["campaign"]);
    for agent in [older, newer] {
        assert_eq!(agent.close(), (0, String::new()));
    }
}

#[test]
fn each_toolset_has_the_tools_of_the_ones_before_it_and_no_tool_decides() {
    let desk = Desk::offline();
    let author = Agent::of(&desk, "--toolset author").tools();
    let submit = Agent::of(&desk, "--toolset submit").tools();
    assert_eq!(author[..READ.len()], READ);
    assert_eq!(submit.last().unwrap(), "submit");
    let mut reader = Agent::of(&desk, "");
    for tool in ["submit", "draft", "write_template", "review", "approve", "cancel", "deadline"] {
        let answer = reader.ask("tools/call", json!({ "name": tool, "arguments": {} }));
        assert!(answer["error"]["message"].as_str().unwrap().contains(tool), "{answer}");
    }
}

#[test]
fn a_result_is_the_commands_document_with_a_text_twin() {
    // An agent does not use the admin key, so it cannot read the suppression list.
    let desk = Desk::drafted(with_contacts(30)).without("MULTIMAIL_ADMIN_KEY");
    let mut agent = Agent::of(&desk, "--show-contacts");
    for (tool, arguments, command) in [
        ("status", json!({}), "status --json"),
        ("behind", json!({ "segments": ["rest"] }), "status --behind --segment rest --json"),
        ("check", json!({}), "check --json"),
        ("plan", json!({ "phase": "announce" }), "submit --phase announce --dry-run --json"),
        ("segment", json!({}), "segment --dry-run --json"),
    ] {
        let called = agent.call(tool, arguments);
        let text: Value = serde_json::from_str(called.result["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(&text, called.document(), "{tool}");
        let mut own: Value = serde_json::from_str(&desk.run(command).stdout).unwrap();
        let mut seen = called.document().clone();
        // Times advance, folders are relative to another one, and text by outsiders is fenced.
        for document in [&mut own, &mut seen] {
            for field in ["as_of", "behind", "odd", "problems", "error"] {
                document.as_object_mut().unwrap().remove(field);
            }
        }
        assert_eq!(seen, own, "{tool}");
    }
}

#[test]
fn a_document_that_only_a_tool_has_names_the_tool() {
    let desk = Desk::drafted(with_contacts(4));
    let described = desk.run("help json --json").well().json();
    let mut agent = Agent::of(&desk, "--toolset author");
    let own = described["documents"]
        .as_object()
        .unwrap()
        .iter()
        .filter_map(|(line, one)| Some((line.strip_prefix("mcp ")?, one)));
    let own: Vec<(&str, &Value)> = own.collect();
    assert_eq!(own.len(), 3);
    for (tool, schema) in own {
        let called = agent.call(tool, json!({ "name": "announce.md", "text": "+++" }));
        let command = called.document()["command"].as_str().unwrap();
        assert_eq!((command, &schema["properties"]["command"]["const"]), (tool, &json!(tool)));
    }
}

#[test]
fn names_and_addresses_are_masked_unless_a_person_allowed_them() {
    let desk = Desk::drafted(with_contacts(30));
    let _ = desk.submit("announce").well();
    desk.people().post("approve", &json!({ "all": true }));
    desk.track();
    let personal = personal(&desk);
    assert!(personal.len() > 50);
    let mut agent = Agent::of(&desk, "--toolset author");
    let behind = agent.call("behind", json!({})).well();
    let who = behind["behind"][0]["contact"].as_str().unwrap().to_owned();
    let history = agent.call("customer_history", json!({ "contact": who, "evidence": true })).well();
    assert_eq!(history["contact"]["email"], who.as_str());
    assert!(history["evidence"][0]["markdown"].as_str().unwrap().contains("Hello (masked)"), "{history}");
    for tool in ["status", "segment", "check", "facts", "drafts", "track"] {
        let _ = agent.call(tool, json!({}));
    }
    let _ = agent.call("plan", json!({ "phase": "prepare" }));
    let _ = agent.call("draft", json!({ "phases": ["prepare"] }));
    let one = personal.iter().find(|word| word.contains('@')).unwrap();
    let _ = agent.call("customer_history", json!({ "contact": one.split('@').next().unwrap() }));
    let _ = agent.call("customer_history", json!({ "contact": "a" }));
    for word in &personal {
        assert!(!agent.heard.contains(word.as_str()), "{word}");
    }
    let mut shown = Agent::of(&desk, "--show-contacts");
    let seen = shown.call("customer_history", json!({ "contact": one })).well();
    assert_eq!(seen["contact"]["email"], one.as_str());
    assert!(seen["contact"]["name"].as_str().unwrap().starts_with("[data "), "{seen}");
}

#[test]
fn the_plan_that_was_shown_is_submitted_once_and_no_other() {
    let desk = Desk::drafted(with_contacts(30));
    let mut agent = Agent::of(&desk, "--toolset submit");
    let plan = agent.call("plan", json!({ "phase": "announce" })).well();
    let (digest, to_send) = (plan["digest"].clone(), plan["remaining"].as_u64().unwrap());
    assert!(to_send > 20);
    let other = agent.call("submit", json!({ "phase": "announce", "plan": "0".repeat(32) }));
    assert_eq!(other.code(), 8);
    assert_eq!(desk.people().record("stats")["accepted"], 0);
    let called = agent.call("submit", json!({ "phase": "announce", "plan": digest }));
    assert!(called.told.iter().any(|told| told["method"] == "notifications/progress"), "{:?}", called.told);
    assert_eq!(called.well()["accepted"], to_send);
    // At once, and by another process, as after a time-out.
    let again = agent.call("submit", json!({ "phase": "announce", "plan": digest })).well();
    assert_eq!((&again["accepted"], &again["already"]), (&json!(0), &json!(to_send)));
    let mut another = Agent::of(&desk, "--toolset submit");
    let _ = another.call("submit", json!({ "phase": "announce", "plan": digest })).well();
    let stats = desk.people().record("stats");
    assert_eq!(stats["accepted"], to_send, "{stats}");
    assert!(stats.to_string().contains("pending_send_approval"), "{stats}");
}

#[test]
fn an_agent_submits_only_where_a_person_approves_each_mail() {
    let desk = Desk::drafted(with_contacts(10));
    desk.edit(
        "campaign.toml",
        r#"oversight = ["gated_all"]"#,
        r#"oversight = ["gated_all", "gated_send", "autonomous"]"#,
    );
    let mut agent = Agent::of(&desk, "--toolset submit");
    for mode in ["gated_send", "autonomous"] {
        desk.people().post("mode", &json!({ "mode": mode }));
        let plan = agent.call("plan", json!({ "phase": "announce" })).well();
        let refused = agent.call("submit", json!({ "phase": "announce", "plan": plan["digest"] }));
        assert_eq!(refused.code(), 8, "{mode}");
        assert!(refused.document()["error"]["message"].as_str().unwrap().contains(mode));
    }
    let simple = desk.with("MULTIMAIL_API_KEY", "mm_test_send");
    let mut agent = Agent::of(&simple, "--toolset submit --contract simple");
    let plan = agent.call("plan", json!({ "phase": "announce" })).well();
    let refused = agent.call("submit", json!({ "phase": "announce", "plan": plan["digest"] }));
    assert_eq!(refused.code(), 8);
    assert_eq!(simple.people().record("stats")["accepted"], 0);
}

#[test]
fn the_key_that_approves_is_not_an_agents() {
    let desk = Desk::drafted(with_contacts(10));
    let environment = desk.environment();
    let same = desk.with("MULTIMAIL_OVERSIGHT_KEY", &environment["MULTIMAIL_API_KEY"]);
    let (code, said) = Agent::silent(&same, "").close();
    assert_eq!(code, 4, "{said}");
    let both = same.with("MULTIMAIL_OVERSIGHT_KEY", &environment["MULTIMAIL_OVERSIGHT_KEY"]);
    let mut agent = Agent::of(&both, "--toolset submit");
    for tool in READ {
        let _ = agent.call(tool, json!({}));
    }
    for key in environment.iter().filter(|(name, _)| name.ends_with("_KEY")).map(|(_, key)| key) {
        assert!(!agent.heard.contains(key.as_str()));
    }
}

#[test]
fn a_template_is_written_only_over_what_its_writer_knew() {
    let desk = Desk::offline();
    let mut agent = Agent::of(&desk, "--toolset author");
    let text = "+++\nsubject = \"{{ campaign.title }}\"\n+++\nHello {{ contact.name }},\n\n{% include \"partials/dates.md\" %}\n";
    let written = agent.call("write_template", json!({ "name": "announce.rest.md", "text": text })).well();
    assert_eq!(written["outcome"], "written");
    desk.edit("templates/announce.rest.md", "Hello", "Good day");
    let newer = text.replace("Hello", "Dear");
    for arguments in [
        json!({ "name": "announce.rest.md", "text": newer }),
        json!({ "name": "announce.rest", "text": newer, "replaces": written["digest"] }),
    ] {
        let refused = agent.call("write_template", arguments);
        assert_eq!(refused.code(), 8);
        assert!(refused.document()["text"].as_str().unwrap().contains("Good day"));
    }
    let known =
        agent.call("write_template", json!({ "name": "announce.rest.md", "text": newer })).document()["digest"].clone();
    let written =
        agent.call("write_template", json!({ "name": "announce.rest.md", "text": newer, "replaces": known })).well();
    assert!(written["difference"].as_array().unwrap().contains(&json!("+Dear {{ contact.name }},")), "{written}");
    let same = agent.call("write_template", json!({ "name": "announce.rest.md", "text": newer })).well();
    assert_eq!(same["outcome"], "unchanged");
}

#[test]
fn nothing_is_written_elsewhere_or_that_cannot_be_used() {
    let desk = Desk::offline();
    let before = desk.files();
    let mut agent = Agent::of(&desk, "--toolset author");
    let good = "+++\nsubject = \"x\"\n+++\nbody\n";
    for name in
        ["../campaign", "/tmp/x.md", "a/b/c.md", ".hidden.md", "", "a\\b", "partials/../../x.md", "x\0y.md", "..md"]
    {
        assert_eq!(agent.call("write_template", json!({ "name": name, "text": good })).code(), 2, "{name:?}");
    }
    let long = "x".repeat(200_000);
    for text in ["+++\nsubject = 1\n+++\n", "{{ nothing.there }}", "{% include \"/etc/passwd\" %}", "{% if", &long] {
        let called = agent.call("write_template", json!({ "name": "announce.md", "text": text }));
        assert!([2, 10].contains(&called.code()), "{}", called.result);
    }
    #[cfg(unix)]
    {
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), desk.path("templates/linked")).unwrap();
        assert_eq!(agent.call("write_template", json!({ "name": "linked/x.md", "text": good })).code(), 8);
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
        std::fs::remove_file(desk.path("templates/linked")).unwrap();
    }
    assert_eq!(desk.files(), before);
}

#[test]
fn arguments_that_are_not_understood_are_results_that_say_so() {
    let desk = Desk::offline();
    let mut agent = Agent::of(&desk, "--toolset submit");
    for (tool, arguments) in [
        ("plan", json!({})),
        ("plan", json!({ "phase": ["announce"] })),
        ("status", json!({ "segment": "rest" })),
        ("status", json!({ "cursor": 7 })),
        ("behind", json!({ "cursor": "7.nothing" })),
        ("submit", json!({ "phase": "announce", "plan": "yes" })),
        ("draft", json!({ "phases": [] })),
        ("check", json!({ "run": true })),
        ("check", json!({ "links": true })),
    ] {
        let called = agent.call(tool, arguments.clone());
        assert_eq!(called.code(), 2, "{tool} {arguments}: {}", called.result);
    }
    assert_eq!(agent.call("status", json!({ "campaign": "../.." })).code(), 3);
    assert_eq!(agent.call("facts", json!({ "segments": ["nobody"] })).code(), 3);
}

#[test]
fn a_client_that_talks_nonsense_or_leaves_does_no_harm() {
    let desk = Desk::offline();
    let mut agent = Agent::of(&desk, "--toolset submit");
    for line in [
        "not json\n",
        "{\"jsonrpc\":\"2.0\"}\n",
        "[]\n",
        "\n",
        "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":1}\n",
        "\u{0}\u{1}\n",
    ] {
        agent.say_raw(line);
    }
    let _ = agent.call("facts", json!({})).well();
    agent.say_raw("{\"jsonrpc\":\"2.0\",\"id\":99,\"method\":\"tools/ca");
    assert_eq!(agent.close().0, 0);
    assert_eq!(Agent::silent(&desk, "").close(), (0, String::new()));
    let mut rude = Agent::silent(&desk, "");
    rude.say(&json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }));
    assert!(rude.hear().unwrap()["error"].is_object());
    assert_eq!(rude.close().0, 0);
}

#[test]
fn locked_texts_and_facts_are_resources() {
    let desk = Desk::drafted(with_contacts(30));
    let mut agent = Agent::of(&desk, "");
    let listed = agent.ask("resources/list", json!({}));
    let addresses: Vec<&str> =
        listed["result"]["resources"].as_array().unwrap().iter().filter_map(|one| one["uri"].as_str()).collect();
    let name = "api-v2";
    let text = addresses.iter().find(|one| one.ends_with("/drafts/announce/rest.md")).copied();
    let text = text.unwrap_or_else(|| panic!("{addresses:?}")).to_owned();
    for uri in [text.as_str(), &format!("mmig://campaign/{name}/facts")] {
        let read = agent.ask("resources/read", json!({ "uri": uri }));
        assert_eq!(read["result"]["contents"][0]["uri"], *uri, "{read}");
    }
    for uri in [
        "file:///etc/passwd",
        "mmig://campaign/../facts",
        &format!("mmig://campaign/{name}/drafts/announce/..%2F..%2Fcampaign.toml"),
        &format!("mmig://campaign/{name}/drafts/announce/../../campaign.md"),
        &format!("mmig://campaign/{name}/drafts/announce/lock.md"),
    ] {
        assert!(agent.ask("resources/read", json!({ "uri": uri }))["error"].is_object(), "{uri}");
    }
}

#[test]
fn prompts_are_worded_with_their_argument() {
    let mut agent = Agent::of(&Desk::offline(), "");
    let listed = agent.ask("prompts/list", json!({}));
    assert_eq!(listed["result"]["prompts"].as_array().unwrap().len(), 3);
    let got = agent.ask("prompts/get", json!({ "name": "draft_phase", "arguments": { "phase": "announce" } }));
    assert!(got["result"]["messages"][0]["content"]["text"].as_str().unwrap().contains("`announce`"), "{got}");
    assert!(agent.ask("prompts/get", json!({ "name": "draft_phase" }))["error"].is_object());
}

#[test]
fn a_long_result_comes_in_pages() {
    let desk = Desk::at(with_contacts(2000));
    desk.segment();
    let mut agent = Agent::of(&desk, "");
    let (mut seen, mut cursor, mut pages) = (0, Value::Null, 0);
    loop {
        let page = agent.call("behind", json!({ "cursor": cursor })).well();
        seen += page["behind"].as_array().unwrap().len();
        pages += 1;
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    let whole = desk.run("status --behind --json").well().json();
    assert_eq!(seen, whole["behind"].as_array().unwrap().len());
    assert!(pages > 1);
}

#[test]
fn an_unknown_value_is_answered_with_the_valid_ones() {
    let desk = Desk::offline();
    for (line, one) in [
        ("mcp --toolset all", "author"),
        ("sandbox --mode open", "gated_all"),
        ("sandbox --tag-write add", "double"),
        ("sandbox --contract rest", "simple"),
        ("report --format pdf", "csv"),
        ("track --mark finished --contact a", "completed"),
        ("import oasdiff x.json --level low", "warn"),
        ("import oasdiff x.json --in-doubt ask", "known"),
    ] {
        let said = desk.run(line).ends(2);
        assert!(said.stderr.contains("possible values") && said.stderr.contains(one), "{line}: {}", said.stderr);
    }
}

#[test]
fn a_malformed_message_gets_a_protocol_error_and_writes_nothing() {
    let desk = Desk::offline();
    let before = desk.files();
    for mut agent in [Agent::of(&desk, "--toolset submit"), Agent::newer(&desk, "--toolset submit")] {
        for (method, params, code) in [
            ("tools/approve", json!({}), -32601),
            ("tools/call", json!({ "name": 7 }), -32602),
            ("tools/call", json!({ "arguments": {} }), -32602),
            ("tools/call", json!({ "name": "facts", "arguments": "none" }), -32602),
            ("tools/call", json!({ "name": "approve", "arguments": {} }), -32602),
            ("resources/read", json!({ "uri": 7 }), -32602),
            ("prompts/get", json!({ "name": "nothing" }), -32602),
            ("", json!({}), -32601),
        ] {
            let answer = agent.ask(method, params.clone());
            assert_eq!(answer["error"]["code"], code, "{method} {params}: {answer}");
        }
        agent.say(&json!({ "jsonrpc": "2.0", "method": "notifications/nothing", "params": { "a": 1 } }));
        agent.say(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 99 } }));
        agent.say(&json!({ "jsonrpc": "2.0", "id": 77, "result": {} }));
        agent.say_raw(&format!("{}\n", "x".repeat(5_000_000)));
        agent.say_raw(&format!("{{\"a\":\"{}\"}}\n", "x".repeat(5_000_000)));
        let _ = agent.call("facts", json!({})).well();
        assert_eq!(agent.close(), (0, String::new()));
    }
    assert_eq!(desk.files(), before);
}

#[test]
fn a_submit_that_its_client_gave_up_can_be_repeated_and_mails_no_one_twice() {
    let desk = Desk::drafted(with_contacts(30));
    let mut agent = Agent::of(&desk, "--toolset submit");
    let plan = agent.call("plan", json!({ "phase": "announce" })).well();
    let arguments = json!({ "phase": "announce", "plan": plan["digest"] });
    desk.people().post("latency", &json!({ "ms": 20 }));
    for gives_up in [true, false] {
        let mut impatient = Agent::of(&desk, "--toolset submit");
        let params = json!({ "name": "submit", "arguments": arguments });
        impatient.say(&json!({ "jsonrpc": "2.0", "id": 50, "method": "tools/call", "params": params }));
        if gives_up {
            let cancelled = json!({ "requestId": 50, "reason": "time-out" });
            impatient.say(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled }));
        }
        // And leaves, whatever is in flight.
        assert_eq!(impatient.close().0, 0);
    }
    let _ = agent.call("submit", arguments).well();
    let to_send = plan["remaining"].as_u64().unwrap();
    assert_eq!(desk.people().record("stats")["accepted"], to_send);
    desk.people().doubled_nobody();
}
