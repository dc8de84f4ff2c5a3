//! Distinguishes customers' replies from automatic ones: by headers if the server shows them, by sender, by subject,
//! and by the same subject from many senders at once.

mod signs;

use std::collections::{BTreeMap, HashSet};

use chrono::TimeDelta;

use self::signs::{ABSENCES, ANSWERS, BEGINNINGS, SENDERS, WHEN};
use crate::campaign::Time;

/// An incoming mail, as far as it shows who wrote it.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// Who sent it, perhaps behind a name.
    pub from: &'a str,
    /// Its subject.
    pub subject: &'a str,
    /// When the server received it.
    pub at: Option<Time>,
    /// Whether a header says that it was sent automatically.
    pub by_header: bool,
}

/// For each mail, whether it was sent automatically.
pub fn automatic(mails: &[Incoming<'_>]) -> Vec<bool> {
    let alike = sent_by_many(mails);
    let is_automatic = |mail: &Incoming<'_>| {
        mail.by_header || is_automatic(mail.from, mail.subject) || alike.contains(&shape(mail.subject))
    };
    mails.iter().map(is_automatic).collect()
}

/// Whether only automatic mails have this header.
pub(crate) fn is_machine_header(name: &str, value: &str) -> bool {
    let value = value.trim().to_lowercase();
    match name.trim().to_lowercase().as_str() {
        "auto-submitted" => !value.is_empty() && value != "no",
        "precedence" => matches!(value.as_str(), "bulk" | "junk" | "list" | "auto_reply"),
        "content-type" => value.starts_with("multipart/report") || value.starts_with("text/calendar"),
        "return-path" => value == "<>",
        "x-autoreply"
        | "x-autorespond"
        | "x-auto-reply"
        | "x-autoreply-from"
        | "x-failed-recipients"
        | "x-auto-response-suppress" => true,
        _ => false,
    }
}

/// This many customers do not write the same new subject within minutes; their help desks do.
const MANY: usize = 4;

/// The time window, in minutes.
const AT_ONCE: i64 = 10;

/// The normalised subjects that many senders used within minutes and that are not replies: people's replies to one mail
/// look alike.
fn sent_by_many(mails: &[Incoming<'_>]) -> HashSet<String> {
    let mut by_shape: BTreeMap<String, Vec<(Time, &str)>> = BTreeMap::new();
    for mail in mails.iter().filter(|mail| !answers(&plain(mail.subject)) && !mail.subject.trim().is_empty()) {
        if let Some(at) = mail.at {
            by_shape.entry(shape(mail.subject)).or_default().push((at, mail.from));
        }
    }
    let is_burst = |sent: &mut Vec<(Time, &str)>| {
        sent.sort_unstable();
        sent.windows(MANY).any(|some| {
            let senders: HashSet<&str> = some.iter().map(|(_, from)| *from).collect();
            senders.len() == MANY && some[MANY - 1].0 - some[0].0 <= TimeDelta::minutes(AT_ONCE)
        })
    };
    by_shape.into_iter().filter_map(|(shape, mut sent)| is_burst(&mut sent).then_some(shape)).collect()
}

/// A subject without its numbers.
fn shape(subject: &str) -> String {
    plain(subject).chars().filter(|c| !c.is_numeric()).collect()
}

/// Whether a mail is automatic, judged by sender and subject.
pub(crate) fn is_automatic(from: &str, subject: &str) -> bool {
    is_machine(from) || has_sign(subject)
}

/// Sender addresses that no person writes from.
fn is_machine(from: &str) -> bool {
    // The address may follow a name.
    let address = from.rsplit('<').next().unwrap_or_default().trim().to_lowercase();
    let name = address.split('@').next().unwrap_or_default();
    SENDERS.iter().any(|sign| name.strip_prefix(sign).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
}

/// A subject on one line, in lower case, with one kind of apostrophe.
fn plain(subject: &str) -> String {
    let words: Vec<String> = subject.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").replace('’', "'")
}

fn answers(plain: &str) -> bool {
    let begun = plain.trim_start_matches(|c: char| !c.is_alphanumeric());
    ANSWERS.iter().any(|re| begun.starts_with(re))
}

/// Programs put their phrase first; people quote it after their "Re:". Either may follow a tag in brackets.
fn has_sign(subject: &str) -> bool {
    let subject = plain(subject);
    let behind_mark = subject.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(_, rest)| rest);
    let behind_desk = subject.split_once(": ").filter(|(before, _)| is_desk(before)).map(|(_, rest)| rest);
    [Some(subject.as_str()), behind_mark, behind_desk].into_iter().flatten().any(|text| {
        let begun = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        BEGINNINGS.iter().any(|sign| begun.starts_with(sign))
            || is_absence(begun)
            || !answers(begun) && (is_said_of_somebody(begun) || is_ticket(begun))
    })
}

/// Phrases that machines write after a person's name.
fn is_said_of_somebody(begun: &str) -> bool {
    begun.contains(" is out of the office") || begun.ends_with(" has left the company")
}

/// What help desks write before their text: their name, or the case's number.
fn is_desk(before: &str) -> bool {
    const DESKS: [&str; 5] = ["support", "service", "helpdesk", "help desk", "service desk"];
    const CASES: [&str; 4] = ["case", "ticket", "request", "incident"];
    let number = CASES.iter().find_map(|case| before.strip_prefix(case));
    let is_case = number.is_some_and(|rest| rest.chars().filter(char::is_ascii_digit).count() >= 3);
    is_case || DESKS.iter().any(|desk| before.ends_with(desk))
}

/// "On leave until 3 March" is an absence; "Vacation rentals and v2" is not.
fn is_absence(begun: &str) -> bool {
    ABSENCES.iter().filter_map(|sign| begun.strip_prefix(sign)).any(|rest| {
        let next = rest.trim_start();
        let ends = next.is_empty()
            || next.starts_with([':', '-', '–', '—', '(', '!', '.'])
            || next.starts_with(char::is_numeric);
        let word = next.split([' ', '\'']).next().unwrap_or_default();
        ends || rest.starts_with(' ') && WHEN.contains(&word)
    })
}

/// "Ticket #48213 received", "Case 00123456 created": an item with a number, and its state.
fn is_ticket(begun: &str) -> bool {
    const THINGS: [&str; 13] = [
        "ticket",
        "case",
        "request",
        "incident",
        "issue",
        "inquiry",
        "enquiry",
        "anfrage",
        "vorgang",
        "demande",
        "solicitud",
        "richiesta",
        "chamado",
    ];
    const BECAME: [&str; 24] = [
        "received",
        "created",
        "opened",
        "logged",
        "registered",
        "submitted",
        "assigned",
        "acknowledged",
        "resolved",
        "closed",
        "updated",
        "eingegangen",
        "erstellt",
        "eröffnet",
        "geschlossen",
        "reçue",
        "reçu",
        "créé",
        "créée",
        "recibida",
        "creado",
        "ricevuta",
        "aperto",
        "aberto",
    ];
    let Some(rest) = THINGS.iter().find_map(|thing| begun.strip_prefix(thing)) else { return false };
    let words: Vec<&str> =
        rest.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty()).collect();
    let is_number = |word: &&str| word.chars().filter(char::is_ascii_digit).count() >= 3;
    rest.starts_with(|c: char| !c.is_alphanumeric())
        && words.iter().take(2).any(is_number)
        && ends_after(rest, |word| BECAME.contains(&word))
}

/// Whether nothing but such a word follows: people continue, as in "Request 48213 created with v1 is
/// gone".
fn ends_after(text: &str, is_such: impl Fn(&str) -> bool) -> bool {
    const GOES_ON: [&str; 5] = ["by", "and", "successfully", "von", "par"];
    let text = text.replace(" on your behalf", "");
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let is_end = |next: &str| {
            let bare = next.trim_matches(|c: char| !c.is_alphanumeric());
            !next.starts_with(char::is_alphanumeric) || GOES_ON.contains(&bare)
        };
        let ends = word.ends_with(|c: char| !c.is_alphanumeric()) || words.peek().is_none_or(|next| is_end(next));
        if is_such(word.trim_matches(|c: char| !c.is_alphanumeric())) && ends {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn automatic_replies_are_recognised_by_the_start_of_the_subject() {
        for subject in [
            "Automatic reply: API v2",
            "AUTOMATIC  REPLY: API v2",
            "Out of Office Re: API v2",
            "[Auto-Reply] Re: API v2",
            "Jane Doe is out of the office",
            "Abwesenheitsnotiz: API v2",
            "Automatische Antwort: API v2",
            "Réponse automatique : API v2",
            "Respuesta automática: API v2",
            "Odpowiedź automatyczna: API v2",
            "Автоматический ответ: API v2",
            "自動応答: API v2",
            "Undeliverable: API v2",
            "Undelivered Mail Returned to Sender",
            "Delivery Status Notification (Failure)",
        ] {
            assert!(is_automatic("ann@a.example", subject), "{subject}");
        }
    }

    #[test]
    fn mails_from_people_are_replies_whatever_their_subject() {
        for subject in [
            "",
            "Re: API v2: what about our office in Oslo?",
            "Re: Automatic reply to hooks is gone?",
            "AW: API v2, bin ab Montag im Urlaub",
            "Re: Ann is out of the office, who answers?",
            "Automation of our hooks",
            "Autonomous agents and v2",
        ] {
            assert!(!is_automatic("Ann <ann@a.example>", subject), "{subject}");
        }
    }

    /// Automatic mails: absences, tickets, receipts, calendars, challenges and bounces, in many languages.
    const MACHINES: &str = include_str!("replies/machines.txt");
    /// Mails from people, some about the same subjects.
    const PEOPLE: &str = include_str!("replies/people.txt");

    #[test]
    fn none_of_the_mails_that_were_collected_is_mistaken() {
        assert!(MACHINES.lines().count() >= 60 && PEOPLE.lines().count() >= 40);
        for subject in MACHINES.lines() {
            assert!(is_automatic("Ann <ann@a.example>", subject), "taken for a person's: {subject}");
        }
        for subject in PEOPLE.lines() {
            assert!(!is_automatic("Ann <ann@a.example>", subject), "taken for a machine's: {subject}");
        }
    }

    #[test]
    fn the_same_subject_from_many_at_once_is_automatic_unless_it_is_a_reply() {
        let at = |minute: i64| Some("2027-02-01T10:00:00Z".parse::<Time>().unwrap() + TimeDelta::minutes(minute));
        let from = ["a@a.example", "b@b.example", "c@c.example", "d@d.example"];
        let judged = |subject: &str, minutes: i64, from: &[&str]| {
            let subjects: Vec<String> = (0..from.len()).map(|number| format!("{subject} {}", 1000 + number)).collect();
            let mails = from.iter().zip(&subjects).enumerate().map(|(number, (from, subject))| {
                let at = at(minutes * i64::try_from(number).unwrap());
                Incoming { from, subject, at, by_header: false }
            });
            automatic(&mails.collect::<Vec<_>>())
        };
        assert_eq!(judged("Your mail, number", 2, &from), [true; 4]);
        assert_eq!(judged("Your mail, number", 20, &from), [false; 4]);
        assert_eq!(judged("Re: API v2", 0, &from), [false; 4]);
        assert_eq!(judged("Your mail, number", 2, &["a@a.example"; 4]), [false; 4]);
    }

    #[test]
    fn a_header_of_a_machine_says_so() {
        for (name, value, machine) in [
            ("Auto-Submitted", "auto-replied", true),
            ("auto-submitted", "no", false),
            ("Precedence", "bulk", true),
            ("X-Autoreply", "yes", true),
            ("Content-Type", "multipart/report; report-type=delivery-status", true),
            ("Content-Type", "text/plain", false),
            ("Return-Path", "<>", true),
            ("X-Mailer", "x", false),
        ] {
            assert_eq!(is_machine_header(name, value), machine, "{name}: {value}");
        }
    }

    #[test]
    fn a_machine_is_recognised_by_its_name_and_a_person_is_not_mistaken_for_one() {
        for from in [
            "MAILER-DAEMON@mx.a.example",
            "Mail Delivery <postmaster@a.example>",
            "no-reply@a.example",
            "noreply+1@a.example",
            "bounces+77@a.example",
        ] {
            assert!(is_automatic(from, "Re: API v2"), "{from}");
        }
        for from in ["ann@noreply.example", "noreplyson@a.example", "\"postmaster\" <ann@a.example>", ""] {
            assert!(!is_automatic(from, "Re: API v2"), "{from}");
        }
    }
}
