//! Timescale.

use super::{Advice, Provider};
use crate::finding::{pool, privileges, tcp, tls};

pub static TIMESCALE: Provider = Provider {
    name: "Timescale",
    has_host: |host, _| host.ends_with(".timescale.com") || host.ends_with(".timescaledb.io"),
    texts: &[],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[&privileges::read_only_default::KIND],
            text: "it sets this when the disk is nearly full, and takes it back by itself: resize, or delete data in a session with SET \
                   default_transaction_read_only = off",
        },
        Advice {
            kinds: &[&tcp::refused::KIND, &tcp::timeout::KIND],
            text: "each service has a port of its own, and its pooler another: copy host and port from the console; see whether the service is paused, or has \
                   an IP allow list",
        },
        Advice {
            kinds: &[&tls::ca_unknown::KIND, &tls::ca_file_missing::KIND],
            text: "download the certificate from the service's connection details and set sslrootcert to it",
        },
        Advice {
            kinds: &[&pool::slots_exhausted::KIND, &pool::reserved_slots_only::KIND],
            text: "turn the service's connection pooler on, which has a port of its own, or resize",
        },
    ],
};
