//! The sources of data that users pass in.

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// A file, or standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file.
    Path(PathBuf),
    /// Standard input.
    Stdin,
}

impl Input {
    /// The same, with a relative path resolved against `root`.
    #[must_use]
    pub fn below(&self, root: &Path) -> Self {
        match self {
            Self::Path(path) => Self::Path(root.join(path)),
            Self::Stdin => Self::Stdin,
        }
    }

    /// Whether both are the same: standard input, one file, or files with the same content. What cannot be read is not.
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Stdin, Self::Stdin) => true,
            (Self::Path(one), Self::Path(other)) => one == other || is_same_file(one, other),
            _ => false,
        }
    }

    /// Opens it.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(&self) -> io::Result<Box<dyn Read>> {
        Ok(match self {
            Self::Path(path) => Box::new(File::open(path)?),
            Self::Stdin => Box::new(io::stdin().lock()),
        })
    }
}

/// Files of different lengths are different without being read.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let open = |path: &Path| {
        let file = File::open(path).ok()?;
        let length = file.metadata().ok().filter(Metadata::is_file)?.len();
        Some((BufReader::with_capacity(1 << 16, file), length))
    };
    let (Some((one, length)), Some((other, other_length))) = (open(one), open(other)) else { return false };
    length == other_length && has_same_bytes(one, other).unwrap_or(false)
}

fn has_same_bytes(mut one: impl BufRead, mut other: impl BufRead) -> io::Result<bool> {
    loop {
        let (own, others) = (one.fill_buf()?, other.fill_buf()?);
        let length = own.len().min(others.len());
        if own[..length] != others[..length] {
            return Ok(false);
        }
        if length == 0 {
            return Ok(own.is_empty() && others.is_empty());
        }
        one.consume(length);
        other.consume(length);
    }
}

/// `-` means standard input.
impl From<&Path> for Input {
    fn from(path: &Path) -> Self {
        if path == Path::new("-") { Self::Stdin } else { Self::Path(path.to_owned()) }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Stdin => f.write_str("standard input"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_under_another_name_and_with_the_same_content() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            Input::Path(path)
        };
        let long = vec![b'x'; 200_000];
        let changed = [&long[..199_999], b"y"].concat();
        let (one, copy, other) = (file("a.csv", &long), file("b.csv", &long), file("c.csv", &changed));
        let spelt = Input::Path(folder.path().join(".").join("a.csv"));
        let missing = Input::Path(folder.path().join("d.csv"));
        for (input, same) in [(&one, true), (&copy, true), (&spelt, true), (&other, false), (&missing, false)] {
            assert_eq!(one.is_same_as(input), same, "{input}");
        }
        assert!(Input::Stdin.is_same_as(&Input::Stdin) && !Input::Stdin.is_same_as(&one));
    }
}
