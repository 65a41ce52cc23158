//! Azure Database for PostgreSQL, single and flexible server.

use super::{Advice, Provider};
use crate::finding::{auth, pool, privileges, tcp, tls};

fn is_azure(host: &str) -> bool {
    host.ends_with(".postgres.database.azure.com") || host.ends_with(".postgres.cosmos.azure.com")
}

/// What a flexible server keeps for replication and monitoring, as its documentation of limits has it.
pub const SLOTS_KEPT: i64 = 15;

pub static SINGLE: Provider = Provider {
    name: "Azure single server",
    has_host: |host, target| is_azure(host) && target.user.raw().contains('@'),
    texts: &[
        "Invalid Username specified",
        "SSL connection is required. Please specify SSL options",
    ],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[&auth::tenant_unknown::KIND],
            text: "the user has to be written as user@server (user%40server in a URL); on a flexible server it is the plain name",
        },
        Advice {
            kinds: &[&tls::required_by_server::KIND, &auth::no_hba_entry::KIND],
            text: "Enforce SSL connection is on: set sslmode=verify-full in the application",
        },
        FIREWALL,
    ],
};

pub static FLEXIBLE: Provider = Provider {
    name: "Azure flexible server",
    has_host: |host, _| is_azure(host),
    texts: &[],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[&auth::no_hba_entry::KIND],
            text: "what looks like a missing pg_hba.conf entry is its firewall: add a firewall rule for the client's address (az postgres flexible-server \
                   firewall-rule create), or connect from the virtual network",
        },
        Advice {
            kinds: &[&tls::required_by_server::KIND],
            text: "require_secure_transport is on: set sslmode=verify-full in the application",
        },
        Advice {
            kinds: &[&privileges::read_only_default::KIND],
            text: "it makes the server read-only at 95 % of its storage: grow the storage (which takes no restart below 4 TiB), and turn autogrow on",
        },
        Advice {
            kinds: &[
                &pool::slots_exhausted::KIND,
                &pool::reserved_slots_only::KIND,
                &pool::near_limit::KIND,
                &pool::demand_exceeds_capacity::KIND,
            ],
            text: "15 slots are kept for the platform, and max_connections follows the size: take a larger one, or its PgBouncer on port 6432",
        },
        FIREWALL,
        Advice {
            kinds: &[&tls::ca_unknown::KIND, &tls::ca_file_missing::KIND],
            text: "its certificates come from DigiCert Global Root G2 and Microsoft's RSA root 2017: sslrootcert=system (libpq 16 and later), or a file with both",
        },
    ],
};

const FIREWALL: Advice = Advice {
    kinds: &[&tcp::timeout::KIND],
    text: "allow the client's address in the server's networking page, or connect from the virtual network that it is in",
};
