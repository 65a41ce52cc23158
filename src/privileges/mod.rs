//! What the catalogue says about a role's privileges, and the GRANTs that are missing.

pub mod ask;
pub mod grants;
pub mod privilege;
pub mod seen;
