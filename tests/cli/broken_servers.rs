//! Servers that are down or return garbage: exit 5, with a clear message, and nothing lost.

use crate::desk::{Desk, with_contacts};
use crate::gateway::{answering, nobody, without_path};
use crate::json::{ASKING, chosen, document, under_way};

const HTML: &str = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 45\r\nConnection: close\r\n\r\n<html><script>alert(1)</script>\x1b[31m</html>\n";
const PLAIN: &str = "HTTP/1.1 403 Forbidden\r\nContent-Length: 16\r\nConnection: close\r\n\r\nerror code: 1020";
const GARBAGE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n\x01{\"x";
const TRUNCATED: &str = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{\"mailboxes\":[";
const NO_HTTP: &str = "220 smtp.example.com ready\r\n";
const OTHER_JSON: &str = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{\"ok\":true}";

#[test]
fn every_command_that_asks_says_that_the_server_cannot_be_reached_and_changes_nothing() {
    let (desk, down) = (under_way(), nobody());
    let commands = chosen(&ASKING).chain([("status", "status --sync"), ("review", "review")]);
    let both = commands.flat_map(|(name, command)| [(name, command.to_owned()), (name, format!("{command} --json"))]);
    // Each on its own desk, all at once: the program tries for some seconds.
    let running: Vec<_> = both
        .map(|(name, command)| {
            let desk = desk.copy().with("MULTIMAIL_API_URL", &down);
            let (before, running) = (desk.files(), desk.start(&command));
            (name, command, desk, before, running)
        })
        .collect();
    for (name, command, desk, before, running) in running {
        let said = running.ended().ends(5).says("cannot be reached");
        if command.ends_with("--json") {
            document(&said, name, 5);
        }
        assert!(desk.files() == before, "{command} changed a file");
    }
}

#[test]
fn answers_that_are_no_answers_end_with_5() {
    let desk = Desk::drafted(with_contacts(10));
    let running: Vec<_> = [HTML, GARBAGE, TRUNCATED, NO_HTTP, OTHER_JSON]
        .map(|reply| {
            let desk = desk.copy().with("MULTIMAIL_API_URL", &answering(reply));
            let running = desk.start("submit --phase announce --yes");
            (reply, desk, running)
        })
        .into_iter()
        .collect();
    for (reply, _desk, running) in running {
        let said = running.ended();
        assert_eq!(said.code, 5, "{reply:?}: {}", said.all());
        assert!(!said.all().contains('\x1b'), "{}", said.all());
        let _ = said.says("error: ").says("next: ");
    }
}

#[test]
fn sending_works_with_a_server_that_shows_no_account() {
    let desk = Desk::drafted(with_contacts(10));
    let partial = without_path(&desk.server(), "/v1/account");
    let desk = desk.with("MULTIMAIL_API_URL", &partial);
    let _ = desk.submit("announce").well();
    assert_eq!(desk.people().taken(), 9);
    let _ = desk.run("doctor").well().says("shows no account");
}

#[test]
fn a_gateways_plain_words_are_shown_as_they_are() {
    let desk = Desk::drafted(with_contacts(10)).with("MULTIMAIL_API_URL", &answering(PLAIN));
    let _ = desk.run("segment").ends(4).says("error code: 1020");
}

#[test]
fn a_server_that_fails_permanently_in_the_middle_loses_no_one() {
    let desk = Desk::drafted(with_contacts(20));
    // All at once: each is tried for some seconds.
    desk.edit("campaign.toml", "concurrency = 8", "concurrency = 18");
    desk.people().post("faults", &serde_json::json!({ "cut_before": 1.0 }));
    let _ = desk.run("submit --phase announce --yes --json").ends(5);
    assert_eq!(desk.people().taken(), 0);
    desk.people().post("faults", &serde_json::json!({}));
    let _ = desk.submit("announce").well();
    assert_eq!(desk.people().taken(), 18);
    desk.people().doubled_nobody();
}
