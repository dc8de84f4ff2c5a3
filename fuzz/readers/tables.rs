//! Tables that people export: usage, accounts, tags.

use std::fs;
use std::path::PathBuf;

use mmig::app::tag;
use mmig::campaign::definition::usage::{UsageFormat, UsageRules};
use mmig::campaign::usage::Layout;
use mmig::store::input::Input;
use mmig::store::usage_file;
use tempfile::TempDir;

use super::said;
use super::texts::sample;

/// A file of this content, for readers that open it themselves.
fn file(input: &[u8]) -> PathBuf {
    thread_local! {
        static FOLDER: TempDir = TempDir::new().unwrap();
    }
    let path = FOLDER.with(|folder| folder.path().join("file"));
    fs::write(&path, input).unwrap();
    path
}

/// A file of usage; behind a first `!` an access log.
pub fn usage(input: &[u8]) -> String {
    let mut rules = UsageRules { base_paths: vec!["/v1".to_owned()], ..UsageRules::default() };
    let input = input.strip_prefix(b"!").inspect(|_| rules.format = UsageFormat::Combined).unwrap_or(input);
    let campaign = sample();
    let mut rows = String::new();
    let shape = usage_file::read(&Input::Path(file(input)), &Layout::of(&rules), &mut |_, row| {
        rows.push_str(&row.report(&campaign).err().unwrap_or_default());
    });
    rows + &shape.map_or_else(|error| error.message, |shape| format!("{shape:?}"))
}

/// The file that `[usage] accounts` names.
pub fn accounts(input: &[u8]) -> String {
    usage_file::read_keys(&file(input)).map_or_else(|error| error.message, |keys| format!("{keys:?}"))
}

/// The list that `tag` takes.
pub fn tags(input: &[u8]) -> String {
    said(tag::read_list(&Input::Path(file(input))).map_err(|error| error.message))
}
