//! Signs that no person wrote a mail: how subjects begin, in the languages of most mail programs, and names of senders.
//! Add new ones; the fixture beside the tests must not change.

use std::sync::LazyLock;

/// How subjects by machines begin, in lower case. People do not begin a subject like this.
pub(super) static BEGINNINGS: LazyLock<Vec<&str>> =
    LazyLock::new(|| SUBJECTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect());

const SUBJECTS: &str = include_str!("subjects.txt");

/// Absences, if nothing or an end date follows.
pub(super) const ABSENCES: [&str; 53] = [
    "ooo",
    "on leave",
    "on holiday",
    "on holidays",
    "on vacation",
    "vacation",
    "on pto",
    "pto",
    "holiday",
    "away",
    "urlaub",
    "in urlaub",
    "betriebsurlaub",
    "en congés",
    "en congé",
    "en conges",
    "congés",
    "congé",
    "en vacances",
    "de vacaciones",
    "vacaciones",
    "ausente",
    "de baja",
    "de férias",
    "em férias",
    "férias",
    "in vacanza",
    "ferie",
    "assente",
    "met vakantie",
    "op vakantie",
    "vakantie",
    "met verlof",
    "på semester",
    "semester",
    "på ferie",
    "lomalla",
    "na urlopie",
    "urlop",
    "na dovolené",
    "dovolená",
    "szabadságon",
    "szabadság",
    "izinde",
    "izindeyim",
    "tatilde",
    "отпуск",
    "відпустка",
    "休暇中",
    "夏季休暇",
    "休假",
    "휴가",
    "휴가중",
];

/// What follows an absence: until when, or since when.
pub(super) const WHEN: [&str; 30] = [
    "until", "till", "to", "from", "through", "thru", "since", "bis", "vom", "ab", "jusqu", "du", "au", "à", "hasta",
    "del", "desde", "até", "de", "fino", "dal", "al", "tot", "t/m", "van", "till", "fram", "do", "od", "до",
];

/// What programs put before the subject that they reply to.
pub(super) const ANSWERS: [&str; 26] = [
    "re:",
    "re :",
    "re[",
    "aw:",
    "sv:",
    "antw:",
    "odp:",
    "rv:",
    "tr:",
    "tr :",
    "vs:",
    "ynt:",
    "res:",
    "rif:",
    "r:",
    "fwd:",
    "fw:",
    "wg:",
    "enc:",
    "отв:",
    "ha:",
    "回复:",
    "回复：",
    "答复:",
    "返信:",
    "답장:",
];

/// The local parts of automatic senders.
pub(super) const SENDERS: [&str; 28] = [
    "mailer-daemon",
    "mailerdaemon",
    "postmaster",
    "no-reply",
    "noreply",
    "no_reply",
    "no.reply",
    "do-not-reply",
    "donotreply",
    "do_not_reply",
    "auto-reply",
    "autoreply",
    "autoresponder",
    "auto-responder",
    "autoresponse",
    "bounces",
    "bounce",
    "notifications",
    "notification",
    "devnull",
    "ne-pas-repondre",
    "nepasrepondre",
    "no-responder",
    "noresponder",
    "nao-responda",
    "naoresponda",
    "keine-antwort",
    "non-rispondere",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_beginning_is_there_once_and_as_subjects_are_compared() {
        let mut known = std::collections::HashSet::new();
        for beginning in BEGINNINGS.iter() {
            assert_eq!(*beginning, beginning.to_lowercase().trim(), "{beginning}");
            assert!(beginning.chars().next().is_some_and(char::is_alphanumeric), "{beginning}");
            assert!(known.insert(beginning), "{beginning} occurs twice");
        }
        assert!(known.len() > 400);
    }
}
