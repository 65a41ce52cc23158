use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::pool::demand::Estimate;
use crate::pooler::{ClientLimit, Pooler};
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "pooler-limit",
    severity: Severity::Fail,
    title: "the pooler accepts no more clients",
};

/// Whether a refusal at login is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is_of_a_pooler()
        && error.says(&[
            "no more connections allowed",
            "client connections exceeded",
            "(EMAXCONN)",
            "(EMAXCONNSESSION)",
            "max clients reached",
            "too many client tcp connections",
            "too many tcp connections",
            "Too many connections to this endpoint",
            "Failed to acquire permit to connect",
        ])
}

/// The pooler turned the client away.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, refusal: &ServerError) -> Finding {
    let message = refusal.message.raw();
    let setting = [
        "max_db_client_connections",
        "max_user_client_connections",
        "max_client_conn",
        "client_max",
    ]
    .into_iter()
    .find(|setting| message.contains(setting));
    let finding = KIND
        .found(match setting {
            Some(setting) => format!("the pooler accepts no more clients ({setting})"),
            None => "the pooler accepts no more clients".to_owned(),
        })
        .detail(format!(
            "A pooler answered, not the server: it has as many clients as it allows. Whether \"{role}\" may log in to database \"{database}\" is not known yet, and \
             the server behind it may have slots left."
        ))
        .evidence(refusal.to_string());
    let raise = match setting {
        Some("client_max") => {
            "raise client_max in odyssey.conf, of the whole or of the route that the refusal names, then RELOAD on its console".to_owned()
        }
        Some(setting) => {
            format!("raise {setting} in pgbouncer.ini, together with the limit on open files of its process, then RELOAD on its console")
        }
        None => "raise the limit on clients in the pooler's configuration".to_owned(),
    };
    finding.remedy(Remedy::new(
        "see who holds the pooler's clients, then raise its limit or make the application's pools smaller",
        [
            Step::new(
                Place::Pooler,
                "on its console, as a user who may see it, list the clients with SHOW CLIENTS",
            ),
            Step::new(Place::Pooler, raise),
            Step::new(
                Place::AppConfig,
                "make the application's own pools smaller; behind a pooler it needs none",
            ),
        ],
    ))
}

/// How a limit on clients stands to those there are, and to those that could come.
#[must_use]
pub fn live(pooler: Pooler, demand: Option<&Estimate>, limit: &ClientLimit) -> Option<Finding> {
    let ClientLimit {
        setting,
        most,
        clients,
        own,
    } = *limit;
    let (room, others) = (limit.room(), limit.others());
    let too_much = demand.filter(|estimate| estimate.total().is_none_or(|total| total > room));
    let (title, evidence) = match too_much {
        Some(estimate) => {
            let total = estimate
                .total()
                .map_or_else(|| "any number of".to_owned(), |total| total.to_string());
            (
                format!("the application can open {total} connections; the pooler takes {room} clients of it ({setting})"),
                format!("demand: {}", estimate.formula()),
            )
        }
        None if clients * 5 >= most * 4 => (
            format!("the pooler has {clients} of the {most} clients that it takes ({setting})"),
            "beyond that, clients are turned away".to_owned(),
        ),
        None => return None,
    };
    let enough = too_much.and_then(Estimate::total).map_or_else(String::new, |total| {
        format!(
            " to {} or more, and to {} for old and new workers together",
            others + total,
            others + total.saturating_mul(2)
        )
    });
    let raise = match pooler {
        Pooler::Odyssey => format!("raise {setting} of the route in odyssey.conf{enough}, then RELOAD on its console"),
        _ => format!(
            "raise {setting} in pgbouncer.ini{enough}, together with the limit on open files of its process, then RELOAD on its console"
        ),
    };
    let smaller = match too_much {
        Some(estimate) => format!(
            "or make the application's own pools smaller; behind a pooler it needs none. {}",
            estimate.largest_that_fits(room)
        ),
        None => "or make the application's own pools smaller; behind a pooler it needs none".to_owned(),
    };
    Some(
        KIND.found(title)
            .severity(Severity::Warn)
            .detail(format!(
                "{setting} = {most}; clients there now that count against it, without this check: {clients}, of them {own} of this role in this database. Whoever comes when it \
                 is reached is turned away. The server's own slots are another matter: a client of the pooler takes one only during a transaction, or during its session in \
                 session mode."
            ))
            .evidence(evidence)
            .remedy(Remedy::new(
                "let the pooler take as many clients as can come, or let fewer come",
                [Step::new(Place::Pooler, raise), Step::new(Place::AppConfig, smaller)],
            )),
    )
}
