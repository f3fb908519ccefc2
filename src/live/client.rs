//! One server, asked with patience: few requests at once, each for a limited time, again only where that can help.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::config::Config;
use ureq::http::{Method, Request};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, AsSendBody, Error};

use super::address::{Address, Peer};
use super::answer::{Answer, NO_PAGE, Trouble, Wrapped};
use super::clock::Deadline;
use super::gate::Gate;

/// How often something is asked before giving up, and the first wait in between.
const ATTEMPTS: u32 = 3;
const BACK_OFF: Duration = Duration::from_millis(250);
/// The largest answer that is read.
const LARGEST: u64 = 32 << 20;

/// A server that is asked.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) peer: Peer,
    address: Address,
    agent: Agent,
    gate: Arc<Gate>,
    limit: Duration,
    deadline: Option<Deadline>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Nothing,
    Form(Vec<(&'static str, String)>),
    Json(Value),
}

impl Client {
    pub(super) fn new(peer: Peer, address: Address, limit: Duration) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier);
        let mut config = Config::builder()
            .tls_config(tls.build())
            .timeout_global(Some(limit))
            .timeout_connect(Some(limit / 2))
            .http_status_as_error(false)
            // A login page answers with success: where it is, is better said.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent("obsctl");
        if address.is_local() {
            config = config.proxy(None);
        }
        Self {
            peer,
            address,
            agent: config.build().new_agent(),
            gate: Arc::new(Gate::default()),
            limit,
            deadline: None,
        }
    }

    /// The same server, asked until then.
    pub(super) fn until(self, deadline: Deadline) -> Self {
        Self {
            deadline: Some(deadline),
            ..self
        }
    }

    /// How long the next request may take; nothing is asked when the time is over.
    fn patience(&self) -> Result<Duration, Trouble> {
        let Some(deadline) = self.deadline else {
            return Ok(self.limit);
        };
        let late = || Trouble::Late {
            peer: self.peer.name(),
            seconds: deadline.whole.as_secs(),
        };
        deadline
            .left()
            .map(|left| left.min(self.limit))
            .ok_or_else(late)
    }

    /// Another server behind this one: Grafana leads to its datasources.
    pub(super) fn behind(&self, peer: Peer, path: &str) -> Self {
        Self {
            peer,
            address: self.address.below(path),
            ..self.clone()
        }
    }

    pub(super) fn url(&self) -> &str {
        self.address.shown()
    }

    /// An answer in the form that is documented.
    pub(super) fn read<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, Trouble> {
        serde_json::from_slice(&answer.body).map_err(|error| {
            let start = answer.body.iter().find(|byte| !byte.is_ascii_whitespace());
            let what = match start {
                Some(b'<') => {
                    "a page of HTML where JSON is documented: another program may have its port"
                        .to_owned()
                }
                None => "nothing where JSON is documented".to_owned(),
                // What was there instead is the server's own text.
                Some(_) if error.is_data() => {
                    format!("JSON in another form than it documents: {error}")
                }
                Some(_) => "something that is not whole JSON".to_owned(),
            };
            self.malformed(&what)
        })
    }

    /// The data of an answer that is a success and has all of it.
    pub(super) fn whole<T>(&self, answer: Wrapped<T>) -> Result<Option<T>, Trouble> {
        if answer.status != "success" {
            return Err(self.malformed(&format!("the status `{}`", answer.status)));
        }
        match answer.lack() {
            Some(why) => Err(Trouble::Partial {
                peer: self.peer.name(),
                why: self.clean(why),
            }),
            None => Ok(answer.data),
        }
    }

    /// The same where there has to be some.
    pub(super) fn some<T>(&self, answer: Wrapped<T>) -> Result<T, Trouble> {
        let data = self.whole(answer)?;
        data.ok_or_else(|| self.malformed("a success without data"))
    }

    /// What is said of an answer in another form than it documents.
    pub(super) fn malformed(&self, what: &str) -> Trouble {
        Trouble::Malformed {
            peer: self.peer.name(),
            what: self.clean(what),
        }
    }

    /// A text of the server that can be shown.
    pub(super) fn clean(&self, text: &str) -> String {
        self.address.clean(text)
    }

    pub(super) fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, Trouble> {
        self.read(&self.ok(Method::GET, path, query, &Body::Nothing)?)
    }

    pub(super) fn text(&self, path: &str) -> Result<String, Trouble> {
        let answer = self.ok(Method::GET, path, &[], &Body::Nothing)?;
        Ok(self.clean(&String::from_utf8_lossy(&answer.body)))
    }

    pub(super) fn post<T: DeserializeOwned>(&self, path: &str, body: &Body) -> Result<T, Trouble> {
        self.read(&self.ok(Method::POST, path, &[], body)?)
    }

    pub(super) fn command(&self, method: Method, path: &str) -> Result<(), Trouble> {
        self.ok(method, path, &[], &Body::Nothing).map(drop)
    }

    /// The answer, if it is a success.
    pub(super) fn ok(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: &Body,
    ) -> Result<Answer, Trouble> {
        let answer = self.ask(method, path, query, body)?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        Err(self.refusal(&answer))
    }

    pub(super) fn refusal(&self, answer: &Answer) -> Trouble {
        let said = match answer.status {
            300..=399 => Some("it leads elsewhere, as to a login".to_owned()),
            401 | 403 => {
                let variable = self.peer.variable();
                // What Loki, Tempo and Mimir say of a request without a tenant.
                let tenant = answer.error().filter(|said| said.contains("no org id"));
                Some(match tenant {
                    Some(said) => format!("{}: set `{variable}_TENANT`", self.clean(&said)),
                    None => format!(
                        "set `{variable}_TOKEN`, or `{variable}_USER` and `{variable}_PASSWORD`"
                    ),
                })
            }
            _ => answer.error().map(|error| match error.trim() {
                // What Go's servers, and so all engines, say of a path that is none of theirs.
                "404 page not found" => {
                    let more = match self.peer {
                        Peer::Prometheus => {
                            " or too little: Mimir's ends in `/prometheus`, and Thanos' ruler answers no queries"
                        }
                        _ => "",
                    };
                    let why = "the URL leads to something else, or has a path too much";
                    format!("{NO_PAGE}: {why}{more}")
                }
                _ => self.clean(&error),
            }),
        };
        Trouble::Refused {
            peer: self.peer.name(),
            status: answer.status,
            text: said
                .filter(|said| !said.is_empty())
                .map_or_else(String::new, |said| format!(": {said}")),
        }
    }

    /// The answer, whatever its status is. Asks again where the server was not there, or was overwhelmed.
    pub(super) fn ask(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: &Body,
    ) -> Result<Answer, Trouble> {
        let mut wait = BACK_OFF;
        for attempt in 1.. {
            if self.gate.is_closed() {
                return Err(self.unreachable("it left the last requests without an answer"));
            }
            let result = {
                let _place = self.gate.enter();
                let patience = self.patience()?;
                self.ask_once(method.clone(), path, query, body, patience)
            };
            self.gate.note(!matches!(
                result,
                Err(Trouble::Slow { .. } | Trouble::Unreachable { .. })
            ));
            let again = match &result {
                Ok(answer) => answer.status == 429 || answer.status >= 500,
                Err(trouble) => matches!(trouble, Trouble::Unreachable { .. }),
            };
            if !again || attempt == ATTEMPTS {
                return result;
            }
            thread::sleep(wait);
            wait *= 2;
        }
        unreachable!("the last attempt returns")
    }

    fn ask_once(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: &Body,
        patience: Duration,
    ) -> Result<Answer, Trouble> {
        let mut url = format!("{}{path}", self.address.shown());
        for (index, (name, value)) in query.iter().enumerate() {
            url.push(if index == 0 { '?' } else { '&' });
            url.push_str(&format!("{name}={}", encoded(value)));
        }
        let (kind, bytes) = match body {
            Body::Nothing => ("", vec![]),
            Body::Form(pairs) => {
                let pairs: Vec<_> = pairs
                    .iter()
                    .map(|(name, value)| format!("{name}={}", encoded(value)))
                    .collect();
                (
                    "application/x-www-form-urlencoded",
                    pairs.join("&").into_bytes(),
                )
            }
            Body::Json(value) => ("application/json", value.to_string().into_bytes()),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .header("accept", "application/json, text/plain;q=0.5");
        for (name, value) in self.address.headers() {
            request = request.header(name, value);
        }
        let sent = if kind.is_empty() {
            let request = request.body(()).map_err(Error::from);
            request.and_then(|request| self.agent.run(self.limited(request, patience)))
        } else {
            let request = request.header("content-type", kind).body(bytes);
            let request = request.map_err(Error::from);
            request.and_then(|request| self.agent.run(self.limited(request, patience)))
        };
        let mut response = sent.map_err(|error| self.trouble(&error))?;
        let status = response.status().as_u16();
        let body = response
            .body_mut()
            .with_config()
            .limit(LARGEST)
            .read_to_vec();
        Ok(Answer {
            status,
            body: body.map_err(|error| self.trouble(&error))?,
        })
    }

    /// The request, for this long at most.
    fn limited<S: AsSendBody>(&self, request: Request<S>, patience: Duration) -> Request<S> {
        let request = self.agent.configure_request(request);
        request.timeout_global(Some(patience)).build()
    }

    fn trouble(&self, error: &Error) -> Trouble {
        let peer = self.peer.name();
        let malformed = |what: String| Trouble::Malformed { peer, what };
        match error {
            Error::Timeout(_) => match self.patience() {
                Err(late) => late,
                Ok(_) => Trouble::Slow {
                    peer,
                    seconds: self.limit.as_secs(),
                },
            },
            Error::BodyExceedsLimit(limit) => malformed(format!("more than {} MiB", limit >> 20)),
            Error::Protocol(_) => malformed("something that is not HTTP".to_owned()),
            Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                malformed("half an answer".to_owned())
            }
            Error::Io(error) => self.unreachable(&cause(error)),
            Error::HostNotFound => self.unreachable("its host name is unknown"),
            other => self.unreachable(&other.to_string()),
        }
    }

    fn unreachable(&self, cause: &str) -> Trouble {
        Trouble::Unreachable {
            peer: self.peer.name(),
            url: self.url().to_owned(),
            cause: self.clean(cause),
        }
    }
}

/// Why nothing was sent or heard. Of an encrypted connection the reason is inside.
fn cause(error: &std::io::Error) -> String {
    match error.get_ref().map(ToString::to_string) {
        Some(tls) if tls.contains("InvalidContentType") => {
            "it does not speak TLS: write `http://`".to_owned()
        }
        Some(tls) if tls.contains("invalid peer certificate") => refused(&tls),
        Some(tls) if error.kind() == std::io::ErrorKind::InvalidData => tls,
        _ if error.to_string().contains("failed to lookup address") => {
            "its host name is unknown".to_owned()
        }
        _ => error.kind().to_string(),
    }
}

/// Why a certificate is not accepted.
fn refused(tls: &str) -> String {
    let said = |word: &str| tls.contains(word);
    if said("UnknownIssuer") || said("CaUsedAsEndEntity") {
        "its certificate is signed by itself, or by nobody whom this machine trusts: \
         add the authority to those of the system"
            .to_owned()
    } else if said("xpired") {
        "its certificate has expired".to_owned()
    } else if said("NotValidForName") || said("not valid for name") {
        "its certificate is for another name".to_owned()
    } else {
        format!("its certificate is not accepted: {tls}")
    }
}

/// A value in a URL or a form.
pub(super) fn encoded(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
