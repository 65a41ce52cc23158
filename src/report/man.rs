//! The manual page: what `--help` says of every command, and what it has no room for.

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::Cli;
use crate::exit_code::ExitCode;
use crate::layer::Layer;
use crate::settings::variables;

/// The day of the page's last change.
const REVISED: &str = "2026-11-25";

const DESCRIPTION: &[&str] = &[
    "dbdoctor runs where the application runs and says which layer between it and its PostgreSQL is broken: it shows the evidence, and the \
     fix ready to paste. Eight layers are probed in order; the first that is broken stops the chain and gives the exit code.",
    "It reads and changes nothing: one connection, one login attempt, read-only transactions that are rolled back, time limits everywhere. \
     It calls nobody but the target and the resolver. It never prints a secret, nor passes one on.",
];

const FILES: &[(&str, &str)] = &[
    (
        "./dbdoctor.toml, /etc/dbdoctor.toml",
        "The targets that --target names; --config names another file.",
    ),
    (
        "~/.pgpass, ~/.pg_service.conf",
        "libpq's password file and service file, read as libpq reads them, PGPASSFILE and PGSERVICEFILE included.",
    ),
    (
        "~/.postgresql/root.crt, postgresql.crt, postgresql.key",
        "libpq's default certificates, where sslrootcert, sslcert and sslkey say nothing else.",
    ),
    (
        "/etc/hosts, /etc/resolv.conf, /etc/nsswitch.conf",
        "Names are resolved by the system's resolver; the files explain what it said.",
    ),
];

/// The whole page.
#[must_use]
pub fn page() -> Vec<u8> {
    let mut command = Cli::command()
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .subcommand_value_name("command");
    command = command.mut_subcommands(|subcommand| subcommand.disable_help_flag(true));
    command.build();
    let mut page = Vec::new();
    let man = Man::new(command.clone()).title("DBDOCTOR").date(REVISED).manual("User Commands");
    // Writing to memory cannot fail.
    let _ = man.render_title(&mut page);
    let _ = man.render_name_section(&mut page);
    let _ = man.render_synopsis_section(&mut page);
    page.extend(sections(&command).into_bytes());
    page
}

fn sections(command: &Command) -> String {
    let mut roff = Roff::new();
    section(&mut roff, "DESCRIPTION");
    paragraphs(&mut roff, DESCRIPTION);
    for layer in Layer::ALL {
        item(&mut roff, layer.name(), layer.question());
    }
    section(&mut roff, "COMMANDS");
    let mut text = roff.to_roff();
    for subcommand in command.get_subcommands() {
        text.push_str(&of_command(subcommand));
    }
    let mut roff = Roff::new();
    section(&mut roff, "EXIT STATUS");
    for (code, meaning) in ExitCode::all() {
        item(&mut roff, &code.number().to_string(), &meaning);
    }
    roff.control("PP", []);
    paragraphs(
        &mut roff,
        &["explain exits with 1 when it recognised nothing; --format nagios with a plugin's 0 to 3."],
    );
    section(&mut roff, "FILES");
    for (name, text) in FILES {
        item(&mut roff, name, text);
    }
    section(&mut roff, "ENVIRONMENT");
    for (name, text) in environment() {
        item(&mut roff, &name, &text);
    }
    section(&mut roff, "EXAMPLES");
    let end = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let examples = end.split("\n\n").next().unwrap_or_default();
    verbatim(&mut roff, examples.trim_start_matches("Examples:\n"));
    section(&mut roff, "SEE ALSO");
    paragraphs(&mut roff, &["psql(1), pg_isready(1), systemctl(1), journalctl(1)"]);
    text + &roff.to_roff()
}

fn environment() -> Vec<(String, String)> {
    let (first, others) = variables::URLS.split_first().unwrap_or((&"DATABASE_URL", &[]));
    let others = others.join(", ");
    [
        (
            *first,
            format!("The connection string, unless --var names another variable. Where it is not set, the first of {others}."),
        ),
        (
            "DB_HOST, POSTGRES_HOST and the like",
            "The connection in parts, where no connection string is set.".to_owned(),
        ),
        (
            "PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD and libpq's others",
            "Fill in what the settings leave out, as libpq does.".to_owned(),
        ),
        (
            "VIRTUAL_ENV",
            "The virtual environment, where neither --venv nor the place of the settings tells one.".to_owned(),
        ),
        (
            "NO_COLOR, FORCE_COLOR",
            "Colour never, or always; --color goes before both.".to_owned(),
        ),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .into()
}

/// A command's usage, options and examples.
fn of_command(command: &Command) -> String {
    let mut roff = Roff::new();
    let usage = command.clone().render_usage().to_string();
    roff.control("SS", [usage.trim_start_matches("Usage: ")]);
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    roff.text([roman(format!("{about}."))]);
    let mut options = Vec::new();
    // Writing to memory cannot fail.
    let _ = Man::new(command.clone()).render_options_section(&mut options);
    let mut text = roff.to_roff() + &tidied(&String::from_utf8_lossy(&options));
    let mut roff = Roff::new();
    if let Some(end) = command.get_after_long_help() {
        roff.control("PP", []);
        verbatim(&mut roff, &end.to_string());
    }
    text.push_str(&roff.to_roff());
    text
}

/// Options as they stand in the middle of a page: headings within the command's own, values close together.
fn tidied(options: &str) -> String {
    let options = options.replace(".br\n\n.br\n", ".br\n");
    let mut text = String::new();
    for line in options.lines() {
        match line.strip_prefix(".SH ") {
            Some("OPTIONS" | "ARGUMENTS") => {}
            Some(heading) => text.extend([".PP\n\\fI", &capitalised(heading), "\\fR\n"]),
            None if line.starts_with(".ie ") || line.starts_with(".el ") => {}
            None if line == ".RS 14" => text.push_str(".RS 7\n.PD 0\n"),
            None if line == ".RE" => text.push_str(".PD\n.RE\n"),
            None => text.extend([line, "\n"]),
        }
    }
    text
}

/// Headings come in capitals, and quoted.
fn capitalised(heading: &str) -> String {
    let heading = heading.trim_matches('"').to_lowercase();
    let mut letters = heading.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn section(roff: &mut Roff, heading: &str) {
    roff.control("SH", [heading]);
}

fn paragraphs(roff: &mut Roff, texts: &[&str]) {
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            roff.control("PP", []);
        }
        roff.text([roman(*text)]);
    }
}

fn item(roff: &mut Roff, name: &str, text: &str) {
    roff.control("TP", []);
    roff.text([bold(name)]);
    roff.text([roman(text)]);
}

fn verbatim(roff: &mut Roff, text: &str) {
    roff.control("nf", []);
    for line in text.lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
}
