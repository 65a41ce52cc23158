//! What a log cannot tell, and which command would.

use crate::finding::Kind;
use crate::layer::Layer;

/// A sentence for each kind of finding, by its layer.
#[must_use]
pub const fn the_log(kind: &Kind) -> &'static str {
    match kind.layer {
        Layer::Config => {
            "The log does not tell which of the places that a setting can come from has this one: dbdoctor env shows them all, and dbdoctor \
             check reads the settings as the driver does."
        }
        Layer::Dns => {
            "The log does not tell what the hosts file has and what the name servers answer now: dbdoctor check, run where the application \
             runs, asks both."
        }
        Layer::Tcp => {
            "The log does not tell whether it is so now, and with which of the host's addresses: dbdoctor check, run where the application \
             runs, tries each."
        }
        Layer::Tls => {
            "The log tells the first fault of the handshake alone: dbdoctor check shows the whole chain with every fault, and what the \
             settings ask for."
        }
        Layer::Auth => {
            "The log does not tell which settings the application really has, and what the server says to them now: dbdoctor check logs in \
             with them, once."
        }
        Layer::Privileges => {
            "The log tells the one object that was refused: dbdoctor check looks at every table, sequence and schema, and prints all that is \
             missing."
        }
        Layer::Migrations => {
            "The log does not tell how far the schema is from the code: dbdoctor check compares what is recorded with the files, and names \
             what is missing."
        }
        Layer::Pool => {
            "The log does not tell who has the connections: dbdoctor check counts them by role, database and state, beside the limits and \
             what the application can open."
        }
        Layer::Application => "The log does not tell whether the page works now: dbdoctor check --health-url asks for it.",
    }
}
