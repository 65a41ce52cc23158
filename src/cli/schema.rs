//! What `dbdoctor schema --help` ends with; the command takes no arguments.

/// The end of its help.
pub const EXAMPLES: &str = "\
Examples:
  dbdoctor schema >dbdoctor.schema.json
  dbdoctor check --format json | check-jsonschema --schemafile dbdoctor.schema.json -";
