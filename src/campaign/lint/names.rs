//! Checks names: company, product and addresses must be written as in the campaign.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::hosts::Own;
use super::parsed_text::{Finding, ParsedText, Sentence};
use super::reading::{one_line, pattern};
use crate::campaign::definition::Campaign;
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[A-Z][A-Za-z]{2,}\b"));
static MAIL: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}\b"));
/// Who signs, or offers the service. A word before "team" may be a department.
static COMPANY: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"(?P<nameN>[A-Z][A-Za-z]{2,})";
    let shapes = [
        r"(?:[Tt]he|[Yy]our|[Oo]ur) NAME [Tt]eam\b",
        r"\b[Tt]eam NAME\b",
        r"\b[Ww]e at NAME\b",
        r"\bNAME API v\d",
        r"(?:[Tt]hank you for using|[Tt]hanks for using|[Cc]hoosing) NAME\b",
        r"(?:Ihr|Das|Dein) NAME[- ]Team\b",
        r"[Ll]['’](?:é|e)quipe (?:de )?NAME\b",
        r"[Ee]l equipo de NAME\b",
        r"[AaOo] (?:equipe|time) da? NAME\b",
        r"©\s?(?:20\d\d )?NAME\b",
    ];
    let numbered = shapes.iter().enumerate().map(|(at, shape)| {
        shape.replace("NAME", &name.replace('N', &at.to_string()).replace(&format!("{at}ame"), "name"))
    });
    pattern(&numbered.collect::<Vec<_>>().join("|"))
});
/// Words in the place of a company's name that name a department, a generic product, or nothing.
const GENERIC: &str = "account accounts admin analytics api application apps auth authentication authorization backend \
    billing business care catalog checkout client cloud commerce communications community companies compliance connect \
    contact contacts content core customer customers data dashboard design developer developers device devices devops \
    documents documentation email engineering events experience export files finance gateway graphql growth html http \
    identity images infrastructure ingest insights integration integrations inventory invoice invoices json legacy \
    legal lists location locations mail management marketing media message messages messaging metrics migration mobile \
    network new notification notifications old onboarding operations order orders partner partners payment payments payout payouts people platform \
    pricing privacy product products project projects public push query rates relations reliability report reporting \
    reports rest sales search security service services shipping sms soap solutions status storage store streaming \
    streams subscription subscriptions success support sync system team teams tech technical ticket tickets tracking \
    transactions translation transport upload uploads user users video voice wallet web webhook webhooks whole widget";
/// The names of a company's mailboxes other than support.
const OTHERS: &str = "security privacy billing sales legal abuse press jobs status feedback partners partner compliance accounts \
    invoices migrations migration api noreply no-reply info webhooks";
static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:questions?|help|support|ask|write to|contact us|reach us|stuck|fragen|hilfe|support|questions?|aide|preguntas|ayuda|duvidas|ajuda)\b|質問|問い合わせ",
    )
});

/// Finds misspellings of the company's own name.
pub fn misspelt_names(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let brands = brands(parsed.campaign);
    let of_sentence = |sentence: &Sentence| {
        let prose = parsed.prose_of(sentence.part);
        let text = &prose[sentence.at.clone()];
        let found = WORD.find_iter(text).filter_map(|word| {
            let brand = brands.iter().find(|brand| is_misspelt(word.as_str(), brand))?;
            // A word at the start of a sentence is capitalised anyway.
            let first = text[..word.start()].trim().is_empty();
            if first && !is_a_name(&text[word.end()..]) {
                return None;
            }
            let at = sentence.at.start + word.start()..sentence.at.start + word.end();
            let what = format!("`{}` is one letter off `{brand}`", word.as_str());
            Some(Finding::error(Rule::Name, sentence.part, at, what, "write the name as in campaign.toml"))
        });
        found.collect::<Vec<_>>()
    };
    parsed.sentences.iter().flat_map(of_sentence).collect()
}

/// Whether what follows a word makes it a name: "Acmee API", "Acmee's", "Acmee v2".
fn is_a_name(after: &str) -> bool {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:['’]s\b|\s+(?:v\d|[A-Z]))"));
    NAMED.is_match(after)
}

/// The company's names: `company`; otherwise the words of the title that are in its own hosts.
fn brands(campaign: &Campaign) -> Vec<String> {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 4);
        words.filter(|word| word.starts_with(char::is_uppercase)).map(str::to_owned).collect()
    };
    if let Some(company) = &campaign.company {
        return words(company);
    }
    let own = Own::of(campaign);
    let hosts: Vec<&str> = own.names().collect();
    let mut brands = words(&format!("{} {}", campaign.title, campaign.product()));
    brands.retain(|word| hosts.contains(&word.to_lowercase().as_str()));
    brands.dedup();
    brands
}

fn is_misspelt(word: &str, brand: &str) -> bool {
    let inflected = word.strip_prefix(brand).is_some_and(|end| end == "s") || brand.strip_prefix(word) == Some("s");
    !inflected && !word.eq_ignore_ascii_case(brand) && strsim::damerau_levenshtein(word, brand) == 1
}

/// Finds another company's name where the campaign's own is meant.
pub fn other_companies(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let brands = brands(parsed.campaign);
    if brands.is_empty() {
        return Vec::new();
    }
    let title = format!("{} {}", parsed.campaign.title, parsed.campaign.product()).to_lowercase();
    let of_part = |(part, prose): (Part, &str)| {
        let found = COMPANY.captures_iter(prose).filter_map(|captures| {
            let name = captures.iter().skip(1).flatten().next()?;
            let lower = name.as_str().to_lowercase();
            let is_own =
                |brand: &String| brand.eq_ignore_ascii_case(name.as_str()) || is_misspelt(name.as_str(), brand);
            let own = title.contains(&lower) || brands.iter().any(is_own);
            if own || GENERIC.split_whitespace().any(|word| word == lower) {
                return None;
            }
            let what = format!("`{}` is not this campaign's company: {}", name.as_str(), brands[0]);
            let fix = "write your own name; or allow it: [[allow]] rule = \"name\"";
            Some(Finding::error(Rule::Name, part, name.range(), what, fix).into_warning())
        });
        found.collect::<Vec<_>>()
    };
    parsed.parts().into_iter().flat_map(of_part).collect()
}

/// Finds mail addresses that belong to another company, or are not the support address.
pub fn mail_addresses(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let own = Own::of(parsed.campaign);
    let linked = parsed.links.iter().filter_map(|link| {
        let address = link.to.strip_prefix("mailto:")?.split('?').next()?;
        MAIL.is_match(address).then(|| (Part::Body, link.span.clone(), address.to_owned()))
    });
    let bare = [(Part::Subject, &*parsed.text.subject), (Part::Body, &*parsed.unlinked)];
    let bare = bare.into_iter().flat_map(|(part, text)| {
        MAIL.find_iter(text).map(move |found| (part, found.range(), found.as_str().to_owned()))
    });
    linked.chain(bare).filter_map(|(part, at, address)| judge(parsed, &own, part, at, &address)).collect()
}

fn judge(parsed: &ParsedText<'_>, own: &Own, part: Part, at: std::ops::Range<usize>, address: &str) -> Option<Finding> {
    let lower = address.to_lowercase();
    let (local, host) = lower.split_once('@')?;
    let campaign = parsed.campaign;
    let support = parsed.reader().support().map(str::to_lowercase).filter(|support| support.contains('@'));
    let known = [Some(campaign.from.to_lowercase()), support.clone()];
    if known.iter().flatten().any(|known| *known == lower) {
        return None;
    }
    let fix = support.as_ref().map_or_else(
        || "write an address of your own".to_owned(),
        |support| format!("the campaign's support is {support}: write {{{{ campaign.support }}}}"),
    );
    let error = |what: String| Some(Finding::error(Rule::Name, part, at.clone(), what, &fix));
    if !own.has(host) {
        let examples = ["example.com", "example.org", "example.net"].iter().any(|end| host.ends_with(end))
            || [".example", ".test", ".invalid"].iter().any(|end| host.ends_with(end));
        return match own.misspelt(host) {
            _ if examples || host.starts_with("your") => None,
            Some(meant) => error(format!("`{address}` is not at `{meant}`")),
            None => error(format!("`{address}` is another company's address")),
        };
    }
    let support = support?;
    let (meant, _) = support.split_once('@')?;
    let misspelt = known.iter().flatten().filter_map(|known| known.split_once('@')).find(|(known, _)| {
        known.len() > 3 && (1..=2).contains(&strsim::damerau_levenshtein(known, local)) && *known != local
    });
    if let Some((known, _)) = misspelt {
        return error(format!("`{address}` is one letter off `{known}@`"));
    }
    let asks = parsed.sentence(part, at.start).is_some_and(|sentence| ASKS.is_match(sentence.words()));
    let other = OTHERS.split_whitespace().any(|other| local == other || local.starts_with(&format!("{other}+")));
    (asks && !other && local != meant).then(|| {
        Finding::error(
            Rule::Name,
            part,
            at.clone(),
            one_line(&format!("`{address}` is not the campaign's support")),
            &fix,
        )
    })
}
