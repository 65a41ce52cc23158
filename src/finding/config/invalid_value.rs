//! `config/invalid-value`: a setting has a value that libpq refuses.

use crate::conninfo::host_list::Mismatch;
use crate::conninfo::validate::Invalid;
use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "invalid-value",
    severity: Severity::Fail,
    title: "a connection setting has a value that is refused",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("invalid integer value \"{secret}\" for connection option \"{parameter}\""),
    Text::new("invalid port number: \"{secret}\""),
    Text::new("invalid sslmode value: \"{value}\""),
    Text::new("failed to resolve host '{_}': [Errno {_}] Servname not supported for ai_socktype"),
    Text::new("invalid channel_binding value: \"{value}\""),
    Text::new("invalid gssencmode value: \"{value}\""),
    Text::new("invalid load_balance_hosts value: \"{value}\""),
    Text::new("invalid max_protocol_version value: \"{value}\""),
    Text::new("invalid min_protocol_version value: \"{value}\""),
    Text::new("invalid require_auth value: \"{value}\""),
    Text::new("invalid sslcertmode value: \"{value}\""),
    Text::new("invalid sslnegotiation value: \"{value}\""),
    Text::new("invalid target_session_attrs value: \"{value}\""),
    Text::new("could not match {value} port numbers to {_} hosts"),
    Text::new("could not match {value} host names to {_} hostaddr values"),
    Text::near_driver("Port could not be cast to integer value as {secret}"),
    Text::near_driver("invalid literal for int() with base 10: {secret}"),
    Text::near_driver("Port out of range 0-65535"),
    Text::new("`sslmode` parameter must be one of: disable, allow, prefer, require, verify-ca, verify-full"),
    Text::new("weak sslmode \"{value}\" may not be used with sslrootcert=system"),
    Text::new("weak sslmode \"{value}\" may not be used with sslnegotiation=direct"),
    Text::new("invalid \"ssl_max_protocol_version\" value: \"{value}\""),
    Text::new("invalid \"ssl_min_protocol_version\" value: \"{value}\""),
    Text::new("invalid SSL protocol version range"),
    Text::new("Unix-domain socket path \"{socket}\" is too long"),
    Text::near_driver("invalid port \":{secret}\" after host"),
    Text::near_driver("invalid port (strconv.ParseUint: parsing \"{secret}\""),
    Text::new("pq: unsupported sslmode"),
    Text::new("invalid connection string: invalid value for option `port`"),
    Text::new("invalid connection string <- invalid value for option `port`"),
    Text::near_driver("error with configuration: invalid port number"),
    Text::new("The provided database string is invalid. invalid port number in database URL"),
];

/// A value that libpq refuses. `setting` names it with its source; `value` is `None` where it may be a piece of a password.
#[must_use]
pub fn found(invalid: &Invalid, setting: &str, value: Option<&Foreign>) -> Finding {
    let keyword = invalid.keyword();
    let shown = value.map_or_else(
        || "a text that is not shown, since it may be a piece of a password".to_owned(),
        |value| format!("\"{value}\""),
    );
    let (title, rule) = match invalid {
        Invalid::NotOneOf { words, .. } => (format!("{keyword} is {shown}"), format!("libpq takes one of: {}", words.join(", "))),
        Invalid::NotANumber { .. } => (
            format!("{keyword} is no whole number: {shown}"),
            "libpq takes a whole number".to_owned(),
        ),
        Invalid::PortOutOfRange => (
            format!("port is out of range: {shown}"),
            "a port is a number from 1 to 65535".to_owned(),
        ),
        Invalid::MixedMethods => (
            format!("require_auth is {shown}"),
            "either every method has a \"!\" before it or none has, and none stands there twice".to_owned(),
        ),
        Invalid::WeakMode { needs, because } => (
            format!("sslmode {shown} is too weak for {because}"),
            format!("libpq refuses {because} with an sslmode weaker than {needs}"),
        ),
        Invalid::ProtocolRange => (
            "ssl_min_protocol_version is above ssl_max_protocol_version".to_owned(),
            "the lowest version may not be above the highest".to_owned(),
        ),
        Invalid::Lists(Mismatch::Ports { ports, hosts }) => (
            format!("{ports} ports for {hosts} hosts"),
            "libpq takes one port for all hosts, or one for each".to_owned(),
        ),
        Invalid::Lists(Mismatch::Hosts { hosts, addresses }) => (
            format!("{hosts} host names for {addresses} addresses"),
            "libpq takes as many items in hostaddr as in host".to_owned(),
        ),
        Invalid::NoEncoding => (
            format!("client_encoding is {shown}"),
            "PostgreSQL takes the names of encodings that it knows, such as UTF8".to_owned(),
        ),
        Invalid::NotAnAddress => (
            format!("hostaddr is no numeric address: {shown}"),
            "hostaddr takes an IPv4 or IPv6 address; a name goes to host".to_owned(),
        ),
    };
    let mut finding = KIND
        .found(title)
        .detail(format!("Set by {setting}. {rule}, and refuses to connect otherwise."));
    if value.is_some_and(|value| value.raw().contains('#')) {
        finding = finding.candidate(
            "a \"#fragment\" stands after the parameters",
            "libpq knows no fragments: what follows \"#\" belongs to the value",
        );
    }
    if value.is_none() {
        finding = finding
            .candidate(
                "the \"@host\" after the password is missing, or the password holds a raw \"/\"",
                "look whether the URL has the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
            )
            .candidate("the port itself is wrong", "look at what follows the host's colon");
    }
    finding.remedy(remedy(invalid, keyword))
}

fn remedy(invalid: &Invalid, keyword: &str) -> Remedy {
    let text = match invalid {
        Invalid::NotOneOf { words, .. } => format!("write {keyword} as one of: {}", words.join(", ")),
        Invalid::WeakMode { needs, .. } => format!("write sslmode={needs}"),
        Invalid::NoEncoding => "write client_encoding=UTF8, or take it out: the database's own encoding then counts".to_owned(),
        Invalid::NotANumber { .. }
        | Invalid::PortOutOfRange
        | Invalid::MixedMethods
        | Invalid::ProtocolRange
        | Invalid::Lists(_)
        | Invalid::NotAnAddress => format!("correct {keyword}"),
    };
    Remedy::new(format!("correct {keyword}"), [Step::new(Place::AppConfig, text)])
}

/// A host that no resolver can look up.
#[must_use]
pub fn host(setting: &str, value: &Foreign, why: &str, advice: &str) -> Finding {
    KIND.found(format!("the host is \"{value}\", which is no host name"))
        .detail(format!(
            "Set by {setting}. {why}. libpq would ask the resolver for a host of exactly that name."
        ))
        .remedy(Remedy::new("correct the host", [Step::new(Place::AppConfig, advice)]))
}
