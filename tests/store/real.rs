//! The program with real servers: a campaign whose ledger is in a bucket, on machines that come and
//! go.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use mmig::sandbox::{Contacts, Options};
use serde_json::Value;
use tempfile::TempDir;

use crate::scene::{PHASES, Said, Scene, files, said};
use crate::servers::{azure, azurite, liar, moto, only_reads, s3};

type Variables = Vec<(String, String)>;

fn scene() -> Scene {
    Scene::drafted(Options { contacts: Contacts::Seeded(30), ..Options::default() }, "")
}

/// What git has of a campaign, as a new checkout elsewhere.
fn clone_of(campaign: &Path) -> (TempDir, PathBuf) {
    let home = TempDir::new().unwrap();
    let to = home.path().join("campaigns/api-v2");
    for (path, bytes) in files(campaign) {
        let name = path.strip_prefix(campaign).unwrap();
        if !name.to_string_lossy().starts_with("state.") {
            fs::create_dir_all(to.join(name).parent().unwrap()).unwrap();
            fs::write(to.join(name), bytes).unwrap();
        }
    }
    (home, to)
}

/// Runs the program in a campaign's folder.
fn run(scene: &Scene, campaign: &Path, variables: &Variables, arguments: &[&str]) -> Said {
    let mut command = scene.mmig(arguments);
    command.current_dir(campaign).env("MMIG_CAMPAIGN", campaign).env("HOME", campaign).env("USER", "ann");
    said(&command.envs(variables.iter().cloned()).output().unwrap())
}

#[track_caller]
fn well(said: Said) -> Value {
    assert_eq!(said.code, 0, "{}", said.text);
    said.json
}

/// A ledger moves to the store, is used from another machine, and comes back unchanged.
fn there_and_back(url: &str, variables: &Variables) {
    let scene = scene();
    let first = scene.campaign();
    let state = || fs::read(first.join("state.toml")).unwrap();
    let before = state();
    let moved = well(run(&scene, &first, variables, &["ledger", "move", url]));
    assert_eq!(moved["campaign_file_changed"], true);
    // At the old location nothing can be done any more, even with the old campaign file.
    let old = fs::read_to_string(first.join("campaign.toml")).unwrap();
    fs::write(first.join("campaign.toml"), &old[..old.find("\n# Written by `mmig ledger move`").unwrap()]).unwrap();
    let refused = run(&scene, &first, variables, &["submit", "--phase", PHASES[0], "--now", "--yes"]);
    assert!(refused.code == 9 && refused.text.contains(url), "{}", refused.text);
    fs::write(first.join("campaign.toml"), old).unwrap();
    well(run(&scene, &first, variables, &["ledger", "move", "local"]));
    assert_eq!(String::from_utf8_lossy(&state()), String::from_utf8_lossy(&before));
    well(run(&scene, &first, variables, &["ledger", "move", url]));
    let (_home, second) = clone_of(&first);
    let doctor = run(&scene, &second, variables, &["doctor"]).json;
    let checks = doctor["checks"].as_array().unwrap();
    assert!(checks.iter().any(|check| check["check"] == "store" && check["state"] == "ok"), "{doctor}");
    well(run(&scene, &second, variables, &["submit", "--phase", PHASES[0], "--now", "--yes"]));
    let seen = [&first, &second].map(|campaign| {
        let mut status = well(run(&scene, campaign, variables, &["status"]));
        status["as_of"].take();
        status
    });
    assert!(seen[0] == seen[1] && seen[0]["phases"][0]["outcomes"]["waiting"] == 0, "{}", seen[0]);
    let again = well(run(&scene, &first, variables, &["submit", "--phase", PHASES[0], "--now", "--yes"]));
    assert_eq!(again["accepted"], 0, "{again}");
    let ledger = well(run(&scene, &second, variables, &["ledger"]));
    assert!(ledger["held_by"].is_null() && ledger["place"].as_str().unwrap().starts_with(url), "{ledger}");
}

#[test]
fn a_ledger_goes_to_s3_and_back_and_serves_two_machines() {
    let Some(server) = moto() else { return };
    there_and_back("s3://led/teams", &s3(server.port));
}

#[test]
fn a_ledger_goes_to_azure_and_back_and_serves_two_machines() {
    let Some(server) = azurite() else { return };
    there_and_back("az://led/teams", &azure(server.port));
}

#[test]
fn a_store_that_lies_is_refused_before_the_first_mail() {
    let Some(server) = liar() else { return };
    let scene = scene();
    let variables = s3(server.port);
    let moved = run(&scene, &scene.campaign(), &variables, &["ledger", "move", "s3://led/teams"]);
    assert!(moved.code == 8 && moved.text.contains("cannot keep two runs apart"), "{}", moved.text);
    let (_home, clone) = clone_of(&scene.campaign());
    let variables = [variables, vec![("MMIG_LEDGER_URL".to_owned(), "s3://led/teams".to_owned())]].concat();
    for command in [&["submit", "--phase", PHASES[0], "--now", "--yes"][..], &["segment"], &["doctor"]] {
        let said = run(&scene, &clone, &variables, command);
        assert_eq!(said.code, 8, "{command:?}: {}", said.text);
    }
    assert_eq!(scene.server.look("mails")["mails"].as_array().unwrap().len(), 0);
}

#[test]
fn who_may_only_read_sees_everything_and_sends_nothing() {
    let Some(server) = moto() else { return };
    let (scene, writes) = (scene(), s3(server.port));
    well(run(&scene, &scene.campaign(), &writes, &["ledger", "move", "s3://led/teams"]));
    let (reads, campaign) = (s3(only_reads(server.port)), scene.campaign());
    let status = |variables| well(run(&scene, &campaign, variables, &["status"]))["segments"].take();
    assert_eq!(status(&reads), status(&writes));
    let someone = well(run(&scene, &campaign, &reads, &["status", "--behind"]))["behind"][0]["contact"].clone();
    well(run(&scene, &campaign, &reads, &["status", "--contact", someone.as_str().unwrap()]));
    well(run(&scene, &campaign, &reads, &["report"]));
    well(run(&scene, &campaign, &reads, &["ledger"]));
    let said = run(&scene, &campaign, &reads, &["submit", "--phase", PHASES[0], "--now", "--yes"]);
    assert!(said.code == 4 && said.text.contains("what they allow"), "{}", said.text);
    assert_eq!(scene.server.look("mails")["mails"].as_array().unwrap().len(), 0);
}

/// What each customer got, and on which day.
fn sent(scene: &Scene) -> BTreeMap<String, Vec<String>> {
    let mut sent: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mail in scene.server.look("mails")["mails"].as_array().unwrap() {
        let text = |name: &str| mail[name].as_str().unwrap_or_default().to_owned();
        let to = mail["to"][0].as_str().unwrap_or_default().to_owned();
        sent.entry(to).or_default().push(format!("{} {}", text("subject"), text("markdown")));
    }
    for mails in sent.values_mut() {
        mails.sort();
    }
    sent
}

/// A drafted campaign whose mails are sent automatically.
fn automatic() -> Scene {
    let options = Options { contacts: Contacts::Seeded(25), seed: 7, ..Options::default() };
    let scene = Scene::new(options, "");
    let campaign = scene.campaign().join("campaign.toml");
    let text =
        fs::read_to_string(&campaign).unwrap().replace("audience = \"all\"", "audience = \"all\"\nautomatic = true");
    fs::write(campaign, text).unwrap();
    for arguments in [&["segment"][..], &["draft", "--all"]] {
        well(scene.run(arguments));
    }
    scene
}

#[test]
fn thirty_days_of_fresh_clones_send_what_one_machine_sends() {
    let Some(server) = moto() else { return };
    let variables = s3(server.port);
    let (alone, cloud) = (automatic(), automatic());
    well(run(&cloud, &cloud.campaign(), &variables, &["ledger", "move", "s3://led/days"]));
    // From 25 January on: three phases are due in these days.
    let _ = [&alone, &cloud].map(|scene| scene.later(TimeDelta::days(21)));
    for day in 0..30 {
        let (_home, clone) = clone_of(&cloud.campaign());
        for command in [&["track"][..], &["remind", "--yes"]] {
            let said = run(&cloud, &clone, &variables, command);
            assert_eq!(said.code, 0, "day {day}: {}", said.text);
            well(run(&alone, &alone.campaign(), &Vec::new(), command));
        }
        let _ = [&alone, &cloud].map(|scene| scene.later(TimeDelta::days(1)));
    }
    let (one, many) = (sent(&alone), sent(&cloud));
    assert!(one.len() >= 15 && one.values().all(|mails| mails.len() == 3), "{one:?}");
    assert_eq!(one, many);
}
