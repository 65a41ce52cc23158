//! What could follow on the command line: the shells' scripts ask the binary itself at each Tab.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter as _};
use clap_complete::env::{EnvCompleter, Shells};

use crate::cli::Cli;
use crate::cli::completions::Shell;
use crate::finding;
use crate::layer::Layer;
use crate::systemd::search;
use crate::targets;

/// By this variable a script says for which shell it asks.
const VARIABLE: &str = "_DBDOCTOR_COMPLETE";

const NAME: &str = "dbdoctor";

/// zsh loads a file named `_dbdoctor` at the first Tab, and takes what it does for the answer.
const ZSH_AUTOLOAD: &str = r#"
if [ "$funcstack[1]" = "_dbdoctor" ]; then
    _clap_dynamic_completer_dbdoctor "$@"
fi
"#;

/// The script that a shell has to read.
#[must_use]
pub fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    if let Some(completer) = completer(shell.name()) {
        // Writing to memory cannot fail.
        let _ = completer.write_registration(VARIABLE, NAME, NAME, NAME, &mut script);
    }
    let text = String::from_utf8_lossy(&script);
    let mut text = text.trim().to_owned() + "\n";
    if shell == Shell::Zsh {
        text.push_str(ZSH_AUTOLOAD);
    }
    text.into_bytes()
}

/// The answer, where it is a script that calls. A shell that is not known, or a line that cannot be completed, has an empty one.
#[must_use]
pub fn answer() -> Option<Vec<u8>> {
    let shell = std::env::var(VARIABLE).ok().filter(|shell| !shell.is_empty())?;
    let mut answer = Vec::new();
    if let Some(completer) = completer(&shell) {
        let mut command = Cli::command();
        command.build();
        let directory = std::env::current_dir().ok();
        let words = words();
        if !words.is_empty() {
            let _ = completer.write_complete(&mut command, words, directory.as_deref(), &mut answer);
        }
    }
    Some(answer)
}

fn completer(shell: &str) -> Option<&'static dyn EnvCompleter> {
    const SHELLS: Shells<'static> = Shells::builtins();
    SHELLS.0.iter().copied().find(|completer| completer.is(shell))
}

/// The command line that is being typed: it follows `--`.
fn words() -> Vec<OsString> {
    std::env::args_os().skip_while(|word| word != "--").skip(1).collect()
}

/// The targets of the file that the line names with `--config`, or of the usual one.
#[must_use]
pub fn targets() -> Vec<CompletionCandidate> {
    let names = targets::names(config(&words()).as_deref());
    names.into_iter().map(CompletionCandidate::new).collect()
}

fn config(words: &[OsString]) -> Option<PathBuf> {
    let follows = |word: &OsString| word.to_str()?.strip_prefix("--config=").map(PathBuf::from);
    let separate = words
        .windows(2)
        .find(|pair| pair[0] == "--config")
        .map(|pair| PathBuf::from(&pair[1]));
    separate.or_else(|| words.iter().find_map(follows))
}

/// The services of this system.
#[must_use]
pub fn units() -> Vec<CompletionCandidate> {
    search::services(Path::new("/")).into_iter().map(CompletionCandidate::new).collect()
}

/// Every finding's code with its title.
#[must_use]
pub fn codes() -> Vec<CompletionCandidate> {
    let candidate = |kind: &&finding::Kind| CompletionCandidate::new(kind.code().to_string()).help(Some(kind.title.into()));
    finding::ALL.iter().map(candidate).collect()
}

/// What `--skip` takes: the layers that can be left out, then the codes.
#[must_use]
pub fn skippable() -> Vec<CompletionCandidate> {
    let layers = Layer::ALL.into_iter().filter(|layer| !layer.carries_the_connection());
    let layers = layers.map(|layer| CompletionCandidate::new(layer.name()).help(Some(layer.question().into())));
    layers.chain(codes()).collect()
}

/// What `explain` takes: codes and files.
#[must_use]
pub fn explainable(current: &OsStr) -> Vec<CompletionCandidate> {
    let mut candidates = codes();
    candidates.retain(|candidate| candidate.get_value().to_string_lossy().starts_with(&*current.to_string_lossy()));
    candidates.extend(PathCompleter::file().complete(current));
    candidates
}
