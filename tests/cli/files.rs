//! The files on a desk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mmig::campaign::people::records::Records;

use crate::desk::Desk;

impl Desk {
    /// A file of the campaign.
    pub fn path(&self, file: &str) -> PathBuf {
        self.home.path().join("campaigns/api-v2").join(file)
    }

    #[track_caller]
    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    #[track_caller]
    pub fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder can be made");
        fs::write(path, text).unwrap_or_else(|error| panic!("{file}: {error}"));
    }

    /// Replaces the first occurrence of a text in a file.
    #[track_caller]
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{from:?} is not in {file}");
        self.write(file, &text.replacen(from, to, 1));
    }

    /// Every file, byte for byte.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        read_all(self.home.path(), &mut found);
        found
    }

    /// The ledger, read as the program reads it.
    pub fn ledger(&self) -> Records {
        mmig::store::local::read(&self.path("")).expect("the ledger can be read").unwrap_or_default()
    }
}

fn read_all(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_all(&path, found);
        } else {
            found.insert(path.clone(), fs::read(&path).expect("the file can be read"));
        }
    }
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder can be made");
    for entry in fs::read_dir(from).expect("the folder can be read").flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(source, target).expect("the file can be copied");
        }
    }
}
