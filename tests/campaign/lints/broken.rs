//! Random garbage: no text, however broken, stops the check.

use super::{CAMPAIGN, found, template};

/// The parts put together at random: characters with a meaning in Markdown, templates and rules, and letters of several
/// bytes.
const PARTS: &[&str] = &[
    "```",
    "~~~",
    "\n",
    "\t",
    " ",
    "> ",
    "- ",
    "1. ",
    "    ",
    "json",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"a\":",
    "1",
    ",",
    "curl",
    "-H",
    "'",
    "\"",
    "\\",
    "é",
    "🎉",
    "\u{a0}",
    "\u{200b}",
    "<",
    ">",
    "<b>",
    "<!--",
    "-->",
    "https://",
    "http:/",
    "docs.acme.com",
    "example.com",
    "30",
    "April",
    "2027",
    "Monday",
    "-",
    "/",
    ".",
    "TODO",
    "`",
    "``",
    "*",
    "_",
    "#",
    "&amp;",
    "\r",
    "\0",
    "|",
    "<<EOF",
    "EOF",
    "{{ contact.name }}",
    "{{ vars.new }}",
    "{% if changes %}",
    "{% endif %}",
    "{% raw %}{{",
    "{% endraw %}",
    "!",
    "![",
    "[a]: ",
    "\u{3000}",
];

/// The same series of numbers every time (xorshift).
fn numbers(mut state: u64) -> impl FnMut(usize) -> usize {
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    }
}

#[test]
fn no_text_stops_the_check_and_each_finding_has_a_place() {
    let mut number = numbers(7);
    for _ in 0..1500 {
        let length = 1 + number(30);
        let body: String = (0..length).map(|_| PARTS[number(PARTS.len())]).collect();
        let tried = std::panic::catch_unwind(|| {
            let problems = found(CAMPAIGN, &[("announce.md", &template(&body))]);
            problems.iter().all(|problem| problem.source.text.get(problem.span.clone()).is_some())
        });
        assert!(tried.unwrap_or(false), "{body:?}");
    }
}
