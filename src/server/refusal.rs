//! What a server's refusal at login means: told by SQLSTATE and routine first, by text second.
//!
//! Each finding's file says by `matches` which refusals it belongs to; this is the order in which they are asked. The more
//! particular comes first: poolers give most of their errors one SQLSTATE, 08P01.

use crate::finding::Finding;
use crate::finding::auth::{
    address_not_allowed, database_closed, database_missing, endpoint_missing, hba_rejected, locale_missing, login_not_permitted,
    login_trigger, method_rejected, no_hba_entry, parameter_unsupported, password_missing, password_rejected, peer_mismatch,
    pooler_backend_down, pooler_database_unknown, pooler_user_unknown, preload_library_missing, role_missing, server_recovering,
    server_starting, server_stopping, tenant_unknown, timeout, unrecognized_refusal,
};
use crate::finding::pool::{database_limit, pooler_limit, pooler_waiting, reserved_slots_only, role_limit, slots_exhausted};
use crate::finding::privileges::connect_denied;
use crate::finding::tls::{client_certificate_required, required_by_server};
use crate::probe::dns::Route;
use crate::server::error::ServerError;
use crate::server::watch::Method;
use crate::target::Target;

/// Under which circumstances the refusal came.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    pub target: &'a Target,
    pub route: &'a Route,
    pub encrypted: bool,
    /// What the server had asked for; `None` where it refused before asking.
    pub method: Option<Method>,
    /// Whether the server had taken the role's proof of its password before it refused.
    pub proof_taken: bool,
    /// Whether the same role is admitted with TLS: found out by a second connection, `None` where it was not tried or not settled.
    pub admitted_with_tls: Option<bool>,
}

impl<'a> Scene<'a> {
    /// A refusal in answer to the SSLRequest.
    #[must_use]
    pub const fn before_tls(target: &'a Target, route: &'a Route) -> Self {
        Self {
            target,
            route,
            encrypted: false,
            method: None,
            proof_taken: false,
            admitted_with_tls: None,
        }
    }
}

struct Recognizer {
    matches: fn(&ServerError) -> bool,
    finding: fn(&ServerError, &Scene<'_>) -> Finding,
}

/// A refusal whose meaning depends on the scene.
macro_rules! in_scene {
    ($module:ident) => {
        Recognizer {
            matches: $module::matches,
            finding: $module::finding,
        }
    };
}

/// A refusal about the role or the database, wherever it was met.
macro_rules! of_role {
    ($module:ident) => {
        Recognizer {
            matches: $module::matches,
            finding: |error, scene| $module::finding(&scene.target.user, &scene.target.database, error),
        }
    };
}

static RECOGNIZERS: &[Recognizer] = &[
    // Before all others: what a function raises may have any SQLSTATE and any words.
    in_scene!(login_trigger),
    of_role!(reserved_slots_only),
    of_role!(role_limit),
    of_role!(database_limit),
    of_role!(pooler_limit),
    of_role!(pooler_waiting),
    of_role!(slots_exhausted),
    in_scene!(server_stopping),
    in_scene!(server_recovering),
    in_scene!(server_starting),
    in_scene!(required_by_server),
    in_scene!(tenant_unknown),
    in_scene!(endpoint_missing),
    in_scene!(address_not_allowed),
    in_scene!(client_certificate_required),
    in_scene!(pooler_database_unknown),
    in_scene!(pooler_user_unknown),
    in_scene!(pooler_backend_down),
    in_scene!(hba_rejected),
    in_scene!(no_hba_entry),
    in_scene!(peer_mismatch),
    in_scene!(login_not_permitted),
    in_scene!(role_missing),
    Recognizer {
        matches: password_missing::matches,
        finding: password_missing::refused,
    },
    in_scene!(password_rejected),
    in_scene!(method_rejected),
    in_scene!(database_missing),
    in_scene!(database_closed),
    of_role!(connect_denied),
    in_scene!(locale_missing),
    in_scene!(preload_library_missing),
    in_scene!(parameter_unsupported),
    in_scene!(timeout),
];

/// The finding that a refusal belongs to.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    if scene.proof_taken && error.came_from("auth_failed") {
        return method_rejected::after_the_password(error, scene);
    }
    match RECOGNIZERS.iter().find(|recognizer| (recognizer.matches)(error)) {
        Some(recognizer) => (recognizer.finding)(error, scene),
        None => unrecognized_refusal::finding(error, scene),
    }
}
