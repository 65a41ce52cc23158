//! The server's slots as a bar, in characters that need no colour.

use super::style::Style;
use super::wrap;
use crate::pool::slots::Slots;

/// The widest bar, brackets left out: behind a row's indent it fits into 80 columns.
const WIDEST: usize = 56;
/// The narrowest that shows anything.
const NARROWEST: usize = 12;

/// A part of the bar, in its order.
struct Part {
    mark: char,
    name: &'static str,
    count: i64,
}

/// The bar and its legend, without what stands in front of them; `indent` is the width of that.
#[must_use]
pub fn lines(slots: &Slots, indent: usize, style: Style) -> Vec<String> {
    let within = [
        ('x', "reserved", slots.reserved),
        ('o', "used by others", slots.used_by_others),
        ('#', "used by this application", slots.used_by_application),
        ('.', "free", slots.free),
    ]
    .map(|(mark, name, count)| Part { mark, name, count });
    let beyond = Part {
        mark: '!',
        name: "demand beyond",
        count: slots.beyond.unwrap_or_else(|| within.iter().map(|part| part.count).sum()),
    };
    let total: i64 = within.iter().map(|part| part.count).sum();
    let widest = wrap::width().saturating_sub(indent + "[]".len()).clamp(NARROWEST, WIDEST);
    let counts: Vec<i64> = within.iter().map(|part| part.count).chain([beyond.count]).collect();
    let cells = cells(&counts, widest);
    let mut drawn = within
        .iter()
        .chain([&beyond])
        .zip(cells)
        .map(|(part, cells)| part.mark.to_string().repeat(cells));
    let bar: String = drawn.by_ref().take(within.len()).collect();
    let overhang: String = drawn.collect();
    let about = if slots.exact { "" } else { "about " };
    let mut legend: Vec<String> = within
        .iter()
        .filter(|part| part.count > 0)
        .map(|part| format!("{} {} {}", part.mark, part.name, part.count))
        .collect();
    match slots.beyond {
        Some(0) => {}
        Some(count) => legend.push(format!("{} {} {count}", beyond.mark, beyond.name)),
        None => legend.push(format!("{} {}: no limit", beyond.mark, beyond.name)),
    }
    let mut lines = vec![format!("[{bar}]{overhang}")];
    let mut line = format!("{about}{total} slots:");
    let room = wrap::width().saturating_sub(indent);
    for (index, part) in legend.iter().enumerate() {
        let part = if index == 0 { format!(" {part}") } else { format!(", {part}") };
        if line.chars().count() + part.chars().count() > room {
            lines.push(std::mem::replace(&mut line, part.trim_start_matches(", ").to_owned()));
        } else {
            line.push_str(&part);
        }
    }
    lines.push(line);
    lines.into_iter().map(|line| style.aside(&line)).collect()
}

/// A cell for each, or where they are too many their shares of the widest bar: what is there shows, however little it is.
fn cells(counts: &[i64], widest: usize) -> Vec<usize> {
    let most = i64::try_from(widest).unwrap_or(i64::MAX);
    let all = counts.iter().fold(0_i64, |sum, count| sum.saturating_add(*count));
    let share = |count: i64| {
        if all <= most {
            count
        } else {
            (count.saturating_mul(most) / all).max(i64::from(count > 0))
        }
    };
    let mut cells: Vec<usize> = counts.iter().map(|count| usize::try_from(share(*count)).unwrap_or(0)).collect();
    while cells.iter().sum::<usize>() > widest
        && let Some(largest) = cells.iter_mut().max()
    {
        *largest -= 1;
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::lines;
    use crate::pool::slots::Slots;
    use crate::report::style::{ColorChoice, Style};

    fn drawn(slots: &Slots) -> Vec<String> {
        lines(slots, 21, Style::settle(ColorChoice::Never, true))
    }

    #[test]
    fn few_slots_are_drawn_one_by_one() {
        let slots = Slots {
            reserved: 3,
            used_by_others: 2,
            used_by_application: 4,
            free: 11,
            beyond: Some(5),
            exact: true,
        };
        assert_eq!(
            drawn(&slots),
            [
                "[xxxoo####...........]!!!!!",
                "20 slots: x reserved 3, o used by others 2, # used by this application 4",
                ". free 11, ! demand beyond 5",
            ]
        );
    }

    #[test]
    fn many_slots_keep_to_the_width_and_lose_no_part() {
        let slots = Slots {
            reserved: 1,
            used_by_others: 1,
            used_by_application: 1,
            free: 4_997,
            beyond: Some(1_000_000),
            exact: false,
        };
        let lines = drawn(&slots);
        assert!(lines.iter().all(|line| line.chars().count() <= 79), "{lines:?}");
        assert!(lines[0].starts_with("[xo#.]!!!"), "{lines:?}");
        assert!(lines[1].starts_with("about 5000 slots: "), "{lines:?}");
    }

    #[test]
    fn a_demand_without_a_limit_says_so() {
        let slots = Slots {
            reserved: 0,
            used_by_others: 0,
            used_by_application: 0,
            free: 10,
            beyond: None,
            exact: true,
        };
        let lines = drawn(&slots);
        assert!(lines[0].starts_with('[') && lines[0].ends_with("!!!"), "{lines:?}");
        assert!(lines[1].ends_with("! demand beyond: no limit"), "{lines:?}");
    }
}
