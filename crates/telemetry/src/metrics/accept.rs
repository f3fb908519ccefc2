//! Which form of the exposition a scrape gets.

/// A text form of the exposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Prometheus text 0.0.4, which every scraper reads.
    Prometheus,
    /// OpenMetrics text 1.0, which carries units and exemplars.
    OpenMetrics,
}

impl Format {
    /// The form an `Accept` header prefers. What cannot be served, protobuf for one, is passed over; with nothing left
    /// the answer is Prometheus text, as scrapers expect.
    #[must_use]
    pub fn negotiate(accept: Option<&str>) -> Self {
        let mut best = None;
        for range in accept.unwrap_or_default().split(',') {
            let Some((format, weight)) = Self::offered(range) else {
                continue;
            };
            // On equal weights the first stands, as scrapers list what they prefer first.
            if weight > best.map_or(0.0, |(_, weight)| weight) {
                best = Some((format, weight));
            }
        }
        best.map_or(Self::Prometheus, |(format, _)| format)
    }

    /// The content type, with the version.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// The form that one media range asks for, and how much it is wanted.
    fn offered(range: &str) -> Option<(Self, f64)> {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next()?.to_ascii_lowercase();
        let (mut version, mut weight) = (None, 1.0);
        for (key, value) in parts.filter_map(|part| part.split_once('=')) {
            match key.trim().to_ascii_lowercase().as_str() {
                "version" => version = Some(value.trim().trim_matches('"')),
                "q" => weight = value.trim().parse().unwrap_or(0.0),
                _ => {}
            }
        }
        let format = match (media.as_str(), version) {
            ("application/openmetrics-text", None | Some("1.0.0" | "0.0.1")) => Self::OpenMetrics,
            ("text/plain", None | Some("0.0.4")) | ("text/*" | "*/*", _) => Self::Prometheus,
            _ => return None,
        };
        Some((format, weight))
    }
}

#[cfg(test)]
mod tests {
    use super::Format::{self, OpenMetrics, Prometheus};

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
