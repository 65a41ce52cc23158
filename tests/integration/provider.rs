//! Providers and their poolers: recognised by host name and by what they say, with their own setting first in the remedy.

use serde_json::Value;

use crate::harness::{Doctor, Run};
use crate::lab::canary;
use crate::lab::dsn::Dsn;
use crate::lab::hostile::{Behaviour, listen};
use crate::lab::server::Server;
use crate::lab::{port, schema};

fn refused_with(sqlstate: &'static str, text: &'static str) -> Run {
    let dsn = Dsn::new("app", listen(Behaviour::Error(sqlstate, text)), schema::SHOP);
    Doctor::check().dsn(dsn.host("127.0.0.1").sslmode("disable")).in_format("json")
}

fn at(host: &str, port: u16, more: &str) -> Run {
    let password = canary::of("app");
    let dsn = format!("host={host} hostaddr=127.0.0.1 port={port} user=app password={password} dbname=shop {more}");
    Doctor::check().dsn(dsn).in_format("json")
}

#[track_caller]
fn first_step(run: &Run, code: &str) -> Value {
    run.finding(code)["remedy"]["steps"][0].clone()
}

/// What the poolers and proxies of the field say, and the finding that it belongs to.
const SAID: &[(&str, &str, &str, Option<&str>)] = &[
    (
        "XX000",
        "Tenant or user not found",
        "auth/tenant-unknown",
        Some("Supabase's pooler"),
    ),
    (
        "XX000",
        "(ENOTFOUND) tenant/user postgres.abc not found",
        "auth/tenant-unknown",
        Some("Supabase's pooler"),
    ),
    (
        "XX000",
        "(ENOIDENTIFIER) no tenant identifier provided (external_id or sni_hostname required)",
        "auth/tenant-unknown",
        Some("Supabase's pooler"),
    ),
    (
        "XX000",
        "(EMAXCONNSESSION) max clients reached in session mode - max clients are limited to pool_size: 15",
        "pool/pooler-limit",
        Some("Supabase's pooler"),
    ),
    (
        "XX000",
        "(EMAXCONN) max client connections reached, limit: 200",
        "pool/pooler-limit",
        Some("Supabase's pooler"),
    ),
    (
        "XX000",
        "(ECHECKOUTTIMEOUT) unable to check out connection from the pool after 60000ms in transaction mode",
        "pool/pooler-waiting",
        Some("Supabase's pooler"),
    ),
    (
        "XX000",
        "(EADDRNOTALLOWED) address not in tenant allow_list: {192,0,2,7}",
        "auth/address-not-allowed",
        Some("Supabase's pooler"),
    ),
    (
        "XX000",
        "(ESSLREQUIRED) SSL connection is required for user: app",
        "tls/required-by-server",
        Some("Supabase's pooler"),
    ),
    (
        "08P01",
        "Endpoint ID is not specified. Either please upgrade the postgres client library (libpq) for SNI support",
        "auth/endpoint-missing",
        Some("Neon"),
    ),
    (
        "XX000",
        "connection is insecure (try using `sslmode=require`)",
        "tls/required-by-server",
        Some("Neon"),
    ),
    (
        "XX000",
        "This IP address 192.0.2.7 is not allowed to connect to this endpoint. Please add it to the allowed list in the Neon console.",
        "auth/address-not-allowed",
        Some("Neon"),
    ),
    (
        "28P01",
        "password authentication failed for user 'app'",
        "auth/password-rejected",
        None,
    ),
    (
        "08004",
        "codeParamsRoutingFailed: missing cluster identifier",
        "auth/endpoint-missing",
        Some("CockroachDB"),
    ),
    (
        "28000",
        "Invalid Username specified. Please check the Username and retry connection. The Username should be in <username@hostname> format.",
        "auth/tenant-unknown",
        Some("Azure single server"),
    ),
    (
        "28000",
        "SSL connection is required. Please specify SSL options and retry.",
        "tls/required-by-server",
        Some("Azure single server"),
    ),
    (
        "28000",
        "This RDS proxy has no credentials for the role app. Check the credentials for this role and try again.",
        "auth/pooler-user-unknown",
        Some("Amazon RDS Proxy"),
    ),
    (
        "28000",
        "This RDS Proxy requires TLS connections",
        "tls/required-by-server",
        Some("Amazon RDS Proxy"),
    ),
    (
        "53300",
        "Timed-out waiting to acquire database connection",
        "pool/pooler-waiting",
        Some("Amazon RDS Proxy"),
    ),
    (
        "28000",
        "Cloud SQL IAM user authentication failed for user \"app\"",
        "auth/method-rejected",
        Some("Cloud SQL"),
    ),
    // Odyssey, PgCat and Pgpool-II.
    ("08P01", "route for 'shop.app' is not found", "auth/pooler-database-unknown", None),
    (
        "58000",
        "No pool configured for database: shop, user: app",
        "auth/pooler-database-unknown",
        None,
    ),
    ("58000", "Pool down for database: shop, user: app", "auth/pooler-backend-down", None),
    (
        "53300",
        "odyssey: c899f95049395: too many active clients for user (pool_size for user shop.app reached 10)",
        "pool/pooler-waiting",
        None,
    ),
    (
        "53300",
        "odyssey: cd3c8245acbaa: too many client tcp connections (client_max for user shop.app 8)",
        "pool/pooler-limit",
        None,
    ),
    (
        "57000",
        "all backend nodes are down, pgpool requires at least one valid node",
        "auth/pooler-backend-down",
        None,
    ),
    ("53300", "Sorry, too many clients already", "pool/slots-exhausted", None),
    (
        "28P01",
        "authentication with pgpool failed for user \"app\"",
        "auth/password-rejected",
        None,
    ),
];

#[test]
fn what_poolers_and_proxies_say_is_understood() {
    for (sqlstate, text, code, provider) in SAID {
        let run = refused_with(sqlstate, text);
        let finding = run.finding(code);
        assert_eq!(finding["severity"], "fail", "{}", run.stdout);
        assert_eq!(run.codes(), [*code], "{text}");
        assert_eq!(run.row("auth")["facts"]["provider"].as_str(), *provider, "{}", run.stdout);
        if provider.is_some() {
            assert_eq!(first_step(&run, code)["where"], "provider", "{text}: {finding:#}");
        }
    }
}

#[test]
fn what_is_known_from_hearsay_is_called_likely() {
    let run = refused_with("28000", "This RDS Proxy requires TLS connections");
    let detail = run.finding("tls/required-by-server")["detail"].to_string();
    assert!(detail.contains("likely"), "{detail}");
}

#[test]
fn a_host_name_tells_the_provider() {
    let hosts = [
        ("shop.abc123.eu-west-1.rds.amazonaws.com", "Amazon RDS"),
        ("shop.cluster-abc123.eu-west-1.rds.amazonaws.com", "Amazon Aurora"),
        ("shop.proxy-abc123.eu-west-1.rds.amazonaws.com", "Amazon RDS Proxy"),
        ("shop.postgres.database.azure.com", "Azure flexible server"),
        ("ep-cool-rain-123.eu-central-1.aws.neon.tech", "Neon"),
        ("db.abcdefgh.supabase.co", "Supabase"),
        ("aws-0-eu-central-1.pooler.supabase.com", "Supabase's pooler"),
        ("shop-do-user-1-0.b.db.ondigitalocean.com", "DigitalOcean"),
        ("dpg-abc-a.frankfurt-postgres.render.com", "Render"),
        ("shop-db.internal", "Fly.io"),
        ("postgres.railway.internal", "Railway"),
        ("shop-1.aws-eu-west-1.cockroachlabs.cloud", "CockroachDB"),
        ("eu-west-1.abc.aws.yugabyte.cloud", "YugabyteDB"),
        ("abc.def.tsdb.cloud.timescale.com", "Timescale"),
        ("shop-project.aivencloud.com", "Aiven"),
    ];
    let port = port::free();
    for (host, provider) in hosts {
        let run = at(host, port, "sslmode=disable");
        assert_eq!(run.row("config")["facts"]["provider"], provider, "{host}");
    }
    let run = at("db.example.com", port, "sslmode=disable");
    assert_eq!(run.row("config")["facts"].get("provider"), None, "{}", run.stdout);
}

#[test]
fn a_missing_entry_at_azure_is_its_firewall() {
    let server = Server::shared();
    let password = canary::of("nohba");
    let more = format!("sslmode=require user=nohba password={password}");
    let run = at("shop.postgres.database.azure.com", server.port(), &more);
    let finding = run.finding("auth/no-hba-entry");
    assert!(
        first_step(&run, "auth/no-hba-entry")["text"].to_string().contains("firewall rule"),
        "{finding:#}"
    );
    // Nobody edits a file on a provider's host.
    let steps = finding["remedy"]["steps"].to_string();
    assert!(!steps.contains("database-host") && !steps.contains("hba_file"), "{steps}");
    let elsewhere = at("db.example.com", server.port(), &more).finding("auth/no-hba-entry");
    assert!(elsewhere["remedy"]["steps"].to_string().contains("database-host"), "{elsewhere:#}");
}

#[test]
fn the_providers_certificate_bundle_is_named() {
    let run = at(
        "shop.abc123.eu-west-1.rds.amazonaws.com",
        Server::shared().port(),
        "sslmode=verify-full sslrootcert=/nonexistent/root.crt",
    );
    let step = first_step(&run, "tls/ca-file-missing");
    assert!(step["text"].to_string().contains("global-bundle.pem"), "{step:#}");
}

#[test]
fn an_application_that_is_sound_is_told_nothing() {
    let run = at("shop.postgres.database.azure.com", Server::shared().port(), "sslmode=require");
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(run.codes().is_empty(), "{}", run.stdout);
}

/// Hosts of providers that make a server read-only when it is full, and a word of what each advises.
const GUARDS: &[(&str, &str)] = &[
    ("shop.postgres.database.azure.com", "95 % of its storage"),
    ("db.abcdefghijklmnopqrst.supabase.co", "outgrows the plan or the disk"),
    ("shop-team.a.aivencloud.com", ""),
    ("abc.tsdb.cloud.timescale.com", ""),
];

#[test]
fn a_full_server_that_its_provider_made_read_only() {
    let server = Server::with(|settings| settings.set("default_transaction_read_only", "on"));
    for (host, word) in GUARDS {
        let run = at(host, server.port(), "sslmode=disable");
        assert_eq!(run.status, 15, "{host}: {}", run.stdout);
        let step = first_step(&run, "privileges/read-only-default");
        assert_eq!(step["where"], "provider", "{host}: {step:#}");
        assert!(step["text"].as_str().unwrap().contains(word), "{host}: {step:#}");
        assert_eq!(
            run.finding("privileges/read-only-default")["candidates"].as_array().unwrap().len(),
            2
        );
    }
}

#[test]
fn a_database_beyond_its_plan_takes_no_more_rows() {
    let server = Server::with(|_| {});
    server.sql("postgres", "CREATE DATABASE d0123456789ab TEMPLATE blueprint");
    server.sql("d0123456789ab", "REVOKE INSERT, UPDATE ON ALL TABLES IN SCHEMA public FROM app");
    let run = at(
        "ec2-1-2-3-4.compute-1.amazonaws.com",
        server.port(),
        "sslmode=disable dbname=d0123456789ab",
    );
    let step = first_step(&run, "privileges/table-access");
    assert_eq!(step["where"], "provider", "{step:#}");
    assert!(step["text"].as_str().unwrap().contains("plan's size"), "{step:#}");
}
