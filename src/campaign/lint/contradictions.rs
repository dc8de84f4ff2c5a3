//! Finds what a text says against the rest of the mail, or against the campaign.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::parsed_text::{Finding, ParsedText};
use super::reading::{one_line, pattern};
use super::versions::Versions;
use crate::campaign::definition::When;
use crate::campaign::definition::rule::Rule;

/// Says that there is nothing to do, in folded text.
static NOTHING: LazyLock<Regex> = LazyLock::new(|| {
    let shapes = [
        r"nothing (?:changes|will change|is going to change)(?: for (?:you|your (?:integration|team|company)))?",
        r"no (?:further )?(?:action|changes?|steps?|work|code changes?) (?:is |are |will be )?(?:needed|required|necessary)",
        r"no (?:further )?action (?:on|from) your (?:side|part)",
        r"you (?:do not|don't|need not|needn't) (?:need to |have to )?(?:do anything|take any action|change anything|act|make any changes)",
        r"(?:there is )?nothing (?:for you )?to (?:do|change)(?: for you)?",
        r"(?:this|the) (?:change|migration|update) (?:does not|doesn't|will not|won't) (?:affect|concern) you",
        r"you (?:are|will) not (?:be )?affected",
        r"(?:everything|your code|your integration) (?:keeps|will keep|will continue|continues) (?:working|to work)(?: as (?:before|is|it is))?",
        r"(?:es andert sich|andert sich) (?:fur sie )?nichts|sie (?:mussen|brauchen) nichts (?:zu )?(?:tun|andern|unternehmen)|kein handlungsbedarf",
        r"rien ne change|aucune action (?:n'est )?(?:requise|necessaire)|vous n'avez rien a faire",
        r"nada cambia|no (?:tiene|tienes|es necesario) (?:que )?hacer nada|no se requiere ninguna accion",
        r"nada muda|(?:voce )?nao precisa fazer nada|nenhuma acao e necessaria",
    ];
    pattern(&format!(r"\b(?:{})\b|対応は不要|何もする必要はありません|変更はありません", shapes.join("|")))
});
/// Says that it applies only to some, for a while, or under a condition.
static LIMITED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:if|once|when|unless|until|till|after|already|who|whoever|whose|for now|yet|today|else|other(?:wise)?|besides|except|apart|in the meantime|before|during|while|from|beyond|further to|only|wenn|falls|sobald|bis|sonst|weiter|schon|bereits|si|sauf|deja|jusqu'\w+|autre|salvo|hasta|ya|mas|ate|ja|alem|still)\b|場合|まで|以外",
    )
});
/// Says what it applies to, if not to everything: "no action is needed for webhooks".
static FOR_A_PART: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^ (?:for (?:[a-z]+)|in (?:the|your) [a-z]+|on (?:the|your) (?:[a-z]+)|with|about|to (?:your|the))\b")
});
static FOR_YOU: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ (?:for you|for your (?:integration|team|company)|on your (?:side|part|end)|to your (?:code|integration)|in your (?:code|integration))\b",
    )
});
/// Says that something is over, and that it is not.
const OVER: &str = r"(?:has|have) (?:now |already |finally )?been (?:switched off|shut down|shut off|removed|retired|turned off|disabled|discontinued|deactivated|decommissioned)|(?:is|are) (?:now |already )(?:switched off|off|gone|shut down|retired|disabled|offline)|(?:was|were) (?:switched off|shut down|retired|turned off|removed|discontinued)|wurde (?:bereits )?(?:abgeschaltet|eingestellt)|ist (?:jetzt |bereits )?abgeschaltet|a ete (?:desactivee?|coupee?|arretee?|supprimee?)|ha sido (?:desactivad[ao]|retirad[ao]|apagad[ao])|foi (?:desativad[ao]|desligad[ao]|encerrad[ao])";
const STAYS: &str = r"(?:(?:keeps?|will keep|continues?|will continue|remains?|will remain|stays?|will stay) (?:to (?:work|be available)|working|available|supported|online|up|on)|works?|will work|is supported) (?:indefinitely|forever|for ever|for as long as|as long as you|permanently|after (?:the deadline|that day|that date|the last day)|beyond)|(?:there is|we have) no (?:plan|date|deadline)s? (?:to|for) (?:switch|shut|retir|remov|turn)\w*|lauft (?:unbegrenzt|dauerhaft) weiter|(?:continuera|fonctionnera) indefiniment|(?:seguira|continuara) \w+ indefinidamente|continuara \w+ (?:indefinidamente|para sempre)";
/// Words that make "is over" a future event.
static WHEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:if|once|when|whenever|until|till|after|as soon as|before|by the time|from .{1,40} on|will|would|wenn|sobald|nachdem|nach|si|quand|apres|cuando|despues|quando|depois|ab)\b",
    )
});
/// Mentions an attachment: mails of a campaign have none.
static ATTACHED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:see|find|read|open|in|use|follow|with) (?:the |our )?attached|attached (?:you will find|is|are|please find|to this (?:e-?mail|mail|message)|(?:pdf|document|file|guide|spreadsheet|sheet|checklist|presentation))|(?:please )?find attached|in the attachment|im anhang|anbei|ci-joint|en piece jointe|se adjunta|archivo adjunto|en el adjunto|em anexo|segue anexo|click (?:the|on the) button|press the button|the button below)\b|添付",
    )
});

/// Finds sentences that contradict the changes in the same mail, or the campaign's dates.
pub fn contradictions(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let dated = matches!(parsed.phase.when, When::Dated(_));
    let still_works = dated && parsed.day <= parsed.reader().deadline().date;
    let (over, stays) = of_the_old(parsed);
    let mut findings = Vec::new();
    for sentence in &parsed.sentences {
        let words = sentence.words();
        let mut add = |at: std::ops::Range<usize>, what: &str, fix: &str| {
            let at = sentence.folded.place(&at);
            let shown = one_line(&parsed.raw(sentence.part)[at.clone()]);
            findings.push(Finding::error(Rule::Contradiction, sentence.part, at, format!("`{shown}`: {what}"), fix));
        };
        if let Some(at) = nothing_to_do(parsed, words) {
            add(at, "but this mail lists changes that customers must make", "say what does not change, and what does");
        }
        if let Some(found) = over.find(words).filter(|found| still_works && !WHEN.is_match(&words[..found.end()])) {
            add(
                found.range(),
                "but it works until the deadline",
                "say when it will be: {{ campaign.deadline | date }}",
            );
        }
        if let Some(found) =
            stays.find(words).filter(|_| parsed.phase.when != When::Completed && !words.contains(" not "))
        {
            add(found.range(), "but the old version ends with the deadline", "say until when it works");
        }
        if let Some(found) = ATTACHED.find(words) {
            add(found.range(), "but these mails have neither attachments nor buttons", "write it here, or link to it");
        }
    }
    findings
}

/// The part of a sentence that says there is nothing to do, in a mail that lists changes.
fn nothing_to_do(parsed: &ParsedText<'_>, words: &str) -> Option<std::ops::Range<usize>> {
    if parsed.inputs.changes.is_empty() || parsed.phase.when == When::Completed {
        return None;
    }
    let found = NOTHING.find(words)?;
    let after = &words[found.end()..];
    let of_a_part = FOR_A_PART.is_match(after) && !FOR_YOU.is_match(after);
    (!LIMITED.is_match(&words.replace(" as before", "")) && !of_a_part).then(|| found.range())
}

/// Patterns for "the old version is over" and "the old version stays", in folded text.
fn of_the_old(parsed: &ParsedText<'_>) -> (Regex, Regex) {
    let version = Versions::of(parsed.campaign).old.map(|old| old.trim_start_matches('v').replace('.', r"\."));
    let version =
        version.map_or_else(String::new, |number| format!(r"|(?:the )?(?:\w+ )?(?:api )?(?:v|version ){number}"));
    let old = format!(
        r"(?:the old (?:version|api|endpoints?|url)|die alte version|l'ancienne version|la version anterior|a versao antiga|it{version})"
    );
    let shape = |what: &str| pattern(&format!(r"\b{old} (?:(?:api|endpoints?|of the api) )?(?:{what})\b"));
    (shape(OVER), shape(STAYS))
}
