//! Names that are Markdown, escape codes or 5,000 letters: mailed safely, shown safely.

use mmig::sandbox::{Contract, Options};
use pulldown_cmark::{Event, Parser, Tag};
use serde_json::{Value, json};

use crate::desk::{Desk, with_rows};
use crate::human::recipient;

pub fn contact(id: &str, name: &str, email: &str) -> Value {
    json!({ "id": id, "name": name, "email": email, "tags": ["api-v1", "rest"], "created_at": 1_700_000_000_000_u64 })
}

/// Names that no one should have, and some that real people have.
fn names() -> Vec<String> {
    let long = "x".repeat(5_000);
    let names = [
        "[Click here](https://evil.example)",
        "![](https://evil.example/p.png)",
        "<https://evil.example>",
        "https://evil.example",
        "www.evil.example",
        "<script>alert(1)</script>",
        "<b>Bold</b>",
        "{{ campaign.title }}",
        "{% raw %}",
        "{# gone #}",
        "\u{1b}[38;5;201mpink\u{1b}[0m",
        "\u{1b}]0;title\u{7}",
        "\u{1b}[2J",
        "\u{9b}2J",
        "\u{7}bell\u{8}",
        "Line\nBreak\r\n# Heading",
        "a\u{2028}b",
        "Bcc: x@evil.example\n\n",
        &long,
        "",
        "   ",
        "\u{202e}gnp.exe",
        "מרים כהן",
        "محمد",
        "*bold* _em_ `code` ~~gone~~",
        "- list",
        "1. list",
        "# Heading",
        "> quote",
        "```",
        "| a | b |",
        "---",
        "\\",
        "&lt;&amp;",
        "⟦contact.email⟧",
        "\u{0}",
        "O'Brien \"Bob\"",
        "\u{200b}\u{feff}",
        "👩‍💻 Zoë",
    ];
    names.into_iter().map(str::to_owned).collect()
}

fn rows() -> Vec<Value> {
    let rows = names().into_iter().enumerate();
    rows.map(|(n, name)| contact(&format!("id-{n}"), &name, &format!("customer{n}@host{n}.example"))).collect()
}

/// No control characters except line ends, and no changed direction.
#[track_caller]
fn is_harmless(text: &str, of: &str) {
    let bad = text
        .chars()
        .find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
    assert_eq!(bad, None, "{of}: {text:?}");
}

/// The program's output where colours may be shown, so that only its own care keeps escape codes out: without its own
/// styles it is harmless.
#[track_caller]
pub fn says_harmless_things(desk: &Desk, command: &str, code: i32) {
    let said = desk.run(&format!("{command} --color always")).ends(code).all();
    // Its own: bold, and the sixteen colours.
    let own = |digits: &str| digits.split(';').all(|part| matches!(part.parse(), Ok(0 | 1 | 30..38 | 90..98_u8)));
    let mut parts = said.split("\u{1b}[");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('m').filter(|(digits, _)| own(digits)) {
            Some((_, rest)) => text.push_str(rest),
            None => text.push_str(&format!("\u{1b}{part}")),
        }
    }
    is_harmless(&text, command);
}

/// The structure of a Markdown text, without its words: headings, links and their targets, code, HTML.
fn shape(markdown: &str) -> Vec<String> {
    let parser = Parser::new_ext(markdown, pulldown_cmark::Options::all());
    let kept = parser.filter_map(|event| match event {
        Event::Text(_) | Event::SoftBreak => None,
        Event::Start(Tag::Link { dest_url, .. }) => Some(format!("link to {dest_url}")),
        Event::Html(html) | Event::InlineHtml(html) => Some(format!("HTML {html}")),
        other => Some(format!("{other:?}").split('{').next().unwrap_or_default().to_owned()),
    });
    kept.collect()
}

#[test]
fn whatever_the_name_the_mail_has_the_shape_that_was_reviewed() {
    let mut rows = rows();
    rows.push(contact("ordinary", "Ada Lovelace", "ada@example.org"));
    let desk = Desk::drafted(with_rows(rows));
    let _ = desk.submit("announce").well();
    let mails = desk.people().mails();
    assert_eq!(mails.len(), names().len() + 1);
    let body = |mail: &Value| mail["body"].as_str().expect("a body").to_owned();
    let ordinary = shape(&body(mails.iter().find(|mail| recipient(mail) == "ada@example.org").unwrap()));
    for mail in &mails {
        let text = body(mail);
        assert_eq!(shape(&text), ordinary, "{text}");
        is_harmless(&text, "body");
        is_harmless(mail["subject"].as_str().unwrap(), "subject");
        assert!(!mail["subject"].as_str().unwrap().contains('\n'));
        assert!(text.lines().next().unwrap().chars().count() < 400, "{text}");
    }
    desk.people().saw_no_violation();
}

#[test]
fn who_has_no_name_is_greeted_by_address() {
    let desk = Desk::drafted(with_rows(vec![contact("a", " \u{200b}", "ada@example.org")]));
    let _ = desk.submit("announce").well();
    let body = desk.people().mails()[0]["body"].to_string();
    assert!(body.contains("Hello ada@example"), "{body}");
}

#[test]
fn a_name_that_is_a_template_is_not_used_in_the_greeting() {
    let desk = Desk::drafted(with_rows(vec![contact("a", "{{ campaign.title }}", "ada@example.org")]));
    let _ = desk.submit("announce").well();
    let body = desk.people().mails()[0]["body"].to_string();
    assert!(body.contains("Hello ada@example") && !body.contains("{{"), "{body}");
}

#[test]
fn where_mails_are_plain_text_a_name_is_one_line_of_it() {
    let desk = Desk::drafted(Options { contract: Contract::Simple, ..with_rows(rows()) });
    let _ = desk.submit("announce").well();
    let mails = desk.people().mails();
    assert_eq!(mails.len(), names().len());
    let lines: Vec<usize> = mails.iter().map(|mail| mail["body"].as_str().unwrap().lines().count()).collect();
    assert!(lines.iter().all(|count| *count == lines[0]), "{lines:?}");
    for mail in &mails {
        is_harmless(mail["body"].as_str().unwrap(), "body");
    }
}

#[test]
fn no_name_reaches_the_terminal_as_more_than_text() {
    let desk = Desk::drafted(with_rows(rows()));
    let _ = desk.submit("announce").well();
    let every = [
        "segment",
        "draft --all",
        "submit --phase announce --dry-run -v",
        "track",
        "status",
        "status --behind",
        "doctor",
    ];
    let customers = (0..names().len()).flat_map(|n| {
        let customer = format!("customer{n}@host{n}.example");
        [format!("status --contact {customer}"), format!("draft --phase announce --contact {customer}")]
    });
    for command in every.into_iter().map(str::to_owned).chain(customers) {
        says_harmless_things(&desk, &command, 0);
    }
    let _ = desk.run("status --json").well().json();
}

#[test]
fn what_the_server_says_reaches_the_terminal_as_text_too() {
    let desk = Desk::drafted(with_rows(vec![contact("a", "Ada", "ada@example.org")]));
    desk.people().post("disable", &json!({ "reason": "\u{1b}[2Jsee [here](https://evil.example)\nline\u{202e}" }));
    says_harmless_things(&desk, "submit --phase announce --yes", 1);
    says_harmless_things(&desk, "doctor", 8);
    desk.people().post("disable", &json!({ "reason": null }));
    desk.people().post("refuse", &json!({ "phrases": ["ada@example.org\u{1b}[2J", "Hello"] }));
    says_harmless_things(&desk, "submit --phase announce --yes", 1);
    says_harmless_things(&desk, "status", 0);
}

#[test]
fn the_names_of_the_servers_mailboxes_reach_the_terminal_as_text() {
    let mut options = with_rows(vec![contact("a", "Ada", "ada@example.org")]);
    options.mailbox.others = vec!["\u{1b}[2J\u{202e}other@example.com".to_owned()];
    options.mailbox.allowlist = Some(vec!["\u{1b}]0;title\u{7}*@example.org".to_owned()]);
    let desk = Desk::drafted(options).without("MULTIMAIL_MAILBOX_ID");
    says_harmless_things(&desk, "doctor", 0);
    desk.edit("campaign.toml", "\"migrations@example.com\"", "\"nobody@example.com\"");
    says_harmless_things(&desk, "submit --phase announce --yes -v", 3);
    says_harmless_things(&desk, "doctor", 3);
}

#[test]
fn what_was_typed_reaches_the_terminal_as_text_too() {
    let desk = Desk::offline();
    for command in [
        "-c \u{1b}[2J status",
        "submit --phase \u{1b}[2J",
        "status --segment \u{1b}]0;x\u{7}",
        "status --contact \u{1b}[2J",
    ] {
        says_harmless_things(&desk, command, 3);
    }
}

#[cfg(unix)]
#[test]
fn a_template_is_a_regular_file_where_templates_are() {
    use std::os::unix::fs::symlink;
    let elsewhere = tempfile::TempDir::new().unwrap();
    std::fs::write(elsewhere.path().join("secrets.md"), "password = hunter2-invented").unwrap();
    let template = "+++\nsubject = \"x\"\n+++\n{% include \"part.md\" %}\n";
    for folder in [false, true] {
        let desk = Desk::offline();
        desk.write("templates/announce.md", template);
        if folder {
            symlink(elsewhere.path(), desk.path("templates/more")).unwrap();
        } else {
            symlink(elsewhere.path().join("secrets.md"), desk.path("templates/part.md")).unwrap();
        }
        let _ = desk.run("check").ends(10).says("leaves the campaign's templates").says_nothing_of("hunter2");
    }
    let desk = Desk::offline();
    desk.write("templates/announce.md", template);
    desk.write("templates/own.txt", "What is ours.\n");
    symlink("own.txt", desk.path("templates/part.md")).unwrap();
    symlink(".", desk.path("templates/round")).unwrap();
    let _ = desk.run("template announce").well();
    let desk = Desk::offline();
    let made = std::process::Command::new("mkfifo").arg(desk.path("templates/part.md")).status();
    assert!(made.is_ok_and(|status| status.success()));
    let _ = desk.run("check").ends(10).says("part.md is not a regular file");
}
