//! Where a terminal writes: to the process's streams, or into memory.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use anstream::{AutoStream, ColorChoice};

/// Where a terminal writes.
#[derive(Debug, Clone, Default)]
pub enum Streams {
    /// To stdout and stderr of this process.
    #[default]
    OfProcess,
    /// Into memory, like a pipe.
    Captured(Arc<Captured>),
}

/// Everything written, in order.
#[derive(Debug, Default)]
pub struct Captured(Mutex<Vec<(Channel, String)>>);

/// One of a process's streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channel {
    Stdout,
    Stderr,
}

impl Captured {
    /// Everything written to stdout so far.
    pub fn stdout(&self) -> String {
        self.written(|channel| channel == Channel::Stdout)
    }

    /// Everything written to stderr so far.
    pub fn stderr(&self) -> String {
        self.written(|channel| channel == Channel::Stderr)
    }

    /// Everything written to either so far, as on a terminal.
    pub fn both(&self) -> String {
        self.written(|_| true)
    }

    fn written(&self, wanted: impl Fn(Channel) -> bool) -> String {
        let pieces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pieces.iter().filter(|(channel, _)| wanted(*channel)).map(|(_, text)| text.as_str()).collect()
    }

    fn write(&self, channel: Channel, text: &str, color: ColorChoice) {
        let text = match color {
            ColorChoice::Never => anstream::adapter::strip_str(text).to_string(),
            ColorChoice::Auto | ColorChoice::Always | ColorChoice::AlwaysAnsi => text.to_owned(),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((channel, text));
    }
}

impl Streams {
    /// Whether someone types and reads on them.
    pub fn are_a_terminal(&self) -> bool {
        matches!(self, Self::OfProcess) && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Whether someone reads stderr.
    pub fn stderr_is_a_terminal(&self) -> bool {
        matches!(self, Self::OfProcess) && io::stderr().is_terminal()
    }

    /// The width of the terminal, if there is one.
    pub fn columns(&self) -> Option<usize> {
        match self {
            Self::OfProcess => terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
            Self::Captured(_) => None,
        }
    }

    /// Writes to stdout.
    pub fn out(&self, text: &str, color: ColorChoice) -> io::Result<()> {
        match self {
            Self::OfProcess => write_all(&mut AutoStream::new(io::stdout().lock(), color), text),
            Self::Captured(captured) => {
                captured.write(Channel::Stdout, text, color);
                Ok(())
            }
        }
    }

    /// Writes to stderr. If that fails, the error cannot be reported anywhere.
    pub fn err(&self, text: &str, color: ColorChoice) {
        match self {
            Self::OfProcess => drop(write_all(&mut AutoStream::new(io::stderr().lock(), color), text)),
            Self::Captured(captured) => captured.write(Channel::Stderr, text, color),
        }
    }

    /// The colour mode of stdout.
    pub fn stdout_color(&self, color: ColorChoice) -> ColorChoice {
        match (color, self) {
            (ColorChoice::Auto, Self::OfProcess) => AutoStream::choice(&io::stdout()),
            (ColorChoice::Auto, Self::Captured(_)) => ColorChoice::Never,
            (fixed, _) => fixed,
        }
    }

    /// The colour mode of stderr.
    pub fn stderr_color(&self, color: ColorChoice) -> ColorChoice {
        match (color, self) {
            (ColorChoice::Auto, Self::OfProcess) => AutoStream::choice(&io::stderr()),
            (ColorChoice::Auto, Self::Captured(_)) => ColorChoice::Never,
            (fixed, _) => fixed,
        }
    }
}

fn write_all(stream: &mut impl Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes()).and_then(|()| stream.flush())
}
