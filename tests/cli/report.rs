//! The report: the same in four formats, only from files, with all outside text harmless.

use serde_json::{Value, json};

use crate::desk::{Desk, WINDOW_DAY, with_contacts, with_rows};
use crate::human::recipient;

/// A campaign with a bit of everything, cut off from its server.
fn under_way() -> Desk {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    let mails = desk.people().mails();
    desk.people().bounce(&recipient(&mails[0]));
    desk.people().tag(&recipient(&mails[1]), &["migration-complete"]);
    let desk = desk.on("2027-02-10T12:00:00Z");
    desk.track();
    ["API_URL", "API_KEY"].iter().fold(desk.copy(), |desk, name| desk.without(&format!("MULTIMAIL_{name}")))
}

#[test]
fn the_page_stands_alone_and_tells_the_whole() {
    let desk = under_way();
    let _ = desk.run("report --out report.html").well().says("report.html");
    let page = std::fs::read_to_string(desk.home.path().join("report.html")).expect("it was written");
    for part in ["<!doctype html>", "<svg", "deadline", "1 of 18 customers done", "17", "bounced", "too little to tell"]
    {
        assert!(page.contains(part), "{part}");
    }
    for outside in ["<script", "<link", "<img", "@import", " src="] {
        assert!(!page.contains(outside), "{outside}");
    }
    let told = desk.run("report").well().stdout;
    assert_eq!(told, page);
}

#[cfg(unix)]
#[test]
fn a_report_holds_personal_data_and_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let desk = under_way();
    let _ = desk.run("report --out report.html").well();
    let mode = std::fs::metadata(desk.home.path().join("report.html")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_sheet_has_a_line_for_each_customer() {
    let desk = under_way();
    let sheet = desk.run("report --format csv").well().stdout;
    let mut lines = sheet.lines();
    assert!(lines.next().unwrap().starts_with("contact,id,name,segment,stage,"));
    assert_eq!(lines.filter(|line| line.contains(",delivered,2027-01-30T14:0")).count(), 17);
    assert_eq!(sheet.lines().count(), 19);
}

#[test]
fn the_data_is_that_of_status_and_more() {
    let desk = under_way();
    let (status, mut report) = (desk.status(), desk.run("report --json").well().json());
    for key in ["attention", "campaign", "coverage", "deadline", "forecast", "phases", "segments", "title"] {
        assert_eq!(report[key], status[key], "{key}");
    }
    let days = report["timeline"].as_array().expect("a list");
    assert_eq!((days.len(), &days[0]["date"]), (12, &json!("2027-01-30")));
    assert_eq!(report["customers"].as_array().map(Vec::len), Some(18));
    let texts = report["texts"].as_array().expect("a list");
    let mails: u64 = texts.iter().filter_map(|text| text["mails"].as_u64()).sum();
    assert_eq!(mails, 18);
    assert!(texts.iter().all(|text| text["markdown"].as_str().is_some_and(|body| body.contains("⟦contact.name⟧"))));
    let mut plain: Value = serde_json::from_str(&desk.run("report --format json").well().stdout).expect("JSON");
    // A second may have passed.
    plain["as_of"] = report["as_of"].take();
    report["as_of"] = plain["as_of"].clone();
    assert_eq!(plain, report);
}

#[test]
fn the_ending_of_the_file_says_the_form_unless_it_is_said_otherwise() {
    let desk = under_way();
    let written = |command: &str| desk.run(&format!("{command} --json")).well().json()["format"].clone();
    assert_eq!(written("report --out a.csv"), "csv");
    assert_eq!(written("report --out a.md"), "md");
    assert_eq!(written("report --out a.json"), "json");
    assert_eq!(written("report --out a"), "html");
    assert_eq!(written("report --out a.HTM"), "html");
    let _ = desk.run("report --out a.pdf").ends(2).says("never written as pdf").says("--format");
    assert!(!desk.home.path().join("a.pdf").exists());
    assert_eq!(written("report --out a.txt --format csv"), "csv");
}

#[test]
fn a_correction_is_due_at_once_and_not_when_somebody_is_done() {
    let desk = under_way();
    let _ = desk.run("deadline 2027-05-30 --yes").well();
    for form in ["html", "md"] {
        let told = desk.run(&format!("report --format {form}")).well().stdout;
        assert!(told.contains("at once"), "{form}");
    }
}

#[test]
fn what_cannot_be_had_is_refused_before_anything_is_written() {
    let desk = under_way();
    let before = desk.files();
    let _ = desk.run("report --json --format csv").ends(2).says("--out report.csv");
    let _ = desk.run("report --out nowhere/report.html").ends(2).says("cannot write nowhere/report.html");
    let _ = desk.run("report --format pdf").ends(2);
    assert!(desk.files() == before);
}

#[test]
fn a_campaign_that_has_not_begun_has_a_report() {
    let desk = Desk::offline();
    for format in ["html", "csv", "md", "json"] {
        let _ = desk.run(&format!("report --format {format}")).well();
    }
}

/// A customer whose name and address try to become more than text.
fn hostile() -> Desk {
    let row = |id: &str, name: &str| json!({ "id": id, "name": name, "email": format!("{id}@a.example"), "tags": ["api-v1", "rest"] });
    let rows = vec![
        row("c1", "=HYPERLINK(\"http://evil.example\",\"x\")"),
        row("c2", "</td><script>document.title='taken'</script>"),
        row("c3", "a | b\n# heading [x](http://evil.example)"),
        row("c4", "@SUM(A1)\u{1b}[31m"),
    ];
    let desk = Desk::drafted(with_rows(rows));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.on(WINDOW_DAY)
}

#[test]
fn nothing_from_outside_is_at_work_in_any_form() {
    let desk = hostile();
    desk.track();
    let sheet = desk.run("report --format csv").well().stdout;
    assert!(sheet.contains(",\"'=HYPERLINK(") && sheet.contains(",'@SUM(A1)"), "{sheet}");
    let prose = desk.run("report --format md").well().stdout;
    assert!(prose.contains("a \\| b # heading \\[x\\]"), "{prose}");
    let page = desk.run("report").well().stdout;
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "{page}");
    for form in [sheet, prose, page] {
        assert!(!form.contains('\u{1b}'), "{form}");
    }
}

#[test]
fn nothing_that_a_campaign_keeps_is_written_over() {
    let desk = Desk::drafted(with_contacts(10));
    let _ = desk.submit("announce").well();
    let before = desk.files();
    for file in ["campaign.toml", "state.toml", "drafts/announce/lock.toml", "templates/new.md", "sent/x.html"] {
        let file = desk.path(file).display().to_string();
        let _ = desk.run_words(&["report", "--format", "html", "--out", &file]).ends(2).says("a campaign's own files");
        let _ = desk.run_words(&["status", "--ics", &file]).ends(2).says("a campaign's own files");
        let _ = desk.run_words(&["draft", "--html", &file]).ends(2).says("a campaign's own files");
    }
    assert_eq!(desk.files(), before);
}
