//! Work that blocks, beside the checks that go on.

use std::sync::LazyLock;
use std::thread;

use tokio::task::JoinHandle;

/// Whether this process may have threads: a limit on processes, or a container engine that does not know `clone3`, forbids them.
static THREADS: LazyLock<bool> = LazyLock::new(|| thread::Builder::new().spawn(|| ()).is_ok());

/// Runs it in a thread of its own; where there are none, in this one, which then waits for it.
#[expect(clippy::disallowed_methods, reason = "here it is known that there are threads")]
pub fn spawn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    if *THREADS {
        tokio::task::spawn_blocking(work)
    } else {
        tokio::spawn(async move { work() })
    }
}
