//! Everything that the places say, which of it wins, and what a connection then uses. Every value is masked.

use super::choice::{Bag, Chosen};
use super::gather::{Reading, Scene};
use super::merge::{self, Merged, Origin};
use super::source::{Place, Source};
use super::{disagreement, dsn, parts, stated, variables};
use crate::application::stated::Stated;
use crate::conninfo::keyword::KEYWORDS;
use crate::conninfo::mask::{MASK, is_secret, mask_argument};
use crate::conninfo::parameters::Parameters;
use crate::consumers::choice::Installed;
use crate::foreign::Foreign;
use crate::secret::Secret;
use crate::target::Password;

/// One place, with what it says.
#[derive(Debug, Clone)]
pub struct PlaceSeen {
    pub place: String,
    pub settings: Vec<Setting>,
}

/// One variable, or the connection string itself.
#[derive(Debug, Clone)]
pub struct Setting {
    pub name: String,
    /// Masked.
    pub value: String,
    pub file: Option<String>,
    pub line: Option<usize>,
    pub standing: Standing,
}

/// What becomes of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It says where to connect.
    Wins,
    /// libpq takes it for what the winner leaves out.
    FillsIn,
    /// It leads where the winner leads.
    Agrees,
    /// Another setting counts instead.
    Beaten,
}

impl Standing {
    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wins => "wins",
            Self::FillsIn => "fills in",
            Self::Agrees => "agrees",
            Self::Beaten => "beaten",
        }
    }
}

/// A parameter of the connection, as it will be.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub keyword: &'static str,
    /// Masked.
    pub value: String,
    pub source: String,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// The place that counts first.
    pub places: Vec<PlaceSeen>,
    pub parameters: Vec<Parameter>,
    /// `DATABASE_URL in /etc/shop.env line 3`
    pub winner: Option<String>,
}

impl Inventory {
    /// Takes stock; `variable` is the one that the user names.
    #[must_use]
    pub fn of(scene: &Scene, variable: Option<&str>) -> Self {
        let mut inventory = Self::default();
        let installed = scene.application.installed();
        match &scene.reading {
            Reading::Given { bag, source, text } => {
                inventory.places.push(PlaceSeen {
                    place: source.place.described(),
                    settings: vec![Setting {
                        name: "the DSN".to_owned(),
                        value: masked_url(text.reveal()),
                        file: None,
                        line: None,
                        standing: Standing::Wins,
                    }],
                });
                let judged = dsn::judge_for(source, text.reveal(), installed.as_ref());
                inventory.count(bag, source, (!judged.broken()).then_some(&judged.parameters));
            }
            Reading::Choose(bag) => {
                let (source, parameters) = chosen(bag, variable, installed.as_ref());
                inventory.add(bag, Some(&source));
                inventory.count(bag, &source, parameters.as_ref());
            }
            Reading::Stated { bag, stated } => {
                let judged = stated::judge(stated, installed.as_ref());
                let source = stated::source(stated);
                inventory.places.push(of_application(stated, &source, &judged.parameters));
                inventory.add_beside(bag, &judged.parameters);
                inventory.count(bag, &source, (!judged.broken()).then_some(&judged.parameters));
            }
            Reading::Nothing | Reading::Broke(_) => {}
        }
        for other in &scene.others {
            inventory.add(other, None);
        }
        inventory
    }

    /// Names the source of the password, where the password file gives it.
    pub fn know_password(&mut self, password: &Password) {
        if let Some(parameter) = self.parameters.iter_mut().find(|parameter| parameter.keyword == "password") {
            MASK.clone_into(&mut parameter.value);
            parameter.source.clone_from(&password.source);
        }
    }

    /// The settings of a bag, place by place; `winner` is given for the bag that counts.
    fn add(&mut self, bag: &Bag, winner: Option<&Source>) {
        let setting = |name: &str, value: &Secret, place: &Place, line: Option<usize>, standing| Setting {
            name: name.to_owned(),
            value: masked(name, value.reveal()),
            file: file_of(place),
            line,
            standing,
        };
        let mut seen: Vec<(&Place, Setting)> = Vec::new();
        for name in bag.relevant() {
            let Some(value) = bag.environment.get(name) else { continue };
            let place = bag.places.get(name).unwrap_or(&bag.place);
            let standing = match winner {
                Some(winner) if winner.variables.iter().any(|(known, _)| known == name) => Standing::Wins,
                Some(_) if name.starts_with("PG") && !variables::URLS.contains(&name) => Standing::FillsIn,
                Some(_) | None => Standing::Beaten,
            };
            let line = bag.assignments.get(name).map(|assignment| assignment.line);
            seen.push((place, setting(name, value, place, line, standing)));
        }
        for beaten in &bag.beaten {
            let found = setting(&beaten.name, &beaten.value, &beaten.place, beaten.line, Standing::Beaten);
            seen.push((&beaten.place, found));
        }
        let mut places: Vec<&Place> = vec![&bag.place];
        for (place, _) in &seen {
            if !places.contains(place) {
                places.push(place);
            }
        }
        // A unit without a single setting of its own says so; one whose files say everything need not be named twice.
        if !seen.is_empty() && !seen.iter().any(|(place, _)| *place == &bag.place) {
            places.remove(0);
        }
        for place in places {
            let settings = seen.iter().filter(|(known, _)| *known == place).map(|(_, setting)| setting.clone());
            self.places.push(PlaceSeen {
                place: place.described(),
                settings: settings.collect(),
            });
        }
    }

    /// The settings of the environment in which the application was asked, against what it says.
    fn add_beside(&mut self, bag: &Bag, parameters: &Parameters) {
        let first = self.places.len();
        self.add(bag, Some(&Source::given(bag.place.clone())));
        let agrees = disagreement::agreeing(bag, parameters);
        let beside = self.places.iter_mut().skip(first).flat_map(|place| &mut place.settings);
        for setting in beside.filter(|setting| setting.standing == Standing::Beaten && agrees.contains(&setting.name)) {
            setting.standing = Standing::Agrees;
        }
    }

    /// What a connection uses: the winner's parameters, and what fills them in.
    fn count(&mut self, bag: &Bag, source: &Source, parameters: Option<&Parameters>) {
        const ALWAYS: &[&str] = &["host", "port", "dbname", "user", "password", "sslmode"];
        let Some(merged) = parameters.and_then(|parameters| merge::merge(parameters, &bag.environment).ok()) else {
            return;
        };
        self.winner = Some(source.to_string());
        // A variable of libpq's whose keyword the winner sets fills in nothing.
        let of_libpq = |name: &str| KEYWORDS.iter().find(|keyword| keyword.env == Some(name));
        for setting in self.places.iter_mut().flat_map(|place| &mut place.settings) {
            let idle = of_libpq(&setting.name).is_some_and(|keyword| !matches!(merged.origin(keyword.name), Some(Origin::Variable(_))));
            if setting.standing == Standing::FillsIn && idle {
                setting.standing = Standing::Beaten;
            }
        }
        for keyword in KEYWORDS {
            let given = merged.origin(keyword.name).is_some_and(|origin| *origin != Origin::Default);
            if given || ALWAYS.contains(&keyword.name) {
                self.parameters.push(parameter(keyword.name, &merged, bag, source));
            }
        }
    }
}

/// What the application says, by the names that it has for it; an engine of SQLAlchemy has its URL.
fn of_application(stated: &Stated, source: &Source, parameters: &Parameters) -> PlaceSeen {
    let setting = |name: String, value: String| Setting {
        name,
        value,
        file: None,
        line: None,
        standing: Standing::Wins,
    };
    let mut settings = vec![setting(format!("{}[\"ENGINE\"]", stated.name), stated.engine.to_string())];
    if let Some(url) = &stated.url {
        settings = vec![setting(stated.name.clone(), masked_url(url.reveal()))];
    }
    for (name, value) in &stated.settings {
        settings.push(setting(format!("{}[\"{name}\"]", stated.name), masked(name, value.reveal())));
    }
    let of_parts = ["host", "port", "dbname", "user", "password"];
    for (keyword, value) in parameters.iter().filter(|(keyword, _)| !of_parts.contains(keyword)) {
        // Django adds the encoding by itself.
        let given = stated.given.iter().any(|(name, _)| name == keyword);
        if given && (keyword != "client_encoding" || stated.options.iter().any(|name| name == keyword)) {
            let value = if is_secret(keyword, value.reveal()) {
                MASK.to_owned()
            } else {
                masked(keyword, value.reveal())
            };
            settings.push(setting(format!("{keyword} (handed to the driver)"), value));
        }
    }
    PlaceSeen {
        place: source.place.described(),
        settings,
    }
}

fn parameter(keyword: &'static str, merged: &Merged, bag: &Bag, source: &Source) -> Parameter {
    let value = merged.filled(keyword).map(|value| {
        if is_secret(keyword, value) {
            MASK.to_owned()
        } else {
            masked(keyword, value)
        }
    });
    let Some(value) = value else {
        let (value, why) = match keyword {
            "password" => ("not set", "no setting, and no line of the password file that fits"),
            "host" => ("the local socket", "libpq's default"),
            "user" => (bag.environment.user().unwrap_or("unknown"), "the user of the operating system"),
            "dbname" => ("the user's name", "libpq's default"),
            _ => ("", "libpq's default"),
        };
        return Parameter {
            keyword,
            value: Foreign::new(value).to_string(),
            source: why.to_owned(),
        };
    };
    let source = match merged.origin(keyword) {
        Some(Origin::Variable(name)) => bag.source([*name]).to_string(),
        Some(Origin::Service(path)) => format!("the service file {}", Foreign::new(path.to_string_lossy())),
        Some(Origin::Default) => "libpq's default".to_owned(),
        Some(Origin::Given) | None => source.to_string(),
    };
    Parameter { keyword, value, source }
}

/// What wins in a bag, and what it says; nothing where it is broken.
fn chosen(bag: &Bag, variable: Option<&str>, installed: Option<&Installed>) -> (Source, Option<Parameters>) {
    match bag.choose(variable) {
        Chosen::Dsn { source, text } => {
            let judged = dsn::judge_for(&source, text.reveal(), installed);
            let parameters = (!judged.broken()).then_some(judged.parameters);
            (source, parameters)
        }
        Chosen::Parts {
            source,
            set,
            parts: values,
        } => {
            let judged = parts::judge(bag, &source, set, &values);
            let parameters = (!judged.broken()).then_some(judged.parameters);
            (source, parameters)
        }
        Chosen::Libpq { source } => (source, Some(Parameters::default())),
        Chosen::Empty { source } => (source, None),
        Chosen::Absent { .. } | Chosen::Nothing => (Source::given(bag.place.clone()), None),
    }
}

fn file_of(place: &Place) -> Option<String> {
    match place {
        Place::EnvFile(path) | Place::UnitFile { path, .. } | Place::SecretFile { path, .. } | Place::Targets { path, .. } => {
            Some(Foreign::new(path.to_string_lossy()).to_string())
        }
        Place::Argument
        | Place::StandardInput
        | Place::Environment
        | Place::Unit(_)
        | Place::Manager { .. }
        | Place::Process { .. }
        | Place::Container(_)
        | Place::Application(_) => None,
    }
}

/// A variable's value as it may be shown.
fn masked(name: &str, value: &[u8]) -> String {
    let url = variables::URLS.contains(&name) || name.ends_with("_URL") || name.starts_with("POSTGRESQLCONNSTR_");
    let password = name.contains("PASS") && name != "PGPASSFILE" || variables::keyword_of(name) == Some("password");
    if value.is_empty() {
        String::new()
    } else if password {
        MASK.to_owned()
    } else if url {
        masked_url(value)
    } else if value.contains(&b'@') || value.windows(3).any(|part| part == b"://") {
        // Something else than a plain value: perhaps a URL that ended up here.
        masked_url(value)
    } else {
        Foreign::from_bytes(value).to_string()
    }
}

fn masked_url(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    if text.contains("://") || text.contains('=') {
        Foreign::new(mask_argument(text.trim_start_matches('-'))).to_string()
    } else {
        MASK.to_owned()
    }
}
