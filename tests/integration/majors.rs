//! The same scenarios on every major of PostgreSQL: the installed one always, those that `tests/servers` fetches with
//! `DBDOCTOR_TESTS=full`.

use crate::harness::{Doctor, Run};
use crate::lab::authority::{self, Identity};
use crate::lab::dsn::Dsn;
use crate::lab::flights::Flights;
use crate::lab::project::Project;
use crate::lab::release::{self, Release};
use crate::lab::server::{Server, Settings};
use crate::lab::skip::need;
use crate::lab::{canary, workdir};

/// The tests below, on one release.
macro_rules! on {
    ($($name:ident: $release:expr;)*) => {
        $(mod $name {
            use std::sync::LazyLock;

            use super::need;
            use crate::lab::python::Venv;
            use crate::lab::server::Server;
            use crate::pool::django::Keeping;
            use crate::pool::library::Library;
            use crate::pool::{behind, django, filled, limited, queue};

            fn server() -> &'static Server {
                static SERVER: LazyLock<Server> = LazyLock::new(|| {
                    let release = super::wanted($release).expect("asked before");
                    Server::with(|settings| settings.release(&release))
                });
                &SERVER
            }

            #[test]
            fn healthy_settings_have_no_findings() {
                need!(super::wanted($release));
                super::healthy_settings_have_no_findings(server());
            }

            #[test]
            fn refusals_have_their_codes() {
                need!(super::wanted($release));
                super::refusals_have_their_codes(server());
            }

            #[test]
            fn direct_tls_is_there_from_17_on() {
                need!(super::wanted($release));
                super::direct_tls_is_there_from_17_on(server());
            }

            #[test]
            fn login_triggers_are_there_from_17_on() {
                super::login_triggers_are_there_from_17_on(&need!(super::wanted_from(17, $release)));
            }

            #[test]
            fn oauth_is_there_from_18_on() {
                super::oauth_is_there_from_18_on(&need!(super::wanted_from(18, $release)));
            }

            #[test]
            fn slots_run_out() {
                super::slots_run_out(&need!(super::wanted($release)));
            }

            #[test]
            fn what_is_recommended_fits() {
                let release = need!(super::wanted($release));
                let venv = need!(Venv::of_applications());
                for library in Library::ALL {
                    filled::what_is_recommended_fits(venv, &release, library);
                }
            }

            #[test]
            fn the_limits_of_role_and_database() {
                let release = need!(super::wanted($release));
                limited::the_limits_of_role_and_database(need!(Venv::of_applications()), &release);
            }

            #[test]
            fn djangos_threads_fill_the_server() {
                let release = need!(super::wanted($release));
                let venv = need!(Venv::of_applications());
                for databases in [1, 2] {
                    django::django_fills_the_server(venv, &release, Keeping::PerThread { databases });
                }
            }

            #[test]
            fn djangos_pool_fills_the_server() {
                let release = need!(super::wanted($release));
                django::django_fills_the_server(need!(Venv::of_applications()), &release, Keeping::Pool);
            }

            #[test]
            fn pools_meet_the_poolers_limit() {
                let release = need!(super::wanted($release));
                let venv = need!(Venv::of_applications());
                for library in Library::ALL {
                    behind::pools_meet_the_poolers_limit(venv, &release, library);
                }
            }

            #[test]
            fn workers_wait_at_the_pooler() {
                need!(super::wanted($release));
                queue::workers_wait_at_the_pooler(need!(Venv::of_applications()), server());
            }

            #[test]
            fn memberships_that_give_nothing_are_told() {
                need!(super::wanted($release));
                super::memberships_that_give_nothing_are_told(server());
            }

            #[test]
            fn states_have_their_codes() {
                super::states_have_their_codes(&need!(super::wanted($release)));
            }
        })*
    };
}

on! {
    installed: None;
    postgres_13: Some(13);
    postgres_14: Some(14);
    postgres_15: Some(15);
    postgres_16: Some(16);
    postgres_17: Some(17);
    postgres_18: Some(18);
}

/// The release, if it is to be tried.
fn wanted(major: Option<u32>) -> Result<Release, String> {
    match major {
        None => Ok(Release::installed().clone()),
        Some(major) if release::is_full() => Ok(Release::fetched(major)),
        Some(_) => Err("fetched servers are tried with DBDOCTOR_TESTS=full".to_owned()),
    }
}

/// The release, if it is to be tried and has what came with this major.
fn wanted_from(first: u32, major: Option<u32>) -> Result<Release, String> {
    let release = wanted(major)?;
    match release.major() {
        has if has < first => Err(format!("PostgreSQL {has} does not have that")),
        _ => Ok(release),
    }
}

fn major_of(server: &Server) -> u32 {
    let number: u32 = server.sql("postgres", "SHOW server_version_num").parse().expect("a number");
    number / 10_000
}

fn check(dsn: &Dsn) -> Run {
    Doctor::check().dsn(dsn).project(&Project::shop().path).run()
}

fn healthy_settings_have_no_findings(server: &Server) {
    let app = server.dsn("app");
    let client = with_client(server, &authority::get().client);
    let settings = [
        app.clone(),
        app.clone().sslmode("disable"),
        app.clone().sslmode("allow"),
        app.clone().sslmode("prefer"),
        app.clone().sslmode("require"),
        app.clone().with("sslmode", "verify-ca"),
        app.clone().host("127.0.0.1"),
        server.dsn("owner"),
        server.dsn("md5"),
        server.dsn("cleartext"),
        server.dsn("trusted"),
        server.dsn("tlsonly"),
        server.dsn("plainonly").sslmode("disable"),
        server.dsn("awkward").password(&canary::awkward()),
        client,
        server.socket_dsn("app"),
    ];
    for dsn in settings {
        let run = check(&dsn);
        run.sound();
        for row in run.json()["layers"].as_array().unwrap() {
            for finding in row["findings"].as_array().unwrap() {
                assert_eq!(finding["severity"], "info", "{finding:#}");
            }
        }
    }
    check(&app).passes_everywhere();
}

/// A role that could have what it lacks by SET ROLE alone: since 16 each membership says so, before that the role.
fn memberships_that_give_nothing_are_told(server: &Server) {
    let shop = server.copy();
    let call = || Doctor::check().dsn(shop.dsn("no_insert")).run();
    let candidates = |run: &Run| run.finding("privileges/table-access")["candidates"].to_string();
    shop.sql("CREATE ROLE writers");
    shop.sql("GRANT INSERT ON ALL TABLES IN SCHEMA public TO writers");
    let since_16 = major_of(server) >= 16;
    shop.sql(if since_16 {
        "GRANT writers TO no_insert WITH INHERIT FALSE"
    } else {
        "ALTER ROLE no_insert NOINHERIT; GRANT writers TO no_insert"
    });
    let run = call();
    run.fails("privileges/table-access");
    assert!(candidates(&run).contains("SET ROLE writers"), "{}", run.stdout);
    if since_16 {
        shop.sql("GRANT writers TO no_insert WITH INHERIT FALSE, SET FALSE");
        let run = call();
        run.fails("privileges/table-access");
        assert!(!candidates(&run).contains("writers"), "{}", run.stdout);
    }
    shop.sql(if since_16 {
        "GRANT writers TO no_insert WITH INHERIT TRUE"
    } else {
        "ALTER ROLE no_insert INHERIT"
    });
    call().sound();
}

/// The role's connection with a client certificate.
fn with_client(server: &Server, identity: &Identity) -> Dsn {
    let (certificate, key) = identity.write(&workdir::fresh("client"), "client");
    let dsn = server.dsn("certified").no_password();
    dsn.with("sslcert", &certificate.display().to_string())
        .with("sslkey", &key.display().to_string())
}

fn refusals_have_their_codes(server: &Server) {
    let app = server.dsn("app");
    let authority = authority::get();
    let elsewhere = app.clone().host("wrong.lab.test").with("hostaddr", "127.0.0.1");
    let cases = [
        (
            app.clone().with("sslrootcert", &authority.other_root.display().to_string()),
            "tls",
            "tls/ca-unknown",
        ),
        (elsewhere, "tls", "tls/host-mismatch"),
        (
            with_client(server, &authority.client_stranger),
            "tls",
            "tls/client-certificate-rejected",
        ),
        (server.dsn("tlsonly").sslmode("disable"), "auth", "tls/required-by-server"),
        (server.dsn("certified").no_password(), "auth", "tls/client-certificate-required"),
        (with_client(server, &authority.client_other), "auth", "auth/method-rejected"),
        (app.clone().password(&canary::wrong()), "auth", "auth/password-rejected"),
        (server.dsn("expired"), "auth", "auth/password-rejected"),
        (server.dsn("ghost"), "auth", "auth/password-rejected"),
        (app.clone().no_password(), "auth", "auth/password-missing"),
        (
            server.dsn("md5").with("channel_binding", "require"),
            "auth",
            "auth/channel-binding-missing",
        ),
        (server.dsn("trusted_ghost"), "auth", "auth/role-missing"),
        (server.dsn("nologin"), "auth", "auth/login-not-permitted"),
        (server.dsn("nohba"), "auth", "auth/no-hba-entry"),
        (server.dsn("nohba").sslmode("disable"), "auth", "auth/no-hba-entry"),
        (server.dsn("plainonly"), "auth", "auth/no-hba-entry"),
        (server.dsn("rejected"), "auth", "auth/hba-rejected"),
        (server.socket_dsn("peered"), "auth", "auth/peer-mismatch"),
        (app.clone().database("nosuch"), "auth", "auth/database-missing"),
        (app.clone().database("closed"), "auth", "auth/database-closed"),
        (app.clone().with("options", "-c nosuch=1"), "auth", "auth/parameter-unsupported"),
        (
            app.clone().with("options", "-c work_mem=much"),
            "auth",
            "auth/parameter-unsupported",
        ),
        (app.clone().database("private"), "auth", "privileges/connect-denied"),
        (server.dsn("limited"), "auth", "pool/role-limit"),
        (app.clone().database("crowded"), "auth", "pool/database-limit"),
        (server.dsn("no_insert"), "privileges", "privileges/table-access"),
    ];
    for (dsn, met_by, code) in cases {
        check(&dsn).fails_in(met_by, code);
    }
}

fn direct_tls_is_there_from_17_on(server: &Server) {
    let run = check(&server.dsn("app").with("sslnegotiation", "direct"));
    if major_of(server) >= 17 {
        run.passes_everywhere();
        let proxy = Flights::before(server.port());
        let dsn = server.dsn("app").port(proxy.port).with("sslnegotiation", "direct");
        let once = Doctor::check().dsn(dsn).project(&Project::shop().path).in_format("json");
        assert_eq!(once.status, 0, "{}", once.stdout);
        // TLS 1.3, StartupMessage, two for SCRAM, one for all queries, and the farewell.
        assert_eq!(proxy.counted(), (1, 5 + 1));
    } else {
        run.fails("tls/handshake-failed");
        assert!(run.stdout.contains("sslnegotiation=postgres"), "{}", run.stdout);
    }
}

fn login_triggers_are_there_from_17_on(release: &Release) {
    let server = Server::with(|settings| settings.release(release));
    // Its words and its SQLSTATE are those of another refusal.
    let closed = "CREATE FUNCTION closed() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN IF session_user = 'app' THEN \
                  RAISE 'too many clients already' USING ERRCODE = '28P01'; END IF; END $$";
    server.sql("shop", closed);
    server.sql("shop", "CREATE EVENT TRIGGER hours ON login EXECUTE FUNCTION closed()");
    server.sql("shop", "ALTER EVENT TRIGGER hours ENABLE ALWAYS");
    let run = check(&server.dsn("app"));
    run.fails("auth/login-trigger").exemplifies("auth/login-trigger");
    assert!(run.stdout.contains("calls closed()"), "{}", run.stdout);
}

fn oauth_is_there_from_18_on(release: &Release) {
    let server = Server::with(|settings| {
        settings.release(release);
        // It is not loaded before a token comes.
        settings.set("oauth_validator_libraries", "nosuch");
        settings.hba("host all app all oauth issuer=\"https://issuer.example\" scope=\"openid\"");
    });
    let run = check(&server.dsn("app"));
    run.fails("auth/method-unsupported");
    assert!(run.stdout.contains("for an OAuth token"), "{}", run.stdout);
}

fn slots_run_out(release: &Release) {
    let server = Server::with(|settings| {
        settings.release(release);
        settings.set("max_connections", "8");
        settings.set("max_wal_senders", "0");
    });
    let _ordinary: Vec<_> = (0..5).map(|_| server.session("app", "shop")).collect();
    check(&server.dsn("app")).fails_in("auth", "pool/reserved-slots-only");
    // Reserved slots come after the password.
    check(&server.dsn("app").password(&canary::wrong())).fails("auth/password-rejected");
    let _superusers: Vec<_> = (0..3).map(|_| server.session("postgres", "shop")).collect();
    for dsn in [
        server.dsn("app"),
        server.dsn("app").password(&canary::wrong()),
        server.dsn("app").database("nosuch"),
    ] {
        check(&dsn).fails_in("auth", "pool/slots-exhausted");
    }
}

fn states_have_their_codes(release: &Release) {
    let refused = |server: &Server, code: &str| {
        check(&server.dsn("app")).fails(code);
    };
    let server = Server::with(|settings| settings.release(release));
    let recovering = if major_of(&server) >= 14 {
        "auth/server-recovering"
    } else {
        "auth/server-starting"
    };
    let session = server.session("app", "shop");
    server.signal("TERM");
    assert!(server.wait_for("received smart shutdown request"));
    refused(&server, "auth/server-stopping");
    drop(session);
    let closed = Server::with(|settings| {
        settings.release(release);
        settings.standby();
        settings.stays_closed();
        settings.set("hot_standby", "off");
    });
    if recovering == "auth/server-recovering" {
        crate::states::recovering(&closed).fails(recovering);
    } else {
        refused(&closed, recovering);
    }
    let standby = Server::with(|settings| {
        settings.release(release);
        Settings::standby(settings);
    });
    check(&standby.dsn("app")).fails("privileges/read-only-replica");
}
