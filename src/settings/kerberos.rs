//! Whether there may be Kerberos credentials: where libkrb5 looks for them (kerberos(7), krb5.conf(5)).

use std::fs;
use std::path::Path;

use super::environment::Environment;

/// Variables that name a credential cache, a client's keytab, or a configuration that may name either.
const VARIABLES: &[&str] = &["KRB5CCNAME", "KRB5_CLIENT_KTNAME", "KRB5_CONFIG"];

/// The configuration, which may name a cache of any kind.
const CONFIGURATION: &str = "etc/krb5.conf";

/// What shows that there may be credentials, on the system under `root`; `None` where libkrb5 would find none.
#[must_use]
pub fn sign_of_credentials(environment: &Environment, root: &Path) -> Option<String> {
    if let Some(name) = VARIABLES.iter().find(|name| environment.bytes(name).is_some()) {
        return Some(format!("{name} is set"));
    }
    if root.join(CONFIGURATION).exists() {
        return Some(format!("/{CONFIGURATION} exists"));
    }
    // The default cache, of whichever user the application runs as.
    let caches = fs::read_dir(root.join("tmp")).into_iter().flatten().flatten();
    let mut names = caches.map(|entry| entry.file_name());
    let cache = names.find(|name| name.to_string_lossy().starts_with("krb5cc_"))?;
    Some(format!("/tmp/{} exists", cache.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::{Environment, sign_of_credentials};

    #[test]
    fn credentials_are_looked_for_where_kerberos_does() {
        let root = tempfile::tempdir().expect("a directory");
        let nothing = Environment::default();
        assert_eq!(sign_of_credentials(&nothing, root.path()), None);
        let named = Environment::new([("KRB5CCNAME", "KCM:")]);
        assert_eq!(sign_of_credentials(&named, root.path()).as_deref(), Some("KRB5CCNAME is set"));
        std::fs::create_dir(root.path().join("tmp")).expect("the directory is ours");
        std::fs::write(root.path().join("tmp/krb5cc_1000"), "").expect("the directory is ours");
        assert_eq!(
            sign_of_credentials(&nothing, root.path()).as_deref(),
            Some("/tmp/krb5cc_1000 exists")
        );
        std::fs::create_dir(root.path().join("etc")).expect("the directory is ours");
        std::fs::write(root.path().join("etc/krb5.conf"), "").expect("the directory is ours");
        assert_eq!(sign_of_credentials(&nothing, root.path()).as_deref(), Some("/etc/krb5.conf exists"));
    }
}
