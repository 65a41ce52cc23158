//! The nearest of several words to one that is spelt otherwise.

/// How many letters two words may be apart to count as near: a third of the word, and at least two.
fn limit(word: &str) -> usize {
    (word.chars().count() / 3).max(2)
}

/// The words that are near, the nearest first.
#[must_use]
pub fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut near: Vec<(usize, &str)> = among.into_iter().map(|known| (distance(word, known), known)).collect();
    near.retain(|(distance, _)| *distance <= limit(word));
    near.sort_unstable();
    near.dedup();
    near.into_iter().map(|(_, known)| known).collect()
}

/// Letters to change, add or take away (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(l != *r);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
