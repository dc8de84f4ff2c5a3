//! Breaking changes that oasdiff found, taken into the campaign.

use std::fs;

use crate::desk::Desk;

const FOUND: &str = r#"[{"id":"request-parameter-removed","text":"deleted the 'query' request parameter 'page'",
    "level":3,"operation":"GET","path":"/v1/orders","section":"paths","fingerprint":"0a1b2c3d4e5f"},
    {"id":"endpoint-added","text":"endpoint added","level":1,"operation":"GET","path":"/v2/x","fingerprint":"ffffffffffff"}]"#;

const IMPORT: &str = "import oasdiff campaigns/api-v2/found.json";

fn desk() -> Desk {
    let desk = Desk::offline();
    desk.write("found.json", FOUND);
    desk
}

#[test]
fn findings_become_changes_that_pass_check_and_are_found_only_once() {
    let desk = desk();
    let before = desk.read("campaign.toml");
    let told = desk.run(&format!("{IMPORT} --json")).well().json();
    assert_eq!(told["new"][0]["operations"][0], "GET /v1/orders");
    assert_eq!((&told["below_level"], &told["known"]), (&1.into(), &0.into()));
    let after = desk.read("campaign.toml");
    let mut now = after.lines();
    assert!(before.lines().all(|line| now.any(|own| own == line)), "what people wrote stays, in its order");
    let _ = desk.run("check").well().says("5 changes");
    desk.edit("campaign.toml", "id = \"request-parameter-removed-0a1b2c3d4e5f\"", "id = \"page\"");
    let edited = desk.read("campaign.toml");
    let again = desk.run(&format!("{IMPORT} --json")).well().json();
    assert_eq!((again["new"].as_array().unwrap().len(), &again["known"]), (0, &1.into()));
    assert_eq!(desk.read("campaign.toml"), edited);
    desk.write("found.json", "[]");
    let _ = desk.run(IMPORT).well().says("contains no changes").says("1 gone").says("page (0a1b2c3d4e5f)");
    assert_eq!(desk.read("campaign.toml"), edited);
}

#[test]
fn a_dry_run_shows_what_would_be_added_and_writes_nothing() {
    let desk = desk();
    let files = desk.files();
    let _ = desk.run(&format!("{IMPORT} --dry-run --level info")).well().says("2 changes would be added");
    assert!(desk.files() == files);
}

#[test]
fn a_file_that_is_no_changelog_is_refused() {
    let desk = desk();
    desk.write("found.json", "no JSON");
    let campaign = desk.read("campaign.toml");
    let _ = desk.run(IMPORT).ends(2).says("is no JSON").says("oasdiff changelog OLD NEW -f json");
    fs::write(desk.path("found.json"), b"[\xff]").unwrap();
    let _ = desk.run(IMPORT).ends(2).says("found.json is not UTF-8");
    let _ = desk.run(&format!("{IMPORT} --level bad")).ends(2).says("info, warn, err");
    let _ = desk.run("import oasdiff nowhere.json --json").ends(2).json();
    let _ = desk.run("import").ends(2);
    assert_eq!(desk.read("campaign.toml"), campaign);
}

#[test]
fn what_a_hostile_file_says_reaches_neither_the_terminal_nor_the_campaign() {
    let desk = desk();
    let text = "\"\"\"\\n[campaign]\\ndeadline = 1999-01-01\\u001b[31m\\u202e";
    let found =
        format!(r#"[{{"id":"{0}","text":"{0}","path":"/{0}","fingerprint":"{0}"}}]"#, text.replace('"', "\\\""));
    desk.write("found.json", &found);
    let _ = desk.run(IMPORT).well().says("1 change added").says_nothing_of("\u{1b}").says_nothing_of("\u{202e}");
    assert_eq!(desk.status()["deadline"], "2027-04-30");
    let _ = desk.run(IMPORT).well().says("nothing new");
}
