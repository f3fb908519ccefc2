//! Where something runs, and what it wants to see before it answers.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ureq::http::Uri;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "their own names")]
pub enum Peer {
    AlertReceiver,
    Alertmanager,
    Demo,
    Grafana,
    Loki,
    /// Where a link leads.
    Page,
    Prometheus,
    Tempo,
}

impl Peer {
    /// All that can be asked by address, by name.
    pub const ALL: [Self; 7] = [
        Self::AlertReceiver,
        Self::Alertmanager,
        Self::Demo,
        Self::Grafana,
        Self::Loki,
        Self::Prometheus,
        Self::Tempo,
    ];

    /// Its name in sentences.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AlertReceiver => "the alert receiver",
            Self::Alertmanager => "Alertmanager",
            Self::Demo => "the demo",
            Self::Grafana => "Grafana",
            Self::Loki => "Loki",
            Self::Page => "the page",
            Self::Prometheus => "Prometheus",
            Self::Tempo => "Tempo",
        }
    }

    /// Its name in ids and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::AlertReceiver => "alert-receiver",
            Self::Alertmanager => "alertmanager",
            Self::Demo => "demo",
            Self::Grafana => "grafana",
            Self::Loki => "loki",
            Self::Page => "page",
            Self::Prometheus => "prometheus",
            Self::Tempo => "tempo",
        }
    }

    /// The beginning of its variables in the environment: `ALERT_RECEIVER`.
    #[must_use]
    pub fn variable(self) -> String {
        self.word().replace('-', "_").to_ascii_uppercase()
    }
}

/// An address, and what proves who is asking. Never shown as a whole.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// Without a login and without a slash at the end.
    base: String,
    authorization: Option<String>,
    tenant: Option<String>,
    /// What must not be seen in anything that is shown.
    secrets: Vec<String>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address")
            .field("base", &self.base)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

impl Address {
    /// Reads `http://host:port/path`; a login in it is used and not shown.
    ///
    /// # Errors
    /// When it is no URL of HTTP. What is said does not repeat it: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let uri: Uri = text
            .parse()
            .map_err(|_| "not a URL: write it as `http://host:port`".to_owned())?;
        let (Some("http" | "https"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err("not a URL of HTTP: write it as `http://host:port`".to_owned());
        };
        if uri.query().is_some() {
            return Err("a URL with a query cannot be the beginning of others".to_owned());
        }
        let (login, host) = match authority.as_str().rsplit_once('@') {
            Some((login, host)) => (Some(login), host),
            None => (None, authority.as_str()),
        };
        let scheme = uri.scheme_str().unwrap_or_default();
        let path = uri.path().trim_end_matches('/');
        let address = Self {
            base: format!("{scheme}://{host}{path}"),
            authorization: None,
            tenant: None,
            secrets: vec![],
        };
        Ok(match login {
            Some(login) => {
                let (user, password) = login.split_once(':').unwrap_or((login, ""));
                address.basic(&decoded(user), &decoded(password))
            }
            None => address,
        })
    }

    /// Shows who is asking by a token.
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Self {
        self.secrets.push(token.to_owned());
        self.authorization = Some(format!("Bearer {token}"));
        self
    }

    /// Shows who is asking by a name and a password.
    #[must_use]
    pub fn basic(mut self, user: &str, password: &str) -> Self {
        let encoded = BASE64_STANDARD.encode(format!("{user}:{password}"));
        self.secrets.extend([password.to_owned(), encoded.clone()]);
        self.authorization = Some(format!("Basic {encoded}"));
        self
    }

    /// Asks for the data of a tenant: `X-Scope-OrgID`.
    #[must_use]
    pub fn tenant(mut self, tenant: &str) -> Self {
        self.tenant = Some(tenant.to_owned());
        self
    }

    /// The same server below a path.
    #[must_use]
    pub fn below(&self, path: &str) -> Self {
        Self {
            base: format!("{}{path}", self.base),
            ..self.clone()
        }
    }

    /// The address without what is secret.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.base
    }

    /// Whether it is of this machine: no proxy leads there.
    pub(super) fn is_local(&self) -> bool {
        let host = self.base.split("://").nth(1).unwrap_or_default();
        ["localhost", "127.", "[::1]"]
            .iter()
            .any(|local| host.starts_with(local))
    }

    /// The headers of every request.
    pub(super) fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let authorization = self.authorization.as_deref();
        let authorization = authorization.map(|value| ("authorization", value));
        let tenant = self.tenant.as_deref().map(|value| ("x-scope-orgid", value));
        authorization.into_iter().chain(tenant)
    }

    /// A text of a server, without secrets and without what would move a terminal's cursor, and not too long.
    pub(super) fn clean(&self, text: &str) -> String {
        const LONGEST: usize = 300;
        let mut text: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(10 * LONGEST)
            .collect();
        for secret in self.secrets.iter().filter(|secret| !secret.is_empty()) {
            text = text.replace(secret, "<redacted>");
        }
        let words: Vec<_> = text.split_whitespace().collect();
        let text = words.join(" ");
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

/// A part of a URL with `%41` read as `A`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = (*first == b'%').then(|| tail.get(..2)).flatten();
        let hex = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_used_and_never_shown() {
        let address = Address::parse("https://me:p%40ss@example.com:9090/prom/").unwrap();
        assert_eq!(address.shown(), "https://example.com:9090/prom");
        let headers: Vec<_> = address.headers().collect();
        assert_eq!(headers, [("authorization", "Basic bWU6cEBzcw==")]);
        assert!(!format!("{address:?}").contains("p@ss"));
        assert_eq!(
            address.clean("got p@ss\x1b[2J and\n bWU6cEBzcw=="),
            "got <redacted> [2J and <redacted>"
        );
        let tenant = Address::parse("http://x")
            .unwrap()
            .bearer("abc")
            .tenant("t1");
        let headers: Vec<_> = tenant.headers().collect();
        assert_eq!(
            headers,
            [("authorization", "Bearer abc"), ("x-scope-orgid", "t1")]
        );
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for text in [
            "",
            "localhost:9090",
            "ftp://me:secret@x",
            "http://me:secret@x/?a=b",
            "http://",
            "http://a b",
        ] {
            let error = Address::parse(text).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn texts_of_servers_are_cut() {
        let address = Address::parse("http://localhost:1").unwrap();
        assert_eq!(address.clean(&"é".repeat(10_000)).chars().count(), 301);
        assert!(address.is_local());
        assert!(!Address::parse("http://example.com").unwrap().is_local());
    }
}
