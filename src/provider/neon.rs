//! Neon.

use super::{Advice, Provider};
use crate::finding::{auth, pool, tls};

pub static NEON: Provider = Provider {
    name: "Neon",
    has_host: |host, _| host.ends_with(".neon.tech"),
    texts: &[
        "Endpoint ID is not specified",
        "Inconsistent project name inferred from SNI",
        "allowed list in the Neon console",
        "connection is insecure (try using `sslmode=require`)",
    ],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[&auth::endpoint_missing::KIND],
            text: "it finds the database by the host name in the TLS handshake: use libpq 14 or later and the full host name, or add options=endpoint%3D<id>, \
                   the id being the first label of the host without -pooler",
        },
        Advice {
            kinds: &[&auth::address_not_allowed::KIND],
            text: "add the client's address to the project's IP Allow list",
        },
        Advice {
            kinds: &[&auth::timeout::KIND, &auth::closed::KIND, &auth::pooler_backend_down::KIND],
            text: "a suspended compute wakes up with the first connection: try again, and give the application connect_timeout=10 or more",
        },
        Advice {
            kinds: &[&pool::slots_exhausted::KIND, &pool::reserved_slots_only::KIND],
            text: "connect through the pooled host (-pooler in its first label), or give the compute more units: max_connections follows its size",
        },
        Advice {
            kinds: &[&tls::required_by_server::KIND],
            text: "it takes TLS connections only: set sslmode=verify-full with sslrootcert=system",
        },
    ],
};
