//! libpq's variables, so that psql and `pg_isready` connect as the application does.

use std::fmt::Write as _;
use std::path::Path;

use super::{PATIENCE, Section, Step, Topic};
use crate::conninfo::keyword::KEYWORDS;
use crate::conninfo::options;
use crate::foreign::Foreign;
use crate::quote;
use crate::target::{ChannelBinding, Endpoint, Host, Negotiation, RootCert, SessionAttrs, SslMode, Target};

/// How many variables are unset at once.
const NAMES_ON_A_LINE: usize = 5;

/// libpq's own default.
const LOWEST_PROTOCOL: &str = "TLSv1.2";

pub fn section(target: &Target, account: Option<&str>) -> Section {
    let mut text = "Whom to reach, and how; nothing that this shell has set before gets in.".to_owned();
    if let Some(account) = account {
        let account = Foreign::new(account);
        let _ = write!(
            text,
            " The service runs as \"{account}\": peer authentication and the files' permissions ask for a shell of that user."
        );
    }
    let mut steps = vec![Step::new("sh", text, variables(target))];
    steps.extend(password(target));
    Section::of(Topic::Connection, steps)
}

fn variables(target: &Target) -> String {
    let set = settings(target);
    let unset: Vec<&str> = KEYWORDS
        .iter()
        .filter_map(|keyword| keyword.env)
        .filter(|name| !set.iter().any(|(known, _)| known == name))
        .filter(|name| !["PGPASSWORD", "PGPASSFILE"].contains(name))
        .collect();
    let exports: Vec<String> = set
        .iter()
        .map(|(name, value)| format!("export {name}={}", quote::shell(value)))
        .collect();
    let unset: Vec<String> = unset
        .chunks(NAMES_ON_A_LINE)
        .map(|names| format!("unset {}", names.join(" ")))
        .collect();
    [unset, exports].concat().join("\n")
}

/// Each variable with its value, in the order in which people name them.
fn settings(target: &Target) -> Vec<(&'static str, String)> {
    let list = |item: &dyn Fn(&Host) -> String| target.hosts.iter().map(item).collect::<Vec<_>>().join(",");
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let tls = &target.tls;
    let mut set = vec![("PGHOST", list(&host_name))];
    if target.hosts.iter().any(|host| !address_apart(host).is_empty()) {
        set.push(("PGHOSTADDR", list(&address_apart)));
    }
    set.push(("PGPORT", list(&|host: &Host| host.port.to_string())));
    set.push(("PGDATABASE", target.database.raw().to_owned()));
    set.push(("PGUSER", target.user.raw().to_owned()));
    set.push(("PGSSLMODE", tls.mode.name().to_owned()));
    if tls.negotiation == Negotiation::Direct {
        set.push(("PGSSLNEGOTIATION", "direct".to_owned()));
    }
    if tls.mode > SslMode::Disable {
        match &tls.root_cert {
            RootCert::System => set.push(("PGSSLROOTCERT", "system".to_owned())),
            RootCert::Named(file) => set.push(("PGSSLROOTCERT", path(file))),
            // Another user's default is another file.
            RootCert::Default(Some(file)) if tls.mode >= SslMode::VerifyCa || file.exists() => set.push(("PGSSLROOTCERT", path(file))),
            RootCert::Default(_) => {}
        }
        let files = [("PGSSLCERT", &tls.client_cert), ("PGSSLKEY", &tls.client_key)];
        set.extend(files.iter().filter_map(|(name, file)| Some((*name, path(file.as_ref()?)))));
        if !tls.sni {
            set.push(("PGSSLSNI", "0".to_owned()));
        }
        let lowest = lowest_protocol(target).map(|version| ("PGSSLMINPROTOCOLVERSION", version.to_owned()));
        let highest = tls.max_protocol.clone().map(|version| ("PGSSLMAXPROTOCOLVERSION", version));
        set.extend(lowest.into_iter().chain(highest));
    }
    match target.channel_binding {
        ChannelBinding::Disable => set.push(("PGCHANNELBINDING", "disable".to_owned())),
        ChannelBinding::Require => set.push(("PGCHANNELBINDING", "require".to_owned())),
        ChannelBinding::Prefer => {}
    }
    if let Some(options) = &target.options {
        set.push(("PGOPTIONS", options::masked(options.raw())));
    }
    if target.session_attrs != SessionAttrs::Any {
        set.push(("PGTARGETSESSIONATTRS", target.session_attrs.name().to_owned()));
    }
    if target.balances_hosts {
        set.push(("PGLOADBALANCEHOSTS", "random".to_owned()));
    }
    if let Some(methods) = &target.require_auth {
        set.push(("PGREQUIREAUTH", methods.to_string()));
    }
    let limit = target.connect_timeout.map_or(PATIENCE, |limit| limit.as_secs().max(2));
    set.push(("PGCONNECT_TIMEOUT", limit.to_string()));
    set
}

/// The lowest protocol version, where the settings name another than libpq takes anyway.
pub fn lowest_protocol(target: &Target) -> Option<&str> {
    target.tls.min_protocol.as_deref().filter(|version| *version != LOWEST_PROTOCOL)
}

/// The host as libpq's `host` has it, unescaped.
pub fn host_name(host: &Host) -> String {
    match &host.endpoint {
        Endpoint::Name(name) | Endpoint::Address { name: Some(name), .. } => name.raw().to_owned(),
        Endpoint::Address { address, name: None } => address.to_string(),
        Endpoint::Socket(directory) => directory.to_string_lossy().into_owned(),
    }
}

/// The address that the settings give beside the name.
pub fn address_apart(host: &Host) -> String {
    match &host.endpoint {
        Endpoint::Address { address, name: Some(_) } => address.to_string(),
        Endpoint::Address { name: None, .. } | Endpoint::Name(_) | Endpoint::Socket(_) => String::new(),
    }
}

/// How psql gets the password, if it needs one.
fn password(target: &Target) -> Vec<Step> {
    let Some(password) = &target.password else {
        let text = "The settings have no password. That is right where pg_hba.conf says peer, trust or cert for this role.";
        return vec![Step::new("sh", text, "unset PGPASSWORD")];
    };
    let source = Foreign::new(password.source.as_str());
    if target.hosts.iter().any(|host| host.password.is_some()) {
        let text = format!("The password stands in {source}: psql reads it there by itself, run by the user whose file it is.");
        return vec![Step::new("sh", text, "unset PGPASSWORD")];
    }
    let text = format!("The password is typed, so that neither the shell's history nor the process list gets it. It stands in {source}.");
    let run = "stty -echo 2>/dev/null; printf 'Password: ' >&2; IFS= read -r PGPASSWORD; stty echo 2>/dev/null; export PGPASSWORD";
    vec![Step::new("sh", text, run)]
}
