//! Does the server let this role into this database?

use std::time::Duration;

use super::dns::Route;
use super::tls::{self, Prepared, Secured};
use crate::finding::auth::{
    channel_binding_missing, closed, md5_deprecated, method_disallowed, method_unsupported, no_hba_entry, password_missing,
    server_unproven, timeout, unexpected_answer,
};
use crate::finding::tcp::{self, not_postgres, silent};
use crate::finding::tls::client_certificate_unused::{self, Why};
use crate::finding::tls::{client_certificate_rejected, required_by_server};
use crate::finding::{Finding, Severity};
use crate::server::error::ServerError;
use crate::server::refusal::{self, Scene};
use crate::server::session::{FailedLogin, NotLoggedIn, Session};
use crate::server::watch::{Method, Progress, Seen};
use crate::server::wire::{self, FirstWord};
use crate::target::{SslMode, Target};
use crate::verdict::{Breakage, Notes, Probed};

/// Logs in, once. A second connection is opened only where libpq would open one and no password was offered, or to confirm that it is
/// TLS that the server wants.
pub async fn probe(target: &Target, prepared: &Prepared, secured: Secured, limit: Duration) -> Probed<Session> {
    let Secured { route, stream } = secured;
    let encrypted = stream.is_encrypted();
    let failed = match Session::login(stream, &route.address, target, limit).await {
        Ok(session) => return admitted(target, prepared, &route, encrypted, session, Notes::default(), limit).await,
        Err(failed) => failed,
    };
    let mut admitted_with_tls = None;
    if let NotLoggedIn::Refused(error) = &failed.why
        && no_hba_entry::is_verdict_of_hba(error)
    {
        match second_try(target, prepared, &route, encrypted, limit).await {
            SecondTry::LoggedIn(session) => {
                let notes = fallback_notes(error, encrypted);
                return admitted(target, prepared, &route, !encrypted, session, notes, limit).await;
            }
            SecondTry::Failed(second) => return broken(target, &route, &second, !encrypted, None, limit),
            SecondTry::NotMade if !encrypted => admitted_with_tls = is_admitted_with_tls(target, &route, limit).await,
            SecondTry::NotMade => {}
        }
    }
    broken(target, &route, &failed, encrypted, admitted_with_tls, limit)
}

/// The role is let in; whether libpq would stay is another matter.
async fn admitted(
    target: &Target,
    prepared: &Prepared,
    route: &Route,
    encrypted: bool,
    session: Session,
    notes: Notes,
    limit: Duration,
) -> Probed<Session> {
    if target.tls.requires_client_cert
        && let Some(why) = without_certificate(target, prepared, route, encrypted, limit).await
    {
        session.goodbye().await;
        return Probed::broken_by(client_certificate_unused::finding(target, &route.address, why), notes);
    }
    sound(target, session, notes)
}

/// Why no client certificate changed hands; `None` where one did, or where that cannot be found out.
async fn without_certificate(target: &Target, prepared: &Prepared, route: &Route, encrypted: bool, limit: Duration) -> Option<Why> {
    if !encrypted {
        return Some(Why::NoTls);
    }
    if matches!(prepared, Ok(Some(connector)) if !connector.sends_certificate) {
        return Some(Why::NoCertificate);
    }
    let asked = tls::asks_for_certificate(target, route, limit).await?;
    (!asked).then_some(Why::NotAsked)
}

fn sound(target: &Target, session: Session, mut notes: Notes) -> Probed<Session> {
    let method = session.method.name();
    let how = match session.method {
        Method::NoneAsked => "no password was asked for".to_owned(),
        _ => format!("by {method}"),
    };
    notes.summary = format!("\"{}\" is let into \"{}\", {how}", target.user, target.database);
    notes.fact("method", method);
    if let Some(version) = &session.server.version {
        notes.fact("server_version", version.to_string());
    }
    if session.method == Method::Md5 {
        notes.found(md5_deprecated::finding(target));
    }
    Probed::Sound(session, notes)
}

enum SecondTry {
    LoggedIn(Session),
    Failed(FailedLogin),
    NotMade,
}

/// libpq's `prefer` tries again without TLS, its `allow` with TLS.
async fn second_try(target: &Target, prepared: &Prepared, route: &Route, encrypted: bool, limit: Duration) -> SecondTry {
    let stream = match (target.tls.mode, encrypted) {
        (SslMode::Prefer, true) => tls::reopen_without_tls(route, limit).await,
        (SslMode::Allow, false) => tls::reopen_with_tls(target, prepared, route, limit).await,
        _ => None,
    };
    match stream {
        Some(stream) => match Session::login(stream, &route.address, target, limit).await {
            Ok(session) => SecondTry::LoggedIn(session),
            Err(failed) => SecondTry::Failed(failed),
        },
        None => SecondTry::NotMade,
    }
}

fn fallback_notes(error: &ServerError, encrypted: bool) -> Notes {
    let mut notes = Notes::default();
    let (refused, taken) = if encrypted {
        ("with TLS", "without it")
    } else {
        ("without TLS", "with it")
    };
    let finding = no_hba_entry::KIND
        .found(format!(
            "pg_hba.conf refuses the login {refused}; the driver's second try, {taken}, is let in"
        ))
        .severity(Severity::Info)
        .evidence(error.to_string());
    notes.found(finding);
    notes
}

/// Asks on a connection of its own whether the role would be admitted with TLS; no password is offered.
async fn is_admitted_with_tls(target: &Target, route: &Route, limit: Duration) -> Option<bool> {
    let mut with_tls = target.clone();
    with_tls.tls.mode = SslMode::Require;
    let settings = with_tls.tls.clone();
    let prepared = crate::aside::spawn(move || crate::tls::connector::prepare(&settings)).await.ok()?;
    let mut stream = tls::reopen_with_tls(&with_tls, &prepared, route, limit).await?;
    let word = wire::first_word(&mut stream, target.user.raw(), target.database.raw());
    match tokio::time::timeout(limit, word).await {
        Ok(Ok(FirstWord::Admitted)) => Some(true),
        Ok(Ok(FirstWord::Refused(error))) => Some(!no_hba_entry::is_verdict_of_hba(&error)),
        Ok(Err(_)) | Err(_) => None,
    }
}

fn broken(
    target: &Target,
    route: &Route,
    failed: &FailedLogin,
    encrypted: bool,
    admitted_with_tls: Option<bool>,
    limit: Duration,
) -> Probed<Session> {
    if matches!(failed.why, NotLoggedIn::TooManyIterations) {
        let limit =
            "the role's SCRAM secret takes more than 100,000 iterations (scram_iterations), which the doctor does not compute for a server";
        return Probed::Broke(Breakage(limit.into()));
    }
    let mut notes = Notes::default();
    if let Some(method) = failed.seen.method {
        notes.fact("method", method.name());
    }
    let scene = Scene {
        target,
        route,
        encrypted,
        method: failed.seen.method,
        proof_taken: failed.seen.progress == Progress::ProofTaken,
        admitted_with_tls,
    };
    Probed::broken_by(finding(&failed.why, &failed.seen, &scene, limit), notes)
}

fn finding(why: &NotLoggedIn, seen: &Seen, scene: &Scene<'_>, limit: Duration) -> Finding {
    let address = &scene.route.address;
    match why {
        NotLoggedIn::Refused(error) if scene.admitted_with_tls == Some(true) => required_by_server::finding(error, scene),
        NotLoggedIn::Refused(error) => refusal::finding(error, scene),
        NotLoggedIn::NoPassword => password_missing::finding(scene),
        NotLoggedIn::MethodUnsupported | NotLoggedIn::TooManyIterations => method_unsupported::finding(scene),
        NotLoggedIn::MethodDisallowed => method_disallowed::finding(scene),
        NotLoggedIn::NoChannelBinding => channel_binding_missing::finding(scene),
        NotLoggedIn::ServerUnproven(text) => server_unproven::finding(scene, text),
        NotLoggedIn::NotPostgres(bytes) => not_postgres::finding(address, bytes),
        NotLoggedIn::Unexpected(text) => unexpected_answer::finding(address, text),
        NotLoggedIn::Broken(error) if error.to_string().contains("alert") => {
            client_certificate_rejected::finding(scene.target, address, &error.to_string())
        }
        NotLoggedIn::Broken(error) if !seen.heard && !scene.encrypted => tcp::reset::in_talk(address, error),
        NotLoggedIn::Broken(error) => closed::finding(scene, &error.to_string()),
        NotLoggedIn::Closed if !seen.heard && !scene.encrypted => tcp::closed::finding(address, "after the StartupMessage"),
        NotLoggedIn::Closed => closed::finding(scene, "the connection was closed"),
        NotLoggedIn::Silence if !seen.heard && !scene.encrypted => silent::finding(address, limit),
        NotLoggedIn::Silence => timeout::silence(scene, limit),
    }
}
