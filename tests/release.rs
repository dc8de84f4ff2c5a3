//! Around the program: the script that installs a release, and how the action interprets an outcome.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // A test's own helpers may fail like a test.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const VERSION: &str = "9.9.9";

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
