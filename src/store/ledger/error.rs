//! What can be wrong with the ledger's files.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A place in a file of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line, the first is 1.
    pub line: usize,
    /// Where the line begins, or the fault in it: bytes from the start of the file.
    pub offset: u64,
}

impl Place {
    /// The place of a byte of a text.
    pub(in crate::store) fn of(offset: usize, text: &str) -> Self {
        let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
        Self { line: 1 + memchr::memchr_iter(b'\n', before).count(), offset: offset as u64 }
    }
}

/// Why a ledger cannot be used. Where this is told, nothing was written.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// Another run holds it.
    #[error("another run holds this campaign: `{command}`, process {pid} on {host}, since {since}")]
    Held {
        /// Its process.
        pid: u32,
        /// Its machine.
        host: String,
        /// When it began.
        since: String,
        /// What it does.
        command: String,
    },
    /// A run on another machine took it and never gave it back.
    #[error(
        "a run on another machine ({host}, process {pid}, `{command}`) took this campaign at {since} and did not give it back"
    )]
    Foreign {
        /// Its process.
        pid: u32,
        /// Its machine.
        host: String,
        /// When it began.
        since: String,
        /// What it did.
        command: String,
    },
    /// The lock's file was removed or replaced while we held it.
    #[error("{} was removed or replaced during this run: another one may have taken the campaign", file.display())]
    LockGone {
        /// The lock's file.
        file: PathBuf,
    },
    /// A file is not what we wrote.
    #[error("{} is damaged{}: {what}", file.display(), at(*place))]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Where, if it can be told.
        place: Option<Place>,
        /// What is wrong.
        what: String,
    },
    /// It belongs to a campaign of another name: the folder was copied or renamed. Names are part of the mails' keys, so
    /// going on could mail people twice, or pass over them.
    #[error("{} is of campaign `{campaign}`, but its folder is called `{folder}`", file.display())]
    OtherCampaign {
        /// The file.
        file: PathBuf,
        /// The campaign it was written for.
        campaign: String,
        /// The campaign it was found in.
        folder: String,
    },
    /// It stands somewhere else, and only its name is here.
    #[error("{} is a link to another file", file.display())]
    Link {
        /// The link.
        file: PathBuf,
    },
    /// A later program wrote it.
    #[error("{} was written by a later version of mmig (format {version})", file.display())]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its format.
        version: i64,
    },
    /// A line has no way into the journal.
    #[error("cannot write the journal: {0}")]
    Journal(io::Error),
    /// The system said no.
    #[error("cannot {doing} {}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What we tried.
        doing: &'static str,
        /// Why not.
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

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Held { .. } => "wait for it to end, then run this again; `mmig status` works meanwhile".to_owned(),
            Self::Foreign { .. } => "make sure that it is dead, then add --break-lock".to_owned(),
            Self::LockGone { .. } => {
                "leave the lock's file alone; run the same command again: what was in flight is settled then".to_owned()
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
