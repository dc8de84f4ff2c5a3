//! Confines code examples where the system can: with Landlock and limits, both only on Linux.

use std::path::Path;

use tokio::process::Child;

/// Confines this thread and everything it starts from now on: they can write only to `folder`, signal only their own
/// processes, and read no other process (`/proc/PID/environ` of our parent may hold a key). Returns whether the
/// system supports this.
#[cfg(target_os = "linux")]
pub(super) fn confine(folder: &Path) -> bool {
    use landlock::{
        ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
        path_beneath_rules,
    };
    let restricted = || {
        // Reading is not handled, so a rule must not allow it: it would be refused, and nothing confined.
        let writing = AccessFs::from_write(ABI::V5);
        let ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(writing)?
            .scope(Scope::from_all(ABI::V6))?
            .create()?
            .add_rules(path_beneath_rules([folder], writing))?;
        let devices = AccessFs::WriteFile | AccessFs::Truncate | AccessFs::IoctlDev;
        ruleset.add_rules(path_beneath_rules(["/dev/null", "/dev/zero", "/dev/full"], devices))?.restrict_self()
    };
    restricted().is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced) && give_up_privileges()
}

/// Drops root's privileges beyond its own files: in newer kernels, one of them allows reading other processes despite
/// Landlock, which already ensures that no program regains them. Returns whether that worked.
#[cfg(target_os = "linux")]
fn give_up_privileges() -> bool {
    use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities};
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none }).is_ok()
}

/// No other system lets an unprivileged program do this.
#[cfg(not(target_os = "linux"))]
pub(super) fn confine(_: &Path) -> bool {
    false
}

/// The maximum memory of a process, in bytes.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 4 << 30;
/// The largest file, in bytes.
#[cfg(target_os = "linux")]
const FILE: u64 = 256 << 20;
/// The maximum number of processes that its user may have while it runs; root has no limit.
#[cfg(target_os = "linux")]
const PROCESSES: u64 = 4096;

/// Limits the resources of a command and everything it starts. It has not received its example yet.
#[cfg(target_os = "linux")]
pub(super) fn limit(child: &Child) {
    use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
    let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) else { return };
    for (resource, most) in
        [(Resource::Data, MEMORY), (Resource::Fsize, FILE), (Resource::Nproc, PROCESSES), (Resource::Core, 0)]
    {
        // A lower limit that holds already stays.
        let most = Some(getrlimit(resource).maximum.map_or(most, |own| own.min(most)));
        // A process that has already ended needs none.
        let _ = prlimit(Some(pid), resource, Rlimit { current: most, maximum: most });
    }
}

/// Other systems limit only the time.
#[cfg(not(target_os = "linux"))]
pub(super) fn limit(_: &Child) {}
