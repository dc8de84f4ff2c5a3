//! Runs a command on an example where it can do as little harm as the system allows: in its own empty folder, with
//! three environment variables, in its own process group that is killed afterwards, and on Linux confined by Landlock.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, Command};

use super::confined::{confine, limit};

/// How many bytes of error output are kept, from the end: the last lines say what was wrong.
const KEPT: usize = 2000;
/// How long to wait for a command's last output after it ended: processes it left behind may hold its output open.
const GRACE: Duration = Duration::from_millis(500);

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Whether it succeeded.
    pub success: bool,
    /// Its exit code, or that it was killed.
    pub how: String,
    /// The end of what it wrote to standard error.
    pub said: String,
    /// Whether it was prevented from writing elsewhere and from reading other processes.
    pub confined: bool,
}

/// Runs a command on an example; it reads `code` from its standard input.
///
/// # Errors
/// A message: the command cannot be started, or did not end in time.
pub async fn run(command: &[OsString], code: &str, timeout: Duration) -> Result<Ended, String> {
    let folder = TempDir::new().map_err(|error| format!("its folder cannot be created: {error}"))?;
    let (program, arguments) = command.split_first().ok_or("it names no program")?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder.path()).env_clear().envs(environment(folder.path()));
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let started = start(command, folder.path()).await.map_err(|error| format!("it cannot be started: {error}"))?;
    let (mut child, confined) = started;
    limit(&child);
    let group = Group::of(&child);
    let said = Tail::default();
    let feeding = tokio::spawn(feed(child.stdin.take(), code.to_owned()));
    let mut reading = tokio::spawn(said.clone().read(child.stderr.take()));
    let status = tokio::time::timeout(timeout, child.wait()).await;
    // Even if the command ended by itself: no process of its group survives.
    drop(group);
    feeding.abort();
    if tokio::time::timeout(GRACE, &mut reading).await.is_err() {
        reading.abort();
    }
    let Ok(status) = status else {
        let _ = child.wait().await;
        return Err(format!("it did not end within {} s", timeout.as_secs()));
    };
    let status = status.map_err(|error| error.to_string())?;
    let how = status.code().map_or_else(|| "it was killed".to_owned(), |code| format!("exit {code}"));
    Ok(Ended { success: status.success(), how, said: said.text(), confined })
}

/// Everything a command learns about this machine. Its home is its own writable folder, which holds no credentials.
fn environment(folder: &Path) -> Vec<(&'static str, OsString)> {
    let given = |name: &'static str| std::env::var_os(name).map(|value| (name, value));
    let home = ("HOME", folder.as_os_str().to_owned());
    // Without `SystemRoot`, Windows starts nothing that uses the network.
    let system = if cfg!(windows) { given("SystemRoot") } else { None };
    [given("PATH"), Some(home), given("LANG"), system].into_iter().flatten().collect()
}

/// Starts a command from its own thread: what confines the thread applies to everything it starts, and to none of our
/// other threads. Also returns whether it is confined.
async fn start(mut command: Command, folder: &Path) -> io::Result<(Child, bool)> {
    let runtime = tokio::runtime::Handle::current();
    let folder = folder.to_owned();
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::Builder::new().spawn(move || {
        let _inside = runtime.enter();
        let confined = confine(&folder);
        // The receiver may be gone; then the child is killed when it is dropped.
        let _ = sender.send(command.spawn().map(|child| (child, confined)));
    })?;
    receiver.await.map_err(|_| io::Error::other("its thread ended"))?
}

/// A process group that is killed when this is dropped.
struct Group {
    #[cfg(unix)]
    head: Option<rustix::process::Pid>,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        let number = child.id().and_then(|id| i32::try_from(id).ok());
        Self { head: number.and_then(rustix::process::Pid::from_raw) }
    }

    /// Here only the process itself can be killed; that happens when it is dropped.
    #[cfg(not(unix))]
    fn of(_: &Child) -> Self {
        Self {}
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(head) = self.head {
            // The group may have ended already.
            let _ = rustix::process::kill_process_group(head, rustix::process::Signal::KILL);
        }
    }
}

async fn feed(stdin: Option<ChildStdin>, code: String) {
    if let Some(mut stdin) = stdin {
        // A command that has read enough may close its end.
        let _ = stdin.write_all(code.as_bytes()).await;
    }
}

/// The last part of a command's output, however long the output is.
#[derive(Debug, Clone, Default)]
struct Tail(Arc<Mutex<Vec<u8>>>);

impl Tail {
    async fn read(self, stderr: Option<ChildStderr>) {
        let Some(mut stderr) = stderr else { return };
        let mut piece = [0; 4096];
        while let Ok(read @ 1..) = stderr.read(&mut piece).await {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend_from_slice(&piece[..read]);
            let over = kept.len().saturating_sub(KEPT);
            kept.drain(..over);
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::time::Instant;

    use super::*;

    async fn sh(script: &str, code: &str, seconds: u64) -> Result<Ended, String> {
        let command = ["/bin/sh", "-c", script].map(OsString::from);
        run(&command, code, Duration::from_secs(seconds)).await
    }

    #[tokio::test]
    async fn a_command_has_an_empty_folder_of_its_own_and_three_variables() {
        let said = sh("pwd >&2; ls -A >&2; env >&2; cat >&2; exit 3", "the code", 60).await.unwrap();
        assert_eq!((said.success, said.how.as_str()), (false, "exit 3"));
        let lines: Vec<&str> = said.said.lines().collect();
        // The shell itself adds PWD and others.
        let names = lines[1..lines.len() - 1].iter().filter_map(|line| line.split_once('=')).map(|(name, _)| name);
        let strange: Vec<&str> =
            names.filter(|name| !["PATH", "HOME", "LANG", "PWD", "OLDPWD", "SHLVL", "_"].contains(name)).collect();
        assert!(strange.is_empty() && lines.last() == Some(&"the code"), "{lines:?}");
        assert!(lines.contains(&format!("HOME={}", lines[0]).as_str()), "{lines:?}");
        assert!(!Path::new(lines[0]).exists(), "the folder is gone");
    }

    #[tokio::test]
    async fn nothing_of_its_group_outlives_it_and_what_holds_its_output_open_is_not_waited_for() {
        let start = Instant::now();
        let said = sh("sleep 300 & echo $! >&2; exit 1", "", 60).await.unwrap();
        let left: i32 = said.said.trim().parse().unwrap();
        let gone = || {
            let state = fs::read_to_string(format!("/proc/{left}/stat")).unwrap_or_default();
            !Path::new("/proc/self").exists() || state.is_empty() || state.contains(") Z ")
        };
        assert!(start.elapsed() < Duration::from_secs(30) && gone());
    }

    #[tokio::test]
    async fn one_that_does_not_end_is_ended_with_its_group() {
        assert_eq!(sh("sleep 300 & sleep 300", "", 1).await, Err("it did not end within 1 s".to_owned()));
        assert!(run(&["no-such-program".into()], "", Duration::from_secs(9)).await.unwrap_err().contains("cannot be"));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_confined_command_writes_nowhere_else_and_sees_no_other_process() {
        let elsewhere = TempDir::new().unwrap();
        let (file, own) = (elsewhere.path().join("file"), elsewhere.path().join("own"));
        fs::write(&own, "as it was").unwrap();
        let script = format!(
            "echo x > {}; echo x > {}; rm -f {1}; cat /proc/{}/environ > environ && test -s environ && echo seen >&2; \
             kill -0 {2} && echo signalled >&2; echo x > here && test -s here && echo x > /dev/null && echo well >&2",
            file.display(),
            own.display(),
            std::process::id()
        );
        let said = sh(&format!("exec 3>&2 2>/dev/null; ({script}) 2>&3"), "", 60).await.unwrap();
        assert_eq!(said.confined, landlock_is_there(), "where the kernel can confine it, it is confined");
        if said.confined {
            assert!(!file.exists() && fs::read_to_string(&own).unwrap() == "as it was", "{said:?}");
            assert!(said.said.contains("well") && !said.said.contains("seen"), "{said:?}");
        }
    }

    /// Whether this kernel has Landlock, without using the tested code.
    #[cfg(target_os = "linux")]
    fn landlock_is_there() -> bool {
        use landlock::{ABI, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr};
        let strict = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
        strict.handle_access(AccessFs::from_write(ABI::V1)).and_then(Ruleset::create).is_ok()
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_command_cannot_fill_the_memory_or_the_disk() {
        // The example comes once the limits hold.
        let script = "cat > /dev/null; ulimit -d >&2; ulimit -f >&2; ulimit -c >&2; head -c 300000000 /dev/zero > big; wc -c < big >&2";
        let said = sh(script, "", 60).await.unwrap().said;
        let numbers: Vec<u64> = said.lines().filter_map(|line| line.trim().parse().ok()).collect();
        // The shell counts kilobytes and blocks of 512 bytes.
        assert_eq!(numbers, [4 << 20, 512 << 10, 0, 256 << 20], "{said}");
    }
}
