//! Decodes bytes to text: decompressed, and converted to UTF-8.

use std::io::{self, BufReader, Cursor, ErrorKind, Read};

use flate2::read::MultiGzDecoder;

/// How many bytes show the encoding of a file.
const MARK: usize = 3;
/// The maximum size of a list that is read at once, in decompressed bytes: a million lines. A small compressed file may
/// contain any number.
const LARGEST_LIST: u64 = 64 << 20;

/// A whole list; see [`decoded`].
///
/// # Errors
/// It cannot be read, is not UTF-8, or is larger than any list that people write.
pub fn whole(input: Box<dyn Read>) -> io::Result<String> {
    let mut bytes = Vec::new();
    decoded(input)?.take(LARGEST_LIST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_LIST {
        let what = format!("it is larger than {} MB", LARGEST_LIST >> 20);
        return Err(io::Error::new(ErrorKind::FileTooLarge, what));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8"))
}

/// The same bytes, decompressed if they are gzip, converted to UTF-8 if they start like UTF-16, and without a byte
/// order mark.
pub fn decoded(input: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let (mark, input) = peeked(input)?;
    if !mark.starts_with(&[0x1f, 0x8b]) {
        return in_utf8(&mark, input);
    }
    let (mark, unpacked) = peeked(Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, input))))?;
    in_utf8(&mark, unpacked)
}

fn in_utf8(mark: &[u8], mut input: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let (length, is_big) = match mark {
        [0xef, 0xbb, 0xbf, ..] => (3, None),
        [0xff, 0xfe, ..] => (2, Some(false)),
        [0xfe, 0xff, ..] => (2, Some(true)),
        _ => return Ok(input),
    };
    input.read_exact(&mut [0; MARK][..length])?;
    Ok(match is_big {
        None => input,
        Some(is_big) => Box::new(Utf16 {
            input: BufReader::with_capacity(1 << 16, input),
            is_big,
            high: None,
            text: Cursor::default(),
        }),
    })
}

/// The first bytes, and a reader for everything including these.
fn peeked(mut input: Box<dyn Read>) -> io::Result<(Vec<u8>, Box<dyn Read>)> {
    let mut mark = Vec::new();
    input.by_ref().take(MARK as u64).read_to_end(&mut mark)?;
    Ok((mark.clone(), Box::new(Cursor::new(mark).chain(input))))
}

/// Converts UTF-16 to UTF-8. Invalid input becomes a replacement character, which marks a damaged
/// row.
struct Utf16<R> {
    input: R,
    is_big: bool,
    /// The first half of a surrogate pair.
    high: Option<u16>,
    text: Cursor<Vec<u8>>,
}

impl<R: Read> Utf16<R> {
    /// Reads the next piece; empty at the end.
    fn fill(&mut self) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(1 << 15);
        self.input.by_ref().take(1 << 15).read_to_end(&mut bytes)?;
        let unit = |pair: &[u8]| match pair {
            [one, other] if self.is_big => u16::from_be_bytes([*one, *other]),
            [one, other] => u16::from_le_bytes([*one, *other]),
            // Half of a character: a lone surrogate is just as invalid.
            _ => 0xd800,
        };
        let is_last = bytes.is_empty();
        let mut units: Vec<u16> = self.high.take().into_iter().chain(bytes.chunks(2).map(unit)).collect();
        if let Some(high) = units.pop_if(|unit| !is_last && (0xd800..0xdc00).contains(unit)) {
            self.high = Some(high);
        }
        self.text = Cursor::new(String::from_utf16_lossy(&units).into_bytes());
        Ok(())
    }

    fn is_used_up(&self) -> bool {
        self.text.position() >= self.text.get_ref().len() as u64
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.is_used_up() {
            self.fill()?;
            // A piece with nothing but half a character.
            if self.is_used_up() && self.high.is_some() {
                self.fill()?;
            }
        }
        self.text.read(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn read(bytes: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        decoded(Box::new(Cursor::new(bytes.to_vec())))?.read_to_string(&mut text).map(|_| text)
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_text_is_the_same_however_it_is_written() {
        let text = format!("contact;Größe 🙂\n{}", "a@b.example;1🙂\n".repeat(5000));
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(units.iter().flat_map(|unit| unit.to_le_bytes())).collect();
        let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(units.iter().flat_map(|unit| unit.to_be_bytes())).collect();
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        let halves = [packed(&text.as_bytes()[..100]), packed(&text.as_bytes()[100..])].concat();
        let (unpacked, packed_little) = (packed(text.as_bytes()), packed(&little));
        for written in [text.as_bytes(), &marked, &little, &big, &unpacked, &packed_little, &halves] {
            assert!(read(written).unwrap() == text, "{:?}", &written[..4]);
        }
        assert_eq!(read(b"").unwrap(), "");
    }

    #[test]
    fn a_list_that_is_packed_small_and_has_no_end_is_refused() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        let line = b"ann@a.example,api-v1\n".repeat(1 << 10);
        for _ in 0..=LARGEST_LIST / line.len() as u64 {
            encoder.write_all(&line).unwrap();
        }
        let packed = encoder.finish().unwrap();
        assert!(packed.len() < 2 << 20);
        let refused = whole(Box::new(Cursor::new(packed))).unwrap_err();
        assert_eq!(refused.to_string(), "it is larger than 64 MB");
    }

    #[test]
    fn commands_that_are_cut_off_are_found() {
        let whole = packed("a@b.example,1,2\n".repeat(1000).as_bytes());
        assert!(read(&whole[..whole.len() - 5]).is_err());
        assert_eq!(read(b"\xff\xfea\0b").unwrap(), "a\u{fffd}");
        assert_eq!(read(b"\xff\xfea\0\x3d\xd8").unwrap(), "a\u{fffd}");
    }
}
