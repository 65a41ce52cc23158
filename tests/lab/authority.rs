//! A certificate authority of the laboratory's own, and certificates with every fault.

use std::fs::{self, Permissions};
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::symm::Cipher;
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Name};

use super::{account, canary, revocation, workdir};

const DAY: i64 = 24 * 60 * 60;
const SERVER_NAMES: &[&str] = &["localhost", "db.lab.test", "127.0.0.1", "::1"];

/// A certificate with what is sent along with it, and its key.
#[derive(Debug, Clone)]
pub struct Identity {
    chain: Vec<u8>,
    key: Vec<u8>,
}

impl Identity {
    /// The same, with this certificate behind its own so many times.
    pub fn followed_by(&self, certificate: &[u8], times: usize) -> Self {
        Self {
            chain: [&self.chain[..], &certificate.repeat(times)].concat(),
            key: self.key.clone(),
        }
    }

    /// Writes both for a server that runs as the ordinary user.
    pub fn install(&self, directory: &Path, name: &str) -> (PathBuf, PathBuf) {
        let (certificate, key) = self.write(directory, name);
        account::give(&certificate);
        account::give(&key);
        (certificate, key)
    }

    /// Writes both for a client; the key is readable by its owner alone.
    pub fn write(&self, directory: &Path, name: &str) -> (PathBuf, PathBuf) {
        let certificate = directory.join(format!("{name}.crt"));
        let key = directory.join(format!("{name}.key"));
        write(&certificate, &self.chain, 0o644);
        write(&key, &self.key, 0o600);
        (certificate, key)
    }
}

/// Everything that the laboratory's authority issued, and what others did.
#[derive(Debug)]
pub struct Authority {
    /// The root certificate that clients trust.
    pub root: PathBuf,
    /// A root that has nothing to do with any server here.
    pub other_root: PathBuf,
    /// The other root and the right one, in that order, in one file.
    pub bundle: PathBuf,
    /// Good for `localhost`, `db.lab.test`, `127.0.0.1` and `::1`.
    pub server: Identity,
    pub expired: Identity,
    pub not_yet_valid: Identity,
    /// Ends in ten days.
    pub expiring: Identity,
    /// Ends in three days.
    pub ending: Identity,
    /// With an RSA key of 1,024 bits.
    pub weak_key: Identity,
    /// By an authority whose own certificate is signed with SHA-1 by the root, and sent along.
    pub weak_digest: Identity,
    /// For `db.elsewhere.test` alone.
    pub wrong_host: Identity,
    /// For two thousand hosts, none of them any of these.
    pub crowded: Identity,
    /// Issued by the other authority.
    pub other_ca: Identity,
    pub self_signed: Identity,
    /// Issued by an intermediate authority, which is sent along.
    pub by_intermediate: Identity,
    /// The same, without the intermediate certificate.
    pub missing_intermediate: Identity,
    /// Good itself, and issued by an intermediate authority, sent along, that has expired.
    pub expired_intermediate: Identity,
    /// Named in [`Self::revocations`].
    pub revoked: Identity,
    /// The authority's list of revoked certificates.
    pub revocations: PathBuf,
    /// The same, long out of date.
    pub old_revocations: PathBuf,
    /// The role `certified`'s, with its key in PKCS#8.
    pub client: Identity,
    /// The same with its key in PKCS#1.
    pub client_pkcs1: Identity,
    /// The same with its key under the password `canary::of("the client's key")`.
    pub client_encrypted: Identity,
    /// Another role's name, issued by the right authority.
    pub client_other: Identity,
    /// The role `certified`'s name, issued by the other authority.
    pub client_stranger: Identity,
    /// The client's certificate with a key that is not its own.
    pub client_mismatched: Identity,
}

/// The authority; everything is issued once.
pub fn get() -> &'static Authority {
    static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::establish);
    &AUTHORITY
}

impl Authority {
    fn establish() -> Self {
        let directory = workdir::fresh("authority");
        let root = Issuer::root("dbdoctor laboratory root");
        let other = Issuer::root("somebody else's root");
        let intermediate = root.intermediate(&Request::authority("dbdoctor laboratory intermediate"));
        let expired = root.intermediate(&Request {
            until: -DAY,
            ..Request::authority("dbdoctor laboratory expired intermediate")
        });
        let by_expired = expired.identity(&Request::server(-DAY, 90 * DAY, SERVER_NAMES), &ec_key());
        let files = [
            ("root.crt", root.pem()),
            ("other.crt", other.pem()),
            ("bundle.crt", [other.pem(), root.pem()].concat()),
        ];
        let [root_file, other_file, bundle] = files.map(|(name, pem)| {
            let path = directory.join(name);
            write(&path, &pem, 0o644);
            path
        });
        let server = |from, until, names| root.identity(&Request::server(from, until, names), &ec_key());
        let by_intermediate = intermediate.identity(&Request::server(-DAY, 90 * DAY, SERVER_NAMES), &ec_key());
        let client_request = Request::client("certified");
        let rsa = Rsa::generate(2048).expect("an RSA key");
        let client_key = PKey::from_rsa(rsa.clone()).expect("an RSA key");
        let client = root.identity(&client_request, &client_key);
        let with_key = |key: Vec<u8>| Identity { key, ..client.clone() };
        let password = canary::of("the client's key");
        let weak_key = PKey::from_rsa(Rsa::generate(1024).expect("an RSA key")).expect("an RSA key");
        let weak = root.sha1_intermediate("dbdoctor laboratory SHA-1 intermediate");
        let by_weak = weak.identity(&Request::server(-DAY, 90 * DAY, SERVER_NAMES), &ec_key());
        let revoked = server(-DAY, 90 * DAY, SERVER_NAMES);
        let [revocations, old_revocations] = [("root.crl", (2020, 2100)), ("old.crl", (2020, 2021))].map(|(name, years)| {
            let path = directory.join(name);
            let certificate = X509::from_pem(&revoked.chain).expect("PEM");
            write(&path, &revocation::list(&root.certificate, &root.key, &certificate, years), 0o644);
            path
        });
        let encrypted = client_key.private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), password.as_bytes());
        Self {
            server: server(-DAY, 90 * DAY, SERVER_NAMES),
            expired: server(-30 * DAY, -3 * DAY, SERVER_NAMES),
            not_yet_valid: server(3 * DAY, 90 * DAY, SERVER_NAMES),
            expiring: server(-80 * DAY, 10 * DAY, SERVER_NAMES),
            ending: server(-80 * DAY, 3 * DAY + DAY / 2, SERVER_NAMES),
            weak_key: root.identity(&Request::server(-DAY, 90 * DAY, SERVER_NAMES), &weak_key),
            weak_digest: Identity {
                chain: [by_weak.chain, weak.pem()].concat(),
                key: by_weak.key,
            },
            expired_intermediate: Identity {
                chain: [by_expired.chain, expired.pem()].concat(),
                key: by_expired.key,
            },
            client_other: root.identity(&Request::client("somebody_else"), &ec_key()),
            wrong_host: server(-DAY, 90 * DAY, &["db.elsewhere.test"]),
            crowded: {
                let names: Vec<String> = (0..2_000).map(|number| format!("host-{number}.elsewhere.test")).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                server(-DAY, 90 * DAY, &names)
            },
            other_ca: other.identity(&Request::server(-DAY, 90 * DAY, SERVER_NAMES), &ec_key()),
            self_signed: self_signed(),
            revoked,
            revocations,
            old_revocations,
            missing_intermediate: by_intermediate.clone(),
            by_intermediate: Identity {
                chain: [by_intermediate.chain, intermediate.pem()].concat(),
                key: by_intermediate.key,
            },
            client_pkcs1: with_key(rsa.private_key_to_pem().expect("PEM")),
            client_encrypted: with_key(encrypted.expect("PEM")),
            client_mismatched: with_key(ec_key().private_key_to_pem_pkcs8().expect("PEM")),
            client_stranger: other.identity(&client_request, &ec_key()),
            client,
            root: root_file,
            other_root: other_file,
            bundle,
        }
    }
}

struct Issuer {
    certificate: X509,
    key: PKey<Private>,
}

impl Issuer {
    fn root(name: &str) -> Self {
        let key = ec_key();
        let certificate = certificate(&Request::authority(name), &key, None);
        Self { certificate, key }
    }

    fn intermediate(&self, request: &Request) -> Self {
        let key = ec_key();
        let certificate = certificate(request, &key, Some(self));
        Self { certificate, key }
    }

    fn sha1_intermediate(&self, name: &str) -> Self {
        let key = ec_key();
        let certificate = signed(&Request::authority(name), &key, Some(self), MessageDigest::sha1());
        Self { certificate, key }
    }

    fn identity(&self, request: &Request, key: &PKey<Private>) -> Identity {
        Identity {
            chain: certificate(request, key, Some(self)).to_pem().expect("PEM"),
            key: key.private_key_to_pem_pkcs8().expect("PEM"),
        }
    }

    fn pem(&self) -> Vec<u8> {
        self.certificate.to_pem().expect("PEM")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Authority,
    Server,
    Client,
}

struct Request<'a> {
    purpose: Purpose,
    name: &'a str,
    /// Seconds from now.
    from: i64,
    until: i64,
    alternative_names: &'a [&'a str],
}

impl<'a> Request<'a> {
    fn authority(name: &'a str) -> Self {
        Self {
            purpose: Purpose::Authority,
            name,
            from: -400 * DAY,
            until: 400 * DAY,
            alternative_names: &[],
        }
    }

    fn server(from: i64, until: i64, names: &'a [&'a str]) -> Self {
        Self {
            purpose: Purpose::Server,
            name: names[0],
            from,
            until,
            alternative_names: names,
        }
    }

    fn client(name: &'a str) -> Self {
        Self {
            purpose: Purpose::Client,
            name,
            from: -DAY,
            until: 90 * DAY,
            alternative_names: &[],
        }
    }
}

fn self_signed() -> Identity {
    let key = ec_key();
    Identity {
        chain: certificate(&Request::server(-DAY, 90 * DAY, SERVER_NAMES), &key, None)
            .to_pem()
            .expect("PEM"),
        key: key.private_key_to_pem_pkcs8().expect("PEM"),
    }
}

fn ec_key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("a known curve");
    PKey::from_ec_key(EcKey::generate(&group).expect("a key")).expect("a key")
}

/// Signs what is asked for; without an issuer, with its own key.
fn certificate(request: &Request, key: &PKey<Private>, issuer: Option<&Issuer>) -> X509 {
    signed(request, key, issuer, MessageDigest::sha256())
}

fn signed(request: &Request, key: &PKey<Private>, issuer: Option<&Issuer>, digest: MessageDigest) -> X509 {
    let subject = name(request.name);
    let mut builder = X509::builder().expect("a builder");
    builder.set_version(2).expect("X.509 version 3");
    builder.set_serial_number(&serial()).expect("a serial number");
    builder.set_subject_name(&subject).expect("a name");
    builder
        .set_issuer_name(issuer.map_or(&*subject, |issuer| issuer.certificate.subject_name()))
        .expect("a name");
    builder.set_not_before(&from_now(request.from)).expect("a time");
    builder.set_not_after(&from_now(request.until)).expect("a time");
    builder.set_pubkey(key).expect("a key");
    let mut extensions = Vec::new();
    match request.purpose {
        Purpose::Authority => {
            extensions.push(BasicConstraints::new().critical().ca().build());
            extensions.push(KeyUsage::new().critical().key_cert_sign().crl_sign().build());
        }
        Purpose::Server => extensions.push(ExtendedKeyUsage::new().server_auth().build()),
        Purpose::Client => extensions.push(ExtendedKeyUsage::new().client_auth().build()),
    }
    for extension in extensions {
        builder.append_extension(extension.expect("an extension")).expect("an extension");
    }
    if !request.alternative_names.is_empty() {
        let mut names = SubjectAlternativeName::new();
        for name in request.alternative_names {
            match name.parse::<IpAddr>() {
                Ok(_) => names.ip(name),
                Err(_) => names.dns(name),
            };
        }
        let context = builder.x509v3_context(issuer.map(|issuer| &*issuer.certificate), None);
        let extension = names.build(&context).expect("an extension");
        builder.append_extension(extension).expect("an extension");
    }
    let signer = issuer.map_or(key, |issuer| &issuer.key);
    builder.sign(signer, digest).expect("a signature");
    builder.build()
}

fn name(common_name: &str) -> X509Name {
    let mut name = X509Name::builder().expect("a builder");
    name.append_entry_by_nid(Nid::COMMONNAME, common_name).expect("a name");
    name.build()
}

fn serial() -> openssl::asn1::Asn1Integer {
    let mut number = BigNum::new().expect("a number");
    number.rand(120, MsbOption::MAYBE_ZERO, false).expect("a number");
    number.to_asn1_integer().expect("a number")
}

fn from_now(seconds: i64) -> Asn1Time {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    Asn1Time::from_unix(now.cast_signed() + seconds).expect("a time")
}

fn write(path: &Path, bytes: &[u8], mode: u32) {
    fs::write(path, bytes).expect("the directory is ours");
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("the file is ours");
}
