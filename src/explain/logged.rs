//! What a finding looks like in a log: texts with named holes, beside the finding that they belong to.

/// What has to stand near a text for it to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Near {
    /// Nothing: only PostgreSQL, its drivers and its tools say this.
    Nothing,
    /// A PostgreSQL driver: the same words come from clients of other servers.
    Driver,
}

/// A message as programs write it, with `{role}`, `{database}` and the like where values stand.
///
/// A hole reaches to the text behind it and never over a line's end; one at the end takes a single word. A hole named `{secret}` may hold
/// a piece of a password and is masked in what is shown; `{_}` is passed over.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    pub template: &'static str,
    pub near: Near,
}

impl Text {
    /// Counts wherever it stands.
    #[must_use]
    pub const fn new(template: &'static str) -> Self {
        Self {
            template,
            near: Near::Nothing,
        }
    }

    /// Counts beside a PostgreSQL driver only.
    #[must_use]
    pub const fn near_driver(template: &'static str) -> Self {
        Self {
            template,
            near: Near::Driver,
        }
    }
}
