//! A fault that is said again is counted without being put together: as it would be counted if it was.

use dbdoctor::explain::group::Group;

use crate::harness::groups;
use crate::messages::messages;
use crate::random::Random;

/// How many messages a log is made of, and how many times one of them is written there.
const MESSAGES: usize = 12;
const WRITTEN: usize = 120;
/// How many logs each prefix makes, and how many where all is asked for.
const LOGS: usize = 6;
const MANY_LOGS: usize = 150;

/// What a program writes in front of each line, with its name.
type Prefix = fn(&str, usize) -> String;

const PREFIXES: &[Prefix] = &[
    |name, second| format!("2026-11-20 10:{:02}:{:02},123 ERROR [{name}] ", second / 60, second % 60),
    |name, second| format!("Nov 20 10:{:02}:{:02} web1 {name}[77]: ", second / 60, second % 60),
    |name, second| format!("2026-11-20T10:{:02}:{:02}.5Z stderr F [{name}] ", second / 60, second % 60),
    |name, _| format!("[{name}] "),
];

/// A name of letters that nothing knows: one that is always the same, or never.
fn name(number: usize) -> String {
    let letter = |place: u32| char::from(b"jkqvwxyz"[number / 8_usize.pow(place) % 8]);
    format!("q{}", (0..4).map(letter).collect::<String>())
}

#[test]
fn what_is_said_again_is_counted_as_if_it_was_said_in_other_words() {
    let messages = messages();
    let ordinary: Vec<&str> = include_str!("ordinary.txt").lines().collect();
    let logs = if std::env::var("DBDOCTOR_TESTS").is_ok_and(|which| which == "full") {
        MANY_LOGS
    } else {
        LOGS
    };
    let mut random = Random(0xfa17);
    let mut counted = 0;
    for _ in 0..logs {
        for prefix in PREFIXES {
            let chosen: Vec<&str> = (0..MESSAGES).map(|_| messages[random.below(messages.len())].1.as_str()).collect();
            let (mut same, mut other) = (String::new(), String::new());
            let mut second = 0;
            for number in 0..WRITTEN {
                let message = chosen[random.below(MESSAGES)];
                let port = random.below(60_000).to_string();
                for line in message.lines() {
                    let line = line.replace("port 5432", &format!("port {port}"));
                    same.push_str(&(prefix(&name(0), second) + &line + "\n"));
                    other.push_str(&(prefix(&name(number + 1), second) + &line + "\n"));
                }
                second += random.below(3);
                for _ in 0..random.below(4) {
                    let line = ordinary[random.below(ordinary.len())];
                    let line = format!("2026-11-20 10:{:02}:{:02},000 INFO {line}\n", second / 60, second % 60);
                    same.push_str(&line);
                    other.push_str(&line);
                }
            }
            let (seen, expected) = (groups(&same), groups(&other));
            counted += seen.iter().map(|group| group.count).sum::<u64>();
            assert_eq!(
                seen.iter().map(told).collect::<Vec<_>>(),
                expected.iter().map(told).collect::<Vec<_>>(),
                "{same}"
            );
        }
    }
    assert!(
        counted > (logs * PREFIXES.len() * WRITTEN / 2) as u64,
        "only {counted} were counted"
    );
}

#[test]
fn names_that_differ_in_numbers_alone_are_all_named() {
    let line = |number: usize| {
        format!(
            "2026-11-20 10:00:{:02}.000 UTC [7] FATAL:  role \"app{}\" does not exist\n",
            number % 60,
            number % 4
        )
    };
    let log: String = (0..400).map(line).collect();
    let groups = groups(&log);
    let others: Vec<Vec<String>> = groups.iter().map(Group::others).collect();
    assert_eq!(others, [["role: also \"app1\", \"app2\", \"app3\""]]);
    assert_eq!(groups[0].count, 400);
}

/// All that a group tells but for the name of the program.
fn told(group: &Group) -> String {
    format!(
        "{} {} {} {} {:?} {:?} {:?} {:?}",
        group.first.kind.code(),
        group.count,
        group.first.line,
        group.last_line,
        group.first.time,
        group.last_time,
        group.first.facts,
        group.others(),
    )
}
