//! The demo: short on any terminal, and complete with `--full`.

use crate::desk::Desk;

#[test]
fn the_demo_has_60_to_90_lines_that_fit_at_any_width() {
    for width in ["40", "80", "200"] {
        let shown = Desk::offline().with("COLUMNS", width).run("demo").well().stdout;
        let (lines, width) = (shown.lines().count(), width.parse::<usize>().unwrap());
        assert!((60..=90).contains(&lines), "{lines} lines at {width} columns:\n{shown}");
        let longest = shown.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= width, "{longest} of {width} columns:\n{shown}");
        assert!(shown.contains("What to try next") && shown.contains("mmig demo --full"), "{shown}");
    }
}

#[test]
fn the_whole_demo_shows_every_command_and_its_whole_screen() {
    let shown = Desk::offline().run("demo --full").well().stdout;
    let document = Desk::offline().run("demo --json").well().json();
    for step in document["steps"].as_array().unwrap() {
        let command = step["command"].as_str().unwrap();
        assert!(shown.lines().any(|line| line == format!("$ {command}")) || command.len() > 90, "{command}\n{shown}");
    }
    assert!(!shown.contains(" more line"), "{shown}");
}
