//! No core file of this process: passwords stand in its memory. Whatever ends it, nothing of it is written down, and no other process
//! of the same user may look into it.

/// Forbids it; where the system does not let it, the process goes on.
#[cfg(target_os = "linux")]
pub fn forbid() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// Forbids it; where the system does not let it, the process goes on.
#[cfg(not(target_os = "linux"))]
pub fn forbid() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
}
