//! Every remedy proven: what is printed is pasted where it says, byte for byte, and the next check has the finding no more.
//!
//! What cannot be proven so stands in the `UNPROVEN` of its file with the reason; every finding of the layers dns to pool stands in
//! one of the two.

mod connection;
mod migrations;
mod privileges;

use dbdoctor::finding;
use dbdoctor::layer::Layer;

use crate::lab::server::Server;

/// A test per proof, and the list of what they prove.
macro_rules! proofs {
    ($($name:ident: $code:literal, |$proven:ident| $body:block)*) => {
        pub const PROVEN: &[&str] = &[$($code),*];
        $(
            #[test]
            fn $name() {
                let $proven = $code;
                $body
            }
        )*
    };
}
use proofs;

const IN_A_LOG: &str = "it befalls single statements, which a log shows: no check ends there";
const DRIVER: &str = "a driver's words in a log: no check ends there";

fn server() -> Server {
    Server::with(|_| {})
}

#[test]
fn each_finding_is_proven_or_listed() {
    let proven = [connection::PROVEN, privileges::PROVEN, migrations::PROVEN].concat();
    let listed = [connection::UNPROVEN, privileges::UNPROVEN, migrations::UNPROVEN].concat();
    for kind in finding::ALL {
        let code = kind.code().to_string();
        let concerned = !matches!(kind.layer, Layer::Config | Layer::Application);
        let is_proven = proven.contains(&code.as_str());
        let is_listed = listed.iter().any(|(listed, _)| *listed == code);
        assert!(!(is_proven && is_listed), "{code} is both proven and listed");
        assert_eq!(
            is_proven || is_listed,
            concerned,
            "{code} is neither proven nor listed, or is none of these layers'"
        );
    }
    for (at, (code, reason)) in listed.iter().enumerate() {
        assert!(!listed[..at].iter().any(|(other, _)| other == code), "{code} is listed twice");
        assert!(finding::by_code(code).is_some() && !reason.is_empty(), "{code}");
    }
}
