//! `mmig sandbox`: prints how to use it, works, and ends with Ctrl-C.
#![cfg(unix)] // Ctrl-C is sent with `kill`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

use crate::desk::{Desk, Running};
use crate::said::number;

/// Starts it and reads this many lines of stdout.
fn started(desk: &Desk, arguments: &str, lines: usize) -> (Running, Vec<String>) {
    let mut running = desk.start(&format!("sandbox {arguments}"));
    let stdout = running.child.stdout.take().expect("it is piped");
    let read = BufReader::new(stdout).lines().take(lines).map(|line| line.expect("it says something"));
    let read = read.collect();
    (running, read)
}

/// Only Ctrl-C ends it.
fn ends_when_interrupted(mut running: Running) {
    assert!(running.child.try_wait().expect("it can be asked").is_none(), "it ended by itself");
    running.interrupt();
    let _ = running.ended().well();
}

fn exported(lines: &[String]) -> BTreeMap<String, String> {
    let pairs = lines.iter().map(|line| line.strip_prefix("export ").expect(line).split_once('=').expect(line));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn its_export_lines_are_all_a_campaign_needs() {
    let mut desk = Desk::offline();
    let (running, lines) = started(&desk, "--contacts 30 --as-of 2027-01-30T14:00:00Z", 5);
    for (name, value) in exported(&lines) {
        desk = desk.with(&name, &value);
    }
    desk.segment();
    desk.draft_all();
    let told = desk.submit("announce").well().json();
    assert_eq!(number(&told, "/accepted"), 27);
    ends_when_interrupted(running);
}

#[test]
fn its_document_has_the_same_environment() {
    let desk = Desk::offline();
    let (running, lines) = started(&desk, "--json --contract simple", 1);
    let told: serde_json::Value = serde_json::from_str(&lines[0]).expect("one line, one document");
    assert_eq!((&told["schema"], &told["command"]), (&2.into(), &"sandbox".into()));
    let environment = told["environment"].as_object().expect("an object");
    assert_eq!(environment["MULTIMAIL_API_URL"], told["url"]);
    assert!(environment.contains_key("MULTIMAIL_API_KEY") && !environment.contains_key("MULTIMAIL_MAILBOX_ID"));
    assert!(told["url"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    ends_when_interrupted(running);
}

#[test]
fn its_contacts_can_be_anybodys() {
    let mut desk = Desk::offline();
    desk.write(
        "people.json",
        r#"{"contacts":[{"id":"a","name":"Ada","email":"ada@example.org","tags":["api-v1","rest"]}]}"#,
    );
    let (running, lines) = started(&desk, "--contract simple --contacts-file campaigns/api-v2/people.json", 2);
    for (name, value) in exported(&lines) {
        desk = desk.with(&name, &value);
    }
    let found = desk.segment();
    assert_eq!(number(&found, "/segments/1/found"), 1, "{found:#}");
    ends_when_interrupted(running);
}

#[test]
fn what_it_cannot_do_ends_with_2() {
    let desk = Desk::offline();
    for arguments in [
        "--contacts-file nowhere.json",
        "--cut-after 2",
        "--mode strict",
        "--contract auto",
        "--rate 0",
        "--contacts 3 --contacts-file x",
    ] {
        let _ = desk.run(&format!("sandbox {arguments}")).ends(2);
    }
}

#[test]
fn a_port_that_is_taken_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let _ = Desk::offline().run(&format!("sandbox --port {port}")).ends(2).says("--port");
}

#[test]
fn why_a_sandbox_does_not_start_is_said_with_what_helps() {
    let desk = Desk::offline();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let _ = desk.run(&format!("sandbox --port {port}")).ends(2).says(&port.to_string()).says("choose another --port");
    desk.write("../../people.json", "{}");
    for file in ["people.json", "nobody.json"] {
        let said = desk
            .run(&format!("sandbox --contacts-file {file}"))
            .ends(2)
            .says(file)
            .says("--contacts-file is a JSON array");
        assert!(!said.all().contains("--port"), "{}", said.all());
    }
}
