//! A run of the program that will be killed, and when.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// When to kill it.
#[derive(Debug, Clone, Copy)]
pub enum Moment {
    /// After a time, whatever the run is doing then.
    After(Duration),
    /// As soon as the journal has this many bytes: while mails are being sent.
    Journal(u64),
    /// As soon as there is a half-written snapshot: while the journal is being merged.
    Folding,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Killed,
    /// By itself, before it was killed.
    Code(i32),
}

pub fn start(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}

/// Waits for the moment, kills it, and returns which came first.
pub fn strike(mut child: Child, moment: Moment, campaign: &Path) -> End {
    match moment {
        Moment::After(time) => std::thread::sleep(time),
        Moment::Journal(length) => {
            wait_until(&mut child, || {
                fs::metadata(campaign.join("state.journal")).is_ok_and(|journal| journal.len() >= length)
            });
        }
        Moment::Folding => wait_until(&mut child, || is_folding(campaign)),
    }
    // An error only means that it has ended already.
    let _ = child.kill();
    end(child)
}

pub fn end(mut child: Child) -> End {
    child.wait().expect("it ends").code().map_or(End::Killed, End::Code)
}

/// Polls often: a snapshot is written within a millisecond or two.
fn wait_until(child: &mut Child, mut it_is_time: impl FnMut() -> bool) {
    while !it_is_time() && child.try_wait().expect("it is ours").is_none() {
        std::thread::sleep(Duration::from_micros(50));
    }
}

fn is_folding(campaign: &Path) -> bool {
    campaign.join("state.toml.new").exists()
}
