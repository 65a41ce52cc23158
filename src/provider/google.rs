//! Google Cloud SQL.

use super::{Advice, Provider};
use crate::finding::{auth, tcp, tls};

pub static CLOUD_SQL: Provider = Provider {
    name: "Cloud SQL",
    has_host: |host, _| host.starts_with("/cloudsql/") || host.ends_with(".sql.goog"),
    texts: &["Cloud SQL IAM", "Google Cloud SQL Server CA"],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[&tcp::socket_missing::KIND, &tcp::socket_refused::KIND],
            text: "the Auth Proxy makes that socket: connect the service to the instance (PROJECT:REGION:INSTANCE), or start cloud-sql-proxy with --unix-socket",
        },
        Advice {
            kinds: &[&tcp::closed::KIND, &tcp::reset::KIND, &auth::closed::KIND],
            text: "the Auth Proxy hangs up without the role Cloud SQL Client, without the Cloud SQL Admin API, or where the instance has no address that it \
                   can reach; its log says which",
        },
        Advice {
            kinds: &[&tcp::timeout::KIND],
            text: "allow the client's address under authorised networks, or go through the Auth Proxy",
        },
        Advice {
            kinds: &[&auth::method_rejected::KIND],
            text: "an IAM user needs the role Cloud SQL Instance User, and a fresh access token as its password",
        },
        Advice {
            kinds: &[&tls::ca_unknown::KIND, &tls::ca_file_missing::KIND],
            text: "each instance has its own certificate authority: download server-ca.pem from the console and set sslrootcert to it",
        },
        Advice {
            kinds: &[&tls::host_mismatch::KIND],
            text: "the certificate is made out to PROJECT:INSTANCE; use sslmode=verify-ca, or the instance's DNS name where it has one",
        },
        Advice {
            kinds: &[&tls::not_supported_by_server::KIND],
            text: "the Auth Proxy encrypts by itself and offers no TLS: set sslmode=disable towards it",
        },
    ],
};
