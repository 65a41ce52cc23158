//! Amazon RDS, Aurora and RDS Proxy.

use super::{Advice, Provider};
use crate::finding::{auth, dns, pool, privileges, tcp, tls};

const BUNDLE: Advice = Advice {
    kinds: &[&tls::ca_unknown::KIND, &tls::ca_file_missing::KIND, &tls::ca_file_invalid::KIND],
    text: "its certificate authority is in no system's store; download https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem and set \
           sslrootcert to that file",
};

const SECURITY_GROUP: Advice = Advice {
    kinds: &[&tcp::timeout::KIND, &tcp::unreachable::KIND],
    text: "let the client's address or security group in, on the port, in the inbound rules of the VPC security group; from outside the VPC the instance \
           also has to be publicly accessible",
};

const FORCE_SSL: Advice = Advice {
    kinds: &[&auth::no_hba_entry::KIND, &tls::required_by_server::KIND],
    text: "rds.force_ssl (1 by default from PostgreSQL 15) lets nobody in without TLS; set sslmode=verify-full in the application rather than turning the \
           parameter off. Its pg_hba.conf cannot be edited",
};

const IAM: Advice = Advice {
    kinds: &[&auth::method_rejected::KIND],
    text: "PAM stands for IAM here: make a new token (aws rds generate-db-auth-token; it lasts 15 minutes, and has to be percent-encoded in a URL), connect \
           with TLS, and see that the role was granted rds_iam",
};

const ENDPOINT: Advice = Advice {
    kinds: &[&dns::name_not_found::KIND],
    text: "copy the endpoint from the console; it goes away with its instance or cluster",
};

const SLOTS: Advice = Advice {
    kinds: &[&pool::slots_exhausted::KIND, &pool::reserved_slots_only::KIND],
    text: "max_connections follows the instance's memory (LEAST(memory/9531392, 5000)): take a larger class, set it in the parameter group, or put RDS Proxy \
           in front",
};

const WRITER: Advice = Advice {
    kinds: &[&privileges::read_only_replica::KIND, &auth::session_attrs_mismatch::KIND],
    text: "use the writer endpoint: the cluster's own (cluster-, without -ro) on Aurora, the source instance's on RDS",
};

pub static RDS: Provider = Provider {
    name: "Amazon RDS",
    has_host: |host, _| is_aws(host),
    texts: &["Amazon RDS"],
    hearsay: &[],
    advice: &[FORCE_SSL, SECURITY_GROUP, IAM, BUNDLE, ENDPOINT, SLOTS, WRITER],
};

pub static AURORA: Provider = Provider {
    name: "Amazon Aurora",
    has_host: |host, _| is_aws(host) && host.contains(".cluster-"),
    texts: &[],
    hearsay: &[],
    advice: &[FORCE_SSL, SECURITY_GROUP, IAM, BUNDLE, ENDPOINT, SLOTS, WRITER],
};

pub static PROXY: Provider = Provider {
    name: "Amazon RDS Proxy",
    has_host: |host, _| is_aws(host) && host.contains(".proxy-"),
    texts: PROXY_TEXTS,
    hearsay: PROXY_TEXTS,
    advice: &[
        Advice {
            kinds: &[&auth::pooler_user_unknown::KIND],
            text: "store the role's name and password in Secrets Manager, and give the proxy that secret",
        },
        Advice {
            kinds: &[&tls::required_by_server::KIND],
            text: "the proxy requires TLS (its setting Require Transport Layer Security): set sslmode=verify-full in the application",
        },
        Advice {
            kinds: &[&pool::pooler_waiting::KIND],
            text: "see whether the proxy reaches the database (security group, target health), and raise MaxConnectionsPercent or \
                   ConnectionBorrowTimeout of its target group",
        },
        Advice {
            kinds: &[&auth::method_rejected::KIND, &auth::password_rejected::KIND],
            text: "where the proxy demands IAM, offer a token over TLS, and allow rds-db:connect for the role",
        },
        SECURITY_GROUP,
        ENDPOINT,
    ],
};

const PROXY_TEXTS: &[&str] = &[
    "This RDS proxy has no credentials",
    "This RDS Proxy requires TLS",
    "Timed-out waiting to acquire database connection",
    "IAM authentication is allowed only with SSL connections",
    "The IAM authentication failed for the role",
];

fn is_aws(host: &str) -> bool {
    host.ends_with(".rds.amazonaws.com") || host.ends_with(".rds.amazonaws.com.cn")
}
