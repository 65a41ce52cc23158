//! Where settings come from: units, processes, containers, env files, targets. Against the originals where they run here.

mod application;
mod container;
mod dialects;
mod env;
mod files;
mod manager;
mod process;
mod systemd;
mod targets;
mod unit;
mod venv;
