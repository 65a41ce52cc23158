//! Many targets, side by side, in one process.

use std::time::Instant;

use futures_util::stream::{self, StreamExt as _};
use tokio::sync::watch;

use crate::chain;
use crate::diagnosis::Diagnosis;
use crate::outcome::Fleet;
use crate::request::Request;
use crate::settings::environment::Environment;
use crate::shared::Shared;

/// Is told of the checks of many targets as they go on.
pub trait Watcher {
    /// So many of all targets have been checked.
    fn counted(&mut self, checked: usize, of: usize);
    /// A target has been checked; they come in the order in which they were asked for.
    fn target(&mut self, diagnosis: &Diagnosis);
}

/// Checks every target, `jobs` of them at a time. Where `stop` comes first, the sessions under way are ended, and no further target is
/// looked at.
pub async fn run(
    requests: &[Request],
    environment: &Environment,
    shared: &Shared,
    jobs: usize,
    watcher: &mut dyn Watcher,
    stop: impl Future<Output = ()>,
) -> Fleet {
    let began = Instant::now();
    let (tell, told) = watch::channel(false);
    let checks = requests.iter().enumerate().map(|(index, request)| {
        let mut told = told.clone();
        async move {
            // The sender outlives every check.
            let stop = async move { drop(told.wait_for(|stopped| *stopped).await) };
            (index, Box::pin(chain::run(request, environment, shared, &mut (), stop)).await)
        }
    });
    let mut checks = stream::iter(checks).buffer_unordered(jobs);
    let mut stop = std::pin::pin!(stop);
    let mut stopped = false;
    let mut waiting: Vec<Option<Diagnosis>> = requests.iter().map(|_| None).collect();
    let mut diagnoses: Vec<Diagnosis> = Vec::with_capacity(requests.len());
    let mut checked = 0;
    watcher.counted(checked, requests.len());
    loop {
        tokio::select! {
            next = checks.next() => {
                let Some((index, done)) = next else { break };
                waiting[index] = Some(done);
                checked += 1;
                watcher.counted(checked, requests.len());
            }
            () = &mut stop, if !stopped => {
                stopped = true;
                tell.send_replace(true);
            }
        }
        while let Some(diagnosis) = waiting.get_mut(diagnoses.len()).and_then(Option::take) {
            watcher.target(&diagnosis);
            diagnoses.push(diagnosis);
        }
    }
    Fleet::of(diagnoses, began.elapsed())
}
