//! Bearer keys and their permissions.

use strum::Display;

use super::answer::Refusal;
use super::options::Keys;
use axum::http::StatusCode;

/// The permission that an operation requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display)]
#[strum(serialize_all = "snake_case")]
pub enum Scope {
    Read,
    Send,
    Oversight,
    Admin,
}

/// The role of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Sender,
    Overseer,
    Administrator,
    /// Sends and approves: no key should, but a careless dashboard creates one.
    SenderAndOverseer,
}

impl Role {
    /// The role of a key: 401 without a key, or for an unknown one.
    pub fn of(bearer: Option<&str>, keys: &Keys) -> Result<Self, Refusal> {
        match bearer {
            Some(key) if key == keys.api && key == keys.oversight => Ok(Self::SenderAndOverseer),
            Some(key) if key == keys.api => Ok(Self::Sender),
            Some(key) if key == keys.oversight => Ok(Self::Overseer),
            Some(key) if key == keys.admin => Ok(Self::Administrator),
            Some(_) => Err(Refusal::new(StatusCode::UNAUTHORIZED, "invalid API key")),
            None => Err(Refusal::new(StatusCode::UNAUTHORIZED, "missing API key: Authorization: Bearer mm_…")),
        }
    }

    /// Every key may read; sending, deciding and administering need different keys.
    pub fn permits(self, scope: Scope) -> Result<(), Refusal> {
        let own: &[Scope] = match self {
            Self::Sender => &[Scope::Send],
            Self::Overseer => &[Scope::Oversight],
            Self::Administrator => &[Scope::Admin],
            Self::SenderAndOverseer => &[Scope::Send, Scope::Oversight],
        };
        if scope == Scope::Read || own.contains(&scope) {
            return Ok(());
        }
        Err(Refusal::new(StatusCode::FORBIDDEN, format!("this key lacks the scope {scope}")))
    }

    /// The key's name in the audit log.
    pub fn key_id(self) -> &'static str {
        match self {
            Self::Sender | Self::SenderAndOverseer => "key_send",
            Self::Overseer => "key_oversight",
            Self::Administrator => "key_admin",
        }
    }
}
