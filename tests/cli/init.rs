//! `init` writes a campaign without problems.

use crate::desk::{Desk, with_contacts};

#[test]
fn what_init_writes_passes_check() {
    let desk = Desk::offline();
    let told = desk.run("init move-2028 --deadline 2028-03-31 --from post@company.example --json").well().json();
    assert_eq!((&told["campaign"], &told["deadline"]), (&"move-2028".into(), &"2028-03-31".into()));
    let _ = desk.run("-c move-2028 check").well().says("in order");
    let status = desk.run("-c move-2028 status --json").well().json();
    assert_eq!((&status["deadline"], status["phases"].as_array().map(Vec::len)), (&"2028-03-31".into(), Some(5)));
    let ignored = desk.read("../move-2028/.gitignore");
    for file in ["state.toml", "state.journal"] {
        assert!(ignored.lines().any(|line| line == file), "{ignored}");
    }
}

#[test]
fn without_a_deadline_there_is_time_for_every_phase() {
    let desk = Desk::offline();
    let _ = desk.run("init soon").well();
    let status = desk.run("-c soon status --json").well().json();
    assert!(status["phases"].as_array().unwrap().iter().all(|phase| phase["state"] == "upcoming"), "{status:#}");
}

#[test]
fn a_deadline_in_the_past_is_refused_and_one_that_is_near_scales_the_phases_and_says_so() {
    let desk = Desk::offline().on("2027-03-25T10:00:00Z");
    let before = desk.files();
    let _ = desk.run("init late --deadline 2027-03-24").ends(2).says("is in the past").says("2027-03-25");
    assert!(desk.files() == before);
    let said = desk.run("init near --deadline 2027-04-30").well().says("36 days to the deadline instead");
    let _ = said.says("next: ");
    let status = desk.run("-c near status --json").well().json();
    let due: Vec<_> = status["phases"].as_array().unwrap().iter().filter_map(|phase| phase["due"].as_str()).collect();
    assert_eq!(due.len(), 4, "{status:#}");
    assert!(due.iter().all(|due| *due > "2027-03-25" && *due < "2027-04-30"), "{due:?}");
    let told = desk.run("init far --deadline 2027-12-31 --json").well().json();
    assert_eq!(told["scaled"], false);
}

#[test]
fn a_campaign_that_is_there_is_not_overwritten() {
    let desk = Desk::offline();
    let before = desk.files();
    let _ = desk.run("init api-v2").ends(2).says("exists already");
    assert!(desk.files() == before);
}

#[test]
fn a_name_that_could_lead_elsewhere_is_refused() {
    let desk = Desk::offline();
    let before = desk.files();
    for name in ["../x", "a/b", ".", "..", "a.b", "-x", "ä", "x\u{1b}[2J", &"x".repeat(65)] {
        let said = desk.run(&format!("init -- {name}")).ends(2);
        assert!(!said.all().contains('\u{1b}'), "{:?}", said.all());
    }
    assert!(desk.files() == before);
}

#[test]
fn a_fresh_campaign_goes_all_the_way() {
    let desk = Desk::at(with_contacts(20));
    let _ = desk.run("init fresh --deadline 2027-04-30").well();
    for command in ["check", "segment", "draft --all", "submit --phase announce --yes", "track", "status", "doctor"] {
        let _ = desk.run(&format!("-c fresh {command}")).well();
    }
    assert_eq!(desk.people().taken(), 6, "its one segment is rest");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_ledger() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    for file in ["state.toml", "state.journal", "state.lock"] {
        let mode = std::fs::metadata(desk.path(file)).expect(file).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn the_drafts_hold_no_personal_data() {
    let desk = Desk::drafted(with_contacts(20));
    let contacts = desk.people().contacts();
    for (path, bytes) in desk.files() {
        if !path.to_string_lossy().contains("drafts") {
            continue;
        }
        let text = String::from_utf8_lossy(&bytes);
        for contact in &contacts {
            for field in ["email", "name", "id"] {
                let value = contact[field].as_str().unwrap();
                assert!(!text.contains(value), "{value} is in {}", path.display());
            }
        }
    }
}

#[test]
fn a_page_for_agents_is_written_if_there_is_none() {
    let desk = Desk::offline();
    let told = desk.run("init next --agents --json").well().json();
    assert!(told["written"].to_string().contains("AGENTS.md"), "{told}");
    let page = std::fs::read_to_string(desk.home.path().join("AGENTS.md")).unwrap();
    assert!(page.contains("mmig check") && page.contains("What you never do"), "{page}");
    std::fs::write(desk.home.path().join("AGENTS.md"), "ours").unwrap();
    let again = desk.run("init other --agents --json").well();
    assert!(!again.json()["written"].to_string().contains("AGENTS.md"));
    assert_eq!(std::fs::read_to_string(desk.home.path().join("AGENTS.md")).unwrap(), "ours");
}

#[test]
fn help_for_agents_names_the_clients_and_every_tool() {
    let page = Desk::offline().run("help agents").well().stdout;
    for word in ["Claude Code", "Cursor", "VS Code", "Codex", "write_template", "submit"] {
        assert!(page.contains(word), "{word}: {page}");
    }
}
