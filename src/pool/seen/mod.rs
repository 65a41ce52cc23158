//! The answers, typed.

mod age;
mod limits;
mod prepared;
mod session;
mod sessions;
mod statement_limit;
mod transaction;
mod wait;
mod who;

pub use age::{Age, CIRCLE};
pub use limits::{LimitsSeen, Room};
pub use prepared::Prepared;
pub use session::Session;
pub use sessions::{Client, Group, Holder, clients, groups, holders};
pub use statement_limit::StatementLimit;
pub use transaction::{Transaction, transactions};
pub use wait::{Blocker, Wait};
pub use who::Who;
