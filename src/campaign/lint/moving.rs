//! Finds relative days: "next Tuesday" is a different day for someone who approves or reads the mail later. The time
//! left is a personal value, `days_left`, not a number.

use std::cell::LazyCell;
use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::parsed_text::{Finding, ParsedText, Sentence};
use super::reading::{one_line, pattern};
use crate::campaign::definition::rule::Rule;

/// A number, in words or digits.
const NUMBER: &str = "(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|thirty|sixty|ninety|a few|a couple of|several|ein(?:er|em|en)?|zwei|drei|vier|funf|sechs|zehn|wenigen|une?|deux|trois|quatre|cinq|dix|quelques|una?|dos|tres|cuatro|cinco|diez|unos|uma?|dois|duas|quatro|dez|alguns|\\d{1,3})";
const DAYS: &str = "(?:mon|tues|wednes|thurs|fri|satur|sun)day";

/// Words that mean a different day tomorrow, in any sentence.
static ALWAYS: LazyLock<Regex> = LazyLock::new(|| {
    shape(
        &[
            "tomorrow|yesterday|tonight|(?:the )?day after tomorrow",
            "(?:next|this|coming|last) (?:DAYS|weekend)",
            "(?:nachste[nrms]?|kommende[nrms]?|diese[nrms]?) (?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|wochenende)",
            "(?:bis|ab|seit) (?:morgen|heute|gestern)|ubermorgen",
            "(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) prochain|des demain|apres-demain|a partir de demain",
            "(?:el|este) (?:proximo )?(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo) (?:que viene|proximo)|el proximo (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)",
            "(?:a partir de|desde) (?:manana|amanha)|pasado manana|depois de amanha|amanha",
            "(?:na )?proxima (?:segunda|terca|quarta|quinta|sexta)(?:-feira)?",
        ],
        "明日|明後日|昨日|来週|再来週|来月",
    )
});
/// Words that are relative in a sentence about the end, and a rule in one about recurring events.
static OFTEN: LazyLock<Regex> = LazyLock::new(|| {
    shape(
        &[
            "(?:next|this|coming) (?:week|month|quarter|year|spring|summer|autumn|fall|winter)",
            "(?:later|end of|by the end of|by end of) (?:this|next|the) (?:week|month|quarter|year)|by year'?s? end|(?:at|by) (?:the )?(?:month|year|quarter)[ -]end",
            "(?:in|within) (?:the (?:next|coming|following) )?(?:(?:less than|about|under|only|just) )?NUMBER (?:(?:business|working|calendar) )?(?:day|week|month|hour)s?(?:' time)?",
            "(?:over|in|within|during) the (?:next|coming) (?:few |couple of )?(?:days|weeks|months)",
            "NUMBER (?:days|weeks|months) (?:from (?:now|today)|ago)",
            "(?:have|has|got|gives? you|leaves? you) (?:only |just |another |about )?NUMBER (?:more )?(?:days|weeks|months)",
            "(?:as of|from|starting|effective|until|since) (?:today|now)|(?:ends?|stops?|off|gone|closes?) today",
            "(?:nachste[nrms]?|kommende[nrms]?|diese[nrms]?) (?:woche|monats?|quartals?|jahre?s?)|(?:bis )?ende (?:des monats|der woche|des jahres)",
            "(?:in|innerhalb von|binnen|in den nachsten) NUMBER (?:tag(?:en)?|wochen?|monat(?:en)?|stunden)",
            "(?:la semaine|le mois|l'annee|le trimestre) prochaine?|(?:dans|sous|d'ici)(?: les)? NUMBER (?:prochain[es]* )?(?:jours?|semaines?|mois)|(?:d'ici )?la fin (?:du mois|de l'annee|de la semaine)",
            "la proxima semana|la semana que viene|el (?:proximo mes|mes que viene)|(?:en|dentro de)(?: los proximos)? NUMBER (?:dias?|semanas?|mes(?:es)?)|(?:a )?fin(?:ales)? de(?:l)? (?:mes|ano)",
            "(?:na )?proxima semana|semana que vem|(?:no )?proximo mes|mes que vem|(?:em|dentro de)(?: ate)? NUMBER (?:dias?|semanas?|mes(?:es)?)|(?:ate o )?fi(?:m|nal) do (?:mes|ano)",
        ],
        "今週|今月|今月末|月末|年末|\\d+ ?(?:日|週間|か月|ヶ月)(?:後|以内)",
    )
});
/// The time left, as a number.
static LEFT: LazyLock<Regex> = LazyLock::new(|| {
    shape(
        &[
            "\\d{1,3} (?:more )?(?:days?|weeks?|months?) (?:left|remaining|remain|to go)",
            "(?:days|weeks) (?:left|remaining): ?\\d{1,3}",
            "noch \\d{1,3} (?:tage?|wochen?|monate?)",
            "il (?:vous )?reste \\d{1,3} (?:jours?|semaines?|mois)",
            "(?:le |les )?quedan \\d{1,3} (?:dias?|semanas?|meses)",
            "(?:faltam|restam) \\d{1,3} (?:dias?|semanas?|meses)",
        ],
        "(?:あと|残り) ?\\d{1,3} ?(?:日|週間|か月|ヶ月)",
    )
});
/// "We wrote last week" means a different week to a later reader.
static REPORTED: LazyLock<Regex> = LazyLock::new(|| shape(&["last (?:week|month|quarter)"], "先週|先月"));
static REPORTING: LazyLock<Regex> =
    LazyLock::new(|| shape(&["we|our|mail|e-?mail|announced|told|informed|wrote"], "お知らせ|ご案内|メール"));
/// Words that show that a sentence is about the end of the old version, or about what to do until
/// then.
static ABOUT: LazyLock<Regex> = LazyLock::new(|| {
    shape(
        &[
            "v\\d+(?:\\.\\d+)*|version|versao|the old|old (?:version|api|endpoints?|urls?|keys?|header)|stops?|stop working|ends?|gone|switch\\w*|shut\\w*|retir\\w+|deprecat\\w+|sunset\\w*",
            "migrat\\w*|upgrade|move|moved|deadline|discontinu\\w+|unavailable|removed|please|turn(?:ed)? off|go(?:es)? away|cut-?off|act|change your|update your|adapt|no longer",
            "umstell\\w*|umzieh\\w*|abgeschaltet|abschalt\\w*|abgestellt|endet|alte\\w*|bitte|umgestellt|eingestellt|migrier\\w*",
            "ancien(?:ne)?|supprim\\w+|cess\\w+|arret\\w*|migr\\w+|desactiv\\w+|coupee?|veuillez|fonctionne\\w*",
            "antigu\\w+|elimin\\w+|dej\\w+ de|retir\\w+|apag\\w+|por favor|termina\\w*|actualic\\w+",
            "desativ\\w+|deix\\w+|encerr\\w+|deslig\\w+|antig[ao]s?|atualiz\\w+",
        ],
        "終了|停止|廃止|移行|切り替え|バージョン",
    )
});
/// Words that show that it is about recurring events, or a lifetime.
static AGAIN: LazyLock<Regex> = LazyLock::new(|| {
    shape(
        &[
            "each|every|per|always|usually|once|whenever|if|when|tokens?|sessions?|cookies?|caches?|cached|cursors?|retr(?:y|ies|ied)|retention|invoices?|refunds?|reports?|expires?|respond|reply|replies|answer|jeden?|jede[rs]?|wenn|chaque|si|cada",
        ],
        "毎",
    )
});

/// A pattern that matches these as whole words, or those in Japanese, which has no spaces.
fn shape(words: &[&str], japanese: &str) -> Regex {
    let words = words.join("|").replace("NUMBER", NUMBER).replace("DAYS", DAYS);
    pattern(&format!(r"\b(?:{words})\b|{japanese}"))
}

/// Finds words for a day that is a different one for someone who approves or reads the mail later.
pub fn days_that_move(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let of_sentence = |sentence: &Sentence| {
        let found = moving(sentence.words());
        let finding = |at: Range<usize>| {
            let at = sentence.folded.place(&at);
            let words = one_line(&parsed.raw(sentence.part)[at.clone()]);
            let what = format!("`{words}` is a different day for someone who approves or reads this later");
            let fix = "write the date: {{ campaign.deadline | date }}; or how long is left: {{ days_left }} days";
            Finding::error(Rule::Date, sentence.part, at, what, fix).into_warning()
        };
        found.into_iter().map(finding).collect::<Vec<_>>()
    };
    parsed.sentences.iter().flat_map(of_sentence).collect()
}

/// The ranges of a sentence that name a relative day.
fn moving(words: &str) -> Vec<Range<usize>> {
    let again = LazyCell::new(|| AGAIN.is_match(words));
    let mut places: Vec<_> = ALWAYS.find_iter(words).map(|found| found.range()).collect();
    let about_the_end = |_: &Range<usize>| !*again && ABOUT.is_match(words);
    places.extend(OFTEN.find_iter(words).map(|found| found.range()).filter(about_the_end));
    places.extend(LEFT.find_iter(words).map(|found| found.range()).filter(|_| !*again));
    places.extend(REPORTED.find_iter(words).map(|found| found.range()).filter(|_| REPORTING.is_match(words)));
    places.sort_by_key(|at| (at.start, std::cmp::Reverse(at.end)));
    places.dedup_by(|one, before| one.start < before.end);
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::lint::reading::folded;

    #[test]
    fn a_day_that_moves_is_found_in_six_languages() {
        for text in [
            "API v1 stops next Tuesday.",
            "In two weeks the old endpoint is gone.",
            "You have 60 days left.",
            "Please migrate within the next 14 business days.",
            "v1 will be removed by the end of the month.",
            "As we wrote last week, nothing stops yet.",
            "Die Umstellung erfolgt nächste Woche.",
            "In 14 Tagen wird v1 abgeschaltet.",
            "L’ancienne version s’arrête la semaine prochaine.",
            "La versión 1 deja de funcionar en dos semanas.",
            "A versão antiga será desativada na próxima semana.",
            "旧バージョンは来週終了します。",
        ] {
            assert_eq!(moving(&folded(text)).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_recurring_day_is_not_a_relative_day() {
        for text in [
            "Access tokens live for 30 days, refresh tokens for 90 days.",
            "Pass the cursor to get the next page; next, remove the old code.",
            "Reports for the coming month are made on the first day of each month.",
            "Refunds arrive within 5 days.",
            "We answer within two working days.",
            "Nothing stops working today: this mail is to help you plan.",
            "If v1 stops answering, retry in 2 hours.",
            "Webhooks are retried in the next 24 hours.",
        ] {
            assert_eq!(moving(&folded(text)), [] as [Range<usize>; 0], "{text}");
        }
    }
}
