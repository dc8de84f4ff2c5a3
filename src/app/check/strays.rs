//! What examples leave running outside of their process group: a process that made itself a daemon.

/// While this is there, processes whose parent has ended become children of this process; when it is dropped, all that came are ended.
///
/// Linux alone can do this. Elsewhere a process that left its group and lost its parent is not found again.
#[derive(Debug)]
pub struct Strays {
    /// The children that this process had before: they are not ours to end.
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

    /// How long strays are ended that make new ones all the time.
    const PATIENCE: Duration = Duration::from_secs(5);
    /// Between two looks.
    const PAUSE: Duration = Duration::from_millis(2);

    impl Strays {
        /// From now on they come to this process. To be called where the process is nobody else's: it ends all children that it did
        /// not have before.
        pub fn adopt() -> Self {
            // Without it a daemon goes to the system's first process, as it does on other systems.
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

    /// The children of this process, by number.
    pub(super) fn children() -> HashSet<i32> {
        let own = getpid().as_raw_nonzero().get().to_string();
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        numbers.filter(|number| parent(*number).is_some_and(|parent| parent == own)).collect()
    }

    /// The fields after the name, which may hold anything: its state, its parent.
    fn parent(number: i32) -> Option<String> {
        let stat = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        let (_, fields) = stat.rsplit_once(')')?;
        fields.split_whitespace().nth(1).map(str::to_owned)
    }
}

#[cfg(not(target_os = "linux"))]
impl Strays {
    /// Nothing can be adopted here.
    pub fn adopt() -> Self {
        Self {}
    }
}
