//! Lists of revoked certificates (RFC 5280 section 5): OpenSSL's Rust interface reads them and does not write them.

use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use openssl::x509::{X509, X509Ref};

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const GENERALIZED_TIME: u8 = 0x18;

/// `ecdsa-with-SHA256` (RFC 5758).
const ECDSA_WITH_SHA256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];

/// The authority's list, in PEM; the times are years.
pub fn list(authority: &X509Ref, key: &PKey<Private>, revoked: &X509, (from, until): (u16, u16)) -> Vec<u8> {
    let algorithm = tlv(SEQUENCE, ECDSA_WITH_SHA256);
    let mut serial = revoked.serial_number().to_bn().expect("a number").to_vec();
    if serial[0] & 0x80 != 0 {
        serial.insert(0, 0);
    }
    let entry = tlv(SEQUENCE, &[tlv(INTEGER, &serial), year(from)].concat());
    let body = [
        tlv(INTEGER, &[1]),
        algorithm.clone(),
        authority.subject_name().to_der().expect("a name"),
        year(from),
        year(until),
        tlv(SEQUENCE, &entry),
    ];
    let body = tlv(SEQUENCE, &body.concat());
    let mut signer = Signer::new(MessageDigest::sha256(), key).expect("a signer");
    let signature = signer.sign_oneshot_to_vec(&body).expect("a signature");
    let whole = tlv(
        SEQUENCE,
        &[body, algorithm, tlv(BIT_STRING, &[&[0][..], &signature].concat())].concat(),
    );
    let text = openssl::base64::encode_block(&whole);
    format!(
        "-----BEGIN X509 CRL-----\n{}\n-----END X509 CRL-----\n",
        text.as_bytes()
            .chunks(64)
            .map(String::from_utf8_lossy)
            .collect::<Vec<_>>()
            .join("\n")
    )
    .into_bytes()
}

fn year(year: u16) -> Vec<u8> {
    tlv(GENERALIZED_TIME, format!("{year}0101000000Z").as_bytes())
}

/// Tag, length, value.
fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len().to_be_bytes();
    let length = &length[length.iter().position(|byte| *byte > 0).unwrap_or(length.len() - 1)..];
    let header = match value.len() {
        0..0x80 => vec![tag, length[0]],
        _ => [&[tag, 0x80 | u8::try_from(length.len()).expect("a short length")], length].concat(),
    };
    [&header, value].concat()
}
