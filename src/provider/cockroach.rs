//! CockroachDB Cloud.

use super::{Advice, Provider};
use crate::finding::{auth, tls};

pub static COCKROACH: Provider = Provider {
    name: "CockroachDB",
    has_host: |host, _| host.ends_with(".cockroachlabs.cloud"),
    texts: &["codeParamsRoutingFailed", "codeAuthFailed", "CockroachDB"],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[&auth::endpoint_missing::KIND],
            text: "it finds the cluster by the host name in the TLS handshake: use the full host name and a driver that sends it, or add \
                   options=--cluster%3D<routing id>",
        },
        Advice {
            kinds: &[&tls::ca_unknown::KIND, &tls::ca_file_missing::KIND],
            text: "download the cluster's root certificate from its Connect page to ~/.postgresql/root.crt, or name it by sslrootcert",
        },
    ],
};
