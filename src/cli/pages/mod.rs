//! HTML pages: each is one file, without scripts or network access, for light and dark mode, screen and paper.
//!
//! A page is a template here that extends `base.html`, and data for it. The engine escapes all data; only
//! [`mail::html`] creates markup. Attributes in the templates are in double quotes.

pub mod chart;
pub mod drafts;
pub mod mail;
pub mod report;

use serde::Serialize;
use tera::{Context, Tera};
use thiserror::Error;

/// The templates by name. The engine escapes those ending in `.html`.
const TEMPLATES: [(&str, &str); 4] = [
    ("base.html", include_str!("base.html")),
    ("style.css", include_str!("style.css")),
    ("drafts.html", include_str!("drafts.html")),
    ("report.html", include_str!("report.html")),
];

/// A page could not be rendered.
#[derive(Debug, Error)]
#[error("the page could not be made: {0}")]
pub struct BrokenPage(String);

impl From<tera::Error> for BrokenPage {
    fn from(error: tera::Error) -> Self {
        Self(error.to_string())
    }
}

/// The page from this template with this data.
pub fn render(template: &str, data: &impl Serialize) -> Result<String, BrokenPage> {
    let mut tera = Tera::default();
    tera.add_raw_templates(TEMPLATES)?;
    Ok(tera.render(template, &Context::from_serialize(data)?)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_holds_its_style_and_asks_for_nothing() {
        let page = render("base.html", &json!({ "title": "t" })).unwrap();
        assert!(page.contains("prefers-color-scheme: dark") && page.contains("default-src 'none'"));
        for outside in ["<script", "<link", "<img", "url(", "@import", "http:", "https:"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn a_pages_data_is_escaped() {
        let page = render("base.html", &json!({ "title": "</title><b>&\"" })).unwrap();
        assert!(page.contains("<title>&lt;/title&gt;&lt;b&gt;&amp;&quot;</title>"), "{page}");
    }
}
