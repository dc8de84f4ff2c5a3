//! Telling a customer's reply from what machines answer. The API shows no headers, so the words must do.

/// Whether a mail is an answering machine's or a post office's, by its sender and subject.
pub(crate) fn is_automatic(from: &str, subject: &str) -> bool {
    is_machine(from) || has_sign(subject)
}

/// Senders nobody writes as.
fn is_machine(from: &str) -> bool {
    const NAMES: [&str; 11] = [
        "mailer-daemon",
        "postmaster",
        "no-reply",
        "noreply",
        "no_reply",
        "do-not-reply",
        "donotreply",
        "do_not_reply",
        "auto-reply",
        "autoreply",
        "bounces",
    ];
    // The address may stand behind a name.
    let address = from.rsplit('<').next().unwrap_or_default().trim().to_lowercase();
    let name = address.split('@').next().unwrap_or_default();
    NAMES.iter().any(|sign| name.strip_prefix(sign).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
}

/// Machines put their sign first; people quote it behind their "Re:".
fn has_sign(subject: &str) -> bool {
    let words: Vec<String> = subject.split_whitespace().map(str::to_lowercase).collect();
    let subject = words.join(" ");
    let begun = subject.trim_start_matches(|c: char| !c.is_alphanumeric());
    let answers =
        ["re:", "aw:", "sv:", "antw:", "odp:", "rv:", "tr:", "vs:", "ynt:"].iter().any(|re| begun.starts_with(re));
    SIGNS.iter().any(|sign| begun.starts_with(sign)) || !answers && begun.contains(" is out of the office")
}

/// How subjects of automatic replies and of returned mail begin, in lower case.
const SIGNS: [&str; 84] = [
    // English
    "automatic reply",
    "automatic response",
    "automated reply",
    "automated response",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto-response",
    "autoresponse",
    "auto:",
    "out of office",
    "out of the office",
    "out-of-office",
    "ooo:",
    "away from the office",
    "i am out of",
    "i'm out of",
    "i am currently out",
    "on vacation",
    "vacation reply",
    "on annual leave",
    // Returned mail
    "undeliver",
    "undelivered",
    "mail delivery failed",
    "mail delivery failure",
    "mail delivery subsystem",
    "delivery status notification",
    "delivery failure",
    "delivery has failed",
    "delivery delayed",
    "returned mail",
    "failure notice",
    "unzustellbar",
    "non remis",
    "no se puede entregar",
    "mensagem não entregue",
    "onbestelbaar",
    // German
    "automatische antwort",
    "automatische rückantwort",
    "automatische abwesenheit",
    "abwesenheit",
    "abwesend",
    "nicht im büro",
    // French
    "réponse automatique",
    "reponse automatique",
    "absence du bureau",
    "absent du bureau",
    "message d'absence",
    "message d’absence",
    // Spanish, Portuguese, Italian, Romanian
    "respuesta automática",
    "respuesta automatica",
    "fuera de la oficina",
    "fuera de oficina",
    "resposta automática",
    "resposta automatica",
    "fora do escritório",
    "risposta automatica",
    "fuori sede",
    "fuori ufficio",
    "răspuns automat",
    // Dutch, Swedish, Danish, Norwegian, Finnish
    "automatisch antwoord",
    "afwezig",
    "autosvar",
    "automatiskt svar",
    "automatisk svar",
    "frånvaro",
    "fravær",
    "automaattinen vastaus",
    "poissa",
    // Polish, Czech, Slovak, Hungarian, Turkish, Russian, Ukrainian, Greek
    "odpowiedź automatyczna",
    "automatyczna odpowiedź",
    "automatická odpov",
    "automatikus válasz",
    "otomatik yanıt",
    "автоматический ответ",
    "автоответ",
    "автоматична відповідь",
    "αυτόματη απάντηση",
    // Japanese, Chinese, Korean
    "自動応答",
    "自動返信",
    "自动回复",
    "自動回覆",
    "자동 회신",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_machines_answer_is_told_by_the_beginning_of_the_subject() {
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
    fn what_people_write_is_a_reply_whatever_it_is_about() {
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

    #[test]
    fn a_machine_is_told_by_its_name_and_a_person_is_not_taken_for_one() {
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
