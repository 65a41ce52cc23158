//! How much is measured.

use std::path::{Path, PathBuf};

/// The binary, and how often and how large.
#[derive(Debug)]
pub struct Scale {
    pub binary: PathBuf,
    /// Pairs of what takes less than a second.
    pub pairs: usize,
    /// Pairs of what takes longer.
    pub slow_pairs: usize,
    pub dead_addresses: usize,
    pub migrations: usize,
    pub log_bytes: usize,
    pub targets: usize,
}

impl Scale {
    /// What figures are made of.
    pub fn full(binary: &Path) -> Self {
        Self {
            binary: binary.canonicalize().expect("the binary is there"),
            pairs: 15,
            slow_pairs: 3,
            dead_addresses: 8,
            migrations: 5_000,
            log_bytes: 1 << 30,
            targets: 1_000,
        }
    }

    /// Just enough to see that everything works.
    pub fn small() -> Self {
        Self {
            binary: env!("CARGO_BIN_EXE_dbdoctor").into(),
            pairs: 1,
            slow_pairs: 1,
            dead_addresses: 2,
            migrations: 20,
            log_bytes: 1 << 20,
            targets: 4,
        }
    }
}
