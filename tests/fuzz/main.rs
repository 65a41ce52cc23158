//! Readers of foreign text, given text that nobody wrote: none may panic, whatever it is.
//!
//! Each target takes the files of `corpus/` that carry its name, changes and splices them with a fixed seed, and reads the outcome.
//! A text that broke a reader once goes into the corpus.
//!
//! The short run is part of the tests. For a long one, say how many texts each target shall get, and from which seed:
//!
//! ```console
//! $ DBDOCTOR_FUZZ=1000000 DBDOCTOR_FUZZ_SEED=7 cargo test --release --test fuzz
//! ```

#![allow(clippy::missing_panics_doc, reason = "a test says what is wrong by panicking")]

#[path = "../support/random.rs"]
mod random;

mod engine;
mod targets;

/// A test per target: how many texts the short run gives it, and what takes them.
macro_rules! fuzz {
    ($($name:ident: $corpus:literal, $texts:literal;)*) => {
        $(
            #[test]
            fn $name() {
                engine::run($corpus, $texts, targets::$name);
            }
        )*
    };
}

fuzz! {
    connection_strings: "dsn", 4_000;
    env_files: "env", 4_000;
    units: "unit", 4_000;
    target_files: "targets", 4_000;
    logs: "log", 1_000;
    server_messages: "server", 4_000;
    answers: "server", 4_000;
    certificates: "certificate", 2_000;
    alembic_revisions: "alembic", 300;
    django_migrations: "django", 300;
}
