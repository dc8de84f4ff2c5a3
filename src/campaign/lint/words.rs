//! Words of advertising: the platform carries notices about a service, and suspends who sends anything else.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::parsed_text::{Finding, ParsedText};
use super::reading::{one_line, pattern};
use crate::campaign::definition::rule::Rule;

/// `~` is a gap between words: emphasis and line ends make it wider.
static ADVERTISING: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)\b(?:{})", WORDS.join("|").replace('~', r"(?:\s{1,6})"))));

/// What notices do not say. Words that also have a plain meaning stand with what gives them the other one.
const WORDS: [&str; 22] = [
    r"(?:special|limited|exclusive|introductory|unbeatable|amazing|great|launch|early(?:-|~)bird)~(?:offers?|deals?|prices?|pricing)\b",
    r"(?:an|our|this|latest|one(?:-|~)time)~offers?\b(?:~(?:ends|expires|is~valid))?",
    r"offers?~(?:ends|expires|is~valid)\b",
    r"discount(?:s|ed)?\b",
    r"\d+~?(?:%|percent)~(?:off|discount|cheaper|rebate)\b",
    r"save~(?:up~to~)?(?:[$€£]~?\d+|\d+~?(?:%|percent|[$€£]))",
    r"limited(?:-|~)time\b",
    r"(?:for~a|only~for~a)~(?:limited|short)~time\b",
    r"upgrade~(?:now|today)\b",
    r"upgrade~to~(?:our~|the~)?(?:pro|plus|premium|business|enterprise)\b",
    r"(?:order|shop|purchase|subscribe|register|sign~up)~(?:now|today)\b",
    r"buy(?:~now|~today)?\b",
    r"free~(?:trial|gift|upgrade|months?)\b",
    r"start~your~(?:free~)?trial\b",
    r"(?:book|request|schedule)~(?:a|your)~demo\b",
    r"(?:coupon|voucher|promo)(?:~code)?s?\b",
    r"promotional~(?:offer|price|code)s?\b",
    r"(?:giveaway|risk(?:-|~)free|money(?:-|~)back|no~obligation|best~price|lowest~price)\b",
    r"don['’]t~miss~(?:out|this)\b",
    r"once(?:-|~)in(?:-|~)a(?:-|~)lifetime\b",
    r"(?:rabatt|sonderangebot|sonderpreis|gutschein|angebot~gilt)\b",
    r"jetzt~(?:kaufen|bestellen|upgraden|zugreifen)\b",
];

/// Words of advertising in subject and prose.
pub fn advertising(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let found = |(part, prose): (_, &str)| {
        let words = ADVERTISING.find_iter(prose).map(|found| (found.range(), one_line(found.as_str())));
        words.collect::<Vec<_>>().into_iter().map(move |(at, words)| {
            let what = format!("`{words}` is advertising, and the platform carries notices only");
            Finding::error(Rule::Advertising, part, at, what, "leave it out, or say plainly what changes")
        })
    };
    parsed.parts().into_iter().flat_map(found).collect()
}
