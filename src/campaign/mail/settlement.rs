//! What to do about a mail whose outcome is open: a run wrote it down as being sent, and ended before it knew more.

use chrono::TimeDelta;

use crate::campaign::Time;
use crate::campaign::mail::Mail;

/// How long the published contract keeps an idempotency key, less the hour by which clocks may differ.
const KEY_LIFE: TimeDelta = TimeDelta::hours(23);
/// By so much clocks may differ.
const CLOCKS: TimeDelta = TimeDelta::hours(1);

/// What a server offers to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Means {
    /// It keeps keys for a day, and tells a repetition.
    pub keeps_keys: bool,
    /// It lists its mails.
    pub lists_mail: bool,
}

/// What stands before the subject of a test mail.
pub const MARK: &str = "[TEST] ";

/// Whether a mail with this subject is a test of the mail with the other one.
pub(crate) fn is_test_of(subject: &str, other: &str) -> bool {
    subject.strip_prefix(MARK) == Some(other)
}

/// How to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Send it again with its key: the server tells whether it has it.
    Repeat,
    /// Look for it in the server's list.
    LookUp,
    /// There is none: hold it.
    Hold,
}

/// The way for an open mail. `repeatable` is whether the very mail can be made again, for somebody who is still to get
/// it: if the first one did not arrive, the repetition sends it for the first time.
pub fn way(mail: &Mail, now: Time, repeatable: bool, means: Means) -> Way {
    // A clock that was set back says nothing about the age of the key.
    let fresh = (TimeDelta::zero()..KEY_LIFE).contains(&(now - mail.sending));
    match means {
        Means { keeps_keys: true, .. } if fresh && repeatable => Way::Repeat,
        Means { lists_mail: true, .. } => Way::LookUp,
        _ => Way::Hold,
    }
}

/// A mail of the server's list that the ledger does not know, to the address in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its subject.
    pub subject: &'a str,
    /// When the server got it, if it says.
    pub at: Option<Time>,
}

impl Candidate<'_> {
    /// Whether it can be the mail that was about to be sent at `since`, under this subject if that is known.
    pub fn may_be(&self, subject: Option<&str>, since: Time) -> bool {
        // A colleague who is a customer as well may have been sent a test of this very mail.
        let is_test = subject.is_some_and(|subject| is_test_of(self.subject, subject));
        !is_test && (self.came_since(since) || subject == Some(self.subject))
    }

    fn came_since(&self, since: Time) -> bool {
        self.at.is_none_or(|at| at >= since - CLOCKS)
    }
}

/// What a list tells of an open mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It is the candidate at this place.
    There(usize),
    /// It certainly did not arrive.
    Absent,
    /// It cannot be told.
    Unclear,
}

/// Looks for a mail that was about to be sent at `since`; `subject` is `None` where its text is no longer known.
///
/// A candidate with the subject that came since then is the one. Another one that came since then may be, with a subject
/// that a reviewer changed; so may one with the subject that seems to have come before. Only a list that was read to its
/// end shows an absence.
pub fn told(candidates: &[Candidate<'_>], subject: Option<&str>, since: Time, whole_list: bool) -> Told {
    match candidates.iter().position(|mail| mail.came_since(since) && subject == Some(mail.subject)) {
        Some(place) => Told::There(place),
        None if whole_list && !candidates.iter().any(|mail| mail.may_be(subject, since)) => Told::Absent,
        None => Told::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u32) -> Time {
        format!("2027-01-30T{hour:02}:00:00Z").parse().unwrap()
    }

    fn mail(subject: &str, at: Option<Time>) -> Candidate<'_> {
        Candidate { subject, at }
    }

    /// What these tell of a mail sent at noon.
    fn of_noon(mails: &[Candidate<'_>], subject: Option<&str>, whole_list: bool) -> Told {
        told(mails, subject, at(12), whole_list)
    }

    #[test]
    fn the_mail_with_the_subject_that_came_since_is_the_one() {
        let mails = [mail("other", Some(at(13))), mail("ours", Some(at(12)))];
        assert_eq!(of_noon(&mails, Some("ours"), true), Told::There(1));
        assert_eq!(of_noon(&mails, Some("ours"), false), Told::There(1));
        assert_eq!(of_noon(&[mail("ours", None)], Some("ours"), true), Told::There(0));
    }

    #[test]
    fn a_test_of_the_mail_is_neither_it_nor_anything_like_it() {
        assert_eq!(of_noon(&[mail("[TEST] ours", Some(at(13)))], Some("ours"), true), Told::Absent);
        assert_eq!(of_noon(&[mail("[TEST] ours", Some(at(13)))], Some("[TEST] ours"), true), Told::There(0));
        assert_eq!(of_noon(&[mail("[TEST] other", Some(at(13)))], Some("ours"), true), Told::Unclear);
        assert_eq!(of_noon(&[mail("[TEST] ours", Some(at(13)))], None, true), Told::Unclear);
    }

    #[test]
    fn absent_is_only_what_a_whole_list_has_nothing_like() {
        assert_eq!(of_noon(&[], Some("ours"), true), Told::Absent);
        assert_eq!(of_noon(&[], None, true), Told::Absent);
        assert_eq!(of_noon(&[mail("other", Some(at(1)))], Some("ours"), true), Told::Absent);
        assert_eq!(of_noon(&[], Some("ours"), false), Told::Unclear);
    }

    #[test]
    fn a_mail_that_may_be_ours_is_not_passed_over() {
        for mail in [mail("changed by a reviewer", Some(at(13))), mail("ours", Some(at(1))), mail("other", None)] {
            assert_eq!(of_noon(&[mail], Some("ours"), true), Told::Unclear, "{mail:?}");
        }
        assert_eq!(of_noon(&[mail("ours", Some(at(13)))], None, true), Told::Unclear);
    }
}
