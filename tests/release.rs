//! How a release is packed and installed, and how the action interprets an outcome.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // A test's own helpers may fail like a test.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const VERSION: &str = "9.9.9";
/// The targets of .github/workflows/release.yml.
#[cfg(target_os = "linux")]
const TARGETS: [&str; 7] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Serves the files of a folder until the test ends; returns its address.
fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or(0);
            let line = String::from_utf8_lossy(&request[..length]).into_owned();
            let name = line.split(' ').nth(1).unwrap_or("/").trim_start_matches('/').to_owned();
            let (status, body) =
                fs::read(folder.join(name)).map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });
    address
}

fn sh(folder: &Path, script: &str) -> String {
    let output = Command::new("sh").args(["-c", script]).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A release with one archive, which contains this program.
fn release(target: &str) -> TempDir {
    let home = TempDir::new().unwrap();
    let (name, folder) = (format!("mmig-{VERSION}-{target}"), home.path().join(format!("v{VERSION}")));
    fs::create_dir_all(folder.join(&name)).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_mmig"), folder.join(&name).join("mmig")).unwrap();
    sh(
        &folder,
        &format!(
            "tar -czf {name}.tar.gz {name} && (sha256sum *.tar.gz 2>/dev/null || shasum -a 256 *.tar.gz) > SHA256SUMS"
        ),
    );
    home
}

fn install(releases: &str, target: &str, bin: &Path) -> Output {
    let mut command = Command::new("bash");
    command.arg(root().join("install.sh")).env("MMIG_RELEASES", releases).env("MMIG_VERSION", format!("v{VERSION}"));
    command.env("MMIG_TARGET", target).env("MMIG_BIN", bin).output().unwrap()
}

#[test]
fn a_release_is_installed_only_if_it_fits_its_checksum() {
    let target = "x86_64-unknown-linux-musl";
    let (release, bin) = (release(target), TempDir::new().unwrap());
    let (address, bin) = (serve(release.path().to_owned()), bin.path().join("bin"));
    let done = install(&address, target, &bin);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let said = Command::new(bin.join("mmig")).arg("--version").output().unwrap();
    assert!(String::from_utf8_lossy(&said.stdout).starts_with("mmig "));
    let folder = release.path().join(format!("v{VERSION}"));
    let refused = |why: &str| {
        let _ = fs::remove_file(bin.join("mmig"));
        let ended = install(&address, target, &bin);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!ended.status.success() && said.contains(why) && !bin.join("mmig").exists(), "{said}");
    };
    let sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    fs::write(folder.join("SHA256SUMS"), "").unwrap();
    refused("does not name");
    fs::write(folder.join("SHA256SUMS"), sums.replace(|digit: char| digit.is_ascii_digit(), "0")).unwrap();
    refused("SHA256SUMS");
    fs::remove_file(folder.join("SHA256SUMS")).unwrap();
    refused("cannot download");
}

#[test]
fn the_action_shows_findings_beside_their_lines_and_passes_the_exit_code_on() {
    let home = TempDir::new().unwrap();
    let document = serde_json::json!({
        "schema": 2, "command": "check", "texts": 3,
        "problems": [{
            "severity": "error", "rule": "dates", "text": null, "file": "campaigns/api-v2/campaign.toml", "line": 7,
            "column": 3, "message": "100 % wrong\n::error::not a command", "fix": "write another"
        }],
        "error": { "kind": "invalid", "code": 10, "message": "it has 1 error", "hint": "fix it" }
    });
    fs::write(home.path().join("document.json"), document.to_string()).unwrap();
    let program = home.path().join("mmig");
    fs::write(
        &program,
        "#!/bin/sh\ncat \"$(dirname \"$0\")/document.json\"\necho '::warning::from a customer' >&2\nexit 10\n",
    )
    .unwrap();
    sh(home.path(), "chmod +x mmig");
    let mut command = Command::new("python3");
    command.arg(root().join(".ci/action.py")).env("MMIG_RUN", "check --links").env("MMIG_PROGRAM", &program);
    for name in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
        command.env(name, home.path().join(name));
    }
    let Ok(ended) = command.env("RUNNER_TEMP", home.path()).env("PYTHONDONTWRITEBYTECODE", "1").output() else {
        return eprintln!("SKIPPED: python3 is not installed");
    };
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert_eq!(ended.status.code(), Some(10), "{err}");
    let expected = "::error file=campaigns/api-v2/campaign.toml,line=7,col=3,title=dates::\
                    100 %25 wrong%0A::error::not a command (write another)\n";
    assert_eq!(out, expected);
    assert!(!err.lines().any(|line| line.starts_with("::")), "{err}");
    let read = |name: &str| fs::read_to_string(home.path().join(name)).unwrap();
    assert!(read("GITHUB_OUTPUT").contains("code=10"));
    let summary = read("GITHUB_STEP_SUMMARY");
    assert!(summary.contains("`mmig check --links` ended with 10") && summary.contains("| texts | 3 |"), "{summary}");
}

/// Packs a release of this program as the workflow does, into `FOLDER/releases`.
#[cfg(target_os = "linux")]
fn pack(home: &Path, address: &str) -> PathBuf {
    let (binaries, dist) = (home.join("binaries"), home.join(format!("releases/download/v{VERSION}")));
    for target in TARGETS {
        let name = if target.contains("windows") { "mmig.exe" } else { "mmig" };
        fs::create_dir_all(binaries.join(target)).unwrap();
        // A few bytes that run the program, in place of all of it, seven times.
        let program = format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_mmig"));
        fs::write(binaries.join(target).join(name), program).unwrap();
    }
    let mut command = Command::new("bash");
    command.arg(root().join(".ci/pack")).args([VERSION, address]).args([&binaries, &dist]);
    let packed = command.env("EXTRAS", home.join("extras")).env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
    // As GitHub answers for the newest release.
    fs::create_dir_all(home.join("releases/latest")).unwrap();
    std::os::unix::fs::symlink(&dist, home.join("releases/latest/download")).unwrap();
    dist
}

/// The README's block after this marker.
#[cfg(target_os = "linux")]
fn readme(marker: &str) -> String {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let block = text.split_once(&format!("<!-- {marker} -->\n```\n")).and_then(|(_, rest)| rest.split_once("```"));
    block.unwrap_or_else(|| panic!("README.md has no block {marker}")).0.to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn the_readmes_download_leads_from_nothing_to_the_demo() {
    let home = TempDir::new().unwrap();
    let address = serve(home.path().to_owned());
    pack(home.path(), &address);
    let script = readme("download").replace(env!("CARGO_PKG_REPOSITORY"), &address);
    assert!(script.contains(&address), "{script}");
    let bin = home.path().join(".local/bin");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command.args(["-e", "-o", "pipefail", "-c", &script]).env_clear().env("HOME", home.path()).env("PATH", path);
    let ended = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{err}");
    assert!(
        out.contains(&format!("installed mmig {}", env!("CARGO_PKG_VERSION"))) && out.contains("mmig status"),
        "{out}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_release_has_pages_and_completions_in_every_archive_and_packagers_get_their_checksums() {
    let home = TempDir::new().unwrap();
    let dist = pack(home.path(), "https://code.example/acme/mmig");
    sh(&dist, "sha256sum --check --strict --quiet SHA256SUMS");
    let sums = fs::read_to_string(dist.join("SHA256SUMS")).unwrap();
    let sum_of = |name: &str| {
        let line = sums.lines().find(|line| line.ends_with(&format!(" {name}")));
        line.unwrap_or_else(|| panic!("{name} is not in {sums}")).split(' ').next().unwrap()
    };
    for target in TARGETS {
        let name = format!("mmig-{VERSION}-{target}");
        let (archive, list) = if target.contains("windows") {
            (format!("{name}.zip"), format!("python3 -m zipfile -l {name}.zip"))
        } else {
            (format!("{name}.tar.gz"), format!("tar -tzf {name}.tar.gz"))
        };
        let listed = sh(&dist, &list);
        for file in
            ["mmig", "man/mmig.1", "man/mmig-submit.1", "completions/_mmig", "completions/mmig.fish", "LICENSE-MIT"]
        {
            assert!(listed.contains(&format!("{name}/{file}")), "{archive} lacks {file}: {listed}");
        }
        sum_of(&archive);
    }
    let at = format!("https://code.example/acme/mmig/releases/download/v{VERSION}");
    let formula = fs::read_to_string(dist.join("mmig.rb")).unwrap();
    for target in TARGETS.iter().filter(|target| !target.contains("gnu") && !target.contains("windows")) {
        let name = format!("mmig-{VERSION}-{target}.tar.gz");
        let lines = format!("url \"{at}/{name}\"\n      sha256 \"{}\"", sum_of(&name));
        assert!(formula.contains(&lines), "{lines} is not in {formula}");
    }
    let installer = fs::read_to_string(dist.join("acme.mmig.installer.yaml")).unwrap();
    let name = format!("mmig-{VERSION}-x86_64-pc-windows-msvc.zip");
    let sum = format!("InstallerUrl: {at}/{name}\n    InstallerSha256: {}\n", sum_of(&name).to_uppercase());
    assert!(installer.contains(&sum), "{sum} is not in {installer}");
}

#[test]
fn the_action_writes_what_a_pull_request_changes_in_the_mails_as_a_comments_body() {
    let home = TempDir::new().unwrap();
    let repository = home.path().join("repository");
    fs::create_dir_all(&repository).unwrap();
    let mmig = env!("CARGO_BIN_EXE_mmig");
    let commit = "git add -A && git -c user.name=a -c user.email=a@b.example commit --quiet -m change";
    sh(
        &repository,
        &format!(
            "git init --quiet . && '{mmig}' --as-of 2027-01-04 init api-v2 --deadline 2027-04-30 --from a@acme.example && {commit}"
        ),
    );
    let base = sh(&repository, "git rev-parse HEAD").trim().to_owned();
    let run = |base: &str| {
        let mut command = Command::new("python3");
        command.arg(root().join(".ci/action.py")).env("MMIG_RUN", "--as-of 2027-01-04 check").env("MMIG_PROGRAM", mmig);
        for name in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
            let _ = fs::remove_file(home.path().join(name));
            command.env(name, home.path().join(name));
        }
        command.env("MMIG_BASE", base).env("RUNNER_TEMP", home.path()).env("PYTHONDONTWRITEBYTECODE", "1");
        let ended = command.current_dir(&repository).output();
        ended.map(|ended| String::from_utf8_lossy(&ended.stdout).into_owned())
    };
    if run(&base).is_err() {
        return eprintln!("SKIPPED: python3 is not installed");
    }
    let read = |name: &str| fs::read_to_string(home.path().join(name)).unwrap();
    assert!(!read("GITHUB_OUTPUT").contains("comment="), "nothing has changed: {}", read("GITHUB_OUTPUT"));
    let campaign = repository.join("campaigns/api-v2/campaign.toml");
    let text = fs::read_to_string(&campaign).unwrap();
    fs::write(&campaign, text.replace("2027-04-30", "2027-05-30")).unwrap();
    sh(&repository, commit);
    run(&base).unwrap();
    let comment = home.path().join("mmig-comment.md").display().to_string();
    assert!(read("GITHUB_OUTPUT").contains(&format!("comment={comment}\n")), "{}", read("GITHUB_OUTPUT"));
    let body = fs::read_to_string(comment).unwrap();
    let changed = |mark: char, day: &str| body.lines().any(|line| line.starts_with(mark) && line.contains(day));
    assert!(changed('-', "30 April 2027") && changed('+', "30 May 2027"), "{body}");
    assert!(read("GITHUB_STEP_SUMMARY").contains(&body));
    assert!(
        sh(&repository, "git worktree list").lines().count() == 1 && sh(&repository, "git status --short").is_empty()
    );
    assert!(run("0000000000000000000000000000000000000000").unwrap().contains("fetch-depth: 2"));
}
