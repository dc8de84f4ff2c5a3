//! A ledger that was kept on a disk or in a bucket, by whatever wrote it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use mmig::store::local::{self, Holder, Ledger};
use mmig::store::remote::fence::{Author, Times};
use mmig::store::remote::lease::Lease;
use mmig::store::remote::segment::{Segment, What};
use mmig::store::remote::{Remote, Who};
use mmig::store::{LedgerStore, Store};
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use tempfile::TempDir;

use super::said;

const SNAPSHOT: &[u8] = include_bytes!("../../tests/ledger/formats/2/snapshot.toml");

/// The snapshot.
pub fn state(input: &[u8]) -> String {
    in_folder(input, None)
}

/// The journal after a snapshot, with the checksums it has and with the right ones.
pub fn journal(input: &[u8]) -> String {
    in_folder(SNAPSHOT, Some(input)) + &in_folder(SNAPSHOT, Some(&sealed(input)))
}

/// Each line with the checksum that fits it.
fn sealed(lines: &[u8]) -> Vec<u8> {
    let line = |raw: &[u8]| {
        let (json, end) = raw.strip_suffix(b"\n").map_or((raw, &b""[..]), |line| (line, &b"\n"[..]));
        let json = json.get(9..).unwrap_or_default();
        [format!("{:08x} ", crc32fast::hash(json)).as_bytes(), json, end].concat()
    };
    lines.split_inclusive(|byte| *byte == b'\n').flat_map(line).collect()
}

/// Reads a ledger as any command does; where it is damaged, what can be saved of it.
fn in_folder(snapshot: &[u8], journal: Option<&[u8]>) -> String {
    thread_local! {
        static FOLDER: TempDir = TempDir::new().unwrap();
    }
    FOLDER.with(|folder| {
        let path = folder.path().join("api-v2");
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join(local::STATE), snapshot).unwrap();
        match journal {
            Some(journal) => fs::write(path.join(local::JOURNAL), journal).unwrap(),
            None => drop(fs::remove_file(path.join(local::JOURNAL))),
        }
        match local::read(&path) {
            Ok(records) => format!("{}", records.map_or(0, |records| records.recipients().len())),
            Err(error) => format!("{error} {}", salvaged(&path)),
        }
    })
}

fn holder() -> Holder {
    Holder { command: "track".to_owned(), at: "2027-01-30T13:00:00Z".parse().unwrap() }
}

fn salvaged(path: &Path) -> String {
    match Ledger::salvage(path, &holder(), false) {
        Ok((ledger, remains)) => format!("{} {remains:?}", ledger.records().recipients().len()),
        Err(error) => error.to_string(),
    }
}

/// Objects of a bucket: a first line that says what the segment is for, then the journal's lines; and the same bytes as each object.
pub fn bucket(input: &[u8]) -> String {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let what: What = serde_json::from_slice(&input[..end]).unwrap_or(What::Lines);
    let author = Author { run: "r".to_owned(), nonce: 1 };
    let lines = sealed(input.get(end + 1..).unwrap_or_default());
    let snapshot = What::Snapshot { length: SNAPSHOT.len() as u64, sum: crc32fast::hash(SNAPSHOT) };
    let segment = |what, lines| Segment { author: author.clone(), what, lines }.to_bytes().unwrap();
    let vouched = segment(snapshot, Vec::new());
    let whole = [
        ("latest", b"1".to_vec()),
        ("snapshot-1.toml", SNAPSHOT.to_vec()),
        ("journal/000000000001", vouched.clone()),
        ("journal/000000000002", segment(what, lines)),
        ("lease", input.to_vec()),
    ];
    let raw = [
        ("latest", b"1".to_vec()),
        ("snapshot-1.toml", SNAPSHOT.to_vec()),
        ("journal/000000000001", vouched),
        ("journal/000000000002", input.to_vec()),
    ];
    format!("{:?} {} {}", Lease::read(input), in_store(&whole), in_store(&raw))
}

fn in_store(objects: &[(&str, Vec<u8>)]) -> String {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    }
    let store = Arc::new(InMemory::new());
    for (name, bytes) in objects {
        let path = object_store::path::Path::from(format!("teams/ledger/api-v2/{name}"));
        RUNTIME.with(|runtime| runtime.block_on(store.put(&path, PutPayload::from(bytes.clone())))).unwrap();
    }
    let base = object_store::path::Path::from("teams");
    let shown = "mem://bucket/teams";
    let store: Arc<dyn ObjectStore> = store;
    let remote = Remote::over(store, &base, shown, "api-v2", Times::default(), Who::default()).unwrap();
    let held = said(remote.held());
    let size = said(remote.size());
    format!("{held} {size} {}", said(Store::Remote(remote).read().map(|contents| contents.map(|it| it.sequence))))
}
