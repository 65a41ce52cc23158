//! What `dbdoctor list --help` ends with; the command takes no arguments.

/// The end of its help.
pub const EXAMPLES: &str = "\
Examples:
  dbdoctor list                                   every code with severity and title
  dbdoctor list | grep ^tls/                      those of one layer
  dbdoctor explain tls/host-mismatch              what one of them means";
