use crate::finding::pool::prepared_statements;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::pool::code::CodePool;
use crate::pool::demand::Codes;
use crate::pooler::Console;
use crate::remedy::{Place, Remedy, Step};
use crate::request::Request;
use crate::target::Target;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "transaction-pooling",
    severity: Severity::Warn,
    title: "the pooler gives each transaction another session",
};

/// What the application does with its sessions, as far as that is known.
#[derive(Debug, Default)]
pub struct Habits {
    /// A driver that prepares statements by itself, with what turns that off.
    pub prepares: Option<(&'static str, &'static str)>,
    /// Django reads large results with server-side cursors, as the settings at this place leave it.
    pub cursors: Option<String>,
}

impl Habits {
    /// From the driver that the URL names, else the only one that is installed; Django tells psycopg 3 not to prepare.
    #[must_use]
    pub fn of(target: &Target, request: &Request, codes: &Codes) -> Self {
        let code = codes.first().and_then(Option::as_ref);
        let django = code.filter(|pool| pool.library.starts_with("Django"));
        let named = target.driver.as_ref().map(Foreign::raw);
        let installed = request
            .services
            .first()
            .map(|service| service.drivers.as_slice())
            .unwrap_or_default();
        let only = match installed {
            [only] => Some(only.as_str()),
            _ => None,
        };
        Self {
            prepares: match named.or(only) {
                Some("asyncpg") => Some((
                    "asyncpg",
                    "statement_cache_size=0, and with SQLAlchemy prepared_statement_cache_size=0 too",
                )),
                Some("psycopg" | "psycopg_async") if django.is_none() => Some(("psycopg 3", "prepare_threshold=None")),
                _ => None,
            },
            cursors: django
                .filter(|pool| pool.cursors == Some(true))
                .map(|pool: &CodePool| pool.place.clone()),
        }
    }
}

/// What breaks in this mode, and what to know of it.
#[must_use]
pub fn findings(console: &Console, mode: &Foreign, habits: &Habits) -> Vec<Finding> {
    let mut findings = Vec::new();
    let kept_apart = console.keeps_statements_apart() == Some(true);
    if let Some((driver, off)) = habits.prepares.filter(|_| !kept_apart) {
        findings.push(prepared_statements::live(console, mode, driver, off));
    }
    let title = match &habits.cursors {
        Some(_) => format!("Django's server-side cursors do not outlive the pooler's transactions (pool_mode = {mode})"),
        None => format!("the pooler gives each transaction another session (pool_mode = {mode})"),
    };
    let mut finding = KIND
        .found(title)
        .severity(if habits.cursors.is_some() { Severity::Warn } else { Severity::Info })
        .detail(
            "What belongs to a session does not last from one transaction to the next: SET, advisory locks, LISTEN, temporary tables, cursors WITH HOLD. No error says so; \
             the next transaction finds another session's state.",
        )
        .evidence(format!("{}, pool_mode = {mode}", console.version));
    if let Some(place) = &habits.cursors {
        finding = finding.evidence(format!("DATABASES in {place} does not set DISABLE_SERVER_SIDE_CURSORS"));
    }
    findings.push(finding.remedy(Remedy::new(
        "keep to what lives within a transaction",
        [
            Step::new(Place::AppConfig, "Django: DISABLE_SERVER_SIDE_CURSORS = True in the database's entry of DATABASES"),
            Step::new(
                Place::AppConfig,
                "set search_path, timeouts and the like for the role (ALTER ROLE … SET) and not with SET; run migrations and LISTEN over a direct connection",
            ),
        ],
    )));
    findings
}
