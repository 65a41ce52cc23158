//! What to do about a finding, as data: reporters lay it out, tests run it.

/// Where a step is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A shell command on the application's host.
    AppHost,
    /// SQL in a session on the server.
    Database,
    /// A shell command or a configuration line on the server's host.
    DatabaseHost,
    /// The pooler's configuration or console.
    Pooler,
    /// The provider's console or command line.
    Provider,
    /// A line of the application's settings.
    AppConfig,
    /// The application's code.
    Code,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 7] = [
        Self::AppHost,
        Self::Database,
        Self::DatabaseHost,
        Self::Pooler,
        Self::Provider,
        Self::AppConfig,
        Self::Code,
    ];

    /// The place in words, as it stands before a step.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::AppHost => "on the application's host",
            Self::Database => "in the database",
            Self::DatabaseHost => "on the database's host",
            Self::Pooler => "at the pooler",
            Self::Provider => "at the provider",
            Self::AppConfig => "in the application's settings",
            Self::Code => "in the code",
        }
    }

    /// The place with whose words a text begins, and what stands behind the colon.
    #[must_use]
    pub fn before(text: &str) -> Option<(Self, &str)> {
        let (words, rest) = text.split_once(": ")?;
        let place = Self::ALL.into_iter().find(|place| place.words() == words)?;
        Some((place, rest))
    }

    /// The name that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AppHost => "app-host",
            Self::Database => "database",
            Self::DatabaseHost => "database-host",
            Self::Pooler => "pooler",
            Self::Provider => "provider",
            Self::AppConfig => "app-config",
            Self::Code => "code",
        }
    }
}

/// One step of a remedy.
#[derive(Debug, Clone)]
pub struct Step {
    pub place: Place,
    /// For SQL: the database to connect to, since it cannot be the target when that one is missing or closed.
    pub database: Option<String>,
    /// Who has to do it: `superuser`, `the owner "migr"`, `root`.
    pub actor: Option<String>,
    /// What the step does, in words.
    pub text: String,
    /// Exactly what to paste: quoted, without a secret; `None` where a person has to act.
    pub run: Option<String>,
    /// How to take the step back.
    pub undo: Option<String>,
}

impl Step {
    /// A step in words alone.
    #[must_use]
    pub fn new(place: Place, text: impl Into<String>) -> Self {
        Self {
            place,
            database: None,
            actor: None,
            text: text.into(),
            run: None,
            undo: None,
        }
    }

    /// SQL to paste into a session on `database`.
    #[must_use]
    pub fn sql(database: impl Into<String>, text: impl Into<String>, run: impl Into<String>) -> Self {
        let mut step = Self::new(Place::Database, text).run(run);
        step.database = Some(database.into());
        step
    }

    /// What to paste.
    #[must_use]
    pub fn run(mut self, run: impl Into<String>) -> Self {
        self.run = Some(run.into());
        self
    }

    /// How to take the step back.
    #[must_use]
    pub fn undo(mut self, undo: impl Into<String>) -> Self {
        self.undo = Some(undo.into());
        self
    }

    /// Who has to do it.
    #[must_use]
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = Some(actor.into());
        self
    }
}

/// The way out of a finding.
#[derive(Debug, Clone)]
pub struct Remedy {
    /// The whole remedy in one line.
    pub summary: String,
    pub steps: Vec<Step>,
    /// The command that shows whether it worked; the chain fills it in.
    pub verify: Option<String>,
}

impl Remedy {
    /// A remedy of these steps.
    #[must_use]
    pub fn new(summary: impl Into<String>, steps: impl Into<Vec<Step>>) -> Self {
        Self {
            summary: summary.into(),
            steps: steps.into(),
            verify: None,
        }
    }
}
