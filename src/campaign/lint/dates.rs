//! Checks dates and weekdays: a mail about a deadline must not name a wrong day.
//!
//! A date that is a fact of the campaign may be written wherever its meaning fits. Any other date is judged by its
//! sentence: a past event is history; a future date that is not a fact is a finding.

use std::ops::Range;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, Weekday};
use regex_lite::Regex;

use super::calendar::{Day, Written, dates};
use super::facts::{Fact, Facts};
use super::parsed_text::{Finding, ParsedText};
use super::reading::{folded, one_line, pattern};
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

/// Words that make the date next to them the end of the old version, in folded text.
pub static END: LazyLock<Regex> = LazyLock::new(|| {
    let words = [
        // English
        r"ends|(?:will|to|must|may|would|does|did) end|stops?|expires?|retires?|retired|sunsets?|sunset|shut(?:s|ting)? ?(?:down|off)|shutdown|switch(?:es|ed)?[ -]?off",
        r"turned off|discontinued|decommissioned|goes? away|(?:is|are|be) gone|ceases?|last (?:day|date)|final (?:day|date)",
        r"deadline|due date|cut-?off|end[- ]of[- ]life|eol|until|till|up to|no later than|at the latest|works?|working",
        r"stay(?:s|ing)? (?:on|up|available)|available|supported|accepted|closes?",
        r"(?:migrat|finish|complet|mov|switch|updat|upgrad)\w*\b.{0,60}\b(?:by|before)",
        // German
        r"endet|enden|abgeschaltet|abschaltung|abschalten|eingestellt|lauft|laufen|bis|spatestens|letzte[rn]? tag|frist|stichtag",
        r"funktioniert|funktionieren|verfugbar|unterstutzt",
        // French
        r"fin|se termine|s'arrete|cess\w+|jusqu'au?|dernier jour|date limite|echeance|au plus tard|fonctionn\w+|desactiv\w+",
        r"supprim\w+|coupee?|avant le",
        // Spanish and Portuguese
        r"termina\w*|dej\w+ de|hasta|ultimo dia|fecha limite|plazo|a mas tardar|funciona\w*|desactiva\w*|finaliza\w*|caduca\w*",
        r"deix\w+ de|ate|prazo|data limite|desativad[ao]s?|encerrad[ao]s?|descontinuad[ao]s?|expira\w*",
    ];
    pattern(&format!(r"\b(?:{})\b|まで|終了|停止|廃止|期限|締め?切|最終日|使えなく|利用できなく", words.join("|")))
});
/// Words for what stops working on a day. With a future date they may be about a part of the service; with a past date
/// they are a year late.
static REFUSAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:is|are|be|get|gets) (?:\w+ )?(?:refused|rejected|removed|dropped|disabled|deleted|blocked|required|answered)|removal|fails?|will|must|entfernt|abgelehnt|wird|werden|sera|seront|refuse[es]?|rechaza\w*|sera|seran|recusad[ao]s?)\b",
    )
});
/// Words about the past.
static PAST: LazyLock<Regex> = LazyLock::new(|| {
    let verbs = "publish|announc|releas|launch|introduc|creat|issu|register|updat|chang|add|deprecat|stor|ship|open|start|sign|record|receiv|fix|deliver|call|us|end|stopp|expir|retir|switch|reach|want|plann|nam|dat|generat|upload|migrat|clos|reject|remov";
    let others = "was|were|had|did|has been|have been|since|ago|began|made|sent|wrote|written|came|became|went|built|changelog|release notes?|notes? of|seit|wurden?|war|waren|hatten?|depuis|(?:a|ont) ete|etait|etaient|publiee?s?|fue|fueron|ha sido|han sido|publico|publicad[ao]s?|foi|foram|lancad[ao]s?|lanzad[ao]s?";
    pattern(&format!(r"\b(?:{others}|(?:{verbs})ed)\b|ました|以来"))
});
/// "Is refused" is present tense, whatever its ending.
static PASSIVE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:is|are|be|being|get|gets) (?:\w+ )?\w+ed\b"));
/// Intermediate events, which a campaign may announce with their own dates.
static EVENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:brown-?outs?|maintenance|rehearsals?|dry[- ]runs?|webinars?|office hours?|q&a|workshops?|meetups?|beta|preview|previews|wartung\w*|webinaire|mantenimiento|manutencao)\b|メンテナンス|ウェビナー",
    )
});
/// Words before a date at the start of a sentence, so that what follows gives its meaning.
static LEADING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?: ?(?:on|from|by|until|till|as|of|after|before|since|starting|effective|beginning|and|up|to|through|the|am|ab|dem|den|bis|zum|vom|seit|nach|vor|le|du|au|a|partir|des|apres|avant|el|del|desde|hasta|antes|despues|em|no|na|dia|ate|partir|de|deadline|mon|tue|wed|thu|fri|sat|sun|\w+day),?:?)* ?$",
    )
});
/// Words that make a date a limit for the age of data.
static AGE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:before|prior to|older than|earlier than|newer than|after|vor dem|nach dem|avant le|apres le|antes de[l]?|depois de)(?: the)? ?$",
    )
});
/// Words that make a date the first day of something.
static BEGINS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:from|as of|starting|since|effective|beginning|ab|seit|a partir d[eu]l?|a partir d[ao]|des|desde|depuis)(?: (?:on|the|dem|den|le|la|el|al|o|a))?(?: \w+(?:day|tag|di|nes|tes|les|ves|bado|ngo|feira))?,? ?$",
    )
});
/// Words that only join two dates.
static JOINING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[ ,;/–-]*(?:and|or|to|until|till|und|oder|bis|et|ou|au|y|o|al|e|a)?(?: on| am| le| el)? ?(?:\w+day,? )?$",
    )
});
/// Where the words that belong to a date end.
static CLAUSE: LazyLock<Regex> = LazyLock::new(|| pattern(r"[,;:()]| (?:and|but|or|und|aber|et|mais|pero|mas) "));

/// Finds dates that are not the campaign's, and weekdays that do not match.
pub fn dates_and_weekdays(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let facts = Facts::of(parsed);
    let of_part = |(part, prose): (Part, &str)| {
        let written = dates(prose);
        (0..written.len()).filter_map(|at| judge(parsed, &facts, part, &written, at)).collect::<Vec<_>>()
    };
    parsed.parts().into_iter().flat_map(of_part).collect()
}

fn judge(parsed: &ParsedText<'_>, facts: &Facts, part: Part, all: &[Written], at: usize) -> Option<Finding> {
    let written = &all[at];
    let words = one_line(&parsed.raw(part)[written.at.clone()]);
    let error = |what: String| Finding::error(Rule::Date, part, written.at.clone(), what, deadline(parsed));
    if !written.readings.iter().any(|day| day.exists()) {
        return Some(error(format!("{words} does not exist")));
    }
    let meant: Vec<(NaiveDate, Fact)> = facts.meant_by(&written.readings);
    let context = Context::of(parsed, part, all, at);
    let is_former =
        written.readings.iter().filter_map(|day| day.date()).any(|day| parsed.former_deadlines.contains(&day));
    let is_right = |fact: &Fact| !matches!(fact, Fact::Variable(_));
    let wrong = if is_former && !meant.iter().any(|(_, fact)| is_right(fact)) && !context.is_past() {
        Some(error(format!("{words} was the deadline before it moved")))
    } else if meant.is_empty() {
        unknown(parsed, written, &context, &words)
    } else if meant.iter().all(|(_, fact)| matches!(fact, Fact::Phase(_))) && context.is_the_end() {
        let what = format!("{words} is the day of a mail, but is written here as a deadline");
        Some(error(what))
    } else {
        let all_over = meant.iter().all(|(_, fact)| parsed.has_passed(fact));
        (all_over && !context.is_past()).then(|| {
            let what = format!("{words} has passed by the day this mail is sent");
            let fix = "leave it out; or mark it as past: past = true in [campaign.dates]";
            Finding::error(Rule::Date, part, written.at.clone(), what, fix)
        })
    };
    wrong.or_else(|| {
        let dates = meant.iter().map(|(date, _)| *date).chain(written.readings.iter().filter_map(|day| day.date()));
        wrong_weekday(part, written, &words, &dates.collect::<Vec<_>>())
    })
}

/// The finding for a date that is not one of the campaign's.
fn unknown(parsed: &ParsedText<'_>, written: &Written, context: &Context, words: &str) -> Option<Finding> {
    // "From 1 May on" is right about what ends on 30 April.
    let day_after = parsed.reader().deadline().date.succ_opt();
    let is_day_after = written.readings.iter().any(|day| day_after.is_some_and(|after| day.is(after)));
    if context.names_a_version || context.begins && is_day_after {
        return None;
    }
    let finding = |what: String| Finding::error(Rule::Date, context.part, written.at.clone(), what, deadline(parsed));
    let campaigns_end = parsed.reader().deadline().date;
    let other_year =
        |day: &Day| (day.month, day.number) == (campaigns_end.month(), campaigns_end.day()) && day.year.is_some();
    let not_of_this = format!("{words} is not one of this campaign's dates");
    match written.readings.iter().find_map(|day| day.date()) {
        Some(date) if date < parsed.day => {
            let told_as_to_come = (context.is_the_end() || context.refuses()) && !context.is_past();
            let last_years = written.readings.iter().any(other_year) && !context.is_past();
            (told_as_to_come || last_years)
                .then(|| finding(format!("{words} is past, but is written as if it were in the future")))
        }
        Some(date) if context.is_an_event && date < campaigns_end => None,
        // "Older than" a day is a fact about data.
        Some(_) if context.is_an_age && context.is_past() => None,
        None if context.is_past() => None,
        _ if context.is_the_end() => Some(finding(not_of_this)),
        _ => Some(finding(not_of_this).into_warning()),
    }
}

fn wrong_weekday(part: Part, written: &Written, words: &str, meant: &[NaiveDate]) -> Option<Finding> {
    let (weekday, at) = written.weekday.as_ref()?;
    let first = meant.first()?;
    if meant.iter().any(|date| date.weekday() == *weekday) {
        return None;
    }
    let what = format!("{words} is a {}, not a {}", name(first.weekday()), name(*weekday));
    let fix = "let the date filter write it: {{ campaign.deadline | date(format=\"%A, %-d %B %Y\") }}";
    Some(Finding::error(Rule::Weekday, part, at.clone(), what, fix))
}

/// What a sentence says about one of its dates.
struct Context {
    part: Part,
    /// The words that belong to the date.
    words: String,
    is_an_event: bool,
    is_an_age: bool,
    /// Whether something begins on the date.
    begins: bool,
    names_a_version: bool,
}

impl Context {
    fn of(parsed: &ParsedText<'_>, part: Part, all: &[Written], at: usize) -> Self {
        let prose = parsed.prose_of(part);
        let date = &all[at].at;
        let sentence = parsed.sentence(part, date.start);
        let bounds = sentence.map_or(date.clone(), |sentence| sentence.at.clone());
        let inside = |other: &&Written| bounds.contains(&other.at.start);
        let next = all[at + 1..].iter().find(inside).map_or(bounds.end, |next| next.at.start).max(date.end);
        // Words that join two dates do not belong to the second.
        let mut first = at;
        let mut before = String::new();
        loop {
            let previous = all[..first].iter().rfind(inside).map(|previous| previous.at.end);
            let start = previous.unwrap_or(bounds.start).min(all[first].at.start);
            before = folded(&prose[start..all[first].at.start]) + &before;
            if first == 0 || previous.is_none() || !JOINING.is_match(before.trim_end()) {
                break;
            }
            first -= 1;
        }
        let mut after = folded(&prose[date.end..next]);
        let lead = before.trim_start_matches(|c: char| !c.is_alphanumeric());
        if !LEADING.is_match(lead)
            && let Some(end) = CLAUSE.find(&after)
        {
            after.truncate(end.start());
        }
        Self {
            part,
            is_an_event: sentence.is_some_and(|sentence| EVENT.is_match(sentence.words())),
            is_an_age: AGE.is_match(&before),
            begins: BEGINS.is_match(&before),
            names_a_version: names_a_version(&before, &prose[date.clone()]),
            words: format!("{before} {after}"),
        }
    }

    fn is_the_end(&self) -> bool {
        END.is_match(&self.words)
    }

    fn refuses(&self) -> bool {
        !self.is_an_age && REFUSAL.is_match(&self.words)
    }

    fn is_past(&self) -> bool {
        is_past(&self.words)
    }
}

/// Whether words are about the past.
pub fn is_past(words: &str) -> bool {
    PAST.is_match(&PASSIVE.replace_all(words, ""))
}

/// Whether a date is the name of an API version: "version 2026-10-01".
fn names_a_version(before: &str, date: &str) -> bool {
    let before = before.trim_end_matches([' ', ':', '`', '*', '(', '"']);
    let plain = date.len() == 10 && date.starts_with(|c: char| c.is_ascii_digit()) && date.contains('-');
    plain && ["version", "versions", "version to", "api"].iter().any(|word| before.ends_with(word))
}

fn deadline(parsed: &ParsedText<'_>) -> String {
    format!(
        "the deadline is {}: write {{{{ campaign.deadline | date }}}}; a date of your own goes into [campaign.dates]",
        parsed.reader().deadline().date.format("%-d %B %Y")
    )
}

fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// The range of a match, if it is not part of a full date.
pub fn free(found: &Range<usize>, written: &[Written]) -> bool {
    !written.iter().any(|date| date.at.start < found.end && found.start < date.at.end)
}
