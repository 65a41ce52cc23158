//! What was begun with a server is ended as the protocol wants it, even where nobody waits for it any more: a handshake or a login that
//! breaks off in the middle leaves a complaint in the server's log.

use std::panic::resume_unwind;
use std::sync::LazyLock;
use std::time::Duration;

use tokio::sync::{oneshot, watch};

/// How much is under way.
static UNDER_WAY: LazyLock<watch::Sender<usize>> = LazyLock::new(|| watch::Sender::new(0));

struct UnderWay;

impl UnderWay {
    fn begin() -> Self {
        UNDER_WAY.send_modify(|count| *count += 1);
        Self
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        UNDER_WAY.send_modify(|count| *count -= 1);
    }
}

/// Does the work, which has its own time limit, and goes on with it where the caller is dropped meanwhile; `part` ends then what it
/// led to.
pub async fn finished<T, P>(work: impl Future<Output = T> + Send + 'static, part: impl FnOnce(T) -> P + Send + 'static) -> T
where
    T: Send + 'static,
    P: Future<Output = ()> + Send,
{
    let (give, take) = oneshot::channel();
    let under_way = UnderWay::begin();
    let task = tokio::spawn(async move {
        if let Err(unwanted) = give.send(work.await) {
            part(unwanted).await;
        }
        drop(under_way);
    });
    if let Ok(done) = take.await {
        return done;
    }
    match task.await {
        Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
        // The runtime is shut down, and everything with it.
        Ok(()) | Err(_) => std::future::pending().await,
    }
}

/// Waits until all of it has ended, or the limit has passed.
pub async fn all(limit: Duration) {
    let mut count = UNDER_WAY.subscribe();
    let _ = tokio::time::timeout(limit, count.wait_for(|count| *count == 0)).await;
}
