//! Who may review: someone with another key, who gives a name. If no one can be asked, nothing is decided.

use crate::desk::{Desk, speaking, with_contacts};
use crate::said::number;
use mmig::sandbox::Contract;

fn submitted() -> Desk {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk
}

#[test]
fn without_the_reviewers_key_it_is_said_which_one_is_missing() {
    let desk = submitted().without("MULTIMAIL_OVERSIGHT_KEY");
    let _ = desk.run("review").ends(4).says("MULTIMAIL_OVERSIGHT_KEY is not set").says("scope oversight");
}

#[test]
fn the_key_that_sends_never_approves() {
    let desk = submitted().with("MULTIMAIL_OVERSIGHT_KEY", "mm_test_send");
    let _ = desk.run("review").ends(4).says("the person who sends a mail must not approve it");
    assert_eq!(desk.people().record("requests")["operations"]["pending"].as_object(), None);
}

#[test]
fn a_reviewer_needs_no_key_that_sends() {
    let desk = submitted().without("MULTIMAIL_API_KEY").without("MULTIMAIL_MAILBOX_ID");
    let told = desk.run("review --approve --phase announce --by ann --yes --json").well().json();
    assert_eq!(number(&told, "/approved"), 18);
}

#[test]
fn a_key_without_the_scope_gets_a_clear_error() {
    let desk = submitted().with("MULTIMAIL_OVERSIGHT_KEY", "mm_test_admin");
    let _ = desk.run("review").ends(4).says("MULTIMAIL_OVERSIGHT_KEY");
}

#[test]
fn a_server_without_a_queue_is_refused() {
    let desk = Desk::drafted(speaking(Contract::Simple, 20)).with("MULTIMAIL_OVERSIGHT_KEY", "mm_test_oversight");
    let _ = desk.submit("announce").well();
    for contract in ["", "--contract simple "] {
        let _ = desk.run(&format!("{contract}review")).ends(8).says("no approval queue");
    }
}

#[test]
fn if_no_one_can_be_asked_nothing_is_decided() {
    let desk = submitted();
    let (files, mails) = (desk.files(), desk.people().record("mails"));
    for command in [
        "review --approve --phase announce --by ann",
        "review --approve --phase announce --yes",
        "review --reject --variant rest --reason wrong --by ann",
        "review --reject --variant rest --reason wrong --yes",
    ] {
        for more in ["", " --no-input", " --json"] {
            let _ = desk.run(&format!("{command}{more}")).ends(2);
        }
    }
    for command in [
        "review --approve --by ann --yes",
        "review --reject --phase announce --by ann --yes",
        "review --reject --phase announce --reason= --by ann --yes",
        "review --approve --reject --phase announce --reason x --by ann --yes",
        "review --approve --phase announce --reason x --by ann --yes",
        "review --yes",
    ] {
        let _ = desk.run(command).ends(2);
    }
    assert!(desk.files() == files, "a file changed");
    assert_eq!(desk.people().record("mails"), mails);
}

#[test]
fn missing_texts_and_customers_are_named() {
    let desk = submitted();
    let _ = desk.run("review --phase anounce").ends(3).says("did you mean `announce`");
    let _ = desk.run("review --variant resst").ends(3).says("did you mean `rest`");
    let _ = desk.run("review --contact nobody@nowhere.example").ends(3);
    // A text with nothing waiting is not an unknown one: a job may run twice.
    let _ = desk.run("review --approve --variant rest --by ann --yes").well();
    let _ = desk.run("review --approve --variant rest --by ann --yes").well();
}

#[test]
fn a_name_that_two_phases_have_is_asked_about() {
    let desk = submitted();
    let _ = desk.run("submit --phase prepare --now --yes").well();
    let _ = desk.run("review --approve --variant rest --by ann --yes").ends(2).says("announce, prepare");
    let _ = desk.run("review --approve --phase prepare --variant rest --by ann --yes").well();
    assert_eq!(desk.people().waiting().len(), 30);
}

#[test]
fn without_a_ledger_there_is_nothing_to_compare_with() {
    let _ = Desk::at(with_contacts(20)).run("review").ends(3).says("no ledger");
}
