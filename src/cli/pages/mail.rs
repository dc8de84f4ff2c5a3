//! A mail as its reader sees it: the server's Markdown, as HTML.

use pulldown_cmark::{CowStr, Event, Parser, Tag, TagEnd, html};

use crate::campaign::text::{CLOSE, OPEN};

/// The body as HTML that is safe in a page: raw HTML is removed, as the server does; pictures are described, not
/// loaded; only links to websites and mail addresses work; placeholders are marked.
pub fn html(body: &str) -> String {
    let mut page = String::new();
    html::push_html(&mut page, Parser::new(body).filter_map(shown));
    page
}

/// An event as shown, if it is.
fn shown(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => None,
        Event::Start(Tag::Image { dest_url, .. }) => {
            Some(Event::InlineHtml(format!("<span class=\"picture\">[picture {}: ", escaped(&dest_url)).into()))
        }
        Event::End(TagEnd::Image) => Some(Event::InlineHtml(CowStr::Borrowed("]</span>"))),
        Event::Start(Tag::Link { dest_url, .. }) if !can_be_followed(&dest_url) => {
            Some(Event::InlineHtml(CowStr::Borrowed("<a>")))
        }
        Event::Text(text) if text.contains(OPEN) => Some(Event::InlineHtml(marked(&text).into())),
        Event::Code(text) => Some(Event::InlineHtml(format!("<code>{}</code>", marked(&text)).into())),
        other => Some(other),
    }
}

fn can_be_followed(address: &str) -> bool {
    let address = address.to_ascii_lowercase();
    ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| address.starts_with(scheme))
}

/// A text as HTML with its placeholders marked.
pub fn marked(text: &str) -> String {
    let html = escaped(text);
    html.replace(OPEN, "<mark class=\"personal\">").replace(CLOSE, "</mark>")
}

fn escaped(text: &str) -> String {
    let mut html = Vec::new();
    // Writing to memory cannot fail.
    let _ = tera::escape_html(text, &mut html);
    String::from_utf8_lossy(&html).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_shown_as_its_reader_sees_it() {
        assert_eq!(
            html("Hello ⟦contact.name⟧,\n\n- `a<b`\n- **now**\n"),
            "<p>Hello <mark class=\"personal\">contact.name</mark>,</p>\n<ul>\n<li><code>a&lt;b</code></li>\n\
             <li><strong>now</strong></li>\n</ul>\n"
        );
    }

    #[test]
    fn raw_html_is_dropped_as_the_server_drops_it() {
        assert_eq!(html("a <b onclick=\"x()\">b</b> c"), "<p>a b c</p>\n");
        assert_eq!(html("<script>\nalert(1)\n</script>\n\nx"), "<p>x</p>\n");
    }

    #[test]
    fn nothing_in_a_mail_runs_or_is_fetched() {
        assert_eq!(html("[x](javascript:alert(1))"), "<p><a>x</a></p>\n");
        let picture = html("![logo \"](https://e.example/\"a.png)");
        assert!(!picture.contains("<img") && picture.contains("logo"), "{picture}");
        assert_eq!(
            html("```\n</code><script>⟦contact.id⟧\n```"),
            "<pre><code>&lt;/code&gt;&lt;script&gt;<mark class=\"personal\">contact.id</mark>\n</code></pre>\n"
        );
    }
}
