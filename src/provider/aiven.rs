//! Aiven.

use super::{Advice, Provider};
use crate::finding::{auth, pool, privileges, tcp, tls};

pub static AIVEN: Provider = Provider {
    name: "Aiven",
    has_host: |host, _| host.ends_with(".aivencloud.com"),
    texts: &[],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[&privileges::read_only_default::KIND],
            text: "it sets this when the disk is nearly full, and takes it back by itself: take a larger plan, or have writes enabled for 15 minutes (the \
                   service's enable-writes call) and delete data",
        },
        Advice {
            kinds: &[&tls::ca_unknown::KIND, &tls::ca_file_missing::KIND],
            text: "each project has its own certificate authority: download ca.pem from the service's overview and set sslrootcert to it",
        },
        Advice {
            kinds: &[&tcp::timeout::KIND, &tcp::refused::KIND],
            text: "each service has a port of its own, and its PgBouncer another: copy them from the overview; see whether the service is powered off, and \
                   its allowed IP addresses",
        },
        Advice {
            kinds: &[&tls::required_by_server::KIND, &auth::no_hba_entry::KIND],
            text: "it takes TLS connections only: set sslmode=verify-ca or verify-full with its ca.pem",
        },
        Advice {
            kinds: &[&pool::slots_exhausted::KIND, &pool::reserved_slots_only::KIND],
            text: "the plan sets max_connections: add a connection pool, or take a larger plan",
        },
    ],
};
