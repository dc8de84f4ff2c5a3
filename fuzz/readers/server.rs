//! What the mail server answers, in both contracts, and what is made of it.

use mmig::api::contract::{Reply, Traffic, mailbox, simple};
use mmig::api::{ApiError, Found, Verdict};
use mmig::campaign::people::cohort;
use mmig::campaign::people::records::Records;
use mmig::campaign::people::replies::{Incoming, automatic};

use super::said;
use super::texts::sample;

/// An answer: a first line with the operation and the status, perhaps `Retry-After`, then the body.
pub fn reply(input: &[u8]) -> String {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let head = String::from_utf8_lossy(&input[..end]);
    let mut words = head.split_whitespace();
    let operation = words.next().unwrap_or_default();
    let status = words.next().and_then(|word| word.parse().ok()).unwrap_or(200);
    let retry_after = words.next().map(|_| head.splitn(3, ' ').last().unwrap_or_default().to_owned());
    let cut = input.ends_with(b"\0");
    let body = input.get(end + 1..).unwrap_or_default().to_vec();
    let date = "2027-01-30T13:00:00Z".parse().ok();
    let reply = Reply {
        status,
        retry_after,
        date,
        location: Some(head.clone().into_owned()),
        link: Some(head.to_string()),
        body,
        cut,
    };
    if !reply.is_success() {
        return [Traffic::Send, Traffic::Other].map(|traffic| reply.refusal(traffic).to_string()).concat();
    }
    read(operation, &reply)
}

fn read(operation: &str, reply: &Reply) -> String {
    match operation {
        "receipt" => said(mailbox::read_receipt(reply)),
        "cancel" => said(mailbox::read_cancelled(reply)),
        "page" => said(mailbox::read_page(reply)),
        "mail" => said(mailbox::read_mail(reply)),
        "thread" => said(mailbox::read_thread(reply)),
        "labels" => said(mailbox::read_labels(reply)),
        "mailboxes" => said(mailbox::read_mailboxes(reply)),
        "account" => said(mailbox::read_account(reply)),
        "allowlist" => said(mailbox::read_allowlist(reply)),
        "suppressions" => said(mailbox::read_suppressions(reply)),
        "queue" => said(mailbox::read_waiting(reply)),
        "approve" => said(mailbox::read_decided(reply, &Verdict::Approve)),
        "reject" => said(mailbox::read_decided(reply, &Verdict::Reject { reason: String::new() })),
        "simple-contacts" => sorted(simple::read_contacts(reply)),
        "simple-receipt" => said(simple::read_receipt(reply)),
        _ => sorted(mailbox::read_contacts(reply)),
    }
}

/// The contacts, and the campaign's cohorts made of them.
fn sorted(found: Result<Found, ApiError>) -> String {
    let found = match found {
        Ok(found) => found,
        Err(error) => return error.to_string(),
    };
    let (mut records, campaign) = (Records::default(), sample());
    let now = "2027-01-30T13:00:00Z".parse().unwrap();
    let whole = found.unreadable.is_empty();
    let census = cohort::update_from(&mut records, &campaign, found.contacts, whole, now);
    format!("{census:?} {:?} {}", found.unreadable, records.recipients().len())
}

/// Mails that came in, a line each: from, a tab, the subject.
pub fn inbox(input: &[u8]) -> String {
    let text = String::from_utf8_lossy(input);
    let at = "2027-01-30T13:00:00Z".parse().ok();
    let mails: Vec<Incoming<'_>> = text
        .lines()
        .map(|line| line.split_once('\t').unwrap_or(("", line)))
        .map(|(from, subject)| Incoming { from, subject, at, by_header: false })
        .collect();
    format!("{:?}", automatic(&mails))
}
