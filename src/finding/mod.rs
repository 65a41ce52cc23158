//! The catalogue of findings: one file each, named after its code.
//!
//! # Adding a finding
//!
//! 1. Write `src/finding/<layer>/<slug>.rs`: a `KIND` with its layer, slug, severity, title and explanation, and a function
//!    that makes the [`Finding`] from what a probe saw, remedy included.
//! 2. Name the file in the list below.
//!
//! `list`, `explain` and the tests of the catalogue derive from that list.

pub mod hba;

use std::fmt;

use crate::layer::Layer;
use crate::remedy::Remedy;

macro_rules! catalogue {
    ($($layer:ident { $($slug:ident,)* })*) => {
        $(pub mod $layer { $(pub mod $slug;)* })*

        /// Every kind of finding, lowest layer first.
        pub static ALL: &[&Kind] = &[$($(&$layer::$slug::KIND,)*)*];
    };
}

catalogue! {
    config {
        assignment_dropped,
        bad_percent_encoding,
        connect_timeout_short,
        driver_mismatch,
        driver_missing,
        env_file_exposed,
        env_file_missing,
        env_file_unreadable,
        invalid_value,
        legacy_scheme,
        malformed_dsn,
        missing_setting,
        no_settings,
        not_postgres,
        parsers_disagree,
        passfile_ignored,
        percent_specifier,
        placeholder_value,
        process_not_found,
        quoted_value,
        service_unusable,
        shell_only,
        sources_disagree,
        sqlite_fallback,
        stale_process,
        stray_whitespace,
        unencoded_password,
        unexpanded_variable,
        unit_not_found,
        unknown_parameter,
    }
    dns {
        family_mismatch,
        hosts_override,
        name_not_found,
        no_address,
        resolver_unreachable,
        server_failure,
        timeout,
        unexpected_address,
    }
    tcp {
        closed,
        not_postgres,
        partly_reachable,
        refused,
        reset,
        silent,
        socket_denied,
        socket_missing,
        socket_refused,
        timeout,
        unreachable,
    }
    tls {
        ca_file_invalid,
        ca_file_missing,
        ca_file_unreadable,
        ca_unknown,
        certificate_expired,
        certificate_expiring,
        certificate_not_yet_valid,
        certificate_weak,
        client_certificate_rejected,
        client_certificate_required,
        client_key_unusable,
        handshake_failed,
        host_mismatch,
        not_supported_by_server,
        plaintext_remote,
        protocol_mismatch,
        required_by_server,
        unverified,
    }
    auth {
        address_not_allowed,
        channel_binding_missing,
        closed,
        database_closed,
        database_missing,
        endpoint_missing,
        hba_rejected,
        login_not_permitted,
        method_disallowed,
        method_rejected,
        method_unsupported,
        no_hba_entry,
        parameter_unsupported,
        password_missing,
        password_rejected,
        peer_mismatch,
        pooler_backend_down,
        pooler_database_unknown,
        pooler_user_unknown,
        role_missing,
        server_recovering,
        server_starting,
        server_stopping,
        server_unproven,
        session_attrs_mismatch,
        tenant_unknown,
        timeout,
        unexpected_answer,
        unrecognized_refusal,
    }
    privileges {
        connect_denied,
        default_privileges,
        not_owner,
        read_only_default,
        read_only_replica,
        schema_create,
        schema_missing,
        schema_usage,
        sequence_access,
        superuser,
        table_access,
    }
    migrations {
        broken_graph,
        conflicting_leaves,
        dirty,
        empty_database,
        foreign_database,
        inconsistent_history,
        locked,
        multiple_heads,
        never_applied,
        overlapping_rows,
        pending,
        record_without_file,
        unknown_revision,
        unreadable,
        version_table_hidden,
    }
    pool {
        blocked,
        database_limit,
        demand_exceeds_capacity,
        idle_in_transaction,
        long_transaction,
        near_limit,
        pooler_limit,
        pooler_waiting,
        reserved_slots_only,
        role_limit,
        slots_exhausted,
    }
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Will break the application, or may.
    Warn,
    /// Breaks the application now.
    Fail,
}

impl Severity {
    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// What is known about a finding before anything is seen.
#[derive(Debug)]
pub struct Kind {
    pub layer: Layer,
    /// The code's second half, in kebab case. Never reused, never renamed.
    pub slug: &'static str,
    pub severity: Severity,
    /// A lowercase fragment that stands alone.
    pub title: &'static str,
    pub explanation: Explanation,
}

/// The text behind `dbdoctor explain CODE`.
#[derive(Debug)]
pub struct Explanation {
    /// What it means.
    pub meaning: &'static str,
    /// How to tell it from its neighbours.
    pub tell: &'static str,
    /// Causes in order of likelihood.
    pub causes: &'static [&'static str],
    /// Ways out.
    pub fixes: &'static [&'static str],
    /// What it is often taken for.
    pub mistaken_for: &'static str,
}

/// A kind's stable code, as `layer/slug`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    layer: Layer,
    slug: &'static str,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.layer, self.slug))
    }
}

impl Kind {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        Code {
            layer: self.layer,
            slug: self.slug,
        }
    }

    /// A finding of this kind; the title names the thing that was seen.
    #[must_use]
    pub fn found(&'static self, title: impl Into<String>) -> Finding {
        Finding {
            kind: self,
            severity: self.severity,
            title: title.into(),
            detail: String::new(),
            evidence: Vec::new(),
            candidates: Vec::new(),
            remedy: None,
        }
    }
}

/// A cause that the evidence allows, with the check that tells it from the others.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub cause: String,
    pub check: String,
}

/// Something that a probe found.
#[derive(Debug, Clone)]
pub struct Finding {
    pub kind: &'static Kind,
    pub severity: Severity,
    /// A lowercase fragment that stands alone and names the thing; no period.
    pub title: String,
    /// What was seen, what it means, what is not known yet.
    pub detail: String,
    /// What was seen, word for word.
    pub evidence: Vec<String>,
    /// In order of likelihood; empty where the evidence fixes the cause.
    pub candidates: Vec<Candidate>,
    pub remedy: Option<Remedy>,
}

impl Finding {
    /// Whether it is of this kind.
    #[must_use]
    pub fn is(&self, kind: &Kind) -> bool {
        self.kind.code() == kind.code()
    }

    /// Says what was seen and what it means.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Adds a line that was seen.
    #[must_use]
    pub fn evidence(mut self, line: impl Into<String>) -> Self {
        self.evidence.push(line.into());
        self
    }

    /// Adds a cause that the evidence allows, with the check that tells it from the others.
    #[must_use]
    pub fn candidate(mut self, cause: impl Into<String>, check: impl Into<String>) -> Self {
        self.candidates.push(Candidate {
            cause: cause.into(),
            check: check.into(),
        });
        self
    }

    /// Sets the way out.
    #[must_use]
    pub fn remedy(mut self, remedy: Remedy) -> Self {
        self.remedy = Some(remedy);
        self
    }

    /// Overrides the kind's severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Runs `change` over every text of the finding.
    pub fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        change(&mut self.title);
        change(&mut self.detail);
        self.evidence.iter_mut().for_each(&mut *change);
        for candidate in &mut self.candidates {
            change(&mut candidate.cause);
            change(&mut candidate.check);
        }
        let Some(remedy) = &mut self.remedy else { return };
        change(&mut remedy.summary);
        remedy.verify.iter_mut().for_each(&mut *change);
        for step in &mut remedy.steps {
            change(&mut step.text);
            step.run.iter_mut().for_each(&mut *change);
            step.undo.iter_mut().for_each(&mut *change);
            step.database.iter_mut().for_each(&mut *change);
            step.actor.iter_mut().for_each(&mut *change);
        }
    }
}

/// The kind that a code names.
#[must_use]
pub fn by_code(code: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|kind| kind.code().to_string() == code)
}
