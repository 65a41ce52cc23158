//! The snapshot of a process's environment, against what the system's own tools say.

use std::process::Command;

use dbdoctor::settings::environment::Environment;

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("coreutils are there");
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

#[test]
fn user_and_home_are_the_systems() {
    let environment = Environment::of_process();
    assert_eq!(environment.user(), Some(output("id", &["-un"]).as_str()));
    let home = std::env::var("HOME").expect("HOME is set where tests run");
    assert_eq!(environment.home(), Some(std::path::Path::new(&home)));
    let path = std::env::var("PATH").expect("PATH is set where tests run");
    assert_eq!(environment.bytes("PATH"), Some(path.as_bytes()));
    assert!(!format!("{environment:?}").contains(&path), "values are not for Debug");
}
