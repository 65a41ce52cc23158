//! The last line of defence: known secrets are struck out of every text before a reporter sees it.
//!
//! Probes never put a secret into a text; a server, a file or an operating system that echoes one back could.

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use crate::conninfo::options;
use crate::foreign::Foreign;
use crate::secret::Secret;
use crate::target::Target;
use crate::wordlike;

/// What stands in a secret's place.
const STRUCK: &str = "***";

/// Shorter secrets are not struck out: they would take half the report with them, and give themselves away by it.
const SHORTEST: usize = 4;

/// The secrets of one check, in every form in which they might come back.
#[derive(Debug, Default)]
pub struct Mask(Vec<Secret>);

impl Mask {
    /// The secrets of a target. One that is part of a public name of the target, and a name itself, tells nothing and is left alone; a
    /// real one in such a place has got there by mistake.
    #[must_use]
    pub fn of(target: &Target) -> Self {
        let mut public = vec![target.user.raw().to_owned(), target.database.raw().to_owned()];
        public.extend(target.hosts.iter().map(crate::target::Host::name));
        let of_hosts = target.hosts.iter().filter_map(|host| host.password.as_ref());
        let passwords = target.password.iter().chain(of_hosts).map(|password| &password.secret);
        let secrets = passwords.chain(&target.tls.client_key_password);
        let mut forms = Vec::new();
        for secret in secrets {
            let Some(text) = secret.reveal_str() else { continue };
            let is_public = || wordlike::is_name(text) && public.iter().any(|name| name.contains(text));
            if text.len() < SHORTEST || is_public() {
                continue;
            }
            forms.extend(forms_of(text));
        }
        let settings = target.options.iter().flat_map(|options| options::custom_values(options.raw()));
        forms.extend(settings.filter(|value| !wordlike::is_name(value)).flat_map(forms_of));
        Self(forms)
    }

    /// A password whose surroundings are not known for certain; one that could be a name is left alone.
    #[must_use]
    pub fn over(password: Option<&Secret>) -> Self {
        let text = password.and_then(Secret::reveal_str).unwrap_or_default();
        let tells = text.len() >= SHORTEST && !wordlike::is_name(text);
        Self(if tells { forms_of(text).into() } else { Vec::new() })
    }

    /// Further secrets.
    pub fn add(&mut self, secrets: &[Secret]) {
        let texts = secrets.iter().filter_map(Secret::reveal_str);
        self.0.extend(texts.filter(|text| text.len() >= SHORTEST).flat_map(forms_of));
    }

    /// Strikes every secret out.
    pub fn apply(&self, text: &mut String) {
        for secret in &self.0 {
            if let Some(secret) = secret.reveal_str()
                && text.contains(secret)
            {
                *text = text.replace(secret, STRUCK);
            }
        }
    }
}

fn forms_of(text: &str) -> [Secret; 3] {
    [
        Secret::from(text),
        Secret::from(percent_encode(text.as_bytes(), NON_ALPHANUMERIC).to_string()),
        Secret::from(Foreign::from(text).to_string()),
    ]
}
