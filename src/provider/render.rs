//! Render.

use super::{Advice, Provider};
use crate::finding::{dns, tcp, tls};

pub static RENDER: Provider = Provider {
    name: "Render",
    has_host: |host, _| host.ends_with("-postgres.render.com") || host.starts_with("dpg-") && !host.contains('.'),
    texts: &[],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[&dns::name_not_found::KIND],
            text: "the short host name (dpg-…-a) exists on its private network alone, in the database's own region: from elsewhere use the external host, which \
                   ends in -postgres.render.com",
        },
        Advice {
            kinds: &[&tls::handshake_failed::KIND, &tcp::closed::KIND, &tcp::reset::KIND],
            text: "connections from outside are dropped while TLS begins unless the client's address is in the database's access control list",
        },
        Advice {
            kinds: &[&tls::required_by_server::KIND],
            text: "from outside it takes TLS connections only: set sslmode=require",
        },
    ],
};
