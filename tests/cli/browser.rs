//! The pages in a real browser, if there is one: nothing from outside becomes part of them, nothing is fetched, and
//! they fit a phone.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use crate::desk::{Desk, with_contacts, with_rows};
use crate::hostile::contact;

/// Chromium under one of its names.
fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    found.into_iter().find(|file| file.is_file())
}

/// The document in the browser after loading; `None`, with a message, if there is no browser.
fn seen(page: &Path) -> Option<String> {
    let Some(chromium) = chromium() else {
        #[allow(clippy::print_stderr, reason = "who runs the tests is to know what was not tried")]
        {
            eprintln!("skipped: no Chromium was found, so the page was not tried in a browser");
        }
        return None;
    };
    let profile = TempDir::new().expect("there is room for a profile");
    let mut browser = Command::new(chromium);
    browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]);
    browser.args(["--window-size=500,900", "--dump-dom"]).arg(format!("--user-data-dir={}", profile.path().display()));
    let output = browser.arg(format!("file://{}", page.display())).output().expect("it starts");
    let document = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(document.contains("</html>"), "{}", String::from_utf8_lossy(&output.stderr));
    Some(document)
}

/// A campaign whose title, tags and mail try to become part of the page.
fn hostile_page() -> (Desk, PathBuf) {
    let mut row = contact("c1", "Ann", "ann@a.example");
    row["tags"] =
        json!(["api-v1", "rest", "<img src=x onerror=alert(1)>", "\"><script>document.title='taken'</script>"]);
    let desk = Desk::at(with_rows(vec![row]));
    desk.edit("campaign.toml", "title = \"API v2\"", "title = '</title><b>API</b> \"v2\"'");
    desk.write(
        "templates/announce.md",
        "+++\nsubject = \"{{ campaign.title }}\"\n+++\n{{ contact.tags | join(sep=\" \") }}\n\n\
         <script>document.title='taken'</script>\n\n<img src=\"https://outside.example/p.png\">\n\n\
         ![](https://outside.example/q.png) [go](javascript:document.title='taken')\n\n\
         ```\n</code></pre><script>document.title='taken'</script>\n```\n\n```\nOne very long line: \
         https://api.example.com/v2/orders?limit=50&cursor=b3JkZXI6MTA0MQb3JkZXI6MTA0MQb3JkZXI6MTA0MQb3JkZXI6MTA0MQ\n```\n",
    );
    desk.segment();
    let _ = desk.run("draft --phase announce --html").well();
    let page = desk.path("drafts/index.html");
    (desk, page)
}

#[test]
fn nothing_from_outside_becomes_a_part_of_the_page() {
    let (_desk, page) = hostile_page();
    let Some(document) = seen(&page) else { return };
    for part in ["<script", "<img", "<b>API", "href=\"javascript", "onerror=\""] {
        assert!(!document.contains(part), "{part} in\n{document}");
    }
    assert!(document.contains("<title>&lt;/title&gt;&lt;b&gt;API&lt;/b&gt;"), "{document}");
}

/// The width of a page in a narrow window, and of the window; measured on a copy.
fn widths(page: &Path) -> Option<(u32, u32)> {
    // The page itself runs no script; this copy may, to measure itself.
    let measure =
        "<script>document.title = 'width ' + document.documentElement.scrollWidth + ' of ' + innerWidth</script>";
    let text = std::fs::read_to_string(page).expect("the page is there");
    let policy = text.lines().find(|line| line.contains("Content-Security-Policy")).expect("the page has a policy");
    let copy = page.with_extension("measured.html");
    let measured = text.replace(policy, "").replace("</body>", &format!("{measure}</body>"));
    std::fs::write(&copy, measured).expect("there is room for a copy");
    let document = seen(&copy)?;
    let title =
        document.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).expect("it has a title");
    let (wide, window) = title.trim_start_matches("width ").split_once(" of ").expect("it measured itself");
    Some((wide.parse().expect("a number"), window.parse().expect("a number")))
}

#[test]
fn the_pages_fit_a_narrow_window() {
    for (_desk, page) in [hostile_page(), hostile_report()] {
        let Some((wide, window)) = widths(&page) else { return };
        assert!(wide <= window, "{wide} of {window}: {}", page.display());
    }
}

/// The report of a campaign whose customers try to become part of it.
fn hostile_report() -> (Desk, PathBuf) {
    let desk = Desk::at(with_contacts(10));
    for name in ["</td><script>document.title='taken'</script>", &"x".repeat(5_000)] {
        let email = format!("{}@a.example", name.len());
        desk.people().post("contact", &json!({ "add": contact(&email, name, &email) }));
    }
    desk.segment();
    desk.draft_all();
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.track();
    let page = desk.path("report.html");
    let _ = desk.run(&format!("report --out {}", page.display())).well();
    (desk, page)
}

#[test]
fn nothing_from_outside_becomes_a_part_of_the_report() {
    let (_desk, page) = hostile_report();
    let Some(document) = seen(&page) else { return };
    for part in ["<script", "<img", "href=\"javascript", "onerror=\""] {
        assert!(!document.contains(part), "{part} in\n{document}");
    }
    for part in ["<svg", "Mails sent", "&lt;/td&gt;&lt;script&gt;"] {
        assert!(document.contains(part), "{part} not in\n{document}");
    }
}
