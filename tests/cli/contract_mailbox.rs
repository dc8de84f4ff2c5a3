//! A whole campaign with the published contract: a queue, deliveries, bounces, replies.

use mmig::sandbox::Contract;
use serde_json::json;

use crate::desk::{Desk, WINDOW_DAY, speaking};
use crate::human::recipient;
use crate::said::{number, outcomes};

fn counted(of: &[(&str, u64)]) -> Vec<(String, u64)> {
    of.iter().map(|(outcome, count)| ((*outcome).to_owned(), *count)).collect()
}

/// 270 announced; 200 approved, of which one bounced and one replied.
fn under_way() -> (Desk, String, String) {
    let desk = Desk::drafted(speaking(Contract::Mailbox, 300));
    let _ = desk.submit("announce").well();
    desk.people().approve(200);
    let mails = desk.people().mails();
    let (bounced, answered) = (recipient(&mails[3]), recipient(&mails[7]));
    desk.people().bounce(&bounced);
    desk.people().reply(&answered);
    desk.track();
    (desk, bounced, answered)
}

#[test]
fn everybody_affected_waits_for_approval_after_submit() {
    let desk = Desk::drafted(speaking(Contract::Mailbox, 300));
    let told = desk.submit("announce").well().json();
    assert_eq!((number(&told, "/planned"), number(&told, "/accepted")), (270, 270));
    assert_eq!(outcomes(&desk.status(), "announce"), counted(&[("pending_approval", 270)]));
    let again = desk.submit("announce").well().json();
    assert_eq!((number(&again, "/accepted"), number(&again, "/already")), (0, 270));
    assert_eq!(desk.people().taken(), 270);
    desk.people().doubled_nobody();
    desk.people().saw_no_violation();
}

#[test]
fn status_follows_approvals_bounces_and_replies() {
    let (desk, bounced, answered) = under_way();
    let status = desk.status();
    let expected = counted(&[("pending_approval", 70), ("delivered", 199), ("bounced", 1)]);
    let found = outcomes(&status, "announce");
    assert!(expected.iter().all(|outcome| found.contains(outcome)) && found.len() == 3, "{found:?}");
    let acknowledged: u64 =
        (0..3).map(|segment| number(&status, &format!("/segments/{segment}/stages/acknowledged"))).sum();
    assert_eq!(acknowledged, 1);
    let attention = &status["attention"].as_array().expect("a list")[0];
    assert_eq!((&attention["kind"], &attention["phase"]), (&json!("bounced"), &json!("announce")));
    assert_eq!(attention["contact"], bounced.as_str());
    let customer = desk.run(&format!("status --contact {answered} --json")).well().json();
    assert_eq!(customer["stage"], "acknowledged");
}

#[test]
fn contacts_are_tagged_once_delivery_is_known_and_not_before() {
    let desk = Desk::drafted(speaking(Contract::Mailbox, 20));
    let _ = desk.submit("announce").well();
    assert_eq!(desk.people().tagged("migration-notified").len(), 0);
    desk.people().approve(5);
    desk.track();
    assert_eq!(desk.people().tagged("migration-notified").len(), 5);
    assert_eq!(desk.people().contacts().len(), 20, "no contact was made a second time");
}

#[test]
fn every_mail_carries_the_tags_a_lost_ledger_is_rebuilt_from() {
    let desk = Desk::drafted(speaking(Contract::Mailbox, 20));
    let _ = desk.submit("announce").well();
    desk.track();
    for mail in desk.people().mails() {
        assert_eq!(mail["tags"]["mmig-campaign"], "api-v2");
        assert_eq!(mail["tags"]["mmig-phase"], "announce");
        assert!(
            ["webhooks", "rest", "graphql"].iter().any(|segment| mail["tags"]["mmig-segment"] == *segment),
            "{mail}"
        );
    }
}

#[test]
fn cancel_withdraws_what_still_waits_and_nothing_else() {
    let (desk, ..) = under_way();
    let told = desk.run("cancel --phase announce --yes --json").well().json();
    assert_eq!(number(&told, "/cancelled"), 70);
    let found = outcomes(&desk.status(), "announce");
    assert!(
        found.contains(&("cancelled".to_owned(), 70)) && found.contains(&("delivered".to_owned(), 199)),
        "{found:?}"
    );
    let by_status = &desk.people().record("stats")["by_status"];
    assert_eq!((&by_status["cancelled"], &by_status["delivered"]), (&json!(70), &json!(199)));
}

#[test]
fn nothing_is_sent_from_a_mailbox_without_oversight() {
    let (desk, ..) = under_way();
    let before = desk.people().taken();
    desk.people().mode("autonomous");
    let desk = desk.on(WINDOW_DAY);
    let refused = desk.run("remind --yes --json").ends(8).json();
    assert_eq!((number(&refused, "/accepted"), &refused["error"]["kind"]), (0, &json!("refused")));
    let _ = desk.run("submit --phase window --yes").ends(8).says("autonomous").says("gated_all");
    assert_eq!(desk.people().taken(), before);
}

#[test]
fn a_customer_whose_mail_bounced_is_not_mailed_again() {
    let (desk, bounced, _) = under_way();
    // Without the key to the server's own suppression list.
    let desk = desk.on(WINDOW_DAY).without("MULTIMAIL_ADMIN_KEY");
    let told = desk.run("remind --yes --json").well().json();
    assert_eq!(number(&told, "/excluded/bounced_before"), 1);
    assert_eq!(desk.people().mails_to(&bounced).len(), 1);
}

#[test]
fn an_answering_machine_acknowledges_nothing() {
    let desk = Desk::drafted(speaking(Contract::Mailbox, 20));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    let customer = recipient(&desk.people().mails()[0]);
    desk.people().post("reply", &json!({ "to": customer, "auto": true }));
    desk.track();
    let told = desk.run(&format!("status --contact {customer} --json")).well().json();
    assert_eq!(told["stage"], "notified");
}
