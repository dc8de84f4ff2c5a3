//! The key: missing, wrong, without the scope; and never shown.

use crate::desk::{Desk, with_contacts};

const KEY: &str = "MULTIMAIL_API_KEY";
/// Commands that ask the server.
const ASKING: [&str; 7] = [
    "segment",
    "submit --phase announce --yes",
    "track",
    "remind --yes",
    "status --sync",
    "cancel --phase announce --yes",
    "doctor",
];

fn announced() -> Desk {
    let desk = Desk::drafted(with_contacts(10));
    let _ = desk.submit("announce").well();
    desk
}

#[test]
fn without_a_key_the_variable_is_named_and_where_a_key_comes_from() {
    let desk = announced().without(KEY);
    for command in ASKING {
        let _ = desk.run(command).ends(4).says(KEY).says("dashboard");
    }
}

#[test]
fn an_empty_key_counts_as_missing() {
    let _ = announced().with(KEY, "  ").run("segment").ends(4).says("is not set");
}

#[test]
fn a_wrong_key_ends_with_4_and_is_shown_nowhere() {
    let secret = "mm_live_5ecret0fthehouse";
    let desk = announced().with(KEY, secret).with("MULTIMAIL_ADMIN_KEY", "mm_live_5ecretadmin");
    for command in ASKING {
        for more in ["", " -v", " --json"] {
            let said = desk.run(&format!("{command}{more}")).ends(4).says(KEY);
            let _ = said.says_nothing_of("5ecret");
        }
    }
}

#[test]
fn a_key_that_works_is_shown_nowhere_either() {
    let desk = announced();
    for command in ASKING {
        let said = desk.run(&format!("{command} -v"));
        let _ =
            said.says_nothing_of("mm_test_send").says_nothing_of("mm_test_admin").says_nothing_of("mm_test_oversight");
    }
    for (file, bytes) in desk.files() {
        assert!(!String::from_utf8_lossy(&bytes).contains("mm_test"), "a key is in {}", file.display());
    }
}

#[test]
fn the_help_does_not_show_the_environment() {
    let desk = announced();
    let _ = desk.run("submit --help").well().says_nothing_of("mm_test").says_nothing_of("127.0.0.1");
}

#[test]
fn a_key_that_may_not_send_ends_with_4_before_anything_is_lost() {
    let desk = Desk::drafted(with_contacts(10)).with(KEY, "mm_test_oversight");
    let _ = desk.run("submit --phase announce --yes").ends(4).says("scope");
    assert_eq!(desk.people().taken(), 0);
    // With the right key everyone is still reached.
    let desk = desk.with(KEY, "mm_test_send");
    let _ = desk.submit("announce").well();
    assert_eq!(desk.people().taken(), 9);
}

#[test]
fn a_key_is_never_sent_in_clear_to_another_machine() {
    let desk = Desk::offline().with(KEY, "mm_live_x");
    let _ = desk.run("--api-url http://api.example.com segment").ends(2).says("https");
}

#[test]
fn a_key_may_come_from_a_file_that_the_environment_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let desk = Desk::drafted(with_contacts(10)).without(KEY).with("MULTIMAIL_API_KEY_FILE", file.to_str().unwrap());
    let _ = desk.run("segment").ends(4).says("MULTIMAIL_API_KEY_FILE");
    std::fs::write(&file, " \n").unwrap();
    let _ = desk.run("segment").ends(4).says("is empty");
    std::fs::write(&file, "mm_test_send\n").unwrap();
    let _ = desk.run("segment").well();
}

#[test]
fn a_key_in_a_variable_and_in_a_file_is_refused() {
    let desk = Desk::drafted(with_contacts(10)).with("MULTIMAIL_API_KEY_FILE", "/run/secrets/key");
    let _ = desk.run("segment").ends(4).says("both set");
}

#[test]
fn the_vendors_own_variable_for_the_address_is_understood() {
    let desk = Desk::drafted(with_contacts(10));
    let theirs = desk.with("MULTIMAIL_BASE_URL", "http://127.0.0.1:1");
    let _ = theirs.run("segment").well();
    let _ = theirs
        .without("MULTIMAIL_API_URL")
        .run("segment")
        .ends(5)
        .says("http://127.0.0.1:1 (MULTIMAIL_BASE_URL) cannot be reached");
}

#[test]
fn verbose_lists_each_request_without_addresses() {
    let desk = Desk::drafted(with_contacts(10));
    let said = desk.run("submit --phase announce --yes -v").well().says("GET /v1/contacts: 200").says("/send: 202");
    let _ = said.says_nothing_of("mm_test").says_nothing_of("%40");
}
