//! Sets the program's version: the package's and, if it is built from a checkout, the commit and its date.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let built_from = commit().map(|commit| format!(" ({commit})")).unwrap_or_default();
    println!("cargo::rustc-env=MMIG_VERSION={version}{built_from}");
    // `debug` or `release`, whatever the profile's settings are.
    println!("cargo::rustc-env=MMIG_PROFILE={}", env::var("PROFILE").unwrap_or_default());
}

/// The commit's short name and date; for a published package, only the commit. `None` if neither is known.
fn commit() -> Option<String> {
    let folder = env::var("CARGO_MANIFEST_DIR").ok()?;
    let folder = Path::new(&folder);
    // Without our own repository, git would describe one that happens to contain this folder.
    if !folder.join(".git").exists() {
        return published_from(&folder.join(".cargo_vcs_info.json"));
    }
    // Only a commit or a checkout changes these, so nothing else makes cargo rebuild.
    for name in ["HEAD", "logs/HEAD"] {
        let path = git(folder, &["rev-parse", "--git-path", name])?;
        let path = folder.join(path);
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    git(folder, &["log", "-1", "--format=%h %cs", "--abbrev=9", "HEAD"])
}

/// Git's output; `None` if it fails or is not installed.
fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").current_dir(folder).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// The commit recorded by `cargo package`.
fn published_from(file: &Path) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let hash = text.split("\"sha1\"").nth(1)?.split('"').nth(1)?;
    hash.get(..9).map(str::to_owned)
}
