//! Supabase: the database itself, and its pooler Supavisor.

use super::{Advice, Provider};
use crate::finding::{auth, dns, pool, privileges, tcp, tls};

pub static DIRECT: Provider = Provider {
    name: "Supabase",
    has_host: |host, _| host.ends_with(".supabase.co"),
    texts: &["Supabase Root"],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[&dns::family_mismatch::KIND, &tcp::unreachable::KIND, &dns::no_address::KIND],
            text: "db.<ref>.supabase.co has IPv6 addresses alone: use the pooler's host (aws-N-REGION.pooler.supabase.com, user postgres.<ref>), which has \
                   IPv4, or buy the IPv4 add-on",
        },
        Advice {
            kinds: &[&dns::name_not_found::KIND],
            text: "a paused project has no name: see in the dashboard whether it has to be restored",
        },
        CERTIFICATE,
        READ_ONLY,
        Advice {
            kinds: &[&tcp::timeout::KIND],
            text: "see the project's network restrictions, and network bans after failed logins",
        },
    ],
};

pub static POOLER: Provider = Provider {
    name: "Supabase's pooler",
    has_host: |host, _| host.ends_with(".pooler.supabase.com"),
    texts: &[
        "Tenant or user not found",
        "(ENOTFOUND)",
        "(ENOIDENTIFIER)",
        "(EMAXCONN",
        "(ECHECKOUTTIMEOUT)",
        "(EADDRNOTALLOWED)",
        "(ESSLREQUIRED)",
        "(ECIRCUITBREAKER)",
        "(EBANNED)",
    ],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[&auth::tenant_unknown::KIND],
            text: "the user has to be postgres.<ref>, the host that of the project's own region and prefix (aws-0 or aws-1): copy both from Connect in the dashboard",
        },
        Advice {
            kinds: &[&pool::pooler_limit::KIND, &pool::pooler_waiting::KIND],
            text: "raise the pool size in the database settings, or use transaction mode (port 6543) instead of session mode (5432)",
        },
        Advice {
            kinds: &[&auth::address_not_allowed::KIND],
            text: "allow the client's address under network restrictions, or lift its ban under network bans",
        },
        Advice {
            kinds: &[&tls::required_by_server::KIND],
            text: "SSL enforcement is on in the database settings: set sslmode=require, or verify-full with its certificate",
        },
        CERTIFICATE,
        READ_ONLY,
    ],
};

const READ_ONLY: Advice = Advice {
    kinds: &[&privileges::read_only_default::KIND],
    text: "it makes a project read-only when the database outgrows the plan or the disk: delete data in a session with SET default_transaction_read_only = \
           off, or enlarge the disk, then switch read-only mode off in the database settings",
};

const CERTIFICATE: Advice = Advice {
    kinds: &[&tls::ca_unknown::KIND, &tls::ca_file_missing::KIND],
    text: "download the certificate (prod-ca) from the database settings and set sslrootcert to it",
};
