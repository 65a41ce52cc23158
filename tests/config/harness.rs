//! Runs the probe on made-up settings and looks for pieces of the password in everything it says.

use std::path::Path;

use dbdoctor::finding::{Finding, Severity};
use dbdoctor::probe::config;
use dbdoctor::request::{Origin, Request};
use dbdoctor::secret::Secret;
use dbdoctor::settings::environment::Environment;
use dbdoctor::settings::gather::gather;
use dbdoctor::target::Target;
use dbdoctor::verdict::{Notes, Probed};

use crate::request;

/// Longer than this, a piece of the password in a text is a leak.
const PIECE: usize = 4;

pub struct Case {
    origin: Origin,
    variable: Option<String>,
    environment: Environment,
    secrets: Vec<String>,
}

impl Case {
    /// Variables of the environment.
    pub fn environment(variables: &[(&str, &str)]) -> Self {
        Self::with_origin(Origin::Environment, variables)
    }

    /// A connection string as an argument.
    pub fn dsn(text: &str) -> Self {
        Self::with_origin(Origin::Argument(Secret::from(text)), &[])
    }

    /// An env file.
    pub fn file(path: &Path) -> Self {
        let path = path.to_owned();
        Self::with_origin(Origin::EnvFile { path, dialect: None }, &[])
    }

    pub fn with_origin(origin: Origin, variables: &[(&str, &str)]) -> Self {
        Self {
            origin,
            variable: None,
            environment: Environment::new(variables.iter().copied())
                .with_user("osuser")
                .with_home("/nonexistent"),
            secrets: Vec::new(),
        }
    }

    pub fn home(mut self, home: &Path) -> Self {
        self.environment = self.environment.with_home(home);
        self
    }

    pub fn variable(mut self, name: &str) -> Self {
        self.variable = Some(name.to_owned());
        self
    }

    /// A text of which no piece may show.
    pub fn secret(mut self, secret: &str) -> Self {
        self.secrets.push(secret.to_owned());
        self
    }

    pub fn run(self) -> Seen {
        let request = Request {
            var: self.variable,
            ..request::without_options(self.origin)
        };
        let probed = config::probe(&request, gather(&request, &self.environment));
        let everything = format!("{probed:?}");
        for secret in &self.secrets {
            let chars: Vec<char> = secret.chars().collect();
            for piece in chars.windows(PIECE) {
                let piece: String = piece.iter().collect();
                assert!(!everything.contains(&piece), "{piece:?} of the password shows in {everything}");
            }
        }
        match probed {
            Probed::Sound(target, notes) => Seen {
                target: Some(target),
                notes,
            },
            Probed::Broken(notes) => Seen { target: None, notes },
            other => panic!("neither sound nor broken: {other:?}"),
        }
    }
}

pub struct Seen {
    pub target: Option<Target>,
    pub notes: Notes,
}

impl Seen {
    /// Code and severity of each finding.
    pub fn codes(&self) -> Vec<(String, Severity)> {
        self.notes
            .findings
            .iter()
            .map(|finding| (finding.kind.slug.to_owned(), finding.severity))
            .collect()
    }

    /// The one finding, which fails, of this code.
    #[track_caller]
    pub fn fails_with(&self, slug: &str) -> &Finding {
        assert!(self.target.is_none(), "passed, with {:?}", self.codes());
        assert_eq!(self.codes(), [(slug.to_owned(), Severity::Fail)], "{:#?}", self.notes);
        assert!(!self.notes.summary.is_empty());
        let finding = &self.notes.findings[0];
        assert!(finding.remedy.is_some());
        finding
    }

    /// The target, with only this finding beside it.
    #[track_caller]
    pub fn passes_with(&self, slug: &str, severity: Severity) -> &Finding {
        assert_eq!(self.codes(), [(slug.to_owned(), severity)], "{:#?}", self.notes);
        self.target();
        &self.notes.findings[0]
    }

    /// The target, without a finding.
    #[track_caller]
    pub fn passes(&self) -> &Target {
        assert_eq!(self.codes(), [], "{:#?}", self.notes);
        self.target()
    }

    #[track_caller]
    pub fn target(&self) -> &Target {
        self.target.as_ref().unwrap_or_else(|| panic!("broken: {:#?}", self.notes))
    }
}

/// The texts of a finding's steps, joined.
pub fn steps(finding: &Finding) -> String {
    let remedy = finding.remedy.as_ref().expect("a remedy");
    let step = |step: &dbdoctor::remedy::Step| format!("{} {}", step.text, step.run.as_deref().unwrap_or_default());
    remedy.steps.iter().map(step).collect::<Vec<_>>().join("\n")
}
