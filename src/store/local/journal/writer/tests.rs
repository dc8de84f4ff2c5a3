use std::io::ErrorKind;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::*;

/// A disk with a limited number of bytes.
#[derive(Clone)]
struct Full {
    held: Arc<Mutex<Vec<u8>>>,
    room: usize,
    /// Whether it cannot even free what it has.
    stuck: bool,
    /// Whether writing succeeds and only syncing reports that the disk is full.
    late: bool,
}

impl Full {
    fn with(room: usize, stuck: bool, late: bool) -> Self {
        Self { held: Arc::default(), room, stuck, late }
    }

    fn full() -> io::Error {
        ErrorKind::StorageFull.into()
    }
}

impl Disk for Full {
    fn length(&self) -> io::Result<u64> {
        Ok(self.held.lock().unwrap().len() as u64)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut held = self.held.lock().unwrap();
        let fits = if self.late { bytes.len() } else { bytes.len().min(self.room - held.len()) };
        held.extend(&bytes[..fits]);
        if fits < bytes.len() { Err(Self::full()) } else { Ok(()) }
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.held.lock().unwrap().len() > self.room { Err(Self::full()) } else { Ok(()) }
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        if self.stuck {
            return Err(Self::full());
        }
        self.held.lock().unwrap().truncate(usize::try_from(length).unwrap());
        Ok(())
    }
}

/// Writes lines in groups, each waiting for the previous one; returns each line's result.
fn write(disk: &Full, groups: &[Vec<String>]) -> Vec<(String, io::Result<()>)> {
    let (to_writer, jobs) = channel();
    let own = disk.clone();
    let writer = std::thread::spawn(move || write_all(own, &jobs));
    let mut outcomes = Vec::new();
    for group in groups {
        let waiting: Vec<_> = group
            .iter()
            .map(|line| {
                let (durable, waits) = oneshot::channel();
                to_writer.send(Job { line: line.clone().into_bytes(), durable }).unwrap();
                (line.clone(), waits)
            })
            .collect();
        outcomes.extend(waiting.into_iter().map(|(line, waits)| (line, waits.blocking_recv().unwrap())));
    }
    drop(to_writer);
    writer.join().unwrap();
    outcomes
}

proptest! {
    #[test]
    fn on_a_full_disk_everybody_is_answered_and_only_whole_lines_that_were_promised_stay(
        groups in proptest::collection::vec(proptest::collection::vec("[a-z]{1,20}\n", 1..6), 1..8),
        room in 0_usize..300,
        late in any::<bool>(),
    ) {
        let disk = Full::with(room, false, late);
        let outcomes = write(&disk, &groups);
        let failed_from = outcomes.iter().position(|(_, outcome)| outcome.is_err()).unwrap_or(outcomes.len());
        prop_assert!(outcomes[failed_from..].iter().all(|(_, outcome)| outcome.is_err()), "one succeeded after a failure");
        let promised: String = outcomes[..failed_from].iter().map(|(line, _)| line.as_str()).collect();
        prop_assert_eq!(String::from_utf8(disk.held.lock().unwrap().clone()).unwrap(), promised);
    }

    #[test]
    fn if_half_a_line_cannot_be_removed_nothing_ever_follows_it(
        groups in proptest::collection::vec(proptest::collection::vec("[a-z]{1,20}\n", 1..6), 1..8),
        room in 0_usize..300,
    ) {
        let disk = Full::with(room, true, false);
        let outcomes = write(&disk, &groups);
        let all: String = groups.concat().concat();
        let held = String::from_utf8(disk.held.lock().unwrap().clone()).unwrap();
        let promised: String = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).map(|(line, _)| line.as_str()).collect();
        prop_assert!(all.starts_with(&held) && held.starts_with(&promised));
    }
}

#[test]
fn waiting_callers_get_the_cause() {
    let outcomes = write(&Full::with(3, false, false), &[vec!["four\n".to_owned()], vec!["a\n".to_owned()]]);
    let kinds: Vec<_> = outcomes.into_iter().map(|(_, outcome)| outcome.unwrap_err().kind()).collect();
    assert_eq!(kinds, [ErrorKind::StorageFull, ErrorKind::StorageFull]);
}
