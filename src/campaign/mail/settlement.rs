//! What to do about a mail whose result is unknown: a run recorded it as being sent, and ended before it knew more.

use chrono::TimeDelta;

use crate::campaign::Time;
use crate::campaign::mail::Mail;

/// How long the published contract keeps an idempotency key, minus an hour of tolerance for clocks.
const KEY_LIFE: TimeDelta = TimeDelta::hours(23);
/// How far clocks may differ.
const CLOCKS: TimeDelta = TimeDelta::hours(1);

/// What a server supports for finding out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerFeatures {
    /// It keeps keys for a day, and reports repetitions.
    pub keeps_keys: bool,
    /// It lists its mails.
    pub lists_mail: bool,
}

/// The prefix of a test mail's subject.
pub const MARK: &str = "[TEST] ";

/// Whether the first subject is that of a test of the mail with the other.
pub(crate) fn is_test_of(subject: &str, other: &str) -> bool {
    subject.strip_prefix(MARK) == Some(other)
}

/// How to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Send it again with its key: the server reports whether it already has it.
    Repeat,
    /// Look for it in the server's list.
    LookUp,
    /// Not at all: hold it.
    Hold,
}

/// How to settle an open mail. `repeatable` says whether exactly this mail can be made again, for a customer who
/// should still get it: if the first one did not arrive, the repetition sends it for the first time.
pub fn recovery(mail: &Mail, now: Time, repeatable: bool, features: ServerFeatures) -> Recovery {
    // If the clock was set back, the age of the key is unknown.
    let fresh = (TimeDelta::zero()..KEY_LIFE).contains(&(now - mail.sending));
    match features {
        ServerFeatures { keeps_keys: true, .. } if fresh && repeatable => Recovery::Repeat,
        ServerFeatures { lists_mail: true, .. } => Recovery::LookUp,
        _ => Recovery::Hold,
    }
}

/// A mail in the server's list, to the address in question, that the ledger does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its subject.
    pub subject: &'a str,
    /// When the server received it, if it says.
    pub at: Option<Time>,
}

impl Candidate<'_> {
    /// Whether it may be the mail that was about to be sent at `since`, with this subject if known.
    pub fn may_be(&self, subject: Option<&str>, since: Time) -> bool {
        // A colleague who is also a customer may have received a test of this very mail.
        let is_test = subject.is_some_and(|subject| is_test_of(self.subject, subject));
        !is_test && (self.came_since(since) || subject == Some(self.subject))
    }

    fn came_since(&self, since: Time) -> bool {
        self.at.is_none_or(|at| at >= since - CLOCKS)
    }
}

/// What a list shows about an open mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListEvidence {
    /// It is the candidate at this index.
    There(usize),
    /// It certainly did not arrive.
    Absent,
    /// The list does not show it.
    Unclear,
}

/// Looks for a mail that was about to be sent at `since`; `subject` is `None` if its text is no longer known.
///
/// A candidate with the subject that arrived since then is the mail. One with another subject may be it, as a reviewer
/// can change subjects; so may one with the subject that seems to have arrived earlier. Only a list that was read to
/// its end proves absence.
pub fn evidence_in_list(
    candidates: &[Candidate<'_>],
    subject: Option<&str>,
    since: Time,
    whole_list: bool,
) -> ListEvidence {
    match candidates.iter().position(|mail| mail.came_since(since) && subject == Some(mail.subject)) {
        Some(place) => ListEvidence::There(place),
        None if whole_list && !candidates.iter().any(|mail| mail.may_be(subject, since)) => ListEvidence::Absent,
        None => ListEvidence::Unclear,
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

    /// What these show about a mail sent at noon.
    fn of_noon(mails: &[Candidate<'_>], subject: Option<&str>, whole_list: bool) -> ListEvidence {
        evidence_in_list(mails, subject, at(12), whole_list)
    }

    #[test]
    fn the_mail_with_the_subject_that_came_since_is_the_one() {
        let mails = [mail("other", Some(at(13))), mail("ours", Some(at(12)))];
        assert_eq!(of_noon(&mails, Some("ours"), true), ListEvidence::There(1));
        assert_eq!(of_noon(&mails, Some("ours"), false), ListEvidence::There(1));
        assert_eq!(of_noon(&[mail("ours", None)], Some("ours"), true), ListEvidence::There(0));
    }

    #[test]
    fn a_test_of_the_mail_is_neither_it_nor_anything_like_it() {
        assert_eq!(of_noon(&[mail("[TEST] ours", Some(at(13)))], Some("ours"), true), ListEvidence::Absent);
        assert_eq!(of_noon(&[mail("[TEST] ours", Some(at(13)))], Some("[TEST] ours"), true), ListEvidence::There(0));
        assert_eq!(of_noon(&[mail("[TEST] other", Some(at(13)))], Some("ours"), true), ListEvidence::Unclear);
        assert_eq!(of_noon(&[mail("[TEST] ours", Some(at(13)))], None, true), ListEvidence::Unclear);
    }

    #[test]
    fn absent_is_only_what_a_whole_list_has_nothing_like() {
        assert_eq!(of_noon(&[], Some("ours"), true), ListEvidence::Absent);
        assert_eq!(of_noon(&[], None, true), ListEvidence::Absent);
        assert_eq!(of_noon(&[mail("other", Some(at(1)))], Some("ours"), true), ListEvidence::Absent);
        assert_eq!(of_noon(&[], Some("ours"), false), ListEvidence::Unclear);
    }

    #[test]
    fn a_mail_that_may_be_ours_is_not_skipped() {
        for mail in [mail("changed by a reviewer", Some(at(13))), mail("ours", Some(at(1))), mail("other", None)] {
            assert_eq!(of_noon(&[mail], Some("ours"), true), ListEvidence::Unclear, "{mail:?}");
        }
        assert_eq!(of_noon(&[mail("ours", Some(at(13)))], None, true), ListEvidence::Unclear);
    }
}
