//! The arguments of `dbdoctor completions`.

use clap::Args;

/// What `dbdoctor completions --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  source <(dbdoctor completions bash)             for this shell; in ~/.bashrc, for all
  source <(dbdoctor completions zsh)              in ~/.zshrc, below compinit
  dbdoctor completions fish | source              in ~/.config/fish/config.fish
  eval (dbdoctor completions elvish | slurp)      in ~/.config/elvish/rc.elv
  dbdoctor completions powershell | Out-String | Invoke-Expression
                                                  in the file that $PROFILE names

For packages:
  dbdoctor completions bash >/usr/share/bash-completion/completions/dbdoctor
  dbdoctor completions zsh >/usr/share/zsh/vendor-completions/_dbdoctor
  dbdoctor completions fish >/usr/share/fish/vendor_completions.d/dbdoctor.fish

The script asks dbdoctor itself at each Tab, so the targets of dbdoctor.toml, the
services of systemd and the finding codes are completed too.";

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell to write the script for
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Shells that can complete the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
}

impl Shell {
    /// The name as scripts spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Elvish => "elvish",
        }
    }
}
