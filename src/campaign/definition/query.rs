//! Queries over contact tags, in the API's own syntax: terms joined by commas, all of which must hold; a leading
//! minus means "does not have". (Inferred from the platform's page: `api-v1,-migration-started`.)

use std::fmt;

use thiserror::Error;

/// A query over contact tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagQuery {
    with: Vec<String>,
    without: Vec<String>,
}

/// Why a text is not a tag query.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidQuery {
    /// A term is empty.
    #[error("a tag is missing (terms are joined by single commas)")]
    EmptyTerm,
    /// A tag is both required and excluded.
    #[error("`{0}` is both required and excluded, so no one can match")]
    Contradiction(String),
    /// A term is repeated.
    #[error("`{0}` is given twice")]
    Repeated(String),
    /// A character of other query languages that has no meaning in this one.
    #[error(
        "`{0}` has a `{1}`, which means nothing here: a comma means \"and\", a minus \"not\"; for \"or\", write a segment for each"
    )]
    Operator(String, char),
    /// A character that tags cannot have here.
    #[error("`{0}` has a character that tags cannot have")]
    BadTag(String),
}

impl TagQuery {
    /// Parses a query.
    pub fn parse(text: &str) -> Result<Self, InvalidQuery> {
        let mut query = Self { with: Vec::new(), without: Vec::new() };
        for term in text.split(',').map(str::trim) {
            let (tag, list) = match term.strip_prefix('-') {
                Some(tag) => (tag, &mut query.without),
                None => (term, &mut query.with),
            };
            if tag.is_empty() {
                return Err(InvalidQuery::EmptyTerm);
            }
            if tag.starts_with('-') || tag.chars().any(|c| c.is_control() || c.is_whitespace()) {
                return Err(InvalidQuery::BadTag(tag.to_owned()));
            }
            if let Some(sign) = tag.chars().find(|c| matches!(c, '|' | '&' | '(' | ')' | '*' | '!')) {
                return Err(InvalidQuery::Operator(tag.to_owned(), sign));
            }
            if list.iter().any(|known| known == tag) {
                return Err(InvalidQuery::Repeated(tag.to_owned()));
            }
            list.push(tag.to_owned());
        }
        match query.with.iter().find(|tag| query.without.contains(tag)) {
            Some(tag) => Err(InvalidQuery::Contradiction(tag.clone())),
            None => Ok(query),
        }
    }

    /// Whether a contact with these tags matches.
    pub fn matches<T: AsRef<str>>(&self, tags: &[T]) -> bool {
        let carries = |tag: &String| tags.iter().any(|carried| carried.as_ref() == tag);
        self.with.iter().all(carries) && !self.without.iter().any(carries)
    }

    /// The tags a contact must have.
    pub fn with(&self) -> &[String] {
        &self.with
    }

    /// The tags a contact must not have.
    pub fn without(&self) -> &[String] {
        &self.without
    }
}

impl fmt::Display for TagQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with = self.with.iter().cloned();
        let without = self.without.iter().map(|tag| format!("-{tag}"));
        f.write_str(&with.chain(without).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_comma_means_and_a_minus_means_not() {
        let query = TagQuery::parse("api-v1, -migration-started").unwrap();
        assert!(query.matches(&["webhooks", "api-v1"]));
        assert!(!query.matches(&["api-v1", "migration-started"]));
        assert!(!query.matches(&["webhooks"]));
        assert_eq!(query.to_string(), "api-v1,-migration-started");
    }

    #[test]
    fn a_query_without_a_sensible_meaning_is_refused() {
        for text in ["", ",", "a,", "a,,b", "-", "a,-a", "a,a", "--a", "a b", "a,b|c", "!a", "(a", "a*", "a&b"] {
            assert!(TagQuery::parse(text).is_err(), "{text:?} was taken for a query");
        }
    }

    proptest! {
        #[test]
        fn a_query_agrees_with_a_naive_reading(
            terms in proptest::collection::vec(("[abc]", any::<bool>()), 1..5),
            tags in proptest::collection::vec("[abcd]", 0..5),
        ) {
            let text = terms.iter().map(|(tag, not)| format!("{}{tag}", if *not { "-" } else { "" })).collect::<Vec<_>>().join(",");
            let naive = text.split(',').all(|term| match term.strip_prefix('-') {
                Some(tag) => !tags.contains(&tag.to_owned()),
                None => tags.contains(&term.to_owned()),
            });
            if let Ok(query) = TagQuery::parse(&text) {
                prop_assert_eq!(query.matches(&tags), naive);
                prop_assert_eq!(TagQuery::parse(&query.to_string()), Ok(query));
            }
        }
    }
}
