//! The setting `search_path`, taken apart as the server does it (`SplitIdentifierString` in varlena.c).

use crate::foreign::Foreign;

/// The schemas that the path names for this role, in its order, each once, without the system's own. `current_schemas()` would leave out
/// those that the role may not use.
#[must_use]
pub fn schemas(path: &str, role: &Foreign) -> Vec<Foreign> {
    let mut names: Vec<Foreign> = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (name, after) = identifier(rest.trim_start());
        rest = after;
        let name = if name == "$user" { role.clone() } else { Foreign::from(name) };
        let is_system = name.raw().starts_with("pg_") || ["", "information_schema"].contains(&name.raw());
        if !is_system && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The name that `text` begins with, and what follows its comma. Without quotes, letters are small ones.
fn identifier(text: &str) -> (String, &str) {
    let after_comma = |text: &'_ str| text.find(',').map_or(text.len(), |comma| comma + 1);
    let Some(mut quoted) = text.strip_prefix('"') else {
        let next = after_comma(text);
        return (text[..next].trim_end_matches(',').trim_end().to_ascii_lowercase(), &text[next..]);
    };
    let mut name = String::new();
    loop {
        let end = quoted.find('"').unwrap_or(quoted.len());
        name.push_str(&quoted[..end]);
        quoted = quoted.get(end + 1..).unwrap_or_default();
        match quoted.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                quoted = more;
            }
            None => return (name, &quoted[after_comma(quoted)..]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::schemas;

    #[test]
    fn names_are_those_that_the_server_reads() {
        for (path, expected) in [
            ("\"$user\", public", &["app", "public"][..]),
            ("$user,public", &["app", "public"]),
            (
                "Sales , \"Sales\",\"a,b\", \"say \"\"hi\"\"\"",
                &["sales", "Sales", "a,b", "say \"hi\""],
            ),
            ("public, pg_catalog, public, information_schema", &["public"]),
            ("ÄRGER", &["Ärger"]),
            ("\"\"", &[]),
            ("", &[]),
        ] {
            let names = schemas(path, &"app".into());
            let raw: Vec<_> = names.iter().map(crate::foreign::Foreign::raw).collect();
            assert_eq!(raw, expected, "{path}");
        }
    }
}
