//! Puts the functions of OpenSSL that every check runs next to each other.
//!
//! They are a fifth of it, and lie all over. The kernel maps a program's pages in groups of sixteen, so that nearly all of OpenSSL would
//! count as the check's memory: together they take 1.4 MiB less.

#![allow(clippy::print_stdout, reason = "Cargo reads it")]

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const ORDER: &str = "build/openssl.txt";

fn main() {
    println!("cargo:rerun-if-changed={ORDER}");
    println!("cargo:rerun-if-env-changed=RUSTC_LINKER");
    let is_released = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if !is_released || env::var_os("CARGO_FEATURE_VENDORED").is_none() {
        return;
    }
    let order = Path::new(&variable("CARGO_MANIFEST_DIR")).join(ORDER);
    let argument = format!("-Wl,--symbol-ordering-file={},--no-warn-symbol-ordering", order.display());
    if links(&argument) {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
}

/// Whether the linker in use knows the argument: LLVM's does, which is rustc's own on x86-64 Linux, and others may be set.
fn links(argument: &str) -> bool {
    let directory = variable("OUT_DIR");
    let source = Path::new(&directory).join("empty.rs");
    if fs::write(&source, "fn main() {}\n").is_err() {
        return false;
    }
    let mut rustc = Command::new(variable("RUSTC"));
    rustc.arg(&source).args(["--target", &variable("TARGET"), "--out-dir", &directory]);
    rustc.args(["-C", &format!("link-arg={argument}")]);
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        rustc.args(["-C", &format!("linker={linker}")]);
    }
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    rustc.args(flags.split('\x1f').filter(|flag| !flag.is_empty()));
    let status = rustc.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}
