//! SQL for psql, on its standard input, so that nothing in it has to be quoted for the shell.

use super::Step;

/// A statement to look at. What is filled in has been quoted by [`crate::quote`].
pub fn step(text: impl Into<String>, statement: &str) -> Step {
    let mut end = "SQL".to_owned();
    // A name may have any line in it.
    while statement.lines().any(|line| line == end) {
        end.push('_');
    }
    Step::new("psql", text, format!("psql -X -w <<'{end}'\n{statement};\n{end}"))
}
