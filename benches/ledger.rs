//! Loading and saving a ledger of 100,000 recipients, compared with the `toml` crate and with plainly writing the
//! same bytes.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a benchmark prints, and may fail")]

mod common;

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write;

use common::{RECIPIENTS, median, milliseconds, now, ratio, recipients};
use compact_str::format_compact;
use mmig::campaign::mail::{Accepted, Course, Fate, Mail};
use mmig::campaign::text::digest::Digest;
use mmig::store::local as ledger;
use mmig::store::local::{Holder, Ledger, STATE};
use tempfile::TempDir;

fn main() {
    let dir = TempDir::new().expect("a folder");
    let holder = Holder { command: "bench".to_owned(), at: now() };
    let mut ledger = Ledger::open(dir.path(), &holder, false).expect("it opens");
    for (number, mut recipient) in recipients().enumerate() {
        recipient.mails.push(mail(number));
        ledger.records_mut().insert(recipient);
    }
    let saving = median(|| ledger.save().expect("it is written"));

    let file = dir.path().join(STATE);
    let text = fs::read_to_string(&file).expect("it is there");
    let writing = median(|| {
        let mut copy = File::create(dir.path().join("copy")).expect("room");
        copy.write_all(text.as_bytes()).and_then(|()| copy.sync_all()).expect("room");
    });
    let loading = median(|| {
        black_box(ledger::read(dir.path()).expect("it is whole"));
    });
    let parsing = median(|| {
        let text = fs::read_to_string(&file).expect("it is there");
        black_box(text.parse::<toml::Table>().expect("it is TOML"));
    });
    println!("recipients {RECIPIENTS}, one mail each, {} MB", text.len() / 1_000_000);
    println!("loading                             {:8.1} ms", milliseconds(loading));
    println!(
        "the `toml` crate, the same file     {:8.1} ms, {:.1} times as long",
        milliseconds(parsing),
        ratio(parsing, loading)
    );
    println!("saving, durably                     {:8.1} ms", milliseconds(saving));
    println!(
        "writing the same bytes, durably     {:8.1} ms, saving takes {:.1} times as long",
        milliseconds(writing),
        ratio(saving, writing)
    );
}

fn mail(number: usize) -> Mail {
    let accepted = Accepted {
        id: format_compact!("01K{number:013}"),
        thread: format_compact!("01L{number:013}"),
        at: now(),
        labelled: true,
        stage: None,
        approved: None,
        too_late: None,
        withdrawing: None,
        course: Course::Delivered { when: now() },
    };
    let variant = Digest::of(&[["a", "b", "c"][number % 3]]);
    Mail {
        phase: "announce".into(),
        variant,
        to: None,
        deadline: now().date_naive().into(),
        usage: None,
        sending: now(),
        send_at: None,
        fate: Fate::Accepted(accepted),
    }
}
