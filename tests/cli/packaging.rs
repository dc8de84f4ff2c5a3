//! What packagers need: completions, a manual page, help.

use clap::CommandFactory;
use mmig::cli::Cli;

use crate::desk::{Desk, with_contacts};

/// The commands in the program's grammar.
fn commands() -> Vec<String> {
    Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

#[test]
fn there_is_a_completion_script_for_each_shell_with_names_and_without() {
    let desk = Desk::offline();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let fixed = desk.run(&format!("completions {shell} --static")).well();
        assert!(commands().iter().all(|command| fixed.stdout.contains(command)), "{shell} lacks a command");
        assert_eq!(fixed.stderr, "");
        let asking = desk.run(&format!("completions {shell}")).well();
        assert!(asking.stdout.contains("MMIG_COMPLETE"), "{shell}: {}", asking.stdout);
    }
    let _ = desk.run("completions tcsh").ends(2).says("bash");
}

/// The completions for a line whose last word is being typed. fish passes the position of that word.
fn offered(desk: Desk, line: &str) -> Vec<String> {
    let words = [&["--", "mmig"][..], &line.split(' ').collect::<Vec<_>>()].concat();
    let said = desk.with("MMIG_COMPLETE", "fish").run_words(&words).well();
    said.stdout.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn names_of_the_campaign_are_offered() {
    assert_eq!(offered(Desk::offline(), "submit --phase "), ["announce", "prepare", "window", "final", "complete"]);
    assert_eq!(offered(Desk::offline(), "submit --phase=an"), ["--phase=announce"]);
    assert_eq!(offered(Desk::offline(), "draft --all --segment "), ["webhooks", "rest", "graphql"]);
    let texts = offered(Desk::drafted(with_contacts(20)), "review --phase announce --variant ");
    assert!(!texts.is_empty() && texts.iter().all(|text| !text.starts_with('-')), "{texts:?}");
    assert!(offered(Desk::offline(), "template pre").contains(&"prepare.webhooks".to_owned()));
    assert_eq!(offered(Desk::offline(), "man sub"), ["submit"]);
    assert_eq!(offered(Desk::offline(), "help exit"), ["exit-codes"]);
    assert_eq!(offered(Desk::offline(), "seg"), ["segment"]);
}

#[test]
fn the_campaign_that_is_named_is_the_one_whose_names_are_offered() {
    let desk = Desk::offline();
    let _ = desk.run("init other").well();
    assert_eq!(offered(desk.copy(), "-c "), ["api-v2", "other"]);
    assert_eq!(offered(desk.copy(), "-c other status --segment "), ["rest"]);
    assert_eq!(offered(desk.copy().with("MMIG_CAMPAIGN", "other"), "status --segment "), ["rest"]);
    assert!(offered(desk.copy(), "-c none status --segment ").is_empty());
}

#[cfg(unix)]
#[test]
fn the_scripts_for_bash_are_ones_that_bash_reads() {
    for line in ["completions bash", "completions bash --static"] {
        let script = Desk::offline().run(line).well().stdout;
        let Ok(read) = std::process::Command::new("bash").args(["-n", "-c", &script]).status() else { return };
        assert!(read.success(), "{line}");
    }
}

#[test]
fn there_is_a_manual_page_of_every_command_and_the_programs_refers_to_it() {
    let desk = Desk::offline();
    let whole = desk.run("man").well().stdout;
    assert!(whole.contains(".TH mmig 1") && whole.contains("MULTIMAIL_API_KEY") && whole.contains("130"), "{whole}");
    for command in commands() {
        assert!(whole.contains(&format!("mmig\\-{command}(1)")), "{command} is missing in {whole}");
        let page = desk.run(&format!("man {command}")).well().stdout;
        assert!(page.contains(&format!(".TH mmig-{command} 1")) && page.contains(".SH EXAMPLES"), "{page}");
        assert!(!page.contains('\u{1b}'), "{page}");
    }
    let _ = desk.run("man import oasdiff").well().says("mmig\\-import\\-oasdiff");
    let _ = desk.run("man nothing").ends(3).says("mmig man");
}

#[test]
fn every_command_has_help_with_examples_and_an_explanation_of_each_flag() {
    let desk = Desk::offline();
    for command in commands() {
        let help = desk.run(&format!("{command} --help")).well().stdout;
        let flags: Vec<&str> = help.lines().filter(|line| line.trim_start().starts_with('-')).collect();
        assert!(flags.iter().all(|line| line.trim().contains("  ") || help_follows(&help, line)), "{command}: {help}");
        assert!(help.contains("Examples:") && help.contains("Usage: mmig"), "{help}");
        assert_eq!(desk.run(&format!("help {command}")).well().stdout, help);
    }
}

/// If the flag's name is long, its explanation is on the next line.
fn help_follows(help: &str, flag: &str) -> bool {
    let next = help.lines().skip_while(|line| *line != flag).nth(1).unwrap_or_default();
    next.starts_with("        ") && !next.trim().is_empty()
}

#[test]
fn the_version_is_the_packages_with_the_commit_where_it_is_known() {
    let said = Desk::offline().run("--version").well().stdout;
    let built_from = said.trim().strip_prefix(concat!("mmig ", env!("CARGO_PKG_VERSION"))).unwrap_or(&said);
    assert!(built_from.is_empty() || (built_from.starts_with(" (") && built_from.ends_with(')')), "{said}");
}

#[test]
fn help_and_usage_errors_obey_the_colours_that_are_asked_for() {
    let desk = Desk::offline();
    for line in ["--color always --help", "draft -h --color=always", "--color never help draft --color always"] {
        assert!(desk.run(line).well().stdout.contains('\u{1b}'), "{line}");
    }
    assert!(desk.run("--color always draft --nope").ends(2).stderr.contains('\u{1b}'));
    for line in ["--help", "--color never --help", "--color never draft --nope", "--color no --help"] {
        let said = desk.run(line);
        assert!(!said.stdout.contains('\u{1b}') && !said.stderr.contains('\u{1b}'), "{line}");
    }
}

#[test]
fn the_topics_are_explained_and_a_wrong_one_is_answered_with_the_right_one() {
    let desk = Desk::offline();
    let _ = desk.run("help templates").well().says("contact.name").says("days_left");
    let _ = desk.run("help campaign").well().says("[[phase]]").says("days_before");
    let _ = desk.run("help environment").well().says("MULTIMAIL_OVERSIGHT_KEY").says("NO_COLOR");
    let _ = desk.run("help exit-codes").well().says("130");
    let _ = desk.run("help exitcodes").ends(3).says("exit-codes");
    let _ = desk.run("help submitt").ends(3).says("did you mean `submit`?");
    assert_eq!(desk.run("help exit-codes --json").well().json()["codes"][8]["kind"], "refused");
    assert_eq!(desk.run("help").well().stdout, desk.run("--help").well().stdout);
}

#[test]
fn the_templates_in_force_are_listed_and_printed() {
    let desk = Desk::offline();
    let listed = desk.run("template --json").well().json();
    let origin = |name: &str| {
        let all = listed["templates"].as_array().unwrap();
        all.iter().find(|template| template["name"] == name).unwrap_or_else(|| panic!("no {name}"))["origin"].clone()
    };
    assert_eq!(origin("announce.md"), "built-in");
    assert_eq!(origin("prepare.webhooks.md"), "campaign");
    let _ = desk.run("template").well().says("prepare.webhooks.md").says("partials/changes.md");
    assert_eq!(desk.run("template announce").well().stdout, include_str!("../../templates/announce.md"));
    let _ = desk.run("template prepare.webhooks.md").well().says("+++");
    let _ = desk.run("template anounce").ends(3).says("mmig template announce");
}

#[test]
fn templates_are_shown_before_there_is_a_campaign_and_where_one_is_broken() {
    let desk = Desk::offline();
    desk.edit("templates/prepare.webhooks.md", "subject", "nothing");
    let _ = desk.run("template prepare.webhooks").well().says("nothing");
    let _ = desk.run("template").well().says("prepare.webhooks.md");
    std::fs::remove_file(desk.path("campaign.toml")).unwrap();
    let _ = desk.run("template window").well().says("subject");
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
