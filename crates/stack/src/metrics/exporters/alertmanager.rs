//! Alertmanager: what it received, holds, and told.

use obsctl_model::prelude::*;

use crate::teams;

labels! {
    /// Ways of telling: Alertmanager counts for each it knows.
    pub bounded Integration, at_most 20, like "webhook";

    /// Why a notification failed.
    pub enum FailureReason {
        Client = "clientError",
        Server = "serverError",
        Canceled = "contextCanceled",
        Deadline = "contextDeadlineExceeded",
        Other = "other",
    }

    /// States of alerts.
    pub enum AlertState { Active = "active", Suppressed = "suppressed", Unprocessed = "unprocessed" }

    /// States of silences.
    pub enum SilenceState { Active = "active", Pending = "pending", Expired = "expired" }

    /// Whether a received alert was firing.
    pub enum ReceivedStatus { Firing = "firing", Resolved = "resolved" }

    /// Versions of the API that received it.
    pub enum ApiVersion { V2 = "v2" }
}

metrics! {
    family "Alertmanager", owner teams::OBSERVABILITY, exposed_by Exposer::Exporter("alertmanager".into());

    /// Whether the last configuration reload attempt was successful.
    pub gauge ConfigReloaded("alertmanager_config_last_reload_successful", Boolean) {}

    /// Alerts by state.
    pub gauge Alerts("alertmanager_alerts") { state: AlertState }

    /// Silences by state.
    pub gauge Silences("alertmanager_silences") { state: SilenceState }

    /// Alerts received.
    pub counter AlertsReceived("alertmanager_alerts_received_total") {
        status: ReceivedStatus,
        version: ApiVersion,
    }

    /// Notifications attempted.
    pub counter Notifications("alertmanager_notifications_total") { integration: Integration }

    /// Notifications that failed.
    pub counter NotificationsFailed("alertmanager_notifications_failed_total") {
        integration: Integration,
        reason: FailureReason,
    }
}
