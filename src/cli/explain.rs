//! The arguments of `dbdoctor explain`.

use clap::Args;

use crate::report::style::ColorChoice;

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A finding's code, such as auth/no-hba-entry
    pub code: String,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}
