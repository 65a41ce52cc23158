//! YugabyteDB.

use super::{Advice, Provider};
use crate::finding::{pool, tcp, tls};

pub static YUGABYTE: Provider = Provider {
    name: "YugabyteDB",
    has_host: |host, _| host.ends_with(".yugabyte.cloud"),
    texts: &["-YB-"],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[&tcp::refused::KIND],
            text: "its SQL port is 5433, not 5432",
        },
        Advice {
            kinds: &[&tcp::timeout::KIND],
            text: "add the client's address to the cluster's IP allow list",
        },
        Advice {
            kinds: &[&pool::slots_exhausted::KIND],
            text: "each tserver takes 300 connections: spread them over the nodes, or turn its connection manager on",
        },
        Advice {
            kinds: &[&tls::ca_unknown::KIND, &tls::ca_file_missing::KIND],
            text: "download the cluster's root.crt and set sslrootcert to it",
        },
    ],
};
