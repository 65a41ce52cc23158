//! `tls/gss-unavailable`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "gss-unavailable",
    severity: Severity::Fail,
    title: "gssencmode=require, and there is no encryption by Kerberos",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("GSSAPI encryption required but"),
    Text::new("gssencmode value \"require\" invalid when GSSAPI support is not compiled in"),
    Text::new("server doesn't support GSSAPI encryption, but it was required"),
];

/// libpq does not encrypt on Unix sockets.
#[must_use]
pub fn on_a_socket(address: &Address) -> Finding {
    KIND.found(format!("gssencmode=require, and the Unix socket {address} has no encryption"))
        .detail("libpq gives up before it connects: it never encrypts what goes through a Unix socket. The login was not tried.")
        .remedy(do_without())
}

/// The server said no.
#[must_use]
pub fn not_offered(address: &Address) -> Finding {
    KIND.found(format!(
        "{address} offers no encryption by Kerberos, and the settings say gssencmode=require"
    ))
    .detail("Asked for it, the server said no: it was built without GSSAPI, is older than 12, or is a pooler. The login was not tried.")
    .evidence(format!("{address} answered the GSSENCRequest with \"N\" or an error"))
    .remedy(do_without())
}

/// The server said yes, and there is nothing to begin with.
#[must_use]
pub fn without_credentials(address: &Address) -> Finding {
    KIND.found("the settings say gssencmode=require, and there are no Kerberos credentials here")
        .detail(
            "libpq asks the operating system for a ticket before anything else, and gives up without one. Kerberos is not set up on this host. The \
             login was not tried.",
        )
        .evidence(format!("{address} answered the GSSENCRequest with \"G\": it could"))
        .evidence("neither KRB5CCNAME, KRB5_CLIENT_KTNAME nor KRB5_CONFIG is set, and neither /etc/krb5.conf nor /tmp/krb5cc_* exists")
        .remedy(do_without())
}

/// What the doctor cannot find out, in words.
#[must_use]
pub fn beyond_the_doctor(address: &Address, sign: &str) -> String {
    format!(
        "gssencmode=require: {address} takes encryption by Kerberos, and this host may have credentials ({sign}), which the doctor cannot use; klist, and \
         psql with the same settings, as the service's user, show whether they are good"
    )
}

fn do_without() -> Remedy {
    Remedy::new(
        "let TLS encrypt, unless Kerberos is what was meant",
        [
            Step::new(
                Place::AppConfig,
                "use Kerberos where it is there, and go on without it where it is not; sslmode then says whether TLS encrypts",
            )
            .run("gssencmode=prefer"),
            Step::new(
                Place::AppHost,
                "or, if Kerberos is meant: get a ticket as the service's user (kinit), over TCP, from a libpq that was built with GSSAPI",
            ),
        ],
    )
}
