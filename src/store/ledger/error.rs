//! Everything that can be wrong with the ledger's files.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A position in a file of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The start of the line, or of the fault in it: the offset in the file, in bytes.
    pub offset: u64,
}

impl Place {
    /// The position of an offset in a text.
    pub(in crate::store) fn of(offset: usize, text: &str) -> Self {
        let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
        Self { line: 1 + memchr::memchr_iter(b'\n', before).count(), offset: offset as u64 }
    }
}

/// Why a ledger cannot be used. After such an error, nothing was written.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// Another run holds it.
    #[error("another run holds this campaign: `{command}`, process {pid} on {host}, since {since}")]
    Held {
        /// Its process id.
        pid: u32,
        /// Its machine.
        host: String,
        /// When it began.
        since: String,
        /// Its command.
        command: String,
    },
    /// A run on another machine took it and never released it.
    #[error(
        "a run on another machine ({host}, process {pid}, `{command}`) took this campaign at {since} and did not release it"
    )]
    Foreign {
        /// Its process id.
        pid: u32,
        /// Its machine.
        host: String,
        /// When it began.
        since: String,
        /// Its command.
        command: String,
    },
    /// The lock file was removed or replaced while we held it.
    #[error("{} was removed or replaced during this run: another one may have taken the campaign", file.display())]
    LockGone {
        /// The lock file.
        file: PathBuf,
    },
    /// A file does not have what we wrote.
    #[error("{} is damaged{}: {what}", file.display(), at(*place))]
    Damaged {
        /// The file.
        file: PathBuf,
        /// The position, if known.
        place: Option<Place>,
        /// What is wrong.
        what: String,
    },
    /// It belongs to a campaign with another name: the folder was copied or renamed. Names are part of the mails' keys,
    /// so continuing could mail people twice, or skip them.
    #[error("{} is of campaign `{campaign}`, but its folder is called `{folder}`", file.display())]
    OtherCampaign {
        /// The file.
        file: PathBuf,
        /// The campaign it was written for.
        campaign: String,
        /// The campaign it was found in.
        folder: String,
    },
    /// It is only a link to a file elsewhere.
    #[error("{} is a link to another file", file.display())]
    Link {
        /// The link.
        file: PathBuf,
    },
    /// A newer version wrote it.
    #[error("{} was written by a later version of mmig (format {version})", file.display())]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its format version.
        version: i64,
    },
    /// A run on another machine took the ledger over from this one, which had been silent for too long.
    #[error(
        "another run took this campaign over from this one: `{command}` on {host}, since {since}; nothing was sent after that"
    )]
    Overtaken {
        /// Its machine.
        host: String,
        /// When it began.
        since: String,
        /// Its command.
        command: String,
    },
    /// The ledger is kept elsewhere now.
    #[error("the ledger was moved from {place} to {to}")]
    Moved {
        /// The old location.
        place: String,
        /// The new location.
        to: String,
    },
    /// Another ledger is at the new location.
    #[error("there is a ledger at {place} already, and it is another one")]
    Occupied {
        /// The location.
        place: String,
    },
    /// The named location is not valid.
    #[error("cannot open the ledger at `{address}`: {why}")]
    Address {
        /// What was named.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// The store cannot keep two runs apart.
    #[error("{place} cannot keep two runs apart: {what}")]
    Lies {
        /// The store.
        place: String,
        /// What it did wrong.
        what: &'static str,
    },
    /// A remote store failed or could not be reached.
    #[error("cannot {doing} {place}: {why}")]
    Store {
        /// The object.
        place: String,
        /// The operation.
        doing: &'static str,
        /// The cause.
        why: String,
        /// Whether permission was denied.
        denied: bool,
    },
    /// A line cannot be written to the journal.
    #[error("cannot write the journal: {0}")]
    Journal(io::Error),
    /// The operating system reported an error.
    #[error("cannot {doing} {}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// The operation.
        doing: &'static str,
        /// The cause.
        source: io::Error,
    },
}

fn at(place: Option<Place>) -> String {
    place.map(|Place { line, offset }| format!(" at line {line}, byte {offset}")).unwrap_or_default()
}

impl LedgerError {
    pub(in crate::store) fn io(file: &Path, doing: &'static str, source: io::Error) -> Self {
        Self::Io { file: file.to_owned(), doing, source }
    }

    pub(in crate::store) fn damaged(file: &Path, place: impl Into<Option<Place>>, what: impl Into<String>) -> Self {
        Self::Damaged { file: file.to_owned(), place: place.into(), what: what.into() }
    }

    /// A copy of the error: one cause, several waiting calls.
    #[cfg(feature = "remote")]
    pub(in crate::store) fn again(&self) -> Self {
        match self {
            Self::Overtaken { host, since, command } => {
                Self::Overtaken { host: host.clone(), since: since.clone(), command: command.clone() }
            }
            Self::Store { place, doing, why, denied } => {
                Self::Store { place: place.clone(), doing, why: why.clone(), denied: *denied }
            }
            Self::Newer { file, version } => Self::Newer { file: file.clone(), version: *version },
            Self::Damaged { file, place, what } => {
                Self::Damaged { file: file.clone(), place: *place, what: what.clone() }
            }
            other => Self::Journal(io::Error::other(other.to_string())),
        }
    }

    /// How to fix it.
    pub fn hint(&self) -> String {
        match self {
            Self::Held { .. } => "wait for it to end, then run this again; `mmig status` works meanwhile".to_owned(),
            Self::Foreign { .. } => "make sure that it is dead, then add --break-lock".to_owned(),
            Self::LockGone { .. } => {
                "do not touch the lock file; run the same command again, which settles what was in flight".to_owned()
            }
            Self::Overtaken { .. } => {
                "what it had under way is settled by the other run; `mmig status` shows where the campaign is".to_owned()
            }
            Self::Moved { to, .. } if to == "local" || to.starts_with("local on ") => {
                "on that machine, remove `url` from [ledger] in campaign.toml, and unset MMIG_LEDGER_URL".to_owned()
            }
            Self::Moved { to, .. } => format!("write `url = \"{to}\"` under [ledger] in campaign.toml, or set MMIG_LEDGER_URL"),
            Self::Occupied { .. } => "name another location, or remove what is there if no one needs it".to_owned(),
            Self::Address { .. } => {
                "write s3://BUCKET/PATH, gs://BUCKET/PATH or az://CONTAINER/PATH; or `local`, which is the campaign's folder".to_owned()
            }
            Self::Lies { .. } => {
                "use a store with conditional writes: S3, Google Cloud Storage, Azure Blob Storage, or one that keeps If-None-Match and If-Match".to_owned()
            }
            Self::Store { denied: true, .. } => {
                "check the credentials in the environment and what they allow: reading needs get and list, a run also put and delete".to_owned()
            }
            Self::Store { .. } => "check the network and the store's address, then run the same command again".to_owned(),
            Self::Damaged { file, .. } if file.to_string_lossy().contains("://") => {
                "nothing was written; put the object back from the bucket's versions or your backup; or `mmig track --rebuild` \
                 makes a ledger of what the server knows".to_owned()
            }
            Self::Damaged { file, place, .. } => {
                let here = place.map(|place| format!(" from byte {} on", place.offset)).unwrap_or_default();
                format!(
                    "nothing was written; `mmig track --rebuild` makes a ledger of what can be read and of what the server \
                     knows; or look at {}{here}, and put it back from your backup together with the other state.* files",
                    file.display()
                )
            }
            Self::OtherCampaign { campaign, .. } => format!(
                "if the folder was renamed, call it `{campaign}` again; if it is a copy for a new campaign, delete \
                 state.toml, state.journal and sent/ in it"
            ),
            Self::Link { .. } => {
                "put the file itself here, together with the other state.* files: links to one file from \
                                  two folders would let two runs write it at once"
                    .to_owned()
            }
            Self::Newer { .. } => "install that version of mmig; this one would lose what it does not know".to_owned(),
            Self::Io { source, .. }
                if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) =>
            {
                "make room on the disk, then run the same command again: it goes on where this one stopped".to_owned()
            }
            Self::Io { .. } | Self::Journal(_) => {
                "check the folder's permissions and the disk, then run the same command again".to_owned()
            }
        }
    }
}
