//! DigitalOcean's managed databases.

use super::{Advice, Provider};
use crate::finding::{auth, pool, tcp, tls};

pub static DIGITALOCEAN: Provider = Provider {
    name: "DigitalOcean",
    has_host: |host, _| host.ends_with(".db.ondigitalocean.com"),
    texts: &[],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[&tcp::timeout::KIND],
            text: "add the client to the database's trusted sources; from inside the VPC use the host that begins with private-",
        },
        Advice {
            kinds: &[&auth::database_missing::KIND],
            text: "the name of a connection pool is a database on port 25061 only; 25060 leads to the server itself",
        },
        Advice {
            kinds: &[&tls::required_by_server::KIND, &auth::no_hba_entry::KIND],
            text: "it takes TLS connections only: set sslmode=require, or verify-full with its ca-certificate.crt",
        },
        Advice {
            kinds: &[&tls::ca_unknown::KIND, &tls::ca_file_missing::KIND],
            text: "download ca-certificate.crt from the connection details and set sslrootcert to it",
        },
        Advice {
            kinds: &[&pool::slots_exhausted::KIND, &pool::reserved_slots_only::KIND],
            text: "there are 25 connections for each GiB of memory, less 3: add a connection pool (port 25061), or resize",
        },
    ],
};
