//! The human side: what people do and see outside the API. Under `/_sandbox/`, without a key.

pub mod choice;
pub mod conversations;
pub mod customers;
pub mod decisions;
pub mod delivery;
pub mod records;
pub mod settings;
pub mod stats;

/// The person in the audit log.
const SOMEBODY: &str = "reviewer@example.com";

/// The operations of the human side, for help texts.
pub const HUMAN_SIDE: &str = r#"The human's side, by HTTP, without a key, from this machine only. Bodies are JSON; mails are chosen by
{"id": …} or {"to": customer} or {"count": n} (oldest first) or {"all": true}.

  POST /_sandbox/approve      a choice; "direction": "inbound" for replies that wait
  POST /_sandbox/reject       a choice, "reason"
  POST /_sandbox/deliver      a choice of sent mails, with --hold-deliveries
  POST /_sandbox/bounce       a choice of mails that are out, "type" (HardBounce); {"to": …, "next": true}: from now on
  POST /_sandbox/fail         a choice of mails that are not out: they end as send_failed
  POST /_sandbox/tamper       {"id": …, "subject": …, "body": …, "to": …}: changes a mail that waits for approval
  POST /_sandbox/reply        {"to": customer, "subject", "body", "from", "auto": bool, "new_thread": bool}: an answer to the latest mail
  POST /_sandbox/answer       {"to": customer, "body"}: a colleague answers the customer's latest reply
  POST /_sandbox/unsubscribe  {"email": customer}
  POST /_sandbox/suppress     {"email": customer, "reason": …}
  POST /_sandbox/contact      {"add": row} or {"id" or "email": …, and "set": fields, "add_tags": […], "drop_tags": […]
                              or "delete": true}; a field set to null goes away
  POST /_sandbox/mode         {"mode": "gated_all", "mailbox": address}: any mode; the sending mailbox if none is named;
                              "after_sends": n: once n more mails were taken
  POST /_sandbox/allow        {"patterns": ["a@b.example", "*@c.example"]}; null: a server without allowlists
  POST /_sandbox/quota        {"monthly_quota": n, "sent_this_month": n}
  POST /_sandbox/warmup       {"per_day": n}, ten times as many after each day with mails; null ends it
  POST /_sandbox/rate         {"per_second": n, "retry_after": bool, "everywhere": bool}; null ends it
  POST /_sandbox/latency      {"ms": n}
  POST /_sandbox/clock        {"advance_seconds": n} or {"now": "2027-01-30T13:00:00Z"}
  POST /_sandbox/faults       {"seed", "error_before", "error_after", "cut_before", "cut_after", "slow", "slow_ms",
                              "garbage", "html", "truncated", "everywhere"}; what is left out is 0
  POST /_sandbox/refuse       {"phrases": […]}: addresses and phrases the content filter refuses
  POST /_sandbox/disable      {"reason": …} switches sending off; null on again
  POST /_sandbox/tag-write    {"existing": "update" | "double" | "refuse"}
  POST /_sandbox/lie          {"operation": name, "status": 200, "body": …}: that operation answers this and does nothing;
                              no body ends it. The names are those that requests (below) counts
  GET  /_sandbox/mails        the sandbox's own record of every mail; ?to=customer
  GET  /_sandbox/contacts     the address book
  GET  /_sandbox/requests     requests by operation and how they ended; the three kinds of 429
  GET  /_sandbox/violations   requests that broke the contract
  GET  /_sandbox/model        what the language model was asked, with --model
  GET  /_sandbox/stats        accepted mails by status, subject and customer; who was mailed twice
"#;

#[cfg(test)]
mod tests {
    use super::HUMAN_SIDE;
    use crate::sandbox::operations::OPERATIONS;

    #[test]
    fn the_help_names_every_operation_of_the_humans_side_and_no_other() {
        let named: Vec<&str> = HUMAN_SIDE.split_whitespace().filter(|word| word.starts_with("/_sandbox/")).collect();
        let real: Vec<&str> =
            OPERATIONS.iter().filter(|operation| operation.is_human()).map(|operation| operation.path).collect();
        assert_eq!(named, real);
    }
}
