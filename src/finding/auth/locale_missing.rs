//! `auth/locale-missing`: the server's host has not the locale that the database was made with.

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "locale-missing",
    severity: Severity::Fail,
    title: "the server's host lacks the locale of the database",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.says(&["database locale is incompatible with operating system"])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    // The detail names the category and the locale, the latter between quotation marks.
    let locale = error.detail.as_ref().and_then(|detail| detail.raw().split('"').nth(1));
    let named = locale.map_or_else(|| "the locale".to_owned(), |name| format!("the locale \"{}\"", Foreign::new(name)));
    let make = Step::new(
        Place::DatabaseHost,
        "make it (needs the package locales on Debian and Ubuntu, glibc-locale-source on Red Hat and its kin)",
    );
    KIND.found(format!(
        "the server's host lacks {named}, with which database \"{}\" was made",
        scene.target.database
    ))
    .detail("The role was let in; then the operating system did not know the locale by which the database sorts and compares.")
    .evidence(error.to_string())
    .remedy(Remedy::new(
        "make the locale on the database's host",
        [
            Step::new(Place::DatabaseHost, "see which locales there are").run("locale -a"),
            match locale.and_then(command) {
                Some(line) => make.run(line),
                None => make,
            },
            Step::new(
                Place::DatabaseHost,
                "restart PostgreSQL: a server that runs knows the locales that there were when it started",
            ),
        ],
    ))
}

/// Makes a locale such as `de_DE.UTF-8` or `de_DE.ISO-8859-15@euro`. What is not named like one is the server's invention, and no word for
/// a command that root is to run.
fn command(locale: &str) -> Option<String> {
    let is_name =
        locale.starts_with(|c: char| c.is_ascii_alphabetic()) && locale.chars().all(|c| c.is_ascii_alphanumeric() || "_-.@".contains(c));
    if !is_name {
        return None;
    }
    let (base, modifier) = locale.split_at(locale.find('@').unwrap_or(locale.len()));
    let (language, charset) = base.split_once('.')?;
    let charset = if charset.eq_ignore_ascii_case("utf8") { "UTF-8" } else { charset };
    let source = format!("{language}{modifier}");
    Some(format!("sudo localedef -i {source} -f {charset} {locale}"))
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn only_what_is_named_like_a_locale_is_for_root() {
        let line = command("de_DE.utf8@euro");
        assert_eq!(line.as_deref(), Some("sudo localedef -i de_DE@euro -f UTF-8 de_DE.utf8@euro"));
        for other in ["--prefix=/etc.UTF-8", "-x.UTF-8", "de_DE.UTF-8;id", "de_DE.UTF-8\u{1b}[2J", "C", ""] {
            assert_eq!(command(other), None, "{other:?}");
        }
    }
}
