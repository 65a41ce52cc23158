//! The completions, in the shells that they are for.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::lab::skip::need;
use crate::lab::workdir;
use crate::program::{dbdoctor, of_debian, path_with_dbdoctor, said};

/// A directory with two targets, and another file with one.
fn scene() -> PathBuf {
    let directory = workdir::fresh("completions");
    let targets = |names: &[&str]| {
        let target = |name: &&str| format!("[targets.{name}]\nurl_env = \"DATABASE_URL\"\n");
        names.iter().map(target).collect::<Vec<_>>().concat()
    };
    fs::write(directory.join("dbdoctor.toml"), targets(&["web", "worker"])).unwrap();
    fs::write(directory.join("other.toml"), targets(&["elsewhere"])).unwrap();
    directory
}

fn shell(program: PathBuf, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(scene())
        .env("PATH", path_with_dbdoctor())
        .env("HOME", workdir::fresh("home"))
        .env("LC_ALL", "C.UTF-8");
    command
}

/// Command lines, each with the candidates that its last word has.
const LINES: &[(&str, &[&str])] = &[
    ("dbdoctor mig", &["migrations"]),
    ("dbdoctor check --target ", &["web", "worker"]),
    ("dbdoctor check --config other.toml --target ", &["elsewhere"]),
    ("dbdoctor check --skip tls/host", &["tls/host-mismatch"]),
    ("dbdoctor check --skip privileges/sup", &["privileges/superuser"]),
    ("dbdoctor explain dns/fam", &["dns/family-mismatch"]),
    ("dbdoctor check --until pr", &["privileges"]),
    ("dbdoctor check --needs select,ins", &["select,insert"]),
    ("dbdoctor completions z", &["zsh"]),
];

#[test]
fn the_scripts() {
    for name in ["bash", "zsh", "fish", "powershell", "elvish"] {
        insta::assert_snapshot!(name, dbdoctor(&["completions", name]));
    }
}

#[test]
fn bash_completes() {
    let bash = need!(of_debian("bash", "bash"));
    let script = r#"source <(dbdoctor completions bash)
        line=$1
        COMP_WORDS=($line)
        [[ $line != *" " ]] || COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_TYPE=9
        _clap_complete_dbdoctor dbdoctor "${COMP_WORDS[COMP_CWORD]}" "" 2>/dev/null
        printf '%s\n' "${COMPREPLY[@]}""#;
    for (line, expected) in LINES {
        let said = said(shell(bash.clone(), &["--norc", "-c", script, "bash", line]).env_remove("BASH_ENV"));
        assert_eq!(said.lines().collect::<Vec<_>>(), *expected, "{line}");
    }
}

#[test]
fn fish_completes() {
    let fish = need!(of_debian("fish", "fish"));
    let script = "dbdoctor completions fish | source; complete --do-complete $argv[1]";
    for (line, expected) in LINES {
        let said = said(&mut shell(fish.clone(), &["--no-config", "-c", script, line]));
        let values: Vec<&str> = said.lines().map(|line| line.split('\t').next().unwrap_or_default()).collect();
        assert_eq!(values, *expected, "{line}");
    }
}

/// zsh completes in its line editor alone: a second zsh on a pseudo-terminal is typed into. The script is autoloaded, as a package
/// installs it, and the first Tab has to complete.
#[test]
fn zsh_completes_at_the_first_tab() {
    let zsh = need!(of_debian("zsh", "zsh"));
    let functions = workdir::fresh("functions");
    fs::write(functions.join("_dbdoctor"), dbdoctor(&["completions", "zsh"])).unwrap();
    let script = r#"
        zmodload zsh/zpty
        zpty -b inner zsh -f -i
        zpty -w inner "PS1='ready> '; fpath=($1 \$fpath); autoload -Uz compinit && compinit -u -D"
        zpty -w inner "show() { print -r -- \$'\x40\x40'\$BUFFER\$'\x40\x40' }; zle -N show; bindkey '^X' show"
        zpty -w -n inner "$2"$'\t\x18'
        typeset -F deadline=$((SECONDS + 30))
        seen=
        while [[ $seen != *@@*@@* ]] && (( SECONDS < deadline )); do
            zpty -r -t inner part && seen+=$part || sleep 0.05
        done
        print -r -- "${${seen#*@@}%%@@*}""#;
    let functions = functions.display().to_string();
    for (line, expected) in LINES.iter().filter(|(_, expected)| expected.len() == 1) {
        let said = said(&mut shell(zsh.clone(), &["-f", "-c", script, "zsh", &functions, line]));
        let typed = line.rsplit_once(' ').map_or("", |(before, _)| before);
        assert_eq!(said.trim_end(), format!("{typed} {}", expected[0]), "{line}");
    }
}

/// elvish has its editor on a terminal alone: the start-up file asks the completer there, and leaves.
#[test]
fn elvish_completes() {
    let elvish = need!(of_debian("elvish", "elvish"));
    let script = need!(of_debian("bsdutils", "script"));
    for (line, expected) in LINES {
        let directory = workdir::fresh("elvish");
        let words: Vec<String> = line.split(' ').map(|word| format!("'{word}'")).collect();
        let start_up = format!(
            "eval (dbdoctor completions elvish | slurp)\n\
             $edit:completion:arg-completer[dbdoctor] {} | each {{|value| echo $value >> {} }}\nexit\n",
            words.join(" "),
            directory.join("values").display()
        );
        fs::write(directory.join("rc.elv"), start_up).unwrap();
        let call = format!("{} -rc {}", elvish.display(), directory.join("rc.elv").display());
        said(&mut shell(script.clone(), &["-qec", &call, "/dev/null"]));
        let values = fs::read_to_string(directory.join("values")).unwrap_or_default();
        assert_eq!(values.lines().collect::<Vec<_>>(), *expected, "{line}");
    }
}

#[test]
fn a_file_that_cannot_be_read_has_no_targets_and_no_complaint() {
    let words = ["dbdoctor", "check", "--config", "/nonexistent", "--target", ""];
    let mut command = Command::new(env!("CARGO_BIN_EXE_dbdoctor"));
    command
        .arg("--")
        .args(words)
        .env("_DBDOCTOR_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
    assert_eq!(crate::program::says_of(&mut command, ""), "");
}
