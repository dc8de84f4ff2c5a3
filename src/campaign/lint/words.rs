//! Finds advertising: the platform delivers notices about a service, and suspends senders of anything else.
//!
//! A single word is not advertising: a shop's API has coupons, discounts and trials. What counts is a sentence that
//! offers something to its reader. So these are warnings.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::parsed_text::{Finding, ParsedText, Sentence};
use super::reading::{one_line, pattern};
use crate::campaign::definition::rule::Rule;

/// What only advertising says, in folded text.
static SELLING: LazyLock<Regex> = LazyLock::new(|| {
    shape(&[
        r"(?:special|exclusive|introductory|unbeatable|amazing|great|launch|early(?:-| )bird) (?:offers?|deals?|prices?|pricing)",
        r"limited[- ]time|(?:only )?for a (?:limited|short) time",
        r"our (?:latest |new )?offers?\b(?: (?:ends|expires|is valid))?",
        r"\d+ ?(?:%|percent) (?:off|cheaper|rebate)",
        r"save (?:up to )?(?:[$€£] ?\d+|\d+ ?(?:%|percent|[$€£]))",
        r"upgrade (?:now|today)|upgrade to (?:our |the )?(?:pro|plus|premium|business|enterprise)",
        r"(?:order|shop|purchase|subscribe|buy|act|book) (?:now|today)",
        r"start your (?:free )?trial|(?:book|request|schedule) (?:a|your) demo",
        r"(?:giveaway|risk[- ]free|money[- ]back|no obligation|best price|lowest price)",
        r"(?:don't|do not) miss (?:out|this|our)|once[- ]in[- ]a[- ]lifetime",
        r"sonderangebot|sonderpreis|(?:mit|nur|jetzt) (?:\w+ )?rabatt|angebot gilt|jetzt (?:kaufen|bestellen|upgraden|zugreifen|sichern|testen)",
        r"offre (?:speciale|exclusive|limitee)|profitez (?:de|des|d')|achetez|oferta (?:especial|exclusiva|limitada)|aprovech[ae]|compr[ae] (?:ahora|ja)|por tiempo limitado|por tempo limitado",
    ])
});
/// What is offered, if the sentence offers something.
static OFFERED: LazyLock<Regex> = LazyLock::new(|| {
    shape(&[
        r"discount(?:s|ed)?|coupons?(?: codes?)?|vouchers?|promo(?:tional)?(?: (?:codes?|offers?|prices?))?|offers? (?:ends|expires|is valid)|(?:an|this) offer",
        r"free (?:trial|gift|upgrade|months?)|bonus|(?:pro|premium|enterprise) plan|register (?:now|today)|sign up (?:now|today)",
        r"rabatte?|gutscheine?|promotions?|descuentos?|cupon|cupom|desconto",
    ])
});
/// Words that address the reader.
static READER: LazyLock<Regex> = LazyLock::new(|| {
    shape(&[
        r"you|your|yours|get|gets|enjoy|claim|redeem|enter|use|apply|grab|win|receive|save|today|now|sie|ihr|ihre|ihnen|sichern|vous|votre|usted|su|tu|voce|seu|sua",
    ])
});
/// Words that show it is about an API.
static OF_AN_API: LazyLock<Regex> = LazyLock::new(|| {
    shape(&[
        r"fields?|endpoints?|parameters?|propert(?:y|ies)|objects?|requests?|responses?|returns?|returned|renamed|moved|array|api|webhooks?|events?|resource|headers?|schema|json|query|attribute|read|reads|call|calls|status|feld|felder|champ|campo",
    ])
});

fn shape(words: &[&str]) -> Regex {
    pattern(&format!(r"\b(?:{})(?:\b|\s|$)", words.join("|")))
}

/// Finds advertising sentences in subject and prose.
pub fn advertising(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let of_sentence = |sentence: &Sentence| {
        let words = sentence.words();
        let of_an_api = || sentence.names_code || OF_AN_API.is_match(words);
        let buy = words.starts_with("buy ").then_some(0..3).filter(|_| !sentence.names_code);
        let selling = SELLING.find(words).map(|found| found.range());
        let offered = OFFERED.find(words).map(|found| found.range());
        let offered = offered.filter(|_| READER.is_match(words) && !of_an_api());
        let at = sentence.folded.place(&selling.or(offered).or(buy)?);
        let shown = one_line(&parsed.raw(sentence.part)[at.clone()]);
        let what = format!("`{shown}` reads like advertising, and the platform only carries notices");
        let fix = "leave it out, or say plainly what changes";
        Some(Finding::error(Rule::Advertising, sentence.part, at, what, fix).into_warning())
    };
    parsed.sentences.iter().filter_map(of_sentence).collect()
}
