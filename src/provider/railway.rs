//! Railway.

use super::{Advice, Provider};
use crate::finding::{dns, tcp};

pub static RAILWAY: Provider = Provider {
    name: "Railway",
    has_host: |host, _| host.ends_with(".railway.internal") || host.ends_with(".rlwy.net"),
    texts: &[],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[&dns::name_not_found::KIND, &dns::server_failure::KIND],
            text: "names in railway.internal exist at run time alone, not while the image is built, and a moment after the start: move migrations to the start \
                   command, try again (--wait), and use the public proxy's host (DATABASE_PUBLIC_URL) from outside",
        },
        Advice {
            kinds: &[&tcp::refused::KIND, &dns::family_mismatch::KIND, &tcp::unreachable::KIND],
            text: "the private network of older environments has IPv6 alone: the application has to resolve and dial IPv6",
        },
    ],
};
