//! Asks the application itself: runs a question in the service's own Python.
//!
//! What static reading cannot tell (settings that are code, the heads that a tool computes) the application can. It is asked only where
//! the user wants it, since it runs the application's code.
//!
//! # The mechanism
//!
//! [`Runtime`] is how the service runs Python: interpreter, working directory, environment, user. `gather` finds it with everything
//! else about the application ([`crate::settings::gather::Application::runtime`]); cloning it is cheap.
//! [`Runtime::ask`] takes a [`Question`] and gives an answer of any type that serde can read:
//!
//! ```no_run
//! # use dbdoctor::application::{Question, Runtime};
//! # use std::time::Duration;
//! # fn example(runtime: &Runtime) -> Result<(), dbdoctor::application::Unanswered> {
//! let question = Question {
//!     name: "heads",
//!     code: "def answer(argument):\n    import alembic\n    return [alembic.__version__, argument]",
//!     argument: serde_json::json!({"ini": "alembic.ini"}),
//!     limit: Duration::from_secs(20),
//! };
//! let (version, echoed): (String, serde_json::Value) = runtime.ask(&question)?;
//! # Ok(())
//! # }
//! ```
//!
//! - `code` is Python that defines `answer(argument)`; what it returns has to fit into JSON. The working directory is first on
//!   `sys.path`. Whatever it raises, `SystemExit` included, comes back as [`Unanswered::Raised`] with the places in the files.
//! - Question and answer travel on a socket that only the two ends have. Nothing of them is in an argument, in the environment or on
//!   standard output; what the application prints is thrown away, but for the last lines on standard error.
//! - The process has a group of its own. When the answer is there, when the limit is over, or when the doctor dies, the whole group is
//!   killed: threads, exit handlers and children of the application are not waited for.
//! - Python writes no bytecode files (`-B`).
//! - Texts in [`Unanswered`] are escaped, bounded, and free of the passwords in the environment. A password in an *answer* has to be
//!   read into a [`Secret`](crate::secret::Secret).

mod asking;
pub mod django;
pub mod flask;
mod raised;
pub mod runtime;
pub mod stated;

pub use asking::{Question, Unanswered};
pub use raised::{Frame, Raised};
pub use runtime::Runtime;
