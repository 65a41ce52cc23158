//! What `dbdoctor man --help` ends with; the command takes no arguments.

/// The end of its help.
pub const EXAMPLES: &str = "\
Examples:
  dbdoctor man | man -l -                         read it
  dbdoctor man | gzip -9n >/usr/share/man/man1/dbdoctor.1.gz";
