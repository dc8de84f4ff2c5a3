//! The personal values a reviewer should see: the first, the unusual, the longest, a sample.

use strum::{Display, EnumIter, IntoEnumIterator};

use super::Item;
use crate::campaign::definition::Campaign;
use crate::campaign::text::{LONGEST, Personal, Values, presentable};

/// A recipient whose values are worth a look.
#[derive(Debug)]
pub struct Sight<'a> {
    /// Why, in words.
    pub why: String,
    /// The mail.
    pub item: &'a Item<'a>,
    /// What was filled in.
    pub values: Values,
}

/// What can be unusual about a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumIter)]
enum Odd {
    /// It is missing, and the address replaces it.
    #[strum(serialize = "no name")]
    Missing,
    /// It would be Markdown if it were not escaped.
    #[strum(serialize = "markup")]
    Markup,
    /// It had line breaks, escape codes or invisible characters, which were removed.
    #[strum(serialize = "hidden characters")]
    Hidden,
    /// It is unusually long.
    #[strum(serialize = "very long")]
    Long,
}

/// Names are rarely longer than this, in characters.
const USUAL: usize = 40;
/// How many examples of each are shown.
const EACH: usize = 2;
/// How many random samples are shown.
const SAMPLES: usize = 3;

/// The mails of a group that are worth a look, each once.
pub fn sights<'a>(campaign: &Campaign, items: &'a [Item<'a>]) -> Vec<Sight<'a>> {
    let mut chosen: Vec<(usize, String)> = items.first().map(|_| (0, "first".to_owned())).into_iter().collect();
    for odd in Odd::iter() {
        let such: Vec<usize> = (0..items.len()).filter(|at| odd.fits(name(&items[*at]))).collect();
        let why = if such.len() > EACH { format!("{odd} ({} of them)", such.len()) } else { odd.to_string() };
        chosen.extend(such.into_iter().take(EACH).map(|at| (at, why.clone())));
    }
    let longest = (0..items.len()).max_by_key(|at| presentable(name(&items[*at])).chars().count());
    chosen.extend(longest.map(|at| (at, "longest".to_owned())));
    let spread = (1..=SAMPLES).map(|part| items.len() * part / (SAMPLES + 1));
    chosen.extend(spread.filter(|at| *at < items.len()).map(|at| (at, "sample".to_owned())));
    once(chosen).into_iter().map(|(at, why)| sight(campaign, &items[at], why)).collect()
}

fn sight<'a>(campaign: &Campaign, item: &'a Item<'a>, why: String) -> Sight<'a> {
    Sight { why, item, values: campaign.stated_values(item.recipient, item.mail) }
}

/// Each mail once, with all its reasons; being a sample counts only if there is no other.
fn once(chosen: Vec<(usize, String)>) -> Vec<(usize, String)> {
    let mut kept: Vec<(usize, String)> = Vec::new();
    for (at, why) in chosen {
        match kept.iter_mut().find(|(known, _)| *known == at) {
            Some(_) if why == "sample" => {}
            Some((_, reasons)) => *reasons = format!("{reasons}, {why}"),
            None => kept.push((at, why)),
        }
    }
    kept
}

/// The contact's name at the time of the mail.
fn name<'a>(item: &'a Item<'_>) -> &'a str {
    item.mail.to.as_ref().map_or(&item.recipient.name, |then| &then.name)
}

impl Odd {
    fn fits(self, name: &str) -> bool {
        match self {
            Self::Missing => presentable(name).is_empty(),
            Self::Markup => {
                name.contains(['*', '_', '`', '[', ']', '<', '>', '#', '|', '~', '\\']) || name.contains("://")
            }
            Self::Hidden => name.chars().any(char::is_control) || loses_characters(name),
            Self::Long => presentable(name).chars().count() > USUAL,
        }
    }
}

/// Whether characters are lost beyond those that make it too long.
fn loses_characters(name: &str) -> bool {
    let line = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let start: String = line.chars().take(LONGEST).collect();
    presentable(&start) != start.trim_end()
}

/// How often each value occurs, in order of first occurrence.
pub fn spread(campaign: &Campaign, items: &[Item<'_>], personal: Personal) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for item in items {
        let value = campaign.stated_values(item.recipient, item.mail).value(personal).unwrap_or_default();
        match counts.iter_mut().find(|(known, _)| *known == value) {
            Some((_, count)) => *count += 1,
            None => counts.push((value, 1)),
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusual_names_are_described_and_normal_ones_are_not() {
        let odd = |name: &str| Odd::iter().filter(|odd| odd.fits(name)).map(|odd| odd.to_string()).collect::<Vec<_>>();
        assert_eq!(odd(" \u{200b} "), ["no name", "hidden characters"]);
        assert_eq!(odd("[click](http://evil.example)"), ["markup"]);
        assert_eq!(odd("Ann\r\nBcc: x"), ["hidden characters"]);
        assert_eq!(odd("Ann\u{202e}nnA"), ["hidden characters"]);
        assert_eq!(odd(&"x".repeat(500)), ["very long"]);
        for name in ["Ann Example", "Dr. O'Neill-Núñez & Co.", "مريم", "李 小龍", "A  B "] {
            assert_eq!(odd(name), [""; 0], "{name}");
        }
    }
}
