//! What a sentence claims. A technical claim needs its change in the same sentence, and a promise needs a fact that
//! makes it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::facts::SegmentFacts;
use super::reply::Part;
use crate::campaign::lint::{promises, telling_words as words};

/// Words that say how a service behaves.
static TECHNICAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:fail(?:s|ed|ing)?|break(?:s|ing)?|broken|return(?:s|ed|ing)?|reject(?:s|ed|ing)?|remov(?:e|es|ed|ing)|requir(?:e|es|ed|ing)|deprecated?|renam(?:e|es|ed|ing)|replac(?:es|ed|ing)|unavailable|down|offline|ignor(?:es|ed)|mandatory|optional|support(?:s|ed)|accept(?:s|ed)|default(?:s|ed)?|header|parameter|endpoint|field|token|password|credential|schema|webhook|payload|authenticat\w*|migrat(?:ed|es) to|moved to|limit(?:s|ed)?)\b",
    )
    .ok()
});
/// Words about the end of the old version; the deadline or a date in the same sentence supports
/// them.
static ENDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:end(?:s|ed|ing)?|switch(?:ed|es)? off|shut(?:s)? down|stop(?:s|ped)? working|no longer works?|go(?:es)? away)\b").ok()
});

/// Why a sentence about how a service behaves is rejected.
pub const NO_FACT: &str = "no fact says this: name the change it is about beside it, in that change's words";

/// The sentences that say how a service behaves and use none of these words.
pub fn unsupported(say: &str, told: &BTreeSet<String>) -> Vec<String> {
    let is_technical = |sentence: &&str| TECHNICAL.as_ref().is_some_and(|pattern| pattern.is_match(sentence));
    let unknown = |sentence: &&str| words(sentence).is_disjoint(told);
    sentences(say).filter(is_technical).filter(unknown).map(str::to_owned).collect()
}

fn sentences(say: &str) -> impl Iterator<Item = &str> {
    say.split_inclusive(['.', '!', '?']).map(str::trim)
}

/// Objections to the claims in a line: each sentence that claims something no fact in it supports.
pub fn objections(line: &[Part], facts: &SegmentFacts) -> Vec<(String, &'static str)> {
    let named: Vec<&str> =
        line.iter().filter_map(|part| if let Part::Fact(id) = part { Some(id.as_str()) } else { None }).collect();
    let told: BTreeSet<String> = named.iter().flat_map(|id| words_of_fact(id, facts)).collect();
    let mut found = Vec::new();
    let says = line.iter().filter_map(|part| if let Part::Say(say) = part { Some(say) } else { None });
    for sentence in says.flat_map(|say| sentences(say)) {
        let dated = named.iter().any(|id| *id == "deadline" || id.starts_with("dates."));
        let ends = ENDS.as_ref().is_some_and(|pattern| pattern.is_match(sentence));
        let unknown = unsupported(sentence, &told);
        if !unknown.is_empty() {
            found.extend(unknown.into_iter().map(|sentence| (sentence, NO_FACT)));
        } else if ends && !dated && told.is_empty() {
            found.push((sentence.to_owned(), "no fact says this: name the deadline beside it"));
        }
        let promised = promises(sentence).into_iter().filter(|promise| !in_facts(promise, facts));
        found.extend(promised.map(|promise| (promise, "no fact promises this")));
    }
    found
}

/// The words of the change or variable named; dates, links and names support no claim.
fn words_of_fact(id: &str, facts: &SegmentFacts) -> BTreeSet<String> {
    if let Some(change) = id.strip_prefix("change.").and_then(|id| facts.change(id)) {
        return words(&format!("{} {} {}", change.title, change.task, change.text));
    }
    let variable = facts.fact(id).filter(|_| id.starts_with("vars."));
    variable.map(|fact| words(&fact.says)).unwrap_or_default()
}

fn in_facts(promise: &str, facts: &SegmentFacts) -> bool {
    let said = |text: &str| text.to_lowercase().contains(&promise.to_lowercase());
    facts.changes.iter().any(|change| said(&change.text) || said(&change.title))
        || facts.facts.iter().any(|fact| said(&fact.says))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::compose::facts::{ChangeFact, Fact};

    fn facts() -> SegmentFacts {
        let fact = |id: &str, says: &str| Fact { id: id.to_owned(), says: says.to_owned(), printed: String::new() };
        SegmentFacts {
            segment: "rest".to_owned(),
            facts: vec![
                fact("deadline", "30 April 2027"),
                fact("vars.stops", "every request to the old version is rejected"),
            ],
            changes: vec![ChangeFact {
                id: "auth-header".to_owned(),
                title: "The key is a bearer token".to_owned(),
                task: "Send the key as a bearer token".to_owned(),
                text: "In the header, write `Bearer` in place of `Token`.".to_owned(),
                before: None,
                after: None,
                examples: Vec::new(),
                url: None,
                everybody: true,
            }],
        }
    }

    fn line(say: &str, fact: Option<&str>) -> Vec<Part> {
        let fact = fact.map(|id| Part::Fact(id.to_owned()));
        std::iter::once(Part::Say(say.to_owned())).chain(fact).collect()
    }

    #[test]
    fn a_technical_claim_must_be_next_to_its_change_and_use_its_words() {
        let claim = "Send the key as a bearer token in the header.";
        assert_eq!(objections(&line(claim, Some("change.auth-header")), &facts()), []);
        assert_eq!(objections(&line("Old requests are rejected.", Some("vars.stops")), &facts()), []);
        for (say, fact) in [
            (claim, None),
            (claim, Some("deadline")),
            ("The API is currently down.", None),
            ("Uploads now fail without a password.", Some("change.auth-header")),
            ("The old version stops working.", None),
        ] {
            assert_eq!(objections(&line(say, fact), &facts()).len(), 1, "{say} {fact:?}");
        }
        assert_eq!(objections(&line("The old version ends on ", Some("deadline")), &facts()), []);
    }

    #[test]
    fn a_promise_needs_a_fact_that_has_it() {
        for say in ["No action is needed.", "This is backwards compatible.", "It happens automatically.", "Guaranteed."]
        {
            assert!(!objections(&line(say, None), &facts()).is_empty(), "{say}");
        }
        let mut known = facts();
        known.changes[0].text = "Keys are converted automatically.".to_owned();
        assert_eq!(objections(&line("Keys are converted automatically", None), &known), []);
    }
}
