//! Units as systemd reads them: which files make a unit, and what environment they give the service.

pub mod environment;
pub mod handed;
pub mod manager;
pub mod search;
pub mod service;
pub mod specifier;
pub mod unit_file;
pub mod words;
