//! `tls/ca-unknown`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::tls::inspection::Inspection;
use crate::tls::policy::{Policy, Roots};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "ca-unknown",
    severity: Severity::Fail,
    title: "the server's certificate is not trusted",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("could not accept SSL connection: tlsv1 alert unknown ca"),
    Text::new("SSL error: certificate verify failed"),
    Text::near_driver("certificate verify failed"),
    Text::new("failed to connect to `host={host} user={role} database={database}`{_}x509: certificate signed by unknown authority"),
    Text::new("failed to connect to `user={role} database={database}`{_}x509: certificate signed by unknown authority"),
    Text::near_driver("x509: certificate signed by unknown authority"),
    Text::near_driver("Error: self signed certificate"),
    Text::near_driver("Error: self-signed certificate"),
    Text::near_driver("Error: unable to verify the first certificate"),
    Text::near_driver("certificate verify failed: self-signed certificate in certificate chain"),
    Text::near_driver("certificate verify failed:../ssl/statem/statem_clnt.c:1889: (self-signed certificate in certificate chain)"),
    Text::new("SSL error: certificate verify failed: self-signed certificate in certificate chain"),
    Text::near_driver("certificate verify failed: self signed certificate in certificate chain"),
    Text::near_driver("certificate verify failed:../ssl/statem/statem_clnt.c:1889: (self signed certificate in certificate chain)"),
    Text::new("SSL error: certificate verify failed: self signed certificate in certificate chain"),
    Text::near_driver("certificate verify failed: unable to get local issuer certificate"),
    Text::near_driver("certificate verify failed:../ssl/statem/statem_clnt.c:1889: (unable to get local issuer certificate)"),
    Text::new("SSL error: certificate verify failed: unable to get local issuer certificate"),
    Text::near_driver("certificate verify failed: self-signed certificate"),
    Text::near_driver("certificate verify failed:../ssl/statem/statem_clnt.c:1889: (self-signed certificate)"),
    Text::new("SSL error: certificate verify failed: self-signed certificate"),
    Text::near_driver("certificate verify failed: self signed certificate"),
    Text::near_driver("certificate verify failed:../ssl/statem/statem_clnt.c:1889: (self signed certificate)"),
    Text::new("SSL error: certificate verify failed: self signed certificate"),
    Text::near_driver("certificate verify failed: unable to get issuer certificate"),
    Text::near_driver("certificate verify failed:../ssl/statem/statem_clnt.c:1889: (unable to get issuer certificate)"),
    Text::new("SSL error: certificate verify failed: unable to get issuer certificate"),
    Text::near_driver("certificate verify failed:{_}(self-signed certificate in certificate chain)"),
    Text::new("error performing TLS handshake <- {_}(self-signed certificate in certificate chain)"),
    Text::new("error performing TLS handshake: {_}(self-signed certificate in certificate chain)"),
    Text::new("SSL error: certificate verify failed (self-signed certificate in certificate chain)"),
    Text::near_driver("certificate verify failed:{_}(self signed certificate in certificate chain)"),
    Text::new("error performing TLS handshake <- {_}(self signed certificate in certificate chain)"),
    Text::new("error performing TLS handshake: {_}(self signed certificate in certificate chain)"),
    Text::new("SSL error: certificate verify failed (self signed certificate in certificate chain)"),
    Text::near_driver("certificate verify failed:{_}(unable to get local issuer certificate)"),
    Text::new("error performing TLS handshake <- {_}(unable to get local issuer certificate)"),
    Text::new("error performing TLS handshake: {_}(unable to get local issuer certificate)"),
    Text::new("SSL error: certificate verify failed (unable to get local issuer certificate)"),
    Text::near_driver("certificate verify failed:{_}(self-signed certificate)"),
    Text::new("error performing TLS handshake <- {_}(self-signed certificate)"),
    Text::new("error performing TLS handshake: {_}(self-signed certificate)"),
    Text::new("SSL error: certificate verify failed (self-signed certificate)"),
    Text::near_driver("certificate verify failed:{_}(self signed certificate)"),
    Text::new("error performing TLS handshake <- {_}(self signed certificate)"),
    Text::new("error performing TLS handshake: {_}(self signed certificate)"),
    Text::new("SSL error: certificate verify failed (self signed certificate)"),
    Text::near_driver("PKIX path building failed"),
    Text::new("Error opening a TLS connection: self signed certificate"),
    Text::new("Error opening a TLS connection: self-signed certificate"),
    Text::new("Error opening a TLS connection: unable to get local issuer certificate"),
    Text::new("Error opening a TLS connection: The certificate was not trusted"),
    Text::new("Error opening a TLS connection: unable to verify the first certificate"),
    Text::new("error performing TLS handshake: {_}certificate verify failed:{_}:: unable to get local issuer certificate"),
    Text::near_driver("certificate verify failed:{_}:: unable to get local issuer certificate"),
    Text::new("error performing TLS handshake: {_}certificate verify failed:{_}:: self-signed certificate in certificate chain"),
    Text::near_driver("certificate verify failed:{_}:: self-signed certificate in certificate chain"),
    Text::new("error performing TLS handshake: {_}certificate verify failed:{_}:: self-signed certificate"),
    Text::near_driver("certificate verify failed:{_}:: self-signed certificate"),
];

/// The chain that was shown, and the roots that it was compared with.
#[must_use]
pub fn finding(policy: &Policy, address: &Address, inspection: &Inspection) -> Finding {
    let top = inspection.chain.last();
    let issuer = top.map_or_else(|| "unknown".to_owned(), |certificate| certificate.issuer.to_string());
    let self_signed = inspection.chain.len() == 1 && top.is_some_and(|certificate| certificate.self_signed);
    let title = if self_signed {
        format!("{address} shows a self-signed certificate that the settings do not trust")
    } else {
        format!("{address} shows a certificate issued by \"{issuer}\", which the settings do not trust")
    };
    let trusted = match &policy.roots {
        Roots::System | Roots::None => "the system's certificates".to_owned(),
        Roots::File { path, certificates, .. } => {
            let path = crate::foreign::Foreign::new(path.to_string_lossy());
            format!("those in \"{path}\", {} in all, and no others", certificates.len())
        }
    };
    let mut finding = KIND.found(title).detail(format!(
        "The chain ends at \"{issuer}\"; trusted are {trusted}. The login was not tried. An impostor would look the same, so turning \
         verification off is no fix."
    ));
    finding.evidence = inspection
        .chain
        .iter()
        .enumerate()
        .map(|(depth, certificate)| {
            format!(
                "certificate {depth}: subject \"{}\", issuer \"{}\"",
                certificate.subject, certificate.issuer
            )
        })
        .collect();
    let reasons = inspection
        .faults
        .iter()
        .map(|fault| format!("OpenSSL: {} (certificate {})", fault.reason, fault.depth));
    finding.evidence.extend(reasons);
    if inspection.chain.len() == 1 && !self_signed {
        finding = finding
            .candidate("the authority is not among the trusted ones", format!("look whether \"{issuer}\" is an authority's root, by asking whoever made the certificate"))
            .candidate(
                "the server leaves out an intermediate certificate, whose root is trusted",
                "the server sends one certificate alone; if its issuer is no root, the intermediate one belongs behind it in the file that SHOW ssl_cert_file names",
            );
    }
    let get = Step::new(
        Place::DatabaseHost,
        "get the authority's root certificate from the provider, or from whoever made the server's certificate",
    );
    let mut steps = match &policy.roots {
        Roots::File { path, .. } => {
            let file = quote::shell(&path.to_string_lossy());
            vec![
                get,
                Step::new(
                    Place::AppHost,
                    format!("add it to the file {file}, which sslrootcert names; others that are in it may stay"),
                ),
                Step::new(Place::AppHost, "see whether the server's chain leads to it now").run(format!(
                    "openssl s_client -starttls postgres -connect {address} -verify_return_error -CAfile {file} </dev/null"
                )),
            ]
        }
        Roots::System | Roots::None => vec![
            get,
            Step::new(Place::AppHost, "put it into a file that the service's user can read"),
            Step::new(Place::AppConfig, "name that file: sslrootcert=/path/to/root.crt"),
        ],
    };
    if let [only] = inspection.chain.as_slice()
        && !only.self_signed
    {
        steps.push(Step::new(
            Place::DatabaseHost,
            format!("or, if \"{issuer}\" is an intermediate authority whose root is trusted: put its certificate behind the server's own in the file that SHOW ssl_cert_file names"),
        ));
        steps.push(Step::sql("postgres", "and let the server read it", "SELECT pg_reload_conf();").actor("superuser"));
    }
    finding.remedy(Remedy::new(
        format!("trust the authority \"{issuer}\", once you know that it is the right one"),
        steps,
    ))
}

/// The chain was refused, and a second look did not show why.
#[must_use]
pub fn unexplained(address: &Address, error: &str) -> Finding {
    KIND.found(format!("the certificate of {address} is not trusted"))
        .detail("Verification failed, and a second connection to look at the certificate gave no more. The login was not tried.")
        .evidence(format!("OpenSSL: {error}"))
        .remedy(Remedy::new(
            "look at the certificate chain that the server shows",
            [Step::new(Place::AppHost, "show the chain").run(format!(
                "openssl s_client -starttls postgres -connect {address} -showcerts </dev/null"
            ))],
        ))
}
