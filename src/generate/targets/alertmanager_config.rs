//! `provisioning/alertmanager/alertmanager.yml`, in the form that Alertmanager 0.25 and newer read.
//!
//! Alertmanager reads a secret's file when it sends, so that a missing one fails that notification and
//! nothing else.

use obsctl_model::{
    Channel, Duration, Inhibition, LabelMatch, LabelMatchOp, MuteTime, Receiver, Route, Routing,
    Secret,
};
use serde::{Deserialize, Serialize};

use crate::generate::{Artifact, Environment, Target, secret, yaml};
use crate::project::Project;

/// Alertmanager's configuration.
pub static ALERTMANAGER_CONFIG: Target = Target {
    name: "alertmanager-config",
    summary: "Alertmanager's configuration: the route tree, receivers and inhibitions",
    generate,
};

/// Where the file is written.
pub const PATH: &str = "provisioning/alertmanager/alertmanager.yml";

/// The configuration file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The root of the route tree.
    pub route: RouteNode,
    /// What keeps what silent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inhibit_rules: Vec<InhibitRule>,
    /// Named times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub time_intervals: Vec<NamedTime>,
    /// Who is told.
    pub receivers: Vec<ReceiverConfig>,
}

/// A node of the route tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteNode {
    /// The receiver's name.
    pub receiver: String,
    /// What alerts must match, all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matchers: Vec<String>,
    /// Labels that notifications are grouped by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group_by: Vec<String>,
    /// How long alerts of a new group are collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_wait: Option<Duration>,
    /// How long until a changed group is told of again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_interval: Option<Duration>,
    /// How long until an unchanged group is told of again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_interval: Option<Duration>,
    /// Whether later siblings are asked too.
    #[serde(
        default,
        rename = "continue",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub continues: bool,
    /// Named times during which nobody is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mute_time_intervals: Vec<String>,
    /// Time intervals outside of which it is silent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub active_time_intervals: Vec<String>,
    /// Children, asked in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<RouteNode>,
}

/// While a source fires, targets that agree with it are not told of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InhibitRule {
    /// What fires.
    pub source_matchers: Vec<String>,
    /// What is kept silent.
    pub target_matchers: Vec<String>,
    /// Labels on which both must agree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equal: Vec<String>,
}

/// A named time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedTime {
    /// Its name in routes.
    pub name: String,
    /// When it is.
    pub time_intervals: Vec<TimeInterval>,
}

/// A recurring time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeInterval {
    /// Parts of the day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<TimeRange>,
    /// Days of the week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<String>,
    /// The time zone.
    pub location: String,
}

/// A part of the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeRange {
    /// `HH:MM`
    pub start_time: String,
    /// `HH:MM`, up to `24:00`.
    pub end_time: String,
}

/// Who is told, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiverConfig {
    /// Its name in routes.
    pub name: String,
    /// HTTP.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub webhook_configs: Vec<Webhook>,
    /// Mail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub email_configs: Vec<Email>,
    /// Slack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slack_configs: Vec<Slack>,
    /// PagerDuty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pagerduty_configs: Vec<Pagerduty>,
}

/// An HTTP POST.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Where to.
    pub url: String,
    /// Whether the end of an alert is told.
    pub send_resolved: bool,
}

/// A mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// To whom.
    pub to: String,
    /// From whom.
    pub from: String,
    /// The mail server, `host:port`.
    pub smarthost: String,
    /// The account: the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_username: Option<String>,
    /// The file that holds the account's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_password_file: Option<String>,
    /// Whether the connection must be encrypted.
    pub require_tls: bool,
    /// Whether the end of an alert is told; Alertmanager's own default is no.
    pub send_resolved: bool,
}

/// A message in Slack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slack {
    /// The channel.
    pub channel: String,
    /// The file that holds the webhook's URL.
    pub api_url_file: String,
    /// Whether the end of an alert is told; Alertmanager's own default is no.
    pub send_resolved: bool,
    /// The heading.
    pub title: String,
    /// Where the heading leads.
    pub title_link: String,
    /// The message.
    pub text: String,
}

/// An incident in PagerDuty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pagerduty {
    /// The file that holds the routing key.
    pub routing_key_file: String,
    /// The incident's severity: PagerDuty knows ours by the same words.
    pub severity: String,
    /// Whether the end of an alert is told.
    pub send_resolved: bool,
}

/// The name of the receiver that tells nobody, for a stack without routing.
const NOBODY: &str = "nobody";

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    let config = project
        .stack()
        .routing
        .as_ref()
        .map_or_else(nobody, |routing| config(routing, environment));
    vec![Artifact::new(PATH, yaml::document(&config))]
}

fn nobody() -> Config {
    Config {
        route: route(&Route::to(NOBODY)),
        inhibit_rules: vec![],
        time_intervals: vec![],
        receivers: vec![ReceiverConfig {
            name: NOBODY.to_owned(),
            ..ReceiverConfig::default()
        }],
    }
}

fn config(routing: &Routing, environment: Environment) -> Config {
    Config {
        route: route(&routing.root),
        inhibit_rules: routing.inhibitions.iter().map(inhibit_rule).collect(),
        time_intervals: routing.mute_times.iter().map(named_time).collect(),
        receivers: routing
            .receivers
            .iter()
            .map(|to| receiver(to, environment))
            .collect(),
    }
}

fn route(route: &Route) -> RouteNode {
    RouteNode {
        receiver: route.receiver.clone(),
        matchers: route.matchers.iter().map(matcher).collect(),
        group_by: route.group_by.clone(),
        group_wait: route.group_wait,
        group_interval: route.group_interval,
        repeat_interval: route.repeat_interval,
        continues: route.continues,
        mute_time_intervals: route.muted.clone(),
        active_time_intervals: route.active.clone(),
        routes: route.routes.iter().map(self::route).collect(),
    }
}

/// `severity="critical"`: the quoted value is read alike by Alertmanager's old and new parser.
fn matcher(matcher: &LabelMatch) -> String {
    let op = match matcher.op {
        LabelMatchOp::Equal => "=",
        LabelMatchOp::NotEqual => "!=",
        LabelMatchOp::Regex => "=~",
        LabelMatchOp::NotRegex => "!~",
    };
    let value = matcher
        .value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("{}{op}\"{value}\"", matcher.label)
}

fn inhibit_rule(rule: &Inhibition) -> InhibitRule {
    InhibitRule {
        source_matchers: rule.source.iter().map(matcher).collect(),
        target_matchers: rule.target.iter().map(matcher).collect(),
        equal: rule.equal.clone(),
    }
}

fn named_time(time: &MuteTime) -> NamedTime {
    NamedTime {
        name: time.name.clone(),
        time_intervals: vec![TimeInterval {
            times: time
                .between
                .iter()
                .map(|(start, end)| TimeRange {
                    start_time: start.clone(),
                    end_time: end.clone(),
                })
                .collect(),
            weekdays: time.weekdays.clone(),
            location: time.location.clone(),
        }],
    }
}

fn receiver(receiver: &Receiver, environment: Environment) -> ReceiverConfig {
    let mut config = ReceiverConfig {
        name: receiver.name.clone(),
        ..ReceiverConfig::default()
    };
    let file = |secret: &Secret| secret::path(secret, environment);
    for channel in &receiver.channels {
        match channel {
            Channel::Webhook { url } => config.webhook_configs.push(Webhook {
                url: environment.resolve_url(url),
                send_resolved: true,
            }),
            Channel::Email {
                to,
                from,
                smarthost,
                password,
            } => config.email_configs.push(Email {
                to: to.clone(),
                from: from.clone(),
                smarthost: smarthost.clone(),
                auth_username: password.is_some().then(|| from.clone()),
                auth_password_file: password.as_ref().map(file),
                // A server of the stack's own that asks for no password is a mail catcher.
                require_tls: password.is_some(),
                send_resolved: true,
            }),
            Channel::Slack {
                channel,
                webhook_url,
            } => config.slack_configs.push(Slack {
                channel: channel.clone(),
                api_url_file: file(webhook_url),
                send_resolved: true,
                title: SLACK_TITLE.to_owned(),
                title_link: "{{ .CommonAnnotations.runbook_url }}".to_owned(),
                text: SLACK_TEXT.to_owned(),
            }),
            Channel::Pagerduty { routing_key } => config.pagerduty_configs.push(Pagerduty {
                routing_key_file: file(routing_key),
                severity: "{{ or .CommonLabels.severity \"critical\" }}".to_owned(),
                send_resolved: true,
            }),
        }
    }
    config
}

/// State, how many, and what.
const SLACK_TITLE: &str = "[{{ .Status | toUpper }}{{ if eq .Status \"firing\" }}:{{ .Alerts.Firing | len }}{{ end }}] \
     {{ .CommonLabels.alertname }}";

/// One line for each alert.
const SLACK_TEXT: &str = "{{ range .Alerts }}• {{ .Annotations.summary }}{{ with .Annotations.dashboard_url }} <{{ . }}|dashboard>{{ end }}\n{{ end }}";

#[cfg(test)]
mod tests {
    use obsctl_model::Slug;
    use obsctl_model::prelude::*;

    use super::*;

    fn read(routing: Option<Routing>, environment: Environment) -> (Config, String) {
        let mut stack = Stack::new(Slug::from_static("test"));
        stack.routing = routing;
        let artifacts = generate(&Project::link(stack), environment);
        let config: Config = yaml::read(&artifacts[0].text).unwrap();
        assert_eq!(yaml::document(&config), artifacts[0].text);
        (config, artifacts[0].text.clone())
    }

    fn routing() -> Routing {
        Routing {
            root: Route::to("chat").group_by(["alertname"]).child(
                Route::to("oncall")
                    .when(LabelMatch::is("severity", "critical"))
                    .when(LabelMatch::matches("job", r"a\.b"))
                    .muted_during("night")
                    .and_on(),
            ),
            receivers: vec![
                Receiver::new("oncall")
                    .channel(Channel::Pagerduty {
                        routing_key: Secret::File("/run/secrets/pagerduty".to_owned()),
                    })
                    .channel(Channel::Webhook {
                        url: "http://receiver:8080/".to_owned(),
                    }),
                Receiver::new("chat").channel(Channel::Slack {
                    channel: "#alerts".to_owned(),
                    webhook_url: Secret::Env("SLACK_URL".to_owned()),
                }),
            ],
            inhibitions: vec![Inhibition::new(
                LabelMatch::is("severity", "critical"),
                LabelMatch::is("severity", "warning"),
                ["alertname"],
            )],
            mute_times: vec![MuteTime {
                name: "night".to_owned(),
                weekdays: vec!["monday:friday".to_owned()],
                between: Some(("22:00".to_owned(), "24:00".to_owned())),
                location: "UTC".to_owned(),
            }],
        }
    }

    #[test]
    fn without_routing_nobody_is_told() {
        let (config, _) = read(None, Environment::Compose);
        assert_eq!(config.route.receiver, "nobody");
        assert_eq!(config.receivers.len(), 1);
    }

    #[test]
    fn matchers_are_quoted_and_escaped() {
        let (config, _) = read(Some(routing()), Environment::Compose);
        let child = &config.route.routes[0];
        assert_eq!(
            child.matchers,
            [r#"severity="critical""#, r#"job=~"a\\.b""#]
        );
        assert!(child.continues);
        assert_eq!(child.mute_time_intervals, ["night"]);
    }

    #[test]
    fn secrets_are_files_and_hosts_of_ours_are_resolved() {
        let (config, text) = read(Some(routing()), Environment::Host);
        assert_eq!(
            config.receivers[0].webhook_configs[0].url,
            "http://127.0.0.1:8080/"
        );
        assert_eq!(
            config.receivers[0].pagerduty_configs[0].routing_key_file,
            "./secrets/pagerduty"
        );
        assert_eq!(
            config.receivers[1].slack_configs[0].api_url_file,
            "./secrets/SLACK_URL"
        );
        assert!(!text.contains("api_url:"));
    }
}
