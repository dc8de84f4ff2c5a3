//! A disk that fills up while mails are being recorded, and a folder that cannot be written.

use std::fs;
use std::process::Command;

use mmig::campaign::mail::Fate;
use mmig::sandbox::{Contacts, Options};
use mmig::store::local as ledger;

use crate::books::{Tally, compare, nothing_is_forgotten};
use crate::scene::{PHASES, Said, Scene, files, said};

const AT_ONCE: usize = 4;
const PAGE: usize = 4096;

/// Ninety recipients, four mails at a time.
fn ninety() -> Scene {
    let options = Options { contacts: Contacts::Seeded(100), ..Options::default() };
    Scene::drafted(options, &format!("concurrency = {AT_ONCE}"))
}

/// Submits through a script that runs the program: `"$@"` is the submit, `$0` is `argument`.
fn submit_below(scene: &Scene, shell: &[&str], script: &str, argument: &str) -> Said {
    let mut command = Command::new(shell[0]);
    scene.prepare(&mut command);
    command.args(&shell[1..]).args(["sh", "-c", script, argument, env!("CARGO_BIN_EXE_mmig")]);
    command.args(["submit", "--phase", PHASES[0], "--now", "--yes", "--json"]);
    said(&command.output().expect("it starts"))
}

/// Makes private mounts that end with the process; not every system allows that.
const OWN_MOUNTS: [&str; 2] = ["unshare", "-rm"];

fn has_own_mounts() -> bool {
    let probe = Command::new(OWN_MOUNTS[0]).args([OWN_MOUNTS[1], "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    let able = probe.is_ok_and(|probe| probe.status.success());
    if !able {
        eprintln!("left out: this system lets us make no mounts of our own");
    }
    able
}

fn sent(scene: &Scene) -> usize {
    scene.server.look("mails")["mails"].as_array().expect("a list").len()
}

/// The run stopped at once, lost nothing, and the next one with space continues where it stopped.
fn stopped_at_once_and_goes_on_later(scene: &Scene) {
    nothing_is_forgotten(scene);
    let records = ledger::read(&scene.campaign()).expect("it can be read").expect("it is there");
    let mails = records.recipients().iter().filter_map(|recipient| recipient.mail(PHASES[0]));
    let accepted = mails.filter(|mail| matches!(mail.fate, Fate::Accepted(_))).count();
    let sent = sent(scene);
    assert!(sent - accepted <= AT_ONCE, "{sent} were sent, of which {accepted} could be recorded");
    let later = scene.submit(PHASES[0]);
    assert_eq!(later.code, 0, "{}", later.text);
    assert_eq!(compare(scene, PHASES[0]), Tally { mails: 90, ..Tally::default() });
}

#[test]
fn a_journal_that_may_not_grow_stops_the_run_and_the_next_one_goes_on() {
    let scene = ninety();
    let state = fs::metadata(scene.campaign().join(ledger::STATE)).expect("a ledger").len();
    // A write beyond the limit is an error instead of a kill, as on a full disk.
    let script = r#"trap "" XFSZ; ulimit -f "$0"; exec "$@""#;
    let said = submit_below(&scene, &["env"], script, &(state / 512 + 8).to_string());
    assert_eq!(said.code, 9, "{}", said.text);
    assert!(said.text.contains("stopped: cannot write"), "{}", said.text);
    assert!((1..90).contains(&sent(&scene)), "{}", said.text);
    stopped_at_once_and_goes_on_later(&scene);
}

#[test]
fn a_full_disk_stops_the_run_whenever_it_is_full_and_the_next_one_goes_on() {
    if !has_own_mounts() {
        return;
    }
    for pages in [0, 1, 2, 4] {
        let scene = ninety();
        let pages_of = |length: usize| length.div_ceil(PAGE);
        let used: usize = files(&scene.campaign()).iter().map(|(_, content)| pages_of(content.len())).sum();
        let state = fs::read(scene.campaign().join(ledger::STATE)).expect("a ledger").len();
        let size = (used + pages_of(state) + pages) * PAGE;
        let script = r#"disk="$MMIG_CAMPAIGN.disk" && mkdir "$disk" && mount --bind "$MMIG_CAMPAIGN" "$disk" &&
            mount -t tmpfs -o "size=$0" tmpfs "$MMIG_CAMPAIGN" && cp -a "$disk/." "$MMIG_CAMPAIGN" || exit 99
            "$@"; code=$?; cp -a "$MMIG_CAMPAIGN"/state.* "$disk"; exit $code"#;
        let said = submit_below(&scene, &OWN_MOUNTS, script, &size.to_string());
        assert_eq!(said.code, 9, "{pages} pages: {}", said.text);
        assert!(said.text.contains("make room on the disk"), "{}", said.text);
        assert!(pages > 0 || sent(&scene) == 0, "there was no room for the lock");
        stopped_at_once_and_goes_on_later(&scene);
    }
}

#[test]
fn in_a_folder_that_cannot_be_written_nothing_is_sent_and_status_still_works() {
    if !has_own_mounts() {
        return;
    }
    let scene = ninety();
    let before = files(&scene.campaign());
    let script = r#"mount --bind "$MMIG_CAMPAIGN" "$MMIG_CAMPAIGN" && mount -o remount,ro,bind "$MMIG_CAMPAIGN" || exit 99
        "$0" status > /dev/null || exit 98
        exec "$@""#;
    let said = submit_below(&scene, &OWN_MOUNTS, script, env!("CARGO_BIN_EXE_mmig"));
    assert_eq!(said.code, 9, "{}", said.text);
    assert!(said.text.contains("check the folder's permissions"), "{}", said.text);
    assert_eq!((sent(&scene), files(&scene.campaign())), (0, before));
    stopped_at_once_and_goes_on_later(&scene);
}
