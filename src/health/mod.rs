//! The application's own page that reads the database, asked for over HTTP.

pub mod ask;
pub mod logs;
pub mod page;
pub mod url;
