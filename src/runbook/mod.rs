//! The diagnosis as commands to run by hand, filled in for one target, layer by layer.
//!
//! Every command is a POSIX shell's, changes nothing, waits for nobody, and holds no secret. What it may show is told by the
//! findings that the chain would have: [`Look`] names them from the catalogue.

mod application;
mod auth;
mod config;
mod connection;
mod dns;
mod migrations;
mod pool;
mod privileges;
mod sql;
mod tcp;
mod tls;

use crate::finding::{Code, Kind};
use crate::layer::Layer;
use crate::migrations::Trees;
use crate::request::Request;
use crate::settings::source::Source;
use crate::target::Target;

/// How long a command may take that could wait for ever, in seconds.
const PATIENCE: u64 = 5;

/// What the commands are filled in from.
#[derive(Debug)]
pub struct Scene<'a> {
    pub request: &'a Request,
    /// Where the settings are, as far as one was found.
    pub source: Option<&'a Source>,
    /// `None` where the settings cannot be read as a connection.
    pub target: Option<&'a Target>,
    pub trees: &'a Trees,
    /// The virtual environment's directory.
    pub venv: Option<&'a std::path::Path>,
    /// Whom the service runs as, where that is known.
    pub account: Option<&'a str>,
}

/// All commands.
#[derive(Debug)]
pub struct Runbook {
    pub sections: Vec<Section>,
}

/// The commands of one layer.
#[derive(Debug)]
pub struct Section {
    pub topic: Topic,
    pub steps: Vec<Step>,
    /// Why there is nothing to run.
    pub skipped: Option<String>,
}

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    Layer(Layer),
    /// The variables that every later command needs.
    Connection,
    /// The application's own state and log.
    Application,
}

/// One command.
#[derive(Debug)]
pub struct Step {
    /// The program that has to be there.
    pub tool: &'static str,
    /// What it shows.
    pub text: String,
    /// Exactly what to paste.
    pub run: String,
    pub looks: Vec<Look>,
}

/// What the output may show.
#[derive(Debug)]
pub struct Look {
    /// A fragment of the output, word for word.
    pub says: Option<&'static str>,
    /// The same in words.
    pub shows: String,
    /// The finding that it would be; `None` is as it should be.
    pub code: Option<Code>,
}

impl Topic {
    /// The name that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Layer(layer) => layer.name(),
            Self::Connection => "connection",
            Self::Application => "application",
        }
    }

    /// What the section asks, or does.
    #[must_use]
    pub const fn question(self) -> &'static str {
        match self {
            Self::Layer(layer) => layer.question(),
            Self::Connection => "Set, in this shell, what the commands below connect with.",
            Self::Application => "What does the application itself say?",
        }
    }
}

impl Section {
    fn of(topic: Topic, steps: Vec<Step>) -> Self {
        Self {
            topic,
            steps,
            skipped: None,
        }
    }

    fn layer(layer: Layer, steps: Vec<Step>) -> Self {
        Self::of(Topic::Layer(layer), steps)
    }

    fn skipped(layer: Layer, reason: impl Into<String>) -> Self {
        Self {
            skipped: Some(reason.into()),
            ..Self::layer(layer, Vec::new())
        }
    }
}

impl Step {
    fn new(tool: &'static str, text: impl Into<String>, run: impl Into<String>) -> Self {
        Self {
            tool,
            text: text.into(),
            run: run.into(),
            looks: Vec::new(),
        }
    }

    /// What it shows where all is well.
    fn good(mut self, shows: impl Into<String>) -> Self {
        self.looks.push(Look {
            says: None,
            shows: shows.into(),
            code: None,
        });
        self
    }

    /// A fragment of the output that stands for a finding.
    fn says(mut self, says: &'static str, kind: &'static Kind) -> Self {
        self.looks.push(Look {
            says: Some(says),
            shows: format!("\"{says}\""),
            code: Some(kind.code()),
        });
        self
    }

    /// Something else that stands for a finding.
    fn shows(mut self, shows: impl Into<String>, kind: &'static Kind) -> Self {
        self.looks.push(Look {
            says: None,
            shows: shows.into(),
            code: Some(kind.code()),
        });
        self
    }
}

impl Runbook {
    /// The commands for what is known.
    #[must_use]
    pub fn of(scene: &Scene<'_>) -> Self {
        let mut sections = vec![config::section(scene)];
        if let Some(target) = scene.target {
            sections.extend([
                connection::section(target, scene.account),
                dns::section(target),
                tcp::section(target),
                tls::section(target),
                auth::section(target),
                privileges::section(scene.request),
                migrations::section(scene),
                pool::section(),
            ]);
        }
        sections.push(application::section(&scene.request.origin));
        Self { sections }
    }

    /// Runs `change` over every text.
    pub fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        for step in self.sections.iter_mut().flat_map(|section| &mut section.steps) {
            change(&mut step.text);
            change(&mut step.run);
            step.looks.iter_mut().for_each(|look| change(&mut look.shows));
        }
    }
}
