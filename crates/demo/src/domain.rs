//! The words of the business: what providers have, which queue runs what, what a plan includes, what a role may do.
//!
//! The words themselves are label values of the reference stack; this is how they belong together.

use obsctl_model::LabelValue;
use obsctl_stack::labels::{Feature, JobType, ObjectType, Plan, Provider, Queue, Role};

/// Plans, cheapest first.
pub const PLANS: [Plan; 4] = [Plan::Trial, Plan::Starter, Plan::Pro, Plan::Enterprise];
/// Roles of a user.
pub const ROLES: [Role; 4] = [Role::Admin, Role::Finance, Role::Operations, Role::Viewer];
/// Systems that can be connected.
pub const PROVIDERS: [Provider; 3] = [Provider::Shopify, Provider::Stripe, Provider::Netsuite];
/// Queues of jobs.
pub const QUEUES: [Queue; 4] = [
    Queue::Default,
    Queue::Sync,
    Queue::Reconciliation,
    Queue::Export,
];
/// Kinds of jobs.
pub const JOB_TYPES: [JobType; 5] = [
    JobType::ShopifySync,
    JobType::StripeSync,
    JobType::NetsuiteSync,
    JobType::Reconciliation,
    JobType::Export,
];

/// The one of these values that is written so.
#[must_use]
pub fn read<T: LabelValue + Copy>(text: &str, among: &[T]) -> Option<T> {
    among.iter().copied().find(|value| value.text() == text)
}

/// What is synced from a provider: the object, and the endpoint that lists it.
#[must_use]
pub const fn objects(provider: Provider) -> &'static [(ObjectType, &'static str)] {
    match provider {
        Provider::Shopify => &[
            (ObjectType::Orders, "/admin/api/orders.json"),
            (ObjectType::Refunds, "/admin/api/refunds.json"),
            (ObjectType::Customers, "/admin/api/customers.json"),
        ],
        Provider::Stripe => &[
            (ObjectType::Payments, "/v1/payments"),
            (ObjectType::Payouts, "/v1/payouts"),
        ],
        Provider::Netsuite => &[
            (ObjectType::Invoices, "/services/rest/invoices"),
            (ObjectType::Customers, "/services/rest/customers"),
        ],
    }
}

/// The job that syncs a provider.
#[must_use]
pub const fn sync_of(provider: Provider) -> JobType {
    match provider {
        Provider::Shopify => JobType::ShopifySync,
        Provider::Stripe => JobType::StripeSync,
        Provider::Netsuite => JobType::NetsuiteSync,
    }
}

/// The name of a task, as spans have it.
#[must_use]
pub const fn task_of(job_type: JobType) -> &'static str {
    match job_type {
        JobType::ShopifySync => "app.workers.sync_shopify",
        JobType::StripeSync => "app.workers.sync_stripe",
        JobType::NetsuiteSync => "app.workers.sync_netsuite",
        JobType::Reconciliation => "app.workers.reconcile",
        JobType::Export => "app.workers.export",
    }
}

/// Whether a plan includes something.
#[must_use]
pub fn includes(plan: Plan, feature: Feature) -> bool {
    let from = match feature {
        Feature::Connections => Plan::Trial,
        Feature::ScheduledSync | Feature::Exports => Plan::Starter,
        Feature::McpTools | Feature::AuditTrail => Plan::Pro,
    };
    plan >= from
}

/// Something that a role may or may not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// See connections.
    ReadConnections,
    /// Make, change, test and delete connections.
    ManageConnections,
    /// Start jobs.
    RunJobs,
    /// See orders, payments, invoices.
    ReadData,
    /// See the audit trail.
    ReadAudit,
    /// Call tools.
    CallTools,
    /// Change settings of the tenant.
    ManageSettings,
}

impl Permission {
    /// As labels and log lines have it: `resource.verb`.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::ReadConnections => "connections.read",
            Self::ManageConnections => "connections.manage",
            Self::RunJobs => "jobs.run",
            Self::ReadData => "data.read",
            Self::ReadAudit => "audit.read",
            Self::CallTools => "tools.call",
            Self::ManageSettings => "settings.manage",
        }
    }

    /// Whether a role has it.
    #[must_use]
    pub const fn is_of(self, role: Role) -> bool {
        match self {
            Self::ReadConnections | Self::ReadData => true,
            Self::ManageConnections => matches!(role, Role::Admin | Role::Operations),
            Self::RunJobs | Self::CallTools => !matches!(role, Role::Viewer),
            Self::ReadAudit => matches!(role, Role::Admin | Role::Finance),
            Self::ManageSettings => matches!(role, Role::Admin),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for provider in PROVIDERS {
            assert_eq!(read(&provider.text(), &PROVIDERS), Some(provider));
            assert!(!objects(provider).is_empty());
        }
        assert_eq!(read::<Plan>("free", &PLANS), None);
    }

    #[test]
    fn a_dearer_plan_includes_what_a_cheaper_one_does() {
        for feature in [Feature::Connections, Feature::McpTools, Feature::Exports] {
            let included: Vec<_> = PLANS.map(|plan| includes(plan, feature)).to_vec();
            assert!(included.is_sorted(), "{feature:?}: {included:?}");
        }
        assert!(!includes(Plan::Trial, Feature::McpTools));
        assert!(includes(Plan::Enterprise, Feature::McpTools));
    }
}
