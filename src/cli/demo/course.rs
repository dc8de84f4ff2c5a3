//! The demo's course: the commands, and what people and customers do between them.

use serde_json::json;

use super::stage::Demo;
use crate::app::failure::Failure;

const ANNOUNCED: &str = "2027-01-30T13:05:00Z";
const LATER: &str = "2027-01-30T15:30:00Z";
const PREPARED: &str = "2027-03-01T13:05:00Z";
const OPEN: &str = "2027-03-31T12:05:00Z";
const AFTER: &str = "2027-04-02T08:00:00Z";

/// Runs the campaign from the announcement to thirty days before the deadline.
///
/// # Errors
/// A command does not end as it should.
pub fn run(demo: &mut Demo<'_>) -> Result<(), Failure> {
    let customers = demo.customers()?;
    demo.meanwhile("Before anything leaves: check, find the customers, draft all mails for one review.");
    demo.mmig(ANNOUNCED, "check")?;
    demo.mmig(ANNOUNCED, "segment")?;
    demo.mmig(ANNOUNCED, "draft --all")?;
    demo.mmig(ANNOUNCED, &format!("draft --phase announce --contact {}", customers[0]))?;

    demo.meanwhile("90 days before the deadline: the announcement. MultiMail holds every mail for approval.");
    demo.mmig(ANNOUNCED, "submit --phase announce --dry-run")?;
    demo.mmig(ANNOUNCED, "submit --phase announce --yes")?;
    demo.meanwhile("Run it again, by mistake or after a crash: nobody is mailed twice.");
    demo.mmig(ANNOUNCED, "submit --phase announce --yes")?;

    demo.meanwhile("A colleague holds the key that approves, and reads each text once; here is one of the three.");
    demo.mmig(ANNOUNCED, "review --phase announce --variant rest")?;
    demo.meanwhile(
        "Somebody has changed one waiting mail. It is set aside; the others leave, and one address bounces.",
    );
    demo.human("bounce", &json!({ "to": customers[3], "next": true, "type": "HardBounce" }))?;
    demo.tamper(&customers[5])?;
    demo.mmig_to(8, ANNOUNCED, "review --approve --phase announce --by ann --yes")?;
    let one = format!("--phase announce --contact {} --by ann --yes", customers[5]);
    demo.mmig(ANNOUNCED, &format!("review --reject --reason changed-on-the-way {one}"))?;
    demo.mmig(LATER, "submit --phase announce --retry-failed --yes")?;
    demo.mmig(LATER, &format!("review --approve {one}"))?;

    demo.meanwhile("A customer answers. The next phase is approved in MultiMail itself.");
    demo.human("reply", &json!({ "to": customers[1], "body": "Thank you, this is on our list for March." }))?;
    demo.mmig("2027-02-01T08:00:00Z", "track")?;
    demo.meanwhile("Who waits for an answer gets no reminder. A colleague answered on the phone:");
    demo.mmig("2027-02-02T08:00:00Z", &format!("track --clear --contact {}", customers[1]))?;
    demo.mmig(PREPARED, "submit --phase prepare --yes")?;
    demo.human("approve", &json!({ "all": true }))?;

    demo.meanwhile("The months go by: some customers start, some are done.");
    for (index, customer) in customers.iter().enumerate() {
        let tag = match index % 4 {
            0 => "migration-complete",
            1 => "migration-started",
            _ => continue,
        };
        demo.human("contact", &json!({ "email": customer, "add_tags": [tag] }))?;
    }
    demo.meanwhile(
        "30 days before the deadline a daily job runs `mmig remind`: it reaches those who have not started,",
    );
    demo.meanwhile("and thanks those who are done.");
    demo.mmig(OPEN, "remind --yes")?;
    demo.human("approve", &json!({ "all": true }))?;
    demo.mmig(AFTER, "track")?;
    demo.mmig(AFTER, "remind --yes")?;
    demo.meanwhile("\"What did you tell us, and when?\"");
    demo.mmig(AFTER, &format!("status --contact {}", customers[2]))?;
    demo.meanwhile("And where does the campaign stand?");
    demo.mmig(AFTER, "status")
}
