//! Tracebacks as loggers and shells render them, with values, columns and numbered code: `=== code xCOUNT: software` above each.

use crate::harness::groups;

#[test]
fn however_a_traceback_is_rendered_it_is_one_trouble() {
    let blocks = include_str!("rendered.txt").split("=== ").skip(1);
    let rendered: Vec<_> = blocks.filter_map(|block| block.split_once('\n')).collect();
    assert!(rendered.len() > 10, "only {}", rendered.len());
    let wrong: Vec<String> = rendered
        .iter()
        .filter_map(|(head, text)| {
            let expected = head.split(':').next().unwrap_or_default();
            let groups = groups(text);
            let seen: Vec<String> = groups
                .iter()
                .map(|group| format!("{} x{}", group.first.kind.code(), group.count))
                .collect();
            let seen = seen.join(" ");
            (seen != expected).then(|| format!("{head}: {seen:?} seen"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_value_of_a_variable_is_shown() {
    for group in groups(include_str!("rendered.txt")) {
        let finding = group.finding();
        assert!(!group.first.excerpt.contains("Secret"), "{}", group.first.excerpt);
        assert!(!format!("{finding:?}").contains("Secret"), "{finding:?}");
    }
}
