//! The report's page, only from records.

use mmig::app::report::ReportOutcome;
use mmig::campaign::mail::Course;
use mmig::campaign::people::records::Records;
use mmig::cli::pages::report::{LONGEST, page};
use mmig::store::folder::Folder;

use crate::build::{accepted, at, campaign, mail, recipient};

fn of(customers: usize) -> String {
    let told = |number: usize| {
        let mut one = recipient(&format!("c{number}"), "rest", &["api-v1", "rest"]);
        one.mails.push(mail("announce", accepted(Course::Delivered { when: at("2027-02-01T13:00:00Z") })));
        one
    };
    let (campaign, records) = (campaign(), (0..customers).map(told).collect::<Records>());
    let folder = Folder { name: "api-v2".to_owned(), path: "nowhere".into() };
    page(&ReportOutcome::of(&folder, campaign, records, at("2027-03-01T13:00:00Z"))).unwrap()
}

#[test]
fn a_page_of_ten_thousand_customers_names_the_first_ones_and_says_where_all_are() {
    let page = of(10_000);
    assert!(page.len() < 500_000, "{} bytes", page.len());
    assert!(page.contains(&format!("first {LONGEST} of 10000")) && page.contains("mmig report --format csv"));
    assert!(!of(LONGEST).contains("These are the first"));
}

#[test]
fn a_text_that_was_not_kept_is_said_to_be_missing() {
    assert!(of(1).contains("This text was not kept."));
}
