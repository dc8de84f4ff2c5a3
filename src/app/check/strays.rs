//! What examples leave running outside their process group, such as daemons.

/// While this exists, orphaned processes become children of this process; when it is dropped, they are all killed.
///
/// Only Linux supports this. Elsewhere a process that left its group and lost its parent cannot be found.
#[derive(Debug)]
pub struct Strays {
    /// The children that this process had before: they are not ours to kill.
    #[cfg(target_os = "linux")]
    before: std::collections::HashSet<i32>,
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::HashSet;
    use std::fs;
    use std::time::{Duration, Instant};

    use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid};

    use super::Strays;

    /// How long to keep killing strays that keep starting new ones.
    const PATIENCE: Duration = Duration::from_secs(5);
    /// The pause between two looks.
    const PAUSE: Duration = Duration::from_millis(2);

    impl Strays {
        /// From now on orphans become children of this process. Call it only in a process that has no other children to
        /// keep: it kills all children it did not have before.
        pub fn adopt() -> Self {
            // Without this a daemon becomes a child of the system's first process, as on other
            // systems.
            let _ = set_child_subreaper(Some(getpid()));
            Self { before: children() }
        }
    }

    impl Drop for Strays {
        fn drop(&mut self) {
            let start = Instant::now();
            while start.elapsed() < PATIENCE {
                let left: Vec<i32> = children().difference(&self.before).copied().collect();
                if left.is_empty() {
                    break;
                }
                for pid in left.into_iter().filter_map(Pid::from_raw) {
                    let _ = kill_process(pid, Signal::KILL);
                    // Its own children come to us once it is gone: the next look finds them.
                    let _ = waitpid(Some(pid), WaitOptions::NOHANG);
                }
                std::thread::sleep(PAUSE);
            }
            let _ = set_child_subreaper(None);
        }
    }

    /// The process ids of this process's children.
    pub(super) fn children() -> HashSet<i32> {
        let own = getpid().as_raw_nonzero().get().to_string();
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        numbers.filter(|number| parent(*number).is_some_and(|parent| parent == own)).collect()
    }

    /// The fields of `stat` after the name, which may contain anything: state, then parent.
    fn parent(number: i32) -> Option<String> {
        let stat = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        let (_, fields) = stat.rsplit_once(')')?;
        fields.split_whitespace().nth(1).map(str::to_owned)
    }
}

#[cfg(not(target_os = "linux"))]
impl Strays {
    /// Nothing can be adopted on this system.
    pub fn adopt() -> Self {
        Self {}
    }
}
