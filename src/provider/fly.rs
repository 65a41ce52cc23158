//! Fly.io.

use super::{Advice, Provider};
use crate::finding::{auth, dns, tcp, tls};

pub static FLY: Provider = Provider {
    name: "Fly.io",
    has_host: |host, _| {
        let is_app = host.strip_suffix(".internal").is_some_and(|app| !app.contains('.'));
        host.ends_with(".flycast") || host.ends_with(".fly.dev") || host.ends_with(".flympg.net") || is_app || host.contains(".nearest.of.")
    },
    texts: &[],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[&dns::name_not_found::KIND, &dns::family_mismatch::KIND, &tcp::unreachable::KIND],
            text: "names in .internal and .flycast are IPv6 and exist on the organisation's private network alone: connect from there, or through fly proxy or \
                   WireGuard",
        },
        Advice {
            kinds: &[&tls::not_supported_by_server::KIND, &tls::handshake_failed::KIND],
            text: "a flycast address has no TLS, the private network encrypts: set sslmode=disable",
        },
        Advice {
            kinds: &[&tcp::closed::KIND, &auth::closed::KIND, &tcp::reset::KIND],
            text: "a suspended machine hangs up: see with fly status whether it runs",
        },
        Advice {
            kinds: &[
                &auth::session_attrs_mismatch::KIND,
                &crate::finding::privileges::read_only_replica::KIND,
            ],
            text: "port 5432 leads to the primary through its proxy; 5433 is the machine itself, which may be a replica",
        },
    ],
};
