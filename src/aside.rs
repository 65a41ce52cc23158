//! Work that blocks, beside the checks that go on.

use std::panic::resume_unwind;
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::verdict::Breakage;

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

/// Does the one here and the other in a thread of its own; where there are none, one after the other.
pub fn both<A, B: Send>(here: impl FnOnce() -> A, there: impl Fn() -> B + Sync) -> (A, B) {
    thread::scope(|scope| match thread::Builder::new().spawn_scoped(scope, &there) {
        Ok(helper) => {
            let here = here();
            (here, helper.join().unwrap_or_else(|panic| resume_unwind(panic)))
        }
        Err(_) => (here(), there()),
    })
}

/// What such work reads: a file system that does not answer, a network's most often, holds up that thread and no more.
///
/// # Errors
///
/// That it was not read within the limit.
pub async fn in_time<T>(reading: JoinHandle<T>, limit: Duration, what: &str) -> Result<T, Breakage> {
    match tokio::time::timeout(limit, reading).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(error)) => Err(Breakage(error.to_string())),
        Err(_) => Err(Breakage(format!(
            "{what} could not be read within {} s: a file system does not answer, or is very slow",
            limit.as_secs_f64()
        ))),
    }
}
