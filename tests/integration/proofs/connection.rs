//! The layers dns to auth, and pool.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::{DRIVER, IN_A_LOG, proofs, server};
use crate::harness::{Doctor, Patient};
use crate::lab::authority::{self, Identity};
use crate::lab::dsn::Dsn;
use crate::lab::network;
use crate::lab::pgbouncer::PgBouncer;
use crate::lab::server::{Server, Settings};
use crate::lab::skip::need;
use crate::lab::{account, canary, port, workdir};

const SERVICE_MANAGER: &str = "how a server is started is the affair of its host's service manager, of which the laboratory has none";
const NETWORK: &str = "the fix lies in a firewall, a route or a proxy between the two hosts";
const ZONE: &str = "the fix lies where the zone or the resolver is kept";
const PROVIDER: &str = "the fix lies in the provider's console";
const LOG: &str = "the cause stands in a log, and the fix follows from it";
const PASSES: &str = "it passes by itself, or somebody wanted it so";
const CAPACITY: &str = "how many sessions there are to be is for people to say";
const SESSIONS: &str = "which of the sessions is to end, and how, is for people to say";

/// What no command, SQL or line of configuration mends, and why.
pub const UNPROVEN: &[(&str, &str)] = &[
    ("tcp/unexplained", DRIVER),
    ("dns/family-mismatch", "an IPv4 name or a network with IPv6 comes from the provider"),
    (
        "dns/hosts-override",
        "which of the two addresses is meant is for people to say, and the line may name other hosts",
    ),
    ("dns/name-not-found", ZONE),
    ("dns/no-address", ZONE),
    ("dns/resolver-unreachable", ZONE),
    ("dns/server-failure", ZONE),
    ("dns/timeout", ZONE),
    ("dns/unexpected-address", ZONE),
    ("tcp/closed", NETWORK),
    ("tcp/not-postgres", "the right port is known to people alone"),
    (
        "tcp/partly-reachable",
        "a dead address is taken out of DNS, or its host is brought back",
    ),
    ("tcp/refused", SERVICE_MANAGER),
    ("tcp/reset", NETWORK),
    ("tcp/server-not-starting", LOG),
    ("tcp/silent", NETWORK),
    ("tcp/socket-refused", SERVICE_MANAGER),
    ("tcp/timeout", NETWORK),
    ("tcp/unreachable", NETWORK),
    ("tls/certificate-not-yet-valid", "the host's clock is not for a test to set"),
    ("auth/address-not-allowed", PROVIDER),
    ("auth/closed", LOG),
    ("auth/endpoint-missing", PROVIDER),
    ("auth/locale-missing", "which locales a host has is not for a test to change"),
    (
        "auth/method-disallowed",
        "which methods the settings may refuse is for people to say",
    ),
    (
        "auth/login-trigger",
        "whether the database is to let the role in is for people to say",
    ),
    ("auth/method-rejected", LOG),
    (
        "auth/method-unsupported",
        "what the server asks for was decided by somebody, and the application's driver may have it",
    ),
    ("auth/pooler-backend-down", LOG),
    ("auth/server-recovering", PASSES),
    ("auth/server-starting", PASSES),
    ("auth/server-stopping", PASSES),
    ("auth/server-unproven", "who stands in the middle is for people to find out"),
    (
        "auth/session-attrs-mismatch",
        "which server the application is meant to reach is for people to say",
    ),
    ("auth/tenant-unknown", PROVIDER),
    ("auth/timeout", LOG),
    ("auth/unexpected-answer", NETWORK),
    ("auth/unrecognized-refusal", LOG),
    ("pool/slots-exhausted", CAPACITY),
    ("pool/reserved-slots-only", CAPACITY),
    ("pool/pooler-limit", CAPACITY),
    ("pool/pooler-waiting", LOG),
    ("pool/pooler-exceeds-capacity", CAPACITY),
    ("pool/demand-exceeds-capacity", CAPACITY),
    ("pool/load-not-run", CAPACITY),
    ("pool/blocked", SESSIONS),
    ("pool/long-transaction", SESSIONS),
    ("pool/prepared-transaction", SESSIONS),
    ("pool/connection-leak", SESSIONS),
    (
        "pool/idle-in-transaction",
        "the code has to end its transactions; what is pasted binds sessions that are yet to come",
    ),
    ("pool/prepared-statements", "the setting is one of the driver's, in code"),
    (
        "pool/transaction-pooling",
        "what the code may not do behind a pooler remains so, whatever is set",
    ),
    ("pool/client-pool-exhausted", DRIVER),
    ("pool/connection-lost", DRIVER),
    ("pool/shared-connection", DRIVER),
    ("pool/statement-timeout", DRIVER),
    (
        "pool/wraparound",
        "what holds vacuum back is for people to end, and vacuum takes as long as the tables are large",
    ),
    ("pool/disk-full", IN_A_LOG),
    ("pool/lock-table-full", IN_A_LOG),
    ("pool/out-of-memory", IN_A_LOG),
    ("pool/recovery-conflict", IN_A_LOG),
    ("pool/serialization-failure", IN_A_LOG),
    ("pool/shared-memory-full", IN_A_LOG),
];

/// Puts a certificate and its key where the server has its own.
fn install(server: &Server, identity: &Identity) {
    identity.install(&server.data(), "server");
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn copy_of_the_root(name: &str) -> PathBuf {
    let file = workdir::fresh("root").join(name);
    fs::copy(&authority::get().root, &file).expect("the directory is ours");
    file
}

/// A server with this certificate, however weak it is.
fn serving(identity: &Identity) -> Server {
    Server::with(|settings| settings.weakly_certified(identity))
}

/// The server's certificate is bad, and a good one takes its place.
fn renewed(server: &Server, patient: Patient<'_>, code: &str) {
    patient.mends_with_a_hand(code, &["database"], |_| install(server, &authority::get().server));
}

/// A remote server, with how to call the binary near it.
fn remote() -> Result<(Server, Doctor), String> {
    network::can_be_remote()?;
    let server = Server::with(Settings::remote);
    let call = Doctor::check().in_network(&server.network());
    Ok((server, call))
}

proofs! {
    a_pg_hba_conf_entry: "auth/no-hba-entry", |code| {
        let server = server();
        Patient::of(&server, server.dsn("nohba")).mends(code, &["database", "database-host"]);
        Patient::of(&server, server.dsn("nohba").sslmode("disable")).mends(code, &["database", "database-host"]);
        Patient::of(&server, server.dsn("nohba").host("127.0.0.1").sslmode("require")).mends(code, &["database", "database-host"]);
        Patient::of(&server, server.socket_dsn("nohba")).mends(code, &["database", "database-host"]);
    }
    a_pg_hba_conf_entry_for_another_host: "auth/no-hba-entry", |code| {
        let (server, call) = need!(remote());
        let dsn = server.dsn("nohba").host(network::REMOTE).sslmode("require");
        let patient = Patient::of(&server, dsn).called(call);
        assert!(patient.finding(code).to_string().contains("hostssl shop nohba 192.0.2.7/32 scram-sha-256"));
        patient.mends(code, &["database", "database-host"]);
    }
    names_that_need_quotes: "auth/no-hba-entry", |code| {
        let server = server();
        server.sql("postgres", &format!("CREATE ROLE \"Web App\" LOGIN PASSWORD '{}'", canary::of("Web App")));
        server.sql("postgres", "CREATE DATABASE \"all\"");
        Patient::of(&server, server.dsn("Web App").database("all")).mends(code, &["database", "database-host"]);
    }
    a_line_above_the_one_that_rejects: "auth/hba-rejected", |code| {
        let server = server();
        Patient::of(&server, server.dsn("rejected")).mends(code, &["database", "database-host"]);
    }
    a_line_of_the_poolers_own_file: "auth/hba-rejected", |code| {
        let rules = workdir::fresh("pooler").join("hba");
        let reject = "host pgbouncer monitor 127.0.0.1/32 scram-sha-256\nhost all app 127.0.0.1/32 reject\n";
        fs::write(&rules, reject).expect("the directory is ours");
        let lines = format!("auth_type = hba\nauth_hba_file = {}", rules.display());
        let pooler = PgBouncer::with(Server::shared(), &lines);
        let dsn = pooler.dsn("app").host("127.0.0.1");
        Patient::behind(&pooler, dsn).mends_with_a_hand(code, &["pooler"], |_| {
            fs::write(&rules, format!("host shop app 127.0.0.1/32 scram-sha-256\n{reject}")).expect("the directory is ours");
        });
    }
    a_password_instead_of_peer: "auth/peer-mismatch", |code| {
        let server = Server::with(|settings| settings.hba("local all app peer"));
        Patient::of(&server, server.socket_dsn("app")).mends(code, &["database", "database-host"]);
    }
    tcp_instead_of_peer: "auth/peer-mismatch", |code| {
        let server = Server::with(|settings| settings.hba("local all app peer"));
        Patient::of(&server, server.socket_dsn("app")).mends(code, &["app-config"]);
    }
    login_for_a_role: "auth/login-not-permitted", |code| {
        let server = server();
        Patient::of(&server, server.dsn("nologin")).mends(code, &["database"]);
    }
    a_role: "auth/role-missing", |code| {
        let server = server();
        Patient::of(&server, server.dsn("trusted_ghost")).mends(code, &["database"]);
    }
    a_database: "auth/database-missing", |code| {
        let server = server();
        Patient::of(&server, server.dsn("app").database("new shop")).mends(code, &["database"]);
    }
    an_open_database: "auth/database-closed", |code| {
        let server = server();
        Patient::of(&server, server.dsn("app").database("closed")).mends(code, &["database"]);
    }
    a_password_that_counts_again: "auth/password-rejected", |code| {
        let server = server();
        Patient::of(&server, server.dsn("expired")).mends(code, &["database"]);
    }
    the_right_password: "auth/password-rejected", |code| {
        let server = server();
        let patient = Patient::of(&server, server.dsn("app").password(&canary::wrong()));
        patient.mends_with_a_hand(code, &[], |dsn| *dsn = server.dsn("app"));
    }
    a_password: "auth/password-missing", |code| {
        let server = server();
        let patient = Patient::of(&server, server.dsn("app").no_password());
        patient.mends_with_a_hand(code, &[], |dsn| *dsn = server.dsn("app"));
    }
    a_scram_secret_instead_of_md5: "auth/md5-deprecated", |code| {
        let server = Server::with(|settings| settings.set("password_encryption", "md5"));
        let patient = Patient::of(&server, server.dsn("md5"));
        patient.exemplifies(code).mends_with_a_hand(code, &["database"], |_| {
            let secret = canary::of("md5");
            server.sql("postgres", &format!("SET password_encryption = 'scram-sha-256'; ALTER ROLE md5 PASSWORD '{secret}'"));
        });
    }
    no_more_channel_binding: "auth/channel-binding-missing", |code| {
        let dsn = Server::shared().dsn("md5").with("channel_binding", "require");
        Patient::alone(dsn).mends(code, &["app-config"]);
    }
    a_library_that_no_session_loads: "auth/preload-library-missing", |code| {
        let server = server();
        server.sql("postgres", "ALTER ROLE app SET session_preload_libraries = 'nosuch'");
        Patient::of(&server, server.dsn("app")).exemplifies(code).mends(code, &["database"]);
    }
    a_parameter_less: "auth/parameter-unsupported", |code| {
        let dsn = Server::shared().dsn("app").with("options", "-c nosuch=1");
        Patient::alone(dsn).mends_with_a_hand(code, &[], |dsn| *dsn = dsn.clone().without("options"));
    }
    a_parameter_that_the_pooler_ignores: "auth/parameter-unsupported", |code| {
        let pooler = PgBouncer::before(Server::shared());
        let dsn = pooler.dsn("app").with("options", "-c jit=off");
        Patient::behind(&pooler, dsn).mends(code, &["pooler"]);
    }
    a_database_of_the_pooler: "auth/pooler-database-unknown", |code| {
        let pooler = PgBouncer::before(Server::shared());
        let dsn = pooler.dsn("app").database("nosuch");
        Patient::behind(&pooler, dsn).mends_with_a_hand(code, &["pooler"], |_| {
            let file = fs::read_to_string(pooler.configuration()).expect("the directory is ours");
            let line = format!("[databases]\nnosuch = host=127.0.0.1 port={} dbname=shop", Server::shared().port());
            fs::write(pooler.configuration(), file.replace("[databases]", &line)).expect("the directory is ours");
        });
    }
    a_user_of_the_pooler: "auth/pooler-user-unknown", |code| {
        let lines = "auth_type = md5\nauth_user = monitor\nauth_query = SELECT usename::text, 'x'::text FROM pg_user WHERE usename = $1 AND false";
        let pooler = PgBouncer::with(Server::shared(), lines);
        let dsn = pooler.dsn("owner");
        Patient::behind(&pooler, dsn).mends_with_a_hand(code, &["pooler"], |_| {
            let file = fs::read_to_string(pooler.users()).expect("the directory is ours");
            let line = format!("\"owner\" \"{}\"\n", canary::of("owner"));
            fs::write(pooler.users(), file + &line).expect("the directory is ours");
        });
    }
    more_sessions_for_a_role: "pool/role-limit", |code| {
        let server = server();
        let patient = Patient::of(&server, server.dsn("limited"));
        patient.mends_with_a_hand(code, &["database"], |_| {
            server.paste("postgres", "ALTER ROLE limited CONNECTION LIMIT 5;");
        });
    }
    more_sessions_for_a_database: "pool/database-limit", |code| {
        let server = server();
        let patient = Patient::of(&server, server.dsn("app").database("crowded"));
        patient.mends_with_a_hand(code, &["database"], |_| {
            server.paste("postgres", "ALTER DATABASE crowded CONNECTION LIMIT 5;");
        });
    }
    more_sessions_for_a_role_in_time: "pool/near-limit", |code| {
        let server = server();
        server.sql("postgres", "ALTER ROLE app CONNECTION LIMIT 20");
        let _held: Vec<_> = (0..16).map(|_| server.session("app", "shop")).collect();
        Patient::of(&server, server.dsn("app")).exemplifies(code).mends(code, &["database"]);
    }
    idle_sessions_that_stay: "pool/idle-timeout", |code| {
        let server = server();
        need!(crate::pool::can_end_idle_sessions(&server));
        server.sql("postgres", "ALTER DATABASE shop SET idle_session_timeout = '10min'");
        Patient::of(&server, server.dsn("app")).mends(code, &["database"]);
    }
    the_directory_of_the_socket: "tcp/socket-missing", |code| {
        let server = Server::shared();
        Patient::alone(server.socket_dsn("app").port(port::free())).mends(code, &["app-config"]);
    }
    tcp_instead_of_the_socket: "tcp/socket-denied", |code| {
        // To an ordinary user the directory of somebody else's is closed.
        need!(account::is_root().then_some(()).ok_or("another user's directory takes root"));
        let server = Server::shared();
        let closed = workdir::fresh("closed");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("the directory is ours");
        let socket = format!(".s.PGSQL.{}", server.port());
        std::os::unix::fs::symlink(server.socket_directory().join(&socket), closed.join(&socket)).expect("the directory is ours");
        let dsn = server.socket_dsn("app").host(&shown(&closed));
        let call = Doctor::check().by_an_ordinary_user();
        Patient::alone(dsn).called(call).exemplifies(code).mends(code, &["app-config"]);
    }
    tls_in_the_settings: "tls/required-by-server", |code| {
        Patient::alone(Server::shared().dsn("tlsonly").sslmode("disable")).exemplifies(code).mends(code, &["app-config"]);
    }
    tls_on_the_server: "tls/not-supported-by-server", |code| {
        let server = Server::with(|settings| settings.certificate = None);
        install(&server, &authority::get().server);
        Patient::of(&server, server.dsn("app")).mends(code, &["database"]);
    }
    no_tls_in_the_settings: "tls/not-supported-by-server", |code| {
        let server = Server::with(|settings| settings.certificate = None);
        Patient::alone(server.dsn("app")).mends(code, &["app-config"]);
    }
    a_name_that_the_certificate_has: "tls/host-mismatch", |code| {
        let server = Server::with(|settings| settings.certificate = Some(authority::get().wrong_host.clone()));
        Patient::alone(server.dsn("app")).mends(code, &["app-config"]);
    }
    the_authoritys_certificate: "tls/ca-unknown", |code| {
        let file = workdir::fresh("root").join("root.crt");
        fs::copy(&authority::get().other_root, &file).expect("the directory is ours");
        let dsn = Server::shared().dsn("app").with("sslrootcert", &shown(&file));
        Patient::alone(dsn).mends_with_a_hand(code, &["app-host"], |_| {
            let both = [&authority::get().other_root, &authority::get().root].map(|path| fs::read(path).expect("the authority wrote it"));
            fs::write(&file, both.concat()).expect("the directory is ours");
        });
    }
    the_intermediate_certificate: "tls/ca-unknown", |code| {
        let server = Server::with(|settings| settings.certificate = Some(authority::get().missing_intermediate.clone()));
        Patient::of(&server, server.dsn("app")).mends_with_a_hand(code, &["database"], |_| {
            install(&server, &authority::get().by_intermediate);
        });
    }
    the_file_of_the_authority: "tls/ca-file-missing", |code| {
        let dsn = Server::shared().dsn("app").with("sslrootcert", "/nonexistent/root.crt");
        Patient::alone(dsn).mends_with_a_hand(code, &[], |dsn| {
            *dsn = dsn.clone().with("sslrootcert", &shown(&authority::get().root));
        });
    }
    a_file_that_everybody_may_read: "tls/ca-file-unreadable", |code| {
        let file = copy_of_the_root("root.crt");
        let closed = if account::is_root() { 0o600 } else { 0o000 };
        fs::set_permissions(&file, fs::Permissions::from_mode(closed)).expect("the file is ours");
        let dsn = Server::shared().dsn("app").with("sslrootcert", &shown(&file));
        Patient::alone(dsn).called(Doctor::check().by_an_ordinary_user()).exemplifies(code).mends(code, &["app-host"]);
    }
    pem_instead_of_der: "tls/ca-file-invalid", |code| {
        let pem = fs::read(&authority::get().root).expect("the authority wrote it");
        let der = openssl::x509::X509::from_pem(&pem).and_then(|certificate| certificate.to_der()).expect("a certificate");
        let file = workdir::fresh("root").join("root of the authority.crt");
        fs::write(&file, der).expect("the directory is ours");
        let dsn = Server::shared().dsn("app").with("sslrootcert", &shown(&file));
        Patient::alone(dsn).exemplifies(code).mends(code, &["app-host", "app-config"]);
    }
    a_renewed_certificate: "tls/certificate-expired", |code| {
        let server = serving(&authority::get().expired);
        renewed(&server, Patient::of(&server, server.dsn("app")).exemplifies(code), code);
    }
    a_certificate_renewed_in_time: "tls/certificate-expiring", |code| {
        let server = serving(&authority::get().expiring);
        renewed(&server, Patient::of(&server, server.dsn("app")).exemplifies(code), code);
    }
    a_certificate_instead_of_a_revoked_one: "tls/certificate-revoked", |code| {
        let server = serving(&authority::get().revoked);
        let dsn = server.dsn("app").with("sslcrl", &shown(&authority::get().revocations));
        Patient::of(&server, dsn).exemplifies(code).mends_with_a_hand(code, &["database"], |_| install(&server, &authority::get().server));
    }
    a_current_list_of_revoked_certificates: "tls/crl-unusable", |code| {
        let list = workdir::fresh("crl").join("root.crl");
        fs::copy(&authority::get().old_revocations, &list).expect("the authority wrote it");
        let dsn = Server::shared().dsn("app").with("sslcrl", &shown(&list));
        Patient::alone(dsn).exemplifies(code).mends_with_a_hand(code, &[], |_| {
            fs::copy(&authority::get().revocations, &list).expect("the directory is ours");
        });
    }
    a_stronger_certificate: "tls/certificate-weak", |code| {
        let server = serving(&authority::get().weak_key);
        renewed(&server, Patient::of(&server, server.dsn("app")).exemplifies(code), code);
    }
    the_clients_authority: "tls/client-certificate-rejected", |code| {
        let trusted = copy_of_the_root("trusted.crt");
        let server = Server::with(|settings| settings.set("ssl_ca_file", &shown(&trusted)));
        let patient = Patient::of(&server, with_client(&server, &authority::get().client_stranger));
        patient.mends_with_a_hand(code, &["database"], |_| {
            let both = [&authority::get().other_root, &authority::get().root].map(|path| fs::read(path).expect("the authority wrote it"));
            fs::write(&trusted, both.concat()).expect("the directory is ours");
        });
    }
    a_client_certificate: "tls/client-certificate-required", |code| {
        let server = Server::shared();
        let dsn = server.dsn("certified").no_password();
        Patient::alone(dsn).mends_with_a_hand(code, &[], |dsn| *dsn = with_client(server, &authority::get().client));
    }
    no_more_kerberos: "tls/gss-unavailable", |code| {
        let server = Server::shared();
        Patient::alone(server.dsn("app").with("gssencmode", "require")).mends(code, &["app-config"]);
        Patient::alone(server.socket_dsn("app").with("gssencmode", "require")).mends(code, &["app-config"]);
    }
    a_client_certificate_only_where_it_is_asked_for: "tls/client-certificate-unused", |code| {
        Patient::alone(Server::shared().dsn("app").with("sslcertmode", "require")).mends(code, &["app-config"]);
    }
    a_key_for_its_owner_alone: "tls/client-key-unusable", |code| {
        let directory = workdir::fresh("client");
        let (certificate, key) = authority::get().client.write(&directory, "client");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("the file is ours");
        let dsn = Server::shared().dsn("certified").no_password().with("sslcert", &shown(&certificate));
        Patient::alone(dsn.with("sslkey", &shown(&key))).mends(code, &["app-host"]);
    }
    a_protocol_version_in_common: "tls/protocol-mismatch", |code| {
        let server = Server::with(|settings| settings.set("ssl_min_protocol_version", "TLSv1.3"));
        let dsn = server.dsn("app").with("ssl_max_protocol_version", "TLSv1.2");
        Patient::of(&server, dsn).mends(code, &["database", "app-config"]);
        let server = Server::with(|settings| settings.set("ssl_max_protocol_version", "TLSv1.2"));
        let dsn = server.dsn("app").with("ssl_min_protocol_version", "TLSv1.3");
        Patient::of(&server, dsn).mends(code, &["database", "app-config"]);
    }
    tls_that_is_asked_for: "tls/handshake-failed", |code| {
        let dsn = Server::shared().dsn("app").with("sslnegotiation", "direct");
        Patient::alone(dsn).mends(code, &["app-config"]);
    }
    encryption_over_the_network: "tls/plaintext-remote", |code| {
        let (server, call) = need!(remote());
        let dsn = server.dsn("app").host(network::REMOTE).sslmode("disable");
        Patient::alone(dsn).called(call).exemplifies(code).mends(code, &["app-config"]);
    }
    verification_over_the_network: "tls/unverified", |code| {
        let (server, call) = need!(remote());
        let dsn = server.dsn("app").host(network::REMOTE).sslmode("require");
        Patient::alone(dsn).called(call).exemplifies(code).mends_with_a_hand(code, &[], |dsn| {
            let root = shown(&authority::get().root);
            *dsn = dsn.clone().with("sslmode", "verify-full").with("sslrootcert", &root).host("localhost").with("hostaddr", network::REMOTE);
        });
    }
}

/// The role's connection with a client certificate.
fn with_client(server: &Server, identity: &Identity) -> Dsn {
    let (certificate, key) = identity.write(&workdir::fresh("client"), "client");
    let dsn = server.dsn("certified").no_password();
    dsn.with("sslcert", &shown(&certificate)).with("sslkey", &shown(&key))
}
