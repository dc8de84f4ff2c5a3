//! What programs write before the column names.

use std::io::{BufRead, BufReader, Read};

use super::shape::Unusable;
use crate::campaign::usage::Layout;

/// How many bytes of a file are examined to recognise it: a longer line is not a header.
const LONGEST: usize = 1 << 16;

/// The start of the file without its irrelevant first lines, the number of those, and the delimiter if one of them
/// names it: blank lines, Excel's `sep=;`, the `#TYPE` of `PowerShell`, comments.
pub(super) fn skipped(input: &mut impl Read, layout: &Layout) -> Result<(Vec<u8>, u64, Option<u8>), Unusable> {
    let mut input = BufReader::with_capacity(LONGEST, input.take(LONGEST as u64));
    let (mut lines, mut sign) = (0, None);
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok((Vec::new(), lines, sign));
        }
        let text = line.trim_ascii();
        let named = sign_named(text);
        sign = named.or(sign);
        if text.is_empty() || named.is_some() || is_comment(text, layout) {
            lines += 1;
            continue;
        }
        let start = line.len() - line.trim_ascii_start().len();
        // The column names may be marked as a comment.
        let marked = usize::from(text.starts_with(b"#"));
        let mut head = line[start + marked..].trim_ascii_start().to_vec();
        head.extend_from_slice(input.buffer());
        return Ok((head, lines, sign));
    }
}

fn sign_named(line: &[u8]) -> Option<u8> {
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [s, e, p, b'=', sign] if [s, e, p].map(u8::to_ascii_lowercase) == *b"sep" => Some(*sign),
        // A tab at the end of the line was trimmed.
        [s, e, p, b'='] if [s, e, p].map(u8::to_ascii_lowercase) == *b"sep" => Some(b'\t'),
        _ => None,
    }
}

/// Whether a line is a comment, neither a row nor the column names.
fn is_comment(line: &[u8], layout: &Layout) -> bool {
    let Some(text) = line.strip_prefix(b"#") else { return false };
    let text = String::from_utf8_lossy(text);
    let cells = text.split([',', ';', '\t']).map(|cell| cell.trim_matches([' ', '"']));
    cells.filter(|cell| layout.column(cell).is_some()).count() < 2
}
