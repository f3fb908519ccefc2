//! Who is told of what.

use obsctl_model::{
    Channel, Inhibition, LabelMatch, MuteTime, Receiver, Route, Routing, Secret, Severity, hours,
    mins, secs,
};

/// Shows every alert that was delivered.
const INBOX: &str = "inbox";
/// Hears the heartbeat; outside of the stack it is a service that calls when it stops.
const HEARTBEAT: &str = "heartbeat";
/// Is woken.
const ON_CALL: &str = "on-call";
/// Reads in working hours.
const CHAT: &str = "chat";

const WEEKEND: &str = "weekend";

/// Routes, receivers, inhibitions and mute times.
#[must_use]
pub fn routing() -> Routing {
    Routing {
        root: root(),
        receivers: receivers(),
        inhibitions: inhibitions(),
        mute_times: vec![weekend()],
    }
}

/// Everything goes to the inbox; besides, critical alerts wake somebody and warnings go to the chat.
fn root() -> Route {
    Route::to(INBOX)
        .group_by(["alertname", "team", "service"])
        .timing(secs(30), mins(5), hours(4))
        .child(
            Route::to(HEARTBEAT)
                .when(LabelMatch::is("alertname", "Watchdog"))
                .timing(secs(10), mins(1), mins(5)),
        )
        .child(
            Route::to(INBOX)
                .when(LabelMatch::matches("severity", "critical|warning|info"))
                .timing(secs(10), mins(1), hours(1))
                .and_on(),
        )
        .child(
            Route::to(ON_CALL)
                .when(severity(Severity::Critical))
                .timing(secs(10), mins(5), hours(1)),
        )
        .child(
            Route::to(CHAT)
                .when(severity(Severity::Warning))
                .muted_during(WEEKEND),
        )
}

fn receivers() -> Vec<Receiver> {
    vec![
        Receiver::new(INBOX).channel(webhook("alerts")),
        Receiver::new(HEARTBEAT).channel(webhook("heartbeat")),
        Receiver::new(ON_CALL)
            .channel(Channel::Pagerduty {
                routing_key: Secret::File("/run/secrets/pagerduty_routing_key".to_owned()),
            })
            .channel(webhook("pages")),
        Receiver::new(CHAT).channel(Channel::Slack {
            channel: "#alerts".to_owned(),
            webhook_url: Secret::File("/run/secrets/slack_webhook_url".to_owned()),
        }),
    ]
}

/// The receiver of the local stack, which shows what it gets.
fn webhook(path: &str) -> Channel {
    Channel::Webhook {
        url: format!("http://alert-receiver:8080/{path}"),
    }
}

fn inhibitions() -> Vec<Inhibition> {
    vec![
        // Whoever was called about a service need not hear its warnings too: the slow burn beside the fast
        // one, the endpoint beside the API. Labels that neither has count as equal.
        Inhibition::new(
            severity(Severity::Critical),
            severity(Severity::Warning),
            ["service", "team", "provider", "sloth_id"],
        ),
        // While a service is down, its symptoms are known.
        Inhibition::new(
            LabelMatch::is("alertname", "TargetDown"),
            LabelMatch::matches("severity", "critical|warning"),
            ["service"],
        ),
    ]
}

fn weekend() -> MuteTime {
    MuteTime {
        name: WEEKEND.to_owned(),
        weekdays: vec!["saturday".to_owned(), "sunday".to_owned()],
        between: None,
        location: "UTC".to_owned(),
    }
}

fn severity(severity: Severity) -> LabelMatch {
    LabelMatch::is("severity", severity.word())
}
