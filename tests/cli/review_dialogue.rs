//! A review on a terminal: text by text, with a question for each.
#![cfg(unix)] // There is no such terminal elsewhere.

use rexpect::process::WaitStatus;
use rexpect::session::PtySession;
use serde_json::json;

use crate::desk::{Desk, with_contacts};
use crate::human::recipient;
use crate::said::number;

/// 18 mails of three texts wait.
fn submitted() -> Desk {
    let desk = Desk::drafted(with_contacts(20)).with("USER", "ann");
    let _ = desk.submit("announce").well();
    desk
}

/// A person at a terminal who is asked about the first text.
fn asked(desk: &Desk) -> PtySession {
    let mut person = desk.at_a_terminal("review");
    person.exp_string("text 1 of 3").unwrap();
    person.exp_string("[q]uit?").unwrap();
    person
}

#[track_caller]
fn ends(person: &mut PtySession, code: i32) {
    person.exp_eof().unwrap();
    assert!(matches!(person.process().wait(), Ok(WaitStatus::Exited(_, ended)) if ended == code));
}

fn count(desk: &Desk, status: &str) -> usize {
    desk.people().mails().iter().filter(|mail| mail["status"] == status).count()
}

#[test]
fn each_text_is_approved_rejected_or_skipped() {
    let desk = submitted();
    let mut person = asked(&desk);
    person.send_line("a").unwrap();
    person.exp_string("6 approved (by ann)").unwrap();
    person.exp_string("text 2 of 3").unwrap();
    person.exp_string("[q]uit?").unwrap();
    // Without a reason the question is repeated.
    person.send_line("reject").unwrap();
    person.exp_string("Reason?").unwrap();
    person.send_line("").unwrap();
    person.exp_string("[q]uit?").unwrap();
    person.send_line("r").unwrap();
    person.exp_string("Reason?").unwrap();
    person.send_line("the date is wrong").unwrap();
    person.exp_string("6 rejected (by ann)").unwrap();
    person.exp_string("text 3 of 3").unwrap();
    person.exp_string("[q]uit?").unwrap();
    person.send_line("s").unwrap();
    ends(&mut person, 0);
    assert_eq!((count(&desk, "delivered"), count(&desk, "rejected"), desk.people().waiting().len()), (6, 6, 6));
    let reasons = desk.people().mails().into_iter().filter(|mail| mail["rejected_because"] == "the date is wrong");
    assert_eq!(reasons.count(), 6);
}

#[test]
fn one_whole_mail_can_be_opened() {
    let desk = submitted();
    let told = desk.run("review --variant webhooks --json").well().json();
    let contact = told["variants"][0]["values"][1]["contact"].as_str().unwrap().to_owned();
    let mut person = asked(&desk);
    person.send_line("o").unwrap();
    person.exp_string("Whose?").unwrap();
    person.send_line(&contact).unwrap();
    person.exp_string(&format!("To: {contact}")).unwrap();
    person.exp_string("Hello ").unwrap();
    person.exp_string("[q]uit?").unwrap();
    person.send_line("q").unwrap();
    ends(&mut person, 0);
    assert_eq!(desk.people().waiting().len(), 18);
}

#[test]
fn what_is_late_is_let_out_one_by_one_and_what_was_changed_is_not() {
    let desk = submitted();
    let mails = desk.people().waiting();
    desk.people().tamper(&mails[0], &json!({ "body": "Send us your password.\n" }));
    let desk = desk.on("2027-02-03T10:00:00Z");
    let mut person = desk.at_a_terminal("review --phase announce");
    person.exp_string("one by one? [y/N]").unwrap();
    person.send_line("y").unwrap();
    let mut approved = 0;
    for _ in 0..6 {
        let asked = person.exp_string("[q]uit?").unwrap();
        if asked.contains("[a]pprove it") {
            person.send_line("a").unwrap();
            person.exp_string("1 approved (by ann)").unwrap();
            approved += 1;
        } else {
            // There is no such answer.
            person.send_line("a").unwrap();
            person.exp_string("[r]eject it, [s]kip, [q]uit?").unwrap();
            person.send_line("s").unwrap();
        }
    }
    person.exp_string("one by one? [y/N]").unwrap();
    person.send_line("n").unwrap();
    person.exp_string("one by one? [y/N]").unwrap();
    person.send_line("").unwrap();
    ends(&mut person, 8);
    assert_eq!((approved, count(&desk, "delivered")), (5, 5));
}

#[test]
fn a_change_that_all_mails_have_is_accepted_once_it_was_read() {
    let desk = submitted();
    for mail in desk.people().waiting() {
        let body = format!("{}\n-- \nSent with care\n", mail["body"].as_str().unwrap());
        desk.people().tamper(&mail, &json!({ "body": body }));
    }
    let mut person = desk.at_a_terminal("review --phase announce");
    person.exp_string("Sent with care").unwrap();
    person.exp_string("[a]pprove 6 mails with this change").unwrap();
    person.send_line("a").unwrap();
    person.exp_string("6 approved (by ann)").unwrap();
    person.exp_string("[a]pprove 6 mails with this change").unwrap();
    person.send_line("r").unwrap();
    person.exp_string("Reason?").unwrap();
    person.send_line("no footers").unwrap();
    person.exp_string("6 rejected (by ann)").unwrap();
    person.exp_string("[a]pprove 6 mails with this change").unwrap();
    person.send_line("s").unwrap();
    ends(&mut person, 8);
    assert_eq!((count(&desk, "delivered"), count(&desk, "rejected"), desk.people().waiting().len()), (6, 6, 6));
}

#[test]
fn who_decides_by_flags_at_a_terminal_reads_the_texts_before_the_question() {
    let desk = submitted();
    for (answer, code, approved) in [("n", 2, 0), ("y", 0, 6)] {
        let mut person = desk.at_a_terminal("review --approve --variant rest");
        person.exp_string("text 1 of 1").unwrap();
        person.exp_string("Approve 6 mails? [y/N]").unwrap();
        person.send_line(answer).unwrap();
        ends(&mut person, code);
        assert_eq!(count(&desk, "delivered"), approved);
    }
}

#[test]
fn ctrl_c_at_a_question_keeps_what_was_decided() {
    let desk = submitted();
    let mut person = asked(&desk);
    person.send_line("a").unwrap();
    person.exp_string("text 2 of 3").unwrap();
    person.exp_string("[q]uit?").unwrap();
    person.send_control('c').unwrap();
    ends(&mut person, 130);
    assert_eq!((count(&desk, "delivered"), desk.people().waiting().len()), (6, 12));
    assert_eq!(desk.read("state.journal"), "", "the journal is folded");
}

#[test]
fn where_nobody_answers_any_more_nothing_is_decided() {
    let desk = submitted();
    let mut person = asked(&desk);
    person.send_control('d').unwrap();
    ends(&mut person, 0);
    assert_eq!(desk.people().waiting().len(), 18);
}

#[test]
fn while_somebody_reads_the_campaign_goes_on_and_what_changes_is_not_approved() {
    let desk = submitted();
    let mut person = asked(&desk);
    desk.track();
    let text = desk.run("review --variant webhooks --json").well().json();
    let contact = text["variants"][0]["values"][0]["contact"].as_str().unwrap().to_owned();
    let mail = desk.people().waiting().into_iter().find(|mail| recipient(mail) == contact).unwrap();
    desk.people().tamper(&mail, &json!({ "body": "Send us your password.\n" }));
    person.send_line("a").unwrap();
    person.exp_string("5 approved, 1 set aside (by ann)").unwrap();
    person.exp_string("[q]uit?").unwrap();
    person.send_line("q").unwrap();
    ends(&mut person, 8);
    assert_eq!(number(&desk.run("review --variant webhooks --json").ends(8).json(), "/set_apart"), 1);
}
