//! Which form of the exposition a scrape gets.

/// A form of the exposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text(Format),
    /// Protocol buffers, delimited: the only form that carries native histograms.
    Protobuf,
}

/// A text form of the exposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Prometheus text 0.0.4, which every scraper reads.
    Prometheus,
    /// OpenMetrics text 1.0, which carries units and exemplars.
    OpenMetrics,
}

impl Format {
    /// The text form an `Accept` header prefers. What is no text is passed over; with nothing left the answer is
    /// Prometheus text, as scrapers expect.
    #[must_use]
    pub fn negotiate(accept: Option<&str>) -> Self {
        preferred(accept, |form| match form {
            Form::Text(format) => Some(format),
            Form::Protobuf => None,
        })
        .unwrap_or(Self::Prometheus)
    }

    /// The content type, with the version.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

impl Form {
    /// The form an `Accept` header prefers; see [`Format::negotiate`].
    pub(super) fn negotiate(accept: Option<&str>) -> Self {
        preferred(accept, Some).unwrap_or(Self::Text(Format::Prometheus))
    }

    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Text(format) => format.content_type(),
            Self::Protobuf => {
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
            }
        }
    }

    /// The form that one media range asks for, and how much it is wanted.
    fn offered(range: &str) -> Option<(Self, f64)> {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next()?.to_ascii_lowercase();
        let (mut version, mut weight) = (None, 1.0);
        // Without them it is not said how the messages are told apart.
        let (mut family, mut delimited) = (false, false);
        for (key, value) in parts.filter_map(|part| part.split_once('=')) {
            match key.trim().to_ascii_lowercase().as_str() {
                "version" => version = Some(value.trim().trim_matches('"')),
                "proto" => family = value.trim() == "io.prometheus.client.MetricFamily",
                "encoding" => delimited = value.trim() == "delimited",
                "q" => weight = value.trim().parse().unwrap_or(0.0),
                _ => {}
            }
        }
        let format = match (media.as_str(), version) {
            ("application/openmetrics-text", None | Some("1.0.0" | "0.0.1")) => {
                Self::Text(Format::OpenMetrics)
            }
            ("application/vnd.google.protobuf", _) if family && delimited => Self::Protobuf,
            ("text/plain", None | Some("0.0.4")) | ("text/*" | "*/*", _) => {
                Self::Text(Format::Prometheus)
            }
            _ => return None,
        };
        Some((format, weight))
    }
}

/// The form with the greatest weight among those that are wanted.
fn preferred<T>(accept: Option<&str>, wanted: impl Fn(Form) -> Option<T>) -> Option<T> {
    let mut best = None;
    for range in accept.unwrap_or_default().split(',') {
        let Some((form, weight)) = Form::offered(range) else {
            continue;
        };
        // On equal weights the first stands, as scrapers list what they prefer first.
        if weight > best.as_ref().map_or(0.0, |(_, weight)| *weight)
            && let Some(form) = wanted(form)
        {
            best = Some((form, weight));
        }
    }
    best.map(|(form, _)| form)
}

#[cfg(test)]
mod tests {
    use super::Form;
    use super::Format::{self, OpenMetrics, Prometheus};

    const PROTOBUF: &str = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

    #[test]
    fn protobuf_is_served_where_it_is_preferred_and_said_how() {
        let cases = [
            (None, Form::Text(Prometheus)),
            (Some(PROTOBUF.to_owned()), Form::Protobuf),
            // Prometheus 2.42 and 3, with native histograms.
            (
                Some(format!(
                    "{PROTOBUF},application/openmetrics-text;version=1.0.0;q=0.8,\
                     application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
                )),
                Form::Protobuf,
            ),
            (
                Some(format!(
                    "{PROTOBUF};escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1"
                )),
                Form::Protobuf,
            ),
            (
                Some(format!(
                    "{PROTOBUF};q=0.3,application/openmetrics-text;version=1.0.0;q=0.5"
                )),
                Form::Text(OpenMetrics),
            ),
            (
                Some("application/vnd.google.protobuf".to_owned()),
                Form::Text(Prometheus),
            ),
            (
                Some(PROTOBUF.replace("delimited", "text") + ",text/plain;q=0.1"),
                Form::Text(Prometheus),
            ),
        ];
        for (accept, form) in cases {
            assert_eq!(Form::negotiate(accept.as_deref()), form, "{accept:?}");
        }
    }

    #[test]
    fn the_preferred_form_that_can_be_served_wins() {
        let cases = [
            (None, Prometheus),
            (Some(""), Prometheus),
            (Some("*/*"), Prometheus),
            (Some("text/html"), Prometheus),
            (Some("application/openmetrics-text"), OpenMetrics),
            (
                Some("application/openmetrics-text; version=2.0.0"),
                Prometheus,
            ),
            (
                Some("application/openmetrics-text;q=0, text/plain;q=0.1"),
                Prometheus,
            ),
            (
                Some("text/plain;version=0.0.4;q=0.5, application/openmetrics-text;version=1.0.0"),
                OpenMetrics,
            ),
            (
                Some("text/plain;q=0.9,application/openmetrics-text;q=0.8"),
                Prometheus,
            ),
            // Prometheus 2.42, and 3 with native histograms.
            (
                Some(
                    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                     text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                ),
                OpenMetrics,
            ),
            (
                Some(
                    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,\
                     application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
                     text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                ),
                OpenMetrics,
            ),
            (Some(";;=,q;q=x,\u{1f600}"), Prometheus),
        ];
        for (accept, format) in cases {
            assert_eq!(Format::negotiate(accept), format, "{accept:?}");
        }
    }
}
