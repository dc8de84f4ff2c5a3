//! Access logs of web servers: one line per request, in the format that Apache calls combined and that is nginx's
//! default.
//!
//! ```text
//! 192.0.2.7 - acme [20/Oct/2026:08:15:00 +0000] "GET /v1/orders HTTP/1.1" 200 512 "-" "curl/8.5"
//! ```
//!
//! Further fields (10, 11, …), and a server name at the start, are supported too.

use std::borrow::Cow;
use std::io::BufRead;

use super::lines::each_line;
use super::shape::{ColumnRead, Each, Format, Rest, Shape, Unusable};
use crate::campaign::usage::{Column, Layout, Row};

/// The names of the fields in `[usage.columns]`.
const FIELDS: [&str; 9] = ["remote_addr", "ident", "user", "time", "request", "status", "bytes", "referer", "agent"];

/// Whether a line belongs to an access log.
pub(super) fn is_one(line: &str) -> bool {
    Fields::of(line).is_some_and(|fields| fields.time().contains('/') && fields.status().len() == 3)
}

pub(super) fn read(rest: Rest<impl BufRead>, layout: &Layout, each: &mut Each<'_>) -> Result<Shape, Unusable> {
    let sources = sources(layout)?;
    each_line(rest, "name an access log", |line, bytes| {
        let content = bytes.trim_ascii();
        if !content.is_empty() && !content.starts_with(b"#") {
            each(line, row(content, &sources));
        }
        Ok(())
    })?;
    let columns = layout.columns().filter(|(column, _)| sources.iter().any(|(own, _)| own == column));
    let columns =
        columns.map(|(column, name)| ColumnRead { column: column.to_string(), name: name.to_owned() }).collect();
    Ok(Shape { format: Format::AccessLog, columns, ignored: Vec::new() })
}

/// Where a column's text comes from.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// From this field, counted from 0.
    Field(usize),
    /// From the request: its method.
    Method,
    /// From the request: its path.
    Path,
    /// From before the client's address.
    Host,
}

/// The source of each column. An error names one that logs do not have.
fn sources(layout: &Layout) -> Result<Vec<(Column, Source)>, Unusable> {
    let mut sources = Vec::new();
    for (column, name) in layout.columns() {
        let numbered = || name.strip_prefix("field_")?.parse::<usize>().ok().filter(|number| *number > 0);
        let source = match name {
            "method" => Source::Method,
            "path" => Source::Path,
            "host" => Source::Host,
            _ => match FIELDS.iter().position(|field| *field == name).or_else(|| numbered().map(|number| number - 1)) {
                Some(place) => Source::Field(place),
                None if layout.is_named(column) => {
                    let what = format!("is an access log, which has no column `{name}`");
                    let fix = format!(
                        "its columns are {}, method, path, host, and field_10 and so on for what follows",
                        FIELDS.join(", ")
                    );
                    return Err(Unusable::content(what, fix));
                }
                None => continue,
            },
        };
        sources.push((column, source));
    }
    Ok(sources)
}

fn row<'r>(line: &'r [u8], sources: &[(Column, Source)]) -> Row<'r> {
    let mut row = Row::default();
    let Ok(line) = str::from_utf8(line) else {
        row.tear("it is not UTF-8");
        return row;
    };
    let Some(fields) = Fields::of(line) else {
        row.tear("it is not a line of an access log");
        return row;
    };
    let request = fields.request();
    if request.is_none() {
        // A request that was not HTTP is not a call; the server's status says so too.
        row.set(Column::Calls, "0");
    }
    for (column, source) in sources {
        let text = match source {
            Source::Field(place) => fields.get(*place),
            Source::Method => request.map(|(method, _)| method),
            Source::Path => request.map(|(_, path)| path),
            Source::Host => Some(fields.host),
        };
        if let Some(text) = text {
            row.set(*column, unescaped(text));
        }
    }
    row
}

/// Removes the backslashes before quotes inside a field.
fn unescaped(text: &str) -> Cow<'_, str> {
    if text.contains("\\\"") { Cow::Owned(text.replace("\\\"", "\"")) } else { Cow::Borrowed(text) }
}

/// The fields of a line, without their delimiters.
struct Fields<'l> {
    host: &'l str,
    fields: Vec<&'l str>,
}

impl<'l> Fields<'l> {
    /// `None` if the line does not have this format.
    fn of(line: &'l str) -> Option<Self> {
        let (who, rest) = line.split_once(" [")?;
        let (time, rest) = rest.split_once("] ")?;
        let mut fields: Vec<&str> = who.split(' ').collect();
        // Four fields before the time: the server comes first.
        let host = match fields.len() {
            3 => "",
            4 => fields.remove(0),
            _ => return None,
        };
        fields.push(time);
        let mut rest = rest;
        while !rest.is_empty() {
            let (field, after) = field(rest)?;
            fields.push(field);
            rest = after;
        }
        let is_whole = fields.len() >= 7 && fields[5].len() == 3 && fields[5].bytes().all(|byte| byte.is_ascii_digit());
        is_whole.then_some(Self { host, fields })
    }

    fn get(&self, place: usize) -> Option<&'l str> {
        self.fields.get(place).copied()
    }

    fn time(&self) -> &'l str {
        self.fields[3]
    }

    fn status(&self) -> &'l str {
        self.fields[5]
    }

    /// Method and target, if the request was HTTP.
    fn request(&self) -> Option<(&'l str, &'l str)> {
        let (method, rest) = self.fields[4].split_once(' ')?;
        let target = rest
            .rsplit_once(' ')
            .filter(|(_, version)| version.starts_with("HTTP/"))
            .map_or(rest, |(target, _)| target);
        let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
        (is_method && !target.is_empty()).then_some((method, target))
    }
}

/// The first field, which may be in quotes, and the rest.
fn field(text: &str) -> Option<(&str, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        return Some(text.split_once(' ').unwrap_or((text, "")));
    };
    let bytes = quoted.as_bytes();
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'"', b'\\', &bytes[from..])?;
        if bytes[at] == b'\\' {
            from = at + 2;
            if from > bytes.len() {
                return None;
            }
            continue;
        }
        let after = &quoted[at + 1..];
        let after = if after.is_empty() { after } else { after.strip_prefix(' ')? };
        return Some((&quoted[..at], after));
    }
}
