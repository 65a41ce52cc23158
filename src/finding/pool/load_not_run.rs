use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "load-not-run",
    severity: Severity::Warn,
    title: "the connections of --load were not opened",
};

/// More was asked for than can be opened without taking slots away from the application.
#[must_use]
pub fn finding(count: u32, allowed: i64) -> Finding {
    let most = if allowed > 0 {
        format!("--load {allowed} is the largest that leaves enough")
    } else {
        "there are too few free slots for any".to_owned()
    };
    KIND.found(format!("--load {count} would leave too few connections to the application; {most}"))
        .detail("Nothing was opened. A tenth of the slots, and never fewer than three, stay free for those that need them meanwhile.")
        .evidence(format!("asked for: {count}; can be opened: {allowed}"))
        .remedy(Remedy::new(
            "ask for fewer, or ask when fewer are in use",
            [Step::new(Place::AppHost, most)],
        ))
}
