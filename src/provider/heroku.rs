//! Heroku Postgres. Its hosts are EC2's, so the names of database and host together tell it.

use super::{Advice, Provider};
use crate::finding::{auth, dns, pool, privileges, tls};

/// Heroku's database names: `d` and 12 or more lower-case letters and digits.
const SHORTEST_DATABASE: usize = 13;

pub static HEROKU: Provider = Provider {
    name: "Heroku (likely)",
    has_host: |host, target| {
        let database = target.database.raw();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_ec2 = host.starts_with("ec2-") && host.ends_with(".amazonaws.com");
        is_ec2 && database.len() >= SHORTEST_DATABASE && database.starts_with('d') && database.chars().all(plain)
    },
    texts: &[],
    hearsay: &[],
    advice: &[
        Advice {
            kinds: &[
                &auth::password_rejected::KIND,
                &auth::role_missing::KIND,
                &auth::database_missing::KIND,
                &dns::name_not_found::KIND,
            ],
            text: "credentials and host change without notice, so a copied DATABASE_URL goes stale: take the one of heroku config:get DATABASE_URL",
        },
        Advice {
            kinds: &[&privileges::table_access::KIND],
            text: "a database beyond its plan's size keeps SELECT, DELETE and TRUNCATE alone: see heroku pg:info before anything is granted, and upgrade or \
                   delete data",
        },
        Advice {
            kinds: &[&pool::role_limit::KIND, &pool::slots_exhausted::KIND],
            text: "the plan limits connections (20 on Essential-0 and -1, 40 on -2, 120 on Standard-0): make the pools smaller, or use its PgBouncer buildpack or \
                   connection pooling",
        },
        Advice {
            kinds: &[&tls::required_by_server::KIND, &auth::no_hba_entry::KIND],
            text: "it takes TLS connections only: set sslmode=require",
        },
        Advice {
            kinds: &[&tls::ca_unknown::KIND],
            text: "its certificates are self-signed: sslmode=require encrypts without verifying; verification is not on offer on the smaller plans",
        },
    ],
};
