//! What packagers need: completions, a manual page, help.

use crate::desk::Desk;

const COMMANDS: [&str; 14] = [
    "init",
    "check",
    "segment",
    "draft",
    "submit",
    "track",
    "remind",
    "status",
    "cancel",
    "doctor",
    "sandbox",
    "demo",
    "completions",
    "man",
];

#[test]
fn there_is_a_completion_script_for_each_shell() {
    let desk = Desk::offline();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = desk.run(&format!("completions {shell}")).well();
        assert!(COMMANDS.iter().all(|command| said.stdout.contains(command)), "{shell} lacks a command");
        assert_eq!(said.stderr, "");
    }
    let _ = desk.run("completions tcsh").ends(2).says("bash");
}

#[cfg(unix)]
#[test]
fn the_script_for_bash_is_one_that_bash_reads() {
    let script = Desk::offline().run("completions bash").well().stdout;
    let Ok(read) = std::process::Command::new("bash").args(["-n", "-c", &script]).status() else { return };
    assert!(read.success());
}

#[test]
fn the_manual_page_names_every_command() {
    let page = Desk::offline().run("man").well().stdout;
    assert!(page.contains(".TH mmig 1"), "{page}");
    assert!(COMMANDS.iter().all(|command| page.contains(&format!("mmig\\-{command}")) || page.contains(command)));
}

#[test]
fn every_command_has_help_with_an_explanation_of_each_flag() {
    let desk = Desk::offline();
    for command in COMMANDS {
        let help = desk.run(&format!("{command} --help")).well().stdout;
        let flags: Vec<&str> = help.lines().filter(|line| line.trim_start().starts_with('-')).collect();
        assert!(flags.iter().all(|line| line.trim().contains("  ") || help_follows(&help, line)), "{command}: {help}");
        assert!(help.contains("--json") && help.contains("Usage: mmig"), "{help}");
    }
}

/// Where the flag's name is long, its explanation is on the next line.
fn help_follows(help: &str, flag: &str) -> bool {
    let next = help.lines().skip_while(|line| *line != flag).nth(1).unwrap_or_default();
    next.starts_with("        ") && !next.trim().is_empty()
}

#[test]
fn the_version_is_the_packages() {
    let said = Desk::offline().run("--version").well();
    assert_eq!(said.stdout.trim(), concat!("mmig ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn without_a_command_the_way_is_shown() {
    let _ = Desk::offline().without("MMIG_AS_OF").run("").ends(2).says("Usage: mmig").says("mmig demo");
}

#[test]
fn every_field_of_every_document_is_explained() {
    let desk = Desk::offline();
    let page = desk.run("help json").well().stdout;
    for line in ["mmig check:", "  problems (list of object)", "    rule (text)", "mmig draft --contact:"] {
        assert!(page.lines().any(|own| own.starts_with(line)), "{line:?} is not in\n{page}");
    }
    let told = desk.run("help json --json").well().json();
    assert_eq!(told["documents"]["check"]["properties"]["ok"]["type"], "boolean", "{told}");
    let _ = desk.run("help draft").well().says("Usage: mmig draft");
}
