//! Signs that a list is incomplete: a customer who is not on it may be on a part that was not sent. The published
//! contract has pages for some lists and none for others; a server that pages other lists too shows it in one of these
//! ways.

use serde_json::{Map, Value};

use super::reply::Reply;

/// Fields for the next page: any value but an empty one means that there is one.
const NEXT: [&str; 10] = [
    "cursor",
    "next_cursor",
    "nextcursor",
    "next",
    "next_page",
    "nextpage",
    "next_page_token",
    "nextpagetoken",
    "next_url",
    "next_link",
];
/// Names of a yes or no.
const MORE: [&str; 11] = [
    "has_more",
    "hasmore",
    "has_next",
    "has_next_page",
    "hasnextpage",
    "more",
    "truncated",
    "is_truncated",
    "istruncated",
    "partial",
    "incomplete",
];
/// Fields for the number of rows on all pages.
const TOTAL: [&str; 6] = ["total", "total_count", "totalcount", "total_results", "totalresults", "total_items"];
/// Fields for the number of pages.
const PAGES: [&str; 5] = ["pages", "total_pages", "totalpages", "page_count", "pagecount"];
/// Fields for the object that contains these.
const AROUND: [&str; 9] =
    ["meta", "metadata", "links", "_links", "page", "paging", "pagination", "page_info", "pageinfo"];

/// Why a list with this many rows is incomplete, according to its other fields and its headers; `what` names the kind
/// of row. Only for the last page of a list with pages.
pub fn more_follows(reply: &Reply, beside: &Map<String, Value>, rows: usize, what: &str) -> Option<String> {
    let sign = match &reply.link {
        _ if reply.status == 206 => Some("status 206".to_owned()),
        Some(link) if names_next(link) => Some("the header `Link`".to_owned()),
        _ => said(beside, rows as u64),
    };
    sign.map(|sign| format!("the server's list of {what} says that there are more ({sign})"))
}

/// Whether a header `Link` names a next page.
fn names_next(link: &str) -> bool {
    let link = link.to_lowercase();
    link.contains("rel=\"next\"") || link.contains("rel=next")
}

fn said(beside: &Map<String, Value>, rows: u64) -> Option<String> {
    beside.iter().find_map(|(name, value)| {
        let lower = name.to_lowercase();
        let is = |names: &[&str]| names.contains(&lower.as_str());
        match value {
            Value::Object(inner) if is(&AROUND) => said(inner, rows),
            // `"links": {"next": {"href": …}}`
            Value::Object(inner) if is(&NEXT) && !inner.is_empty() => Some(format!("`{name}`")),
            value => {
                let counted = value.as_u64();
                let says_so = is(&NEXT) && goes_on(value)
                    || is(&MORE) && value.as_bool() == Some(true)
                    || is(&TOTAL) && counted.is_some_and(|total| total > rows)
                    || is(&PAGES) && counted.is_some_and(|pages| pages > 1);
                says_so.then(|| format!("`{name}`"))
            }
        }
    })
}

fn goes_on(value: &Value) -> bool {
    match value {
        Value::Bool(more) => *more,
        Value::String(text) => !text.is_empty(),
        Value::Number(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follows(beside: &str) -> bool {
        let beside: Map<String, Value> = serde_json::from_str(beside).unwrap();
        more_follows(&Reply { status: 200, ..Reply::default() }, &beside, 1, "contacts").is_some()
    }

    #[test]
    fn every_hint_of_another_page_counts() {
        for hint in [
            r#"{"has_more":true}"#,
            r#"{"hasMore":true}"#,
            r#"{"cursor":"c2"}"#,
            r#"{"next":"/v1/contacts?page=2"}"#,
            r#"{"nextPageToken":"x"}"#,
            r#"{"next_page":2}"#,
            r#"{"total":2}"#,
            r#"{"totalCount":2}"#,
            r#"{"page":1,"pages":2}"#,
            r#"{"truncated":true}"#,
            r#"{"meta":{"pagination":{"total_pages":3}}}"#,
            r#"{"_links":{"next":{"href":"/v1/contacts?page=2"}}}"#,
            r#"{"page_info":{"hasNextPage":true}}"#,
        ] {
            assert!(follows(hint), "{hint}");
        }
    }

    #[test]
    fn what_says_that_it_is_all_is_no_hint() {
        for hint in [
            "{}",
            r#"{"has_more":false}"#,
            r#"{"cursor":null}"#,
            r#"{"next":""}"#,
            r#"{"total":1}"#,
            r#"{"total":0}"#,
            r#"{"count":7}"#,
            r#"{"pages":1}"#,
            r#"{"meta":{"next":null,"total":1}}"#,
            r#"{"_links":{"self":{"href":"/v1/contacts"}}}"#,
        ] {
            assert!(!follows(hint), "{hint}");
        }
    }

    #[test]
    fn headers_and_a_partial_answer_count_as_well() {
        let of = |reply: Reply| more_follows(&reply, &Map::new(), 1, "contacts");
        let link = |link: &str| Reply { status: 200, link: Some(link.to_owned()), ..Reply::default() };
        assert!(of(link(r#"<https://a.example/v1/contacts?page=2>; rel="next""#)).is_some());
        assert!(of(link(r#"<https://a.example/v1/contacts?page=1>; rel="prev""#)).is_none());
        let partial = of(Reply { status: 206, ..Reply::default() });
        assert_eq!(partial.as_deref(), Some("the server's list of contacts says that there are more (status 206)"));
    }
}
