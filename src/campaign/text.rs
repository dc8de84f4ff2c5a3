//! A reviewed text with placeholders for personal values, and how these are filled in.
//!
//! Reviewers read `⟦contact.name⟧`; customers read their name. Values come from outside and must not become
//! Markdown, a link or a header, so each value is escaped for its position.

pub mod difference;
pub mod draft;
mod escape;
mod form;
pub mod lock;
mod personal;
pub mod rejected;
pub mod sent;
pub mod sorting;
pub mod template;
pub mod test_mail;
pub mod variant;

use crate::campaign::digest::Digest;

pub use crate::campaign::characters::{CLOSE, LONGEST, OPEN, one_line, presentable};
pub use crate::campaign::digest;
pub use escape::{escape_markdown, percent_encoded};
pub use form::{Form, Mangled, Reading};
pub use personal::{Personal, Values};

/// A subject and a body; with placeholders it is a variant, without them a mail.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Text {
    /// One line.
    pub subject: String,
    /// Markdown.
    pub body: String,
}

impl Text {
    /// The text's identity.
    pub fn digest(&self) -> Digest {
        Digest::of(&[&self.subject, &self.body])
    }
}
