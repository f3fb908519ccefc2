//! Who is told: receivers, the route tree, inhibitions, mute times.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Duration, Origin};

/// A secret, by reference: its value never enters a definition or an output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Secret {
    /// A file the engine reads: `/run/secrets/slack_url`.
    File(String),
    /// An environment variable, put in place when the engine starts.
    Env(String),
}

/// Where notifications go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Receiver {
    /// Its name in routes.
    pub name: String,
    /// The ways to tell it; none is a receiver that drops what it gets.
    #[serde(default)]
    pub channels: Vec<Channel>,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

impl Receiver {
    /// A receiver without a channel yet.
    #[track_caller]
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            channels: vec![],
            origin: Origin::here(),
        }
    }

    /// Adds a way to tell it.
    #[must_use]
    pub fn channel(mut self, channel: Channel) -> Self {
        self.channels.push(channel);
        self
    }
}

/// A way to tell a receiver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Channel {
    /// An HTTP POST of Alertmanager's JSON.
    Webhook {
        /// Where to; not a secret. In the stack's environments a host of ours resolves to its address.
        url: String,
    },
    /// A mail.
    Email {
        /// To whom.
        to: String,
        /// From whom.
        from: String,
        /// The mail server, `host:port`.
        smarthost: String,
        /// The account's password, where the server asks for one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<Secret>,
    },
    /// A message in a Slack channel, by incoming webhook.
    Slack {
        /// The channel: `#alerts`.
        channel: String,
        /// The webhook's URL, which is a secret.
        webhook_url: Secret,
    },
    /// An incident in PagerDuty (Events v2).
    Pagerduty {
        /// The integration's routing key.
        routing_key: Secret,
    },
}

/// How a label is compared in a route or an inhibition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelMatch {
    /// The label.
    pub label: String,
    /// How it compares.
    pub op: LabelMatchOp,
    /// The value or the regular expression.
    pub value: String,
}

/// Alertmanager's matching operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the serialized form says it")]
pub enum LabelMatchOp {
    #[serde(rename = "=")]
    Equal,
    #[serde(rename = "!=")]
    NotEqual,
    #[serde(rename = "=~")]
    Regex,
    #[serde(rename = "!~")]
    NotRegex,
}

impl LabelMatch {
    /// `label="value"`
    #[must_use]
    pub fn is(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            op: LabelMatchOp::Equal,
            value: value.into(),
        }
    }

    /// `label=~"regex"`
    #[must_use]
    pub fn matches(label: impl Into<String>, regex: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            op: LabelMatchOp::Regex,
            value: regex.into(),
        }
    }

    /// `label!="value"`
    #[must_use]
    pub fn is_not(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            op: LabelMatchOp::NotEqual,
            value: value.into(),
        }
    }
}

/// A node of the route tree: alerts that match go to its receiver, or on to a child.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The receiver's name.
    pub receiver: String,
    /// What an alert must match; the root matches everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matchers: Vec<LabelMatch>,
    /// Labels that notifications are grouped by; the parent's where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group_by: Vec<String>,
    /// How long to collect alerts of a new group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_wait: Option<Duration>,
    /// How long to wait before telling of new alerts in a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_interval: Option<Duration>,
    /// How long until a firing group is told of again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_interval: Option<Duration>,
    /// Whether later siblings are asked too.
    #[serde(default)]
    pub continues: bool,
    /// Names of [`MuteTime`]s during which it is silent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub muted: Vec<String>,
    /// Names of [`MuteTime`]s outside of which it is silent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub active: Vec<String>,
    /// Child routes, asked in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

impl Route {
    /// A route to `receiver`.
    #[track_caller]
    #[must_use]
    pub fn to(receiver: impl Into<String>) -> Self {
        Self {
            receiver: receiver.into(),
            matchers: vec![],
            group_by: vec![],
            group_wait: None,
            group_interval: None,
            repeat_interval: None,
            continues: false,
            muted: vec![],
            active: vec![],
            routes: vec![],
            origin: Origin::here(),
        }
    }

    /// Only alerts that match.
    #[must_use]
    pub fn when(mut self, matcher: LabelMatch) -> Self {
        self.matchers.push(matcher);
        self
    }

    /// Groups notifications by these labels.
    #[must_use]
    pub fn group_by<'a>(mut self, labels: impl IntoIterator<Item = &'a str>) -> Self {
        self.group_by = labels.into_iter().map(str::to_owned).collect();
        self
    }

    /// First wait, wait between changes, and wait between repetitions.
    #[must_use]
    pub fn timing(mut self, wait: Duration, interval: Duration, repeat: Duration) -> Self {
        self.group_wait = Some(wait);
        self.group_interval = Some(interval);
        self.repeat_interval = Some(repeat);
        self
    }

    /// Later siblings are asked too.
    #[must_use]
    pub fn and_on(mut self) -> Self {
        self.continues = true;
        self
    }

    /// Silent during this [`MuteTime`].
    #[must_use]
    pub fn muted_during(mut self, mute_time: impl Into<String>) -> Self {
        self.muted.push(mute_time.into());
        self
    }

    /// Silent outside of this [`MuteTime`].
    #[must_use]
    pub fn active_during(mut self, mute_time: impl Into<String>) -> Self {
        self.active.push(mute_time.into());
        self
    }

    /// Adds a child.
    #[must_use]
    pub fn child(mut self, route: Self) -> Self {
        self.routes.push(route);
        self
    }
}

/// While a source alert fires, target alerts that agree on the `equal` labels are not told of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inhibition {
    /// What fires.
    pub source: Vec<LabelMatch>,
    /// What is kept silent.
    pub target: Vec<LabelMatch>,
    /// Labels on which both must agree.
    pub equal: Vec<String>,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

impl Inhibition {
    /// `source` keeps `target` silent where they agree on `equal`.
    #[track_caller]
    #[must_use]
    pub fn new<'a>(
        source: LabelMatch,
        target: LabelMatch,
        equal: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self {
            source: vec![source],
            target: vec![target],
            equal: equal.into_iter().map(str::to_owned).collect(),
            origin: Origin::here(),
        }
    }
}

/// A recurring time during which routes are silent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MuteTime {
    /// Its name in routes.
    pub name: String,
    /// `monday:friday`, `saturday`; every day where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<String>,
    /// Start and end of the day's part, `HH:MM`; the whole day where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<(String, String)>,
    /// The time zone, by its IANA name.
    pub location: String,
}

/// Who is told of what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    /// The root of the route tree.
    pub root: Route,
    /// The receivers.
    pub receivers: Vec<Receiver>,
    /// The inhibitions.
    #[serde(default)]
    pub inhibitions: Vec<Inhibition>,
    /// The mute times.
    #[serde(default)]
    pub mute_times: Vec<MuteTime>,
}
