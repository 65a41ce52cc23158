//! The catalogue of findings: one file each, named after its code.
//!
//! # Adding a finding
//!
//! 1. Write `src/finding/<layer>/<slug>.rs`: a `KIND` with its layer, slug, severity and title, and a function that makes the
//!    [`Finding`] from what a probe saw, remedy included.
//! 2. Write `src/finding/<layer>/<slug>.md`, the page that `dbdoctor explain <layer>/<slug>` shows: `# <layer>/<slug>`, then the
//!    sections of [`page::HEADINGS`], of paragraphs, lists (the causes numbered, the fix with `-`) and code blocks. What its example
//!    shows was really printed: either another program's text, with its name and version, which is among those that
//!    `tests/explain` collects; or the report of a scenario that says `exemplifies(code)`, which `DBDOCTOR_UPDATE=1` writes.
//! 3. Name the file in the list below, with `+ TEXTS` behind it if the file says what the finding looks like in a log.
//!
//! `list`, `explain` and the tests of the catalogue derive from that list.

pub mod hba;
pub mod page;
mod smaller_pools;

use std::fmt;

use crate::explain::logged::Text;
use crate::layer::Layer;
use crate::remedy::Remedy;

macro_rules! catalogue {
    ($($layer:ident { $($slug:ident $(+ $texts:ident)?,)* })*) => {
        $(pub mod $layer { $(pub mod $slug;)* })*

        /// Every kind of finding, lowest layer first.
        pub static ALL: &[&Kind] = &[$($(&$layer::$slug::KIND,)*)*];

        /// The Markdown page of every kind.
        static PAGES: &[(&Kind, &str)] = &[$($(
            (&$layer::$slug::KIND, include_str!(concat!(stringify!($layer), "/", stringify!($slug), ".md"))),
        )*)*];

        /// What each kind looks like in a log, beside what servers say when they refuse a login.
        pub static LOGGED: &[(&Kind, &[Text])] = &[$($($((&$layer::$slug::KIND, $layer::$slug::$texts),)?)*)*];
    };
}

catalogue! {
    config {
        app_not_found + TEXTS,
        application_fails,
        assignment_dropped,
        bad_percent_encoding + TEXTS,
        connect_timeout_short,
        driver_mismatch + TEXTS,
        driver_missing + TEXTS,
        env_file_exposed,
        env_file_missing + TEXTS,
        env_file_unreadable + TEXTS,
        framework_refuses + TEXTS,
        invalid_value + TEXTS,
        legacy_scheme + TEXTS,
        malformed_dsn + TEXTS,
        missing_setting + TEXTS,
        no_settings,
        not_postgres,
        parsers_disagree,
        passfile_ignored + TEXTS,
        percent_specifier + TEXTS,
        placeholder_value + TEXTS,
        process_not_found,
        quoted_value + TEXTS,
        replication_connection + TEXTS,
        service_unusable + TEXTS,
        shell_only,
        sources_disagree,
        sqlite_fallback,
        stale_process,
        stray_whitespace + TEXTS,
        unencoded_password + TEXTS,
        unexpanded_variable,
        unit_not_found,
        unknown_parameter + TEXTS,
        value_unknown,
        version_unsupported + TEXTS,
    }
    dns {
        family_mismatch,
        hosts_override,
        name_not_found + TEXTS,
        no_address + TEXTS,
        resolver_unreachable,
        server_failure + TEXTS,
        timeout + TEXTS,
        unexpected_address,
    }
    tcp {
        closed + TEXTS,
        not_postgres + TEXTS,
        partly_reachable,
        refused + TEXTS,
        reset + TEXTS,
        server_not_starting + TEXTS,
        silent,
        socket_denied + TEXTS,
        socket_missing + TEXTS,
        socket_refused + TEXTS,
        timeout + TEXTS,
        unexplained + TEXTS,
        unreachable + TEXTS,
    }
    tls {
        ca_file_invalid + TEXTS,
        ca_file_missing + TEXTS,
        ca_file_unreadable + TEXTS,
        ca_unknown + TEXTS,
        certificate_expired + TEXTS,
        certificate_expiring,
        certificate_not_yet_valid + TEXTS,
        certificate_revoked + TEXTS,
        certificate_weak + TEXTS,
        client_certificate_rejected + TEXTS,
        client_certificate_required,
        client_certificate_unused + TEXTS,
        client_key_unusable + TEXTS,
        crl_unusable + TEXTS,
        gss_unavailable + TEXTS,
        handshake_failed + TEXTS,
        host_mismatch + TEXTS,
        not_supported_by_server + TEXTS,
        plaintext_remote,
        protocol_mismatch + TEXTS,
        required_by_server,
        unverified,
    }
    auth {
        address_not_allowed,
        channel_binding_missing + TEXTS,
        closed + TEXTS,
        database_closed,
        database_missing,
        endpoint_missing,
        hba_rejected,
        locale_missing,
        login_not_permitted,
        login_trigger,
        md5_deprecated,
        method_disallowed + TEXTS,
        method_rejected,
        method_unsupported + TEXTS,
        no_hba_entry,
        parameter_unsupported,
        password_missing + TEXTS,
        password_rejected,
        peer_mismatch,
        pooler_backend_down,
        pooler_database_unknown,
        pooler_user_unknown,
        preload_library_missing,
        role_missing,
        server_recovering,
        server_starting,
        server_stopping,
        server_unproven,
        session_attrs_mismatch + TEXTS,
        tenant_unknown,
        timeout,
        unexpected_answer,
        unrecognized_refusal,
    }
    privileges {
        connect_denied,
        default_privileges,
        extension_denied + TEXTS,
        not_owner + TEXTS,
        object_access + TEXTS,
        read_only_default,
        read_only_replica + TEXTS,
        role_attribute + TEXTS,
        row_security + TEXTS,
        schema_create + TEXTS,
        schema_missing + TEXTS,
        schema_usage + TEXTS,
        search_path,
        sequence_access + TEXTS,
        set_role + TEXTS,
        superuser,
        table_access + TEXTS,
        transaction_aborted + TEXTS,
        wrong_database,
    }
    migrations {
        already_exists + TEXTS,
        broken_graph + TEXTS,
        conflicting_leaves + TEXTS,
        dirty + TEXTS,
        drift + TEXTS,
        empty_database,
        exact_differs,
        exact_unanswered,
        expected_column_missing + TEXTS,
        expected_table_missing + TEXTS,
        foreign_database,
        inconsistent_history + TEXTS,
        locked + TEXTS,
        multiple_heads + TEXTS,
        never_applied,
        no_metadata + TEXTS,
        object_missing + TEXTS,
        overlapping_rows + TEXTS,
        pending + TEXTS,
        project_missing + TEXTS,
        record_without_file + TEXTS,
        restart_due,
        transaction_block + TEXTS,
        unknown_revision + TEXTS,
        unreadable + TEXTS,
        version_table_hidden,
    }
    pool {
        blocked + TEXTS,
        client_pool_exhausted + TEXTS,
        connection_leak,
        connection_lost + TEXTS,
        database_limit,
        demand_exceeds_capacity,
        disk_full + TEXTS,
        idle_in_transaction + TEXTS,
        idle_timeout,
        load_not_run,
        lock_table_full + TEXTS,
        long_transaction,
        near_limit,
        out_of_memory + TEXTS,
        pooler_exceeds_capacity,
        pooler_limit,
        pooler_waiting,
        prepared_statements + TEXTS,
        prepared_transaction,
        recovery_conflict + TEXTS,
        reserved_slots_only,
        role_limit,
        serialization_failure + TEXTS,
        shared_connection + TEXTS,
        shared_memory_full + TEXTS,
        slots_exhausted,
        statement_timeout + TEXTS,
        transaction_pooling,
        wraparound + TEXTS,
    }
    application {
        page_fails,
        page_redirects,
        page_refused,
        unreachable,
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

    /// Whether it is the same kind.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.code() == other.code()
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
    /// What was seen, what it means, what is not known yet; a blank line between paragraphs.
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
