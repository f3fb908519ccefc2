//! What `check` asks of running engines. Only what Prometheus, Mimir, Thanos and VictoriaMetrics all answer is needed: series,
//! labels, values and queries. What only Prometheus says of itself is asked, and done without.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::Method;

use super::address::{Address, Peer};
use super::answer::{Trouble, Wrapped};
use super::client::{Body, Client, encoded};
use super::clock::{self, Deadline};
use crate::generate::yaml;
use crate::online::logs::Streams;
use crate::online::{Answer, Cost, Metadata, Metrics, Points, Span};

/// How long answers may take, and how far back is looked.
#[derive(Clone, Copy, Debug)]
pub struct Asking {
    deadline: Deadline,
    request_limit: Duration,
    look_back: obsctl_model::Duration,
    now: u64,
}

impl Asking {
    /// Everything together within `timeout`, from now on.
    #[must_use]
    pub fn within(
        timeout: Duration,
        request_limit: Duration,
        look_back: obsctl_model::Duration,
    ) -> Self {
        Self {
            deadline: Deadline::after(timeout),
            request_limit,
            look_back,
            // What came within this second counts too.
            now: clock::now() + 1,
        }
    }

    fn client(self, peer: Peer, address: &Address) -> Client {
        Client::new(peer, address.clone(), self.request_limit).until(self.deadline)
    }

    /// Where the look-back begins.
    fn start(self) -> u64 {
        self.now.saturating_sub(self.look_back.as_millis() / 1000)
    }
}

/// An engine that answers in PromQL.
#[derive(Clone, Debug)]
pub struct Prometheus {
    client: Client,
    asking: Asking,
}

#[derive(Deserialize)]
struct Queried {
    #[serde(rename = "resultType")]
    kind: String,
    result: Value,
    #[serde(default)]
    stats: Value,
}

impl Queried {
    fn has_series(&mut self) -> bool {
        self.kind == "vector" && self.result.get(0).is_some()
    }
}

#[derive(Deserialize)]
struct Said {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    help: String,
    #[serde(default)]
    unit: String,
}

/// A configuration as Prometheus shows it: with all its defaults.
#[derive(Deserialize)]
struct Shown {
    yaml: String,
}

#[derive(Deserialize)]
struct Configured {
    global: Global,
}

#[derive(Deserialize)]
struct Global {
    evaluation_interval: Option<String>,
    #[serde(default)]
    external_labels: BTreeMap<String, String>,
}

fn said(trouble: &Trouble) -> String {
    trouble.to_string()
}

fn get<T: DeserializeOwned>(
    client: &Client,
    path: &str,
    query: &[(&str, &str)],
) -> Answer<Option<T>> {
    let wrapped = client.get(path, query);
    wrapped
        .and_then(|wrapped| client.whole(wrapped))
        .map_err(|trouble| said(&trouble))
}

impl Prometheus {
    /// The engine at this address.
    #[must_use]
    pub fn new(address: &Address, asking: Asking) -> Self {
        Self {
            client: asking.client(Peer::Prometheus, address),
            asking,
        }
    }

    /// What it adds to all it sends. Nothing where it does not say: Mimir and Thanos do not show their configuration, and who
    /// is asked may not be who evaluates rules.
    ///
    /// # Errors
    /// Why there is no answer that can be used.
    pub fn external_labels(&self) -> Answer<Option<BTreeMap<String, String>>> {
        let shown = self.client.get("/api/v1/status/config", &[]);
        let shown: Wrapped<Shown> = match shown {
            Err(trouble) if trouble.is_refusal() => return Ok(None),
            Err(Trouble::Refused {
                status: 403 | 404, ..
            }) => return Ok(None),
            shown => shown.map_err(|trouble| said(&trouble))?,
        };
        let shown = self.client.whole(shown);
        let Some(shown) = shown.map_err(|trouble| said(&trouble))? else {
            return Ok(None);
        };
        // VictoriaMetrics shows what it scrapes; rules are evaluated elsewhere.
        let config: Option<Configured> = yaml::read(&shown.yaml).ok();
        let global = config.map(|config| config.global);
        let evaluates = global.filter(|global| global.evaluation_interval.is_some());
        Ok(evaluates.map(|global| global.external_labels))
    }

    fn list(&self, path: &str, of: Option<&str>) -> Answer<Vec<String>> {
        let (start, end) = (self.asking.start().to_string(), self.asking.now.to_string());
        let mut query = vec![("start", start.as_str()), ("end", end.as_str())];
        query.extend(of.map(|of| ("match[]", of)));
        Ok(get(&self.client, path, &query)?.unwrap_or_default())
    }

    fn query(&self, path: &str, form: Vec<(&'static str, String)>) -> Answer<Wrapped<Queried>> {
        let answer = self.client.post(path, &Body::Form(form));
        answer.map_err(|trouble| said(&trouble))
    }

    /// The result of a query that was asked of everybody.
    fn whole(&self, answer: Wrapped<Queried>) -> Answer<Queried> {
        self.client.some(answer).map_err(|trouble| said(&trouble))
    }

    fn malformed(&self, what: &str) -> String {
        said(&self.client.malformed(what))
    }

    fn now(&self, query: &str) -> Vec<(&'static str, String)> {
        vec![
            ("query", query.to_owned()),
            ("time", self.asking.now.to_string()),
        ]
    }
}

impl Metrics for Prometheus {
    fn names(&self, of: Option<&str>) -> Answer<Vec<String>> {
        self.list("/api/v1/label/__name__/values", of)
    }

    fn metadata(&self) -> Answer<BTreeMap<String, Vec<Metadata>>> {
        let all: BTreeMap<String, Vec<Said>> =
            get(&self.client, "/api/v1/metadata", &[])?.unwrap_or_default();
        let one = |said: Said| Metadata {
            kind: said.kind,
            help: self.client.clean(&said.help),
            unit: said.unit,
        };
        Ok(all
            .into_iter()
            .map(|(name, said)| (name, said.into_iter().map(one).collect()))
            .collect())
    }

    fn labels(&self, of: &str) -> Answer<Vec<String>> {
        self.list("/api/v1/labels", Some(of))
    }

    fn values(&self, label: &str, of: &str) -> Answer<Vec<String>> {
        let path = format!("/api/v1/label/{}/values", in_path(label));
        self.list(&path, Some(of))
    }

    fn value(&self, query: &str) -> Answer<Option<f64>> {
        let mut answer = self.query("/api/v1/query", self.now(query))?;
        // One value of a part is a value; that there is none only the whole says.
        let found = answer.data.take_if(Queried::has_series);
        let data = found.map_or_else(|| self.whole(answer), Ok)?;
        let pair = match data.kind.as_str() {
            "vector" => data.result.get(0).map(|series| &series["value"]),
            "scalar" => Some(&data.result),
            other => {
                return Err(self.malformed(&format!("a result of the unknown type `{other}`")));
            }
        };
        Ok(pair.and_then(|pair| pair.get(1)?.as_str()?.parse().ok()))
    }

    fn range(&self, query: &str, span: Span) -> Answer<Vec<Points>> {
        let seconds = |time: obsctl_model::Duration| time.as_millis() / 1000;
        let step = seconds(span.step).max(1);
        // At the same times as before, so that answers can be kept.
        let end = self.asking.now - self.asking.now % step;
        let form = vec![
            ("query", query.to_owned()),
            (
                "start",
                end.saturating_sub(seconds(span.length)).to_string(),
            ),
            ("end", end.to_string()),
            ("step", step.to_string()),
        ];
        let data = self.whole(self.query("/api/v1/query_range", form)?)?;
        if data.kind != "matrix" {
            let what = format!("a {} where a matrix is documented", data.kind);
            return Err(self.malformed(&what));
        }
        let series = data.result.as_array().into_iter().flatten();
        Ok(series
            .map(|series| {
                let points = ["values", "histograms"]
                    .iter()
                    .filter_map(|key| series[*key].as_array());
                let points = points.flatten().filter_map(|point| {
                    let time = point.get(0)?.as_f64()?;
                    let value = point.get(1)?.as_str().and_then(|text| text.parse().ok());
                    Some((time, value.unwrap_or(f64::NAN)))
                });
                let mut points: Points = points.collect();
                points.sort_by(|a, b| a.0.total_cmp(&b.0));
                points
            })
            .collect())
    }

    fn cost(&self, query: &str) -> Answer<Cost> {
        let mut form = self.now(query);
        // Anything asks for them; `all` is for each step besides, which Mimir refuses.
        form.push(("stats", "true".to_owned()));
        let answer = self.query("/api/v1/query", form)?;
        // VictoriaMetrics says how many series, as text and beside the data.
        let series = answer.stats["seriesFetched"].clone();
        let data = self.whole(answer)?;
        let series = series
            .as_u64()
            .or_else(|| series.as_str().and_then(|text| text.parse().ok()));
        Ok(Cost {
            samples: data.stats["samples"]["totalQueryableSamples"].as_u64(),
            series,
        })
    }

    fn now(&self) -> u64 {
        self.asking.now
    }

    fn look_back(&self) -> obsctl_model::Duration {
        self.asking.look_back
    }
}

/// Loki's streams.
#[derive(Clone, Debug)]
pub struct Loki {
    client: Client,
    asking: Asking,
}

impl Loki {
    /// Loki at this address.
    #[must_use]
    pub fn new(address: &Address, asking: Asking) -> Self {
        Self {
            client: asking.client(Peer::Loki, address),
            asking,
        }
    }

    fn list(&self, path: &str) -> Answer<Vec<String>> {
        let nanoseconds = |seconds: u64| format!("{seconds}000000000");
        let (start, end) = (
            nanoseconds(self.asking.start()),
            nanoseconds(self.asking.now),
        );
        let query = [("start", start.as_str()), ("end", end.as_str())];
        Ok(get(&self.client, path, &query)?.unwrap_or_default())
    }
}

impl Streams for Loki {
    fn labels(&self) -> Answer<Vec<String>> {
        self.list("/loki/api/v1/labels")
    }

    fn values(&self, label: &str) -> Answer<Vec<String>> {
        self.list(&format!("/loki/api/v1/label/{}/values", encoded(label)))
    }
}

#[derive(Deserialize)]
struct Scopes {
    #[serde(default)]
    scopes: Vec<Scope>,
}

#[derive(Deserialize)]
struct Scope {
    name: String,
    #[serde(default)]
    tags: BTreeSet<String>,
}

/// The attributes that Tempo knows, by scope.
///
/// # Errors
/// When there is no answer that can be used.
pub fn tags(address: &Address, asking: Asking) -> Answer<BTreeMap<String, BTreeSet<String>>> {
    let client = asking.client(Peer::Tempo, address);
    let (start, end) = (asking.start().to_string(), asking.now.to_string());
    let answer: Scopes = client
        .get("/api/v2/search/tags", &[("start", &start), ("end", &end)])
        .map_err(|trouble| said(&trouble))?;
    Ok(answer
        .scopes
        .into_iter()
        .map(|scope| (scope.name, scope.tags))
        .collect())
}

/// A label's name in a path, as Prometheus 3 reads those that are beyond the classic rule.
fn in_path(label: &str) -> String {
    if obsctl_promql::is_legacy_label_name(label) {
        return label.to_owned();
    }
    let escaped: String = label
        .chars()
        .map(|c| match c {
            '_' => "__".to_owned(),
            c if c.is_ascii_alphanumeric() => c.to_string(),
            c => format!("_{:x}_", u32::from(c)),
        })
        .collect();
    format!("U__{escaped}")
}

/// What the page behind a link answers.
///
/// # Errors
/// When it does not answer.
pub fn status(url: &str, asking: Asking) -> Answer<u16> {
    let (page, _) = url.split_once('#').unwrap_or((url, ""));
    let (base, query) = page.split_once('?').unwrap_or((page, ""));
    let address = Address::parse(base).map_err(|reason| format!("it is {reason}"))?;
    let client = asking.client(Peer::Page, &address);
    let rest = match (query, base.ends_with('/')) {
        ("", true) => "/".to_owned(),
        ("", false) => String::new(),
        (query, _) => format!("?{query}"),
    };
    let answer = client
        .ask(Method::GET, &rest, &[], &Body::Nothing)
        .map_err(|trouble| said(&trouble))?;
    Ok(answer.status)
}

#[cfg(test)]
mod tests {
    use super::in_path;

    #[test]
    fn names_beyond_the_classic_rule_are_escaped_in_paths() {
        assert_eq!(in_path("job"), "job");
        assert_eq!(in_path("service.name_x"), "U__service_2e_name__x");
    }
}
