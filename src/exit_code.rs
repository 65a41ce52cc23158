//! Every exit code of the program.

use crate::layer::Layer;
use crate::verdict::Verdict;

/// How the program ends. Scripts rely on the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Every layer that ran passed, warnings included.
    Sound,
    /// There were warnings, and `--fail-on warn` was given.
    Warned,
    /// `explain` did not recognise what it was given.
    Unrecognized,
    /// The command line or a configuration file of the doctor's own is wrong.
    Usage,
    /// The doctor could not diagnose: a probe broke.
    Broke,
    /// The layer that is broken.
    Layer(Layer),
    /// Interrupted by the user.
    Interrupted,
    /// As Nagios' plugins end: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN; by `--format nagios` alone.
    Plugin(Verdict),
}

impl ExitCode {
    /// The number that the shell sees.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Sound | Self::Plugin(Verdict::Pass | Verdict::Skip) => 0,
            Self::Warned | Self::Unrecognized | Self::Plugin(Verdict::Warn) => 1,
            Self::Usage | Self::Plugin(Verdict::Fail) => 2,
            Self::Broke | Self::Plugin(Verdict::Error) => 3,
            Self::Layer(Layer::Config) => 10,
            Self::Layer(Layer::Dns) => 11,
            Self::Layer(Layer::Tcp) => 12,
            Self::Layer(Layer::Tls) => 13,
            Self::Layer(Layer::Auth) => 14,
            Self::Layer(Layer::Privileges) => 15,
            Self::Layer(Layer::Migrations) => 16,
            Self::Layer(Layer::Pool) => 17,
            Self::Layer(Layer::Application) => 18,
            Self::Interrupted => 130,
        }
    }

    /// How bad it is among several, the worst first: what is broken, lowest layer first, then what could not be looked at.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Interrupted => 0,
            Self::Layer(_) => self.number(),
            Self::Broke | Self::Usage | Self::Plugin(_) => 100,
            Self::Warned | Self::Unrecognized => 101,
            Self::Sound => 102,
        }
    }

    /// Every code with its meaning, the lowest number first; what `explain` means by 1 stands with its own command.
    pub fn all() -> impl Iterator<Item = (Self, String)> {
        let layers = Layer::ALL.map(|layer| (Self::Layer(layer), format!("the {layer} layer is broken")));
        [
            (Self::Sound, "every layer that ran passed, warnings included".to_owned()),
            (Self::Warned, "there were warnings, under --fail-on warn".to_owned()),
            (Self::Usage, "the command line or dbdoctor.toml is wrong".to_owned()),
            (Self::Broke, "the doctor could not look: a probe broke".to_owned()),
        ]
        .into_iter()
        .chain(layers)
        .chain([(
            Self::Layer(Layer::Application),
            "the page of --health-url fails, and the database is sound".to_owned(),
        )])
        .chain([(Self::Interrupted, "interrupted".to_owned())])
    }

    /// The code for a whole diagnosis.
    #[must_use]
    pub fn of(verdict: Verdict, failed_layer: Option<Layer>, fail_on_warn: bool) -> Self {
        match (verdict, failed_layer) {
            (Verdict::Error, _) | (Verdict::Fail, None) => Self::Broke,
            (Verdict::Fail, Some(layer)) => Self::Layer(layer),
            (Verdict::Warn, _) if fail_on_warn => Self::Warned,
            (Verdict::Warn | Verdict::Pass | Verdict::Skip, _) => Self::Sound,
        }
    }
}
