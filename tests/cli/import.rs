//! Importing breaking changes found by oasdiff into the campaign.

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
    let refused = desk.run("check --json").ends(8).json();
    assert_eq!((&refused["errors"], &refused["problems"][0]["rule"]), (&1.into(), &"unedited".into()), "{refused:#}");
    let id = told["new"][0]["id"].as_str().unwrap();
    desk.edit("campaign.toml", &format!("id = \"{id}\""), "id = \"page\"");
    desk.edit(
        "campaign.toml",
        "title = \"Deleted the `query` request parameter `page`\"",
        "title = \"Lists have a cursor\"",
    );
    let edited = desk.read("campaign.toml");
    let again = desk.run(&format!("{IMPORT} --json")).well().json();
    assert_eq!((again["new"].as_array().unwrap().len(), &again["known"]), (0, &1.into()));
    assert_eq!(desk.read("campaign.toml"), edited);
    let _ = desk.run("check").well().says("5 changes");
    desk.write("found.json", "[]");
    let _ = desk.run(IMPORT).well().says("contains no changes").says("1 gone").says("page: all of it");
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
    let _ = desk.run(IMPORT).ends(2).says("is not JSON").says("oasdiff changelog OLD NEW -f json");
    fs::write(desk.path("found.json"), b"[\xff]").unwrap();
    let _ = desk.run(IMPORT).ends(2).says("found.json is not UTF-8");
    let _ = desk.run(&format!("{IMPORT} --level bad")).ends(2).says("info, warn, err");
    let _ = desk.run("import oasdiff nowhere.json --json").ends(2).json();
    let _ = desk.run("import").ends(2);
    assert_eq!(desk.read("campaign.toml"), campaign);
}

#[test]
fn a_gzipped_file_is_read_and_the_screen_fits_its_width() {
    let desk = desk();
    let text = "the request's body type/format changed from a string with a very long pattern to an object of which every part \
                is required and none may be left out, ever";
    let row = format!(
        r#"[{{"id":"request-body-type-changed","text":"{text}","level":3,"operation":"POST","path":"/v1/orders"}}]"#
    );
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, row.as_bytes()).unwrap();
    fs::write(desk.path("found.json"), packed.finish().unwrap()).unwrap();
    let said = desk.with("COLUMNS", "80").run(IMPORT).well().says("1 change added");
    assert!(said.stdout.lines().all(|line| line.chars().count() <= 80), "{}", said.stdout);
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

const SPEC: &str = "openapi: 3.0.2\nservers:\n  - url: https://api.acme.com/v1\npaths: {}\n";

#[test]
fn the_base_path_of_a_document_is_kept_once() {
    let desk = desk();
    desk.write("api.yaml", SPEC);
    let import = format!("{IMPORT} --spec campaigns/api-v2/api.yaml");
    let _ = desk.run(&import).well().says("base path /v1 added to [usage] base_paths");
    assert!(desk.read("campaign.toml").contains("base_paths = [\"/v1\"]"));
    let written = desk.read("campaign.toml");
    let _ = desk.run(&import).well().says("nothing new").says_nothing_of("base path");
    assert_eq!(desk.read("campaign.toml"), written);
    desk.write("api.yaml", "no: spec\n");
    let _ = desk.run(&import).ends(2).says("is not an OpenAPI document");
}

#[test]
fn findings_in_doubt_are_asked_about_and_nothing_is_written_without_an_answer() {
    let row = |name: &str| format!(r#"{{"id":"a","text":"removed `{name}`","level":3,"operation":"GET","path":"/x"}}"#);
    let desk = desk();
    desk.write("found.json", &format!("[{},{}]", row("b"), row("c")));
    let _ = desk.run(IMPORT).well().says("2 changes added");
    desk.write("found.json", &format!("[{},{}]", row("d"), row("e")));
    let before = desk.read("campaign.toml");
    let _ = desk.run(IMPORT).ends(2).says("2 changes found may already be known").says("--in-doubt");
    let _ = desk.run(&format!("{IMPORT} --dry-run")).well().says("2 uncertain").says("Removed `d`");
    let _ = desk.run(&format!("{IMPORT} --in-doubt known")).well().says("nothing new");
    assert_eq!(desk.read("campaign.toml"), before);
    let _ = desk.run(&format!("{IMPORT} --in-doubt new")).well().says("2 changes added");
}

#[test]
fn only_what_is_asked_for_is_imported() {
    let desk = desk();
    let told = desk.run(&format!("{IMPORT} --level info --match-path ^/v2 --json")).well().json();
    assert_eq!((&told["new"][0]["kind"], &told["other_paths"]), (&"endpoint-added".into(), &1.into()));
    let _ = desk.run(&format!("{IMPORT} --match-path [")).ends(2);
}

#[cfg(unix)]
#[test]
fn an_installed_oasdiff_is_asked_and_gets_no_key() {
    use std::os::unix::fs::PermissionsExt;
    let desk = desk().with("MULTIMAIL_API_KEY", "mm_test_secret");
    desk.write("new.yaml", SPEC);
    let bin = desk.path("bin");
    fs::create_dir(&bin).unwrap();
    let script = format!(
        "#!/bin/sh\necho \"$*\" > {0}/asked\nenv > {0}/env\ncase \"$5\" in bad) echo no such file >&2; exit 102;; esac\ncat {0}/../found.json\n",
        bin.display()
    );
    let program = bin.join("oasdiff");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let desk = desk.with("PATH", &path);
    let said = desk.spawn("import openapi old.yaml campaigns/api-v2/new.yaml").well();
    let _ = said.says("1 change added").says("base path /v1 added");
    assert_eq!(desk.read("bin/asked").trim(), "changelog --format json -- old.yaml campaigns/api-v2/new.yaml");
    assert!(!desk.read("bin/env").contains("mm_test_secret"));
    let _ = desk.spawn("import openapi bad campaigns/api-v2/new.yaml").ends(2).says("oasdiff failed: no such file");
    let _ = desk.with("PATH", "/nowhere").spawn("import openapi a b").ends(2).says("oasdiff is not installed");
}
