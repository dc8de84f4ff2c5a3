//! The accounts file: an export's names for customers, and the customers.

use std::path::Path;

use csv::ReaderBuilder;

use super::shape::{Unusable, UsageFileError, refused};
use crate::campaign::usage::Keys;
use crate::store::input::Input;
use crate::store::text::whole;

/// Reads a CSV file with two columns: a key, and an address, an id or an account. Further columns are ignored.
///
/// # Errors
/// The file cannot be read, or has an invalid line.
pub fn read_keys(path: &Path) -> Result<Keys, UsageFileError> {
    let input = Input::Path(path.to_owned());
    keys(&input).map_err(|unusable| refused(&input, unusable))
}

fn keys(input: &Input) -> Result<Keys, Unusable> {
    let whole = whole(input.open()?)?;
    let first = whole.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    let sign = [b',', b';', b'\t'].into_iter().find(|sign| first.contains(char::from(*sign))).unwrap_or(b',');
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).comment(Some(b'#')).delimiter(sign).trim(csv::Trim::All);
    let mut keys = Keys::default();
    for record in builder.from_reader(whole.as_bytes()).records() {
        let record = record.map_err(|error| Unusable::content(format!("is not CSV: {error}"), HOW))?;
        let line = record.position().map_or(0, csv::Position::line);
        match (record.get(0).unwrap_or_default(), record.get(1)) {
            ("", None | Some("")) => {}
            ("", Some(_)) => return Err(Unusable::content(format!("has no key in line {line}"), HOW)),
            (_, None) => return Err(Unusable::content(format!("has only one column in line {line}"), HOW)),
            (key, Some(owner)) => keys.insert(key, owner),
        }
    }
    Ok(keys)
}

const HOW: &str = "write a key, a comma, and its owner: an address, an id or an account; leave the owner empty if the key is not a customer's";
