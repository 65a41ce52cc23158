//! What servers and poolers say when they refuse a login, with what the wire would have told besides.
//!
//! A log has the message alone: its SQLSTATE and the routine that raises it are fixed by PostgreSQL's source (`auth.c`, `miscinit.c`,
//! `postinit.c`, `postmaster.c`). With them, a message from a log goes through the same list of recognisers as one met live.

use super::logged::Text;

/// One refusal.
#[derive(Debug)]
pub struct Refusal {
    pub text: Text,
    pub sqlstate: &'static str,
    /// The function of the server's source; `None` is a pooler's or provider's.
    pub routine: Option<&'static str>,
    /// Whether the message alone says little: it counts where nothing else was recognised.
    pub fallback: bool,
}

const fn server(template: &'static str, sqlstate: &'static str, routine: &'static str) -> Refusal {
    Refusal {
        text: Text::new(template),
        sqlstate,
        routine: Some(routine),
        fallback: false,
    }
}

/// What a library makes of a refusal, in words that are not PostgreSQL's alone.
const fn near_server(template: &'static str, sqlstate: &'static str, routine: &'static str) -> Refusal {
    Refusal {
        text: Text::near_driver(template),
        sqlstate,
        routine: Some(routine),
        fallback: false,
    }
}

const fn pooler(template: &'static str) -> Refusal {
    Refusal {
        text: Text::new(template),
        sqlstate: "08P01",
        routine: None,
        fallback: false,
    }
}

/// Words that others say too.
const fn near_pooler(template: &'static str) -> Refusal {
    Refusal {
        text: Text::near_driver(template),
        sqlstate: "08P01",
        routine: None,
        fallback: false,
    }
}

const fn fallback(template: &'static str) -> Refusal {
    Refusal {
        text: Text::new(template),
        sqlstate: "",
        routine: None,
        fallback: true,
    }
}

/// Every refusal that is known.
pub static REFUSALS: &[Refusal] = &[
    server("password authentication failed for user \"{role}\"", "28P01", "auth_failed"),
    server("empty password returned by client", "28P01", "recv_password_packet"),
    server("{_} authentication failed for user \"{role}\"", "28000", "auth_failed"),
    server("Peer authentication failed for user \"{role}\"", "28000", "auth_failed"),
    server("Ident authentication failed for user \"{role}\"", "28000", "auth_failed"),
    server("role \"{role}\" does not exist", "28000", "InitializeSessionUserId"),
    server("role \"{role}\" is not permitted to log in", "28000", "InitializeSessionUserId"),
    server(
        "no pg_hba.conf entry for host \"{client}\", user \"{role}\", database \"{database}\"",
        "28000",
        "ClientAuthentication",
    ),
    server(
        "no pg_hba.conf entry for {_} \"{client}\", user \"{role}\"",
        "28000",
        "ClientAuthentication",
    ),
    server("no pg_hba.conf entry for", "28000", "ClientAuthentication"),
    server(
        "pg_hba.conf rejects connection for host \"{client}\", user \"{role}\", database \"{database}\"",
        "28000",
        "ClientAuthentication",
    ),
    server("pg_hba.conf rejects", "28000", "ClientAuthentication"),
    server("connection requires a valid client certificate", "28000", "ClientAuthentication"),
    server("database \"{database}\" does not exist", "3D000", "InitPostgres"),
    near_server(
        "Database `{database}` does not exist on the database server",
        "3D000",
        "InitPostgres",
    ),
    near_server("We could not find your database: {database}", "3D000", "InitPostgres"),
    server(
        "database \"{database}\" is not currently accepting connections",
        "55000",
        "CheckMyDatabase",
    ),
    server("cannot connect to invalid database \"{database}\"", "55000", "InitPostgres"),
    server("database locale is incompatible with operating system", "XX000", "CheckMyDatabase"),
    server("permission denied for database \"{database}\"", "42501", "CheckMyDatabase"),
    server("too many connections for role \"{role}\"", "53300", "InitializeSessionUserId"),
    server("too many connections for database \"{database}\"", "53300", "CheckMyDatabase"),
    server("remaining connection slots are reserved for", "53300", "InitPostgres"),
    server("too many clients already", "53300", "InitProcess"),
    server("the database system is starting up", "57P03", "ProcessStartupPacket"),
    near_server("{host}:{port} - rejecting connections", "57P03", "ProcessStartupPacket"),
    server("the database system is shutting down", "57P03", "ProcessStartupPacket"),
    server("the database system is in recovery mode", "57P03", "ProcessStartupPacket"),
    server(
        "the database system is not yet accepting connections",
        "57P03",
        "ProcessStartupPacket",
    ),
    server("the database system is not accepting connections", "57P03", "ProcessStartupPacket"),
    server("unrecognized configuration parameter \"{parameter}\"", "42704", "find_option"),
    server(
        "FATAL: invalid value for parameter \"{parameter}\"",
        "22023",
        "parse_and_validate_value",
    ),
    server(
        "invalid command-line argument for server process: {parameter}",
        "42601",
        "process_postgres_switches",
    ),
    server("FATAL: -c {parameter} requires a value", "42601", "process_postgres_switches"),
    server("FATAL: --{parameter} requires a value", "42601", "process_postgres_switches"),
    server("permission denied to set parameter \"{parameter}\"", "42501", "set_config_option"),
    server("FATAL: --{parameter} requires a value", "22023", "process_postgres_switches"),
    server("FATAL: could not access file \"{file}\"", "58P01", "internal_load_library"),
    server("canceling authentication due to timeout", "57014", "ProcessInterrupts"),
    near_pooler("SASL authentication failed"),
    pooler("FATAL: SASL authentication failed"),
    pooler("FATAL: no such user"),
    pooler("FATAL: no such database: {database}"),
    pooler("FATAL: login rejected"),
    pooler("password authentication failed for user '{role}'"),
    near_pooler("no such user: {role}"),
    near_pooler("no such user"),
    near_pooler("no such database: {database}"),
    pooler("database \"{database}\" is disabled"),
    pooler("closing because: password authentication failed (age="),
    pooler("pooler error: password authentication failed"),
    pooler("FATAL: password authentication failed"),
    near_pooler("password authentication failed"),
    pooler("server login has been failing"),
    pooler("pgbouncer cannot connect to server"),
    pooler("client_login_timeout (server down)"),
    pooler("query_wait_timeout"),
    pooler("no more connections allowed (max_client_conn)"),
    pooler("FATAL: no more connections allowed"),
    near_pooler("no more connections allowed"),
    pooler("client connections exceeded (max_"),
    pooler("unsupported startup parameter: {parameter}"),
    pooler("unsupported startup parameter in options: {parameter}"),
    pooler("unsupported options startup parameter"),
    pooler("FATAL: SSL required"),
    pooler("SSL connection is required. {_}specify SSL options and retry"),
    pooler("connection is insecure (try using `sslmode=require`)"),
    pooler("(ESSLREQUIRED) SSL connection is required"),
    near_pooler("SSL is required"),
    near_pooler("SSL required"),
    near_pooler("login rejected"),
    pooler("host based authentication rejected"),
    pooler("all backend nodes are down, pgpool"),
    pooler("failed to get remote server connection"),
    pooler("Tenant or user not found"),
    pooler("FATAL: Tenant not found"),
    pooler("(ENOTFOUND) tenant/user"),
    pooler("(EMAXCONNSESSION) max clients reached"),
    pooler("MaxClientsInSessionMode: max clients reached"),
    pooler("(EMAXCONN) max client connections reached"),
    pooler("(ECHECKOUTTIMEOUT) unable to check out connection"),
    pooler("(EADDRNOTALLOWED) address not in tenant allow_list"),
    pooler("(ENOIDENTIFIER) no tenant identifier provided"),
    pooler("(ECIRCUITBREAKER)"),
    pooler("Endpoint ID is not specified"),
    pooler("This RDS proxy has no credentials for the role"),
    pooler("This RDS Proxy requires TLS connections"),
    pooler("This IP address {client} is not allowed to connect to this endpoint"),
    near_pooler("Too many connections to this endpoint"),
    pooler("codeParamsRoutingFailed: missing cluster identifier"),
    pooler("No pool configured for database: "),
    pooler("FATAL: SCRAM authentication failed"),
    pooler("FATAL: md5 authentication failed"),
    pooler("authentication with pgpool failed"),
    near_pooler("failed to connect to remote server"),
    pooler("Pool down for database"),
    near_pooler("failed to authenticate with backend"),
    pooler("Couldn't connect to compute node"),
    near_pooler("Control plane request failed"),
    pooler("route for \"{_}\" is not found"),
    pooler("Failed to acquire permit to connect to the database"),
    pooler("Timed-out waiting to acquire database connection"),
    pooler("Invalid Username specified"),
    pooler("(EBANNED)"),
    pooler("FATAL: user blocked: "),
    near_pooler("user blocked: "),
    pooler("not in tenant allow_list"),
    pooler("too many active clients for user"),
    pooler("too many client tcp connections"),
    pooler("could not get connection from the pool - "),
    near_pooler("could not get connection from the pool"),
    pooler("Could not get connection from pool: "),
    pooler("failed to create a backend {_} connection"),
    pooler("pooler error: client_login_timeout"),
    pooler("username \"{role}\" or password does not exist in backend"),
    pooler("failed to create a backend connection"),
    pooler("failed to connect to PostgreSQL server on \"{host}:{port}\""),
    pooler("backend response with kind 'E' when expecting 'R'"),
    pooler("closing because: connect failed"),
    pooler("closing because: connect timeout"),
    pooler("Pooler Error: No such database: {database}"),
    pooler("Pooler Error: No such user: {role}"),
    pooler("ERROR: No such database: {database}"),
    pooler("ERROR: No such user: {role}"),
    near_pooler("Authentication failed against database server, the provided database credentials for `{role}`"),
    near_pooler("Authentication failed against the database server, the provided database credentials for `{role}`"),
    near_pooler("Authentication failed against database server at `{host}`, the provided database credentials for `{role}`"),
    pooler("checkout failure limit reached"),
    pooler("The IAM authentication failed for the role"),
    fallback("failed: FATAL: {_}\n"),
    fallback("connection to server {_} failed: ERROR: {_}\n"),
    fallback("pooler error: {_}\n"),
    fallback("PSQLException: FATAL: {_}\n"),
    fallback("server error (FATAL: {_}\n"),
    fallback("server error: FATAL: {_}\n"),
    fallback("db error: FATAL: {_}\n"),
];
