//! The literals that the fast search looks for: at least one stands in every text of the catalogue, a test sees to that.
//!
//! None has a character that loggers escape, and 64 are what one packed searcher takes. It sorts them by their place in the list into
//! sixteen buckets and looks at the first four bytes of each: a rare fragment costs nothing, one that stands in many ordinary lines costs
//! a look at each. The order keeps those of one bucket alike; a new one at the end is right, if not the fastest.

/// For messages in English.
pub static COVER: &[&str] = &[
    "perc", "psyc", "grou", "oute", "e na", "able", "Port", "_PRO", "tive", "quir", "ther", "KeyE", "ctio", "d no", "on i", "supp", "(ECI",
    "issi", "erro", "ecte", "s no", "vali", "data", "opti", "plie", "quer", "(EBA", "chem", "pg_h", "t be", "foun", "s in", "reco", "fail",
    "erve", "alre", "SION", "bloc", "Path", "addr", "imeo", "epen", "such", "e no", "ty p", "pres", "enan", "s to",
];

/// For messages in other languages, of which each holds something that is not ASCII.
pub static TRANSLATED: &[&str] = &["»"];
