//! The script of the demo: each promise, the command that proves it, and what people and customers do in
//! between.

use serde_json::json;

use super::stage::{Demo, Step};
use crate::app::failure::Failure;

const ANNOUNCED: &str = "2027-01-30T13:05:00Z";
const LATER: &str = "2027-01-30T15:30:00Z";
const PREPARED: &str = "2027-03-01T13:05:00Z";
const OPEN: &str = "2027-03-31T12:05:00Z";
const AFTER: &str = "2027-04-02T08:00:00Z";

/// A text of the announcement, which the demo edits.
const DRAFT: &str = "campaigns/api-v2/drafts/announce/rest.md";
const RIGHT: &str = "Friday, 30 April 2027";
const WRONG: &str = "Friday, 30 April 2028";

/// Runs the campaign from the announcement to four weeks before the deadline.
///
/// # Errors
/// A command does not end as expected.
pub fn run(demo: &mut Demo<'_>) -> Result<(), Failure> {
    let customers = demo.customers()?;
    prepare(demo, &customers)?;
    announce(demo)?;
    review(demo, &customers)?;
    remind(demo, &customers)?;
    correct(demo)?;
    look_back(demo, &customers)
}

fn prepare(demo: &mut Demo<'_>, customers: &[String]) -> Result<(), Failure> {
    demo.meanwhile("Before anything is sent: check, find the customers, draft all mails for one review.");
    demo.run(&Step::new(ANNOUNCED, "check"))?;
    demo.run(&Step::new(ANNOUNCED, "segment"))?;
    demo.run(&Step::new(ANNOUNCED, "draft --all"))?;
    demo.promise("Each customer reads only what concerns them (36 customers, 3 texts):");
    let one = format!("draft --phase announce --contact {}", customers[0]);
    demo.run(&Step::new(ANNOUNCED, &one).shown_as_mail())
}

fn announce(demo: &mut Demo<'_>) -> Result<(), Failure> {
    demo.promise("No one gets a text that was not reviewed (one byte was changed):");
    demo.edit(DRAFT, RIGHT, WRONG)?;
    demo.run(&Step::new(ANNOUNCED, "submit --phase announce --yes").ends(8).shown(5))?;
    demo.edit(DRAFT, WRONG, RIGHT)?;
    demo.meanwhile("The byte is put back. 90 days before the deadline: the announcement.");
    demo.run(&Step::new(ANNOUNCED, "submit --phase announce --dry-run"))?;
    demo.promise("No one is mailed twice (every fourth reply is lost, and it runs twice):");
    demo.human("faults", &json!({ "seed": 7, "cut_after": 0.25 }))?;
    demo.run(&Step::new(ANNOUNCED, "submit --phase announce --yes").shown(3))?;
    demo.human("faults", &json!({}))?;
    demo.run(&Step::new(ANNOUNCED, "submit --phase announce --yes").shown(3))
}

fn review(demo: &mut Demo<'_>, customers: &[String]) -> Result<(), Failure> {
    demo.meanwhile("A colleague holds the key that approves, and reads each text once; here is one of the three.");
    demo.run(&Step::new(ANNOUNCED, "review --phase announce --variant rest"))?;
    demo.promise("People approve; a mail that was changed while it waited is set aside:");
    demo.human("bounce", &json!({ "to": customers[3], "next": true, "type": "HardBounce" }))?;
    demo.tamper(&customers[5])?;
    demo.run(&Step::new(ANNOUNCED, "review --approve --phase announce --by ann --yes").ends(8).shown_cut(8))?;
    demo.meanwhile("It is rejected and sent again; one address bounces.");
    let one = format!("--phase announce --contact {} --by ann --yes", customers[5]);
    demo.run(&Step::new(ANNOUNCED, &format!("review --reject --reason changed-on-the-way {one}")))?;
    demo.run(&Step::new(LATER, "submit --phase announce --retry-failed --yes"))?;
    demo.run(&Step::new(LATER, &format!("review --approve {one}")))?;
    demo.meanwhile("A customer replies. The next phase is approved in MultiMail itself.");
    demo.human("reply", &json!({ "to": customers[1], "body": "Thank you, this is on our list for March." }))?;
    demo.run(&Step::new("2027-02-01T08:00:00Z", "track"))?;
    demo.meanwhile("Customers waiting for an answer get no reminder. A colleague answered by phone:");
    demo.run(&Step::new("2027-02-02T08:00:00Z", &format!("track --clear --contact {}", customers[1])))?;
    demo.run(&Step::new(PREPARED, "submit --phase prepare --yes"))?;
    demo.human("approve", &json!({ "all": true }))
}

fn remind(demo: &mut Demo<'_>, customers: &[String]) -> Result<(), Failure> {
    demo.meanwhile("Months pass: some customers start, some are done.");
    for (index, customer) in customers.iter().enumerate() {
        let tag = match index % 4 {
            0 => "migration-complete",
            1 => "migration-started",
            _ => continue,
        };
        demo.human("contact", &json!({ "email": customer, "add_tags": [tag] }))?;
    }
    demo.promise("Customers who are done get no reminders (the daily job, two months on):");
    demo.run(&Step::new(OPEN, "remind --yes").shown(5))?;
    demo.human("approve", &json!({ "all": true }))?;
    demo.run(&Step::new(AFTER, "track"))?;
    demo.run(&Step::new(AFTER, "remind --yes"))
}

fn correct(demo: &mut Demo<'_>) -> Result<(), Failure> {
    demo.promise("What customers were told stays true (the deadline moves):");
    demo.run(&Step::new(AFTER, "deadline 2027-05-30 --yes").shown_from("35 customers read", 5))?;
    demo.meanwhile("The correction is drafted, reviewed and sent like any other mail.");
    demo.run(&Step::new(AFTER, "draft --all"))?;
    demo.run(&Step::new(AFTER, "submit --phase correction --yes"))?;
    demo.human("approve", &json!({ "all": true }))?;
    demo.run(&Step::new(AFTER, "track"))
}

fn look_back(demo: &mut Demo<'_>, customers: &[String]) -> Result<(), Failure> {
    demo.meanwhile("\"What did you tell us, and when?\"");
    demo.run(&Step::new(AFTER, &format!("status --contact {}", customers[2])))?;
    demo.promise("Nothing is lost (from the ledger only, without a network):");
    demo.run(&Step::new(AFTER, "status").shown(18))
}
