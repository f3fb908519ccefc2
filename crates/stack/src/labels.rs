//! The labels that metrics share, and the values each can have.
//!
//! A closed list is an `enum`: a query that names another value is an error. `bounded` values are not known
//! beforehand but few; `unbounded` ones grow with the business, and say how many are affordable.

use obsctl_model::labels;

labels! {
    /// HTTP methods the API serves.
    pub enum HttpMethod { Get = "GET", Post = "POST", Put = "PUT", Patch = "PATCH", Delete = "DELETE" }

    /// Route templates such as `/api/v1/connections/{connection_id}`, never raw paths.
    pub bounded Route, at_most 60, like "/api/v1/connections";

    /// HTTP status codes.
    pub pattern StatusCode = "[1-5][0-9][0-9]", at_most 25, like "200";

    /// Customers.
    pub unbounded TenantId, budget 500, like "550e8400-e29b-41d4-a716-446655440000";

    /// Why a request was not authenticated.
    pub enum AuthFailureReason { InvalidToken = "invalid_token", Expired = "expired", Missing = "missing" }

    /// Permissions of the role model, `resource.verb`.
    pub bounded Permission, at_most 40, like "connections.manage";

    /// Roles a user can have in a tenant.
    pub enum Role { Admin = "admin", Finance = "finance", Operations = "operations", Viewer = "viewer" }

    /// Plans a tenant can be on.
    pub enum Plan { Trial = "trial", Starter = "starter", Pro = "pro", Enterprise = "enterprise" }

    /// What a plan can include.
    pub enum Feature {
        Connections = "connections",
        ScheduledSync = "scheduled_sync",
        McpTools = "mcp_tools",
        Exports = "exports",
        AuditTrail = "audit_trail",
    }

    /// Kinds of jobs the workers run.
    pub enum JobType {
        ShopifySync = "shopify_sync",
        StripeSync = "stripe_sync",
        NetsuiteSync = "netsuite_sync",
        Reconciliation = "reconciliation",
        Export = "export",
    }

    /// How a job ended.
    pub enum JobStatus { Completed = "completed", Failed = "failed" }

    /// What became of a row.
    pub enum RowOperation { Created = "created", Updated = "updated" }

    /// Queues of the broker.
    pub enum Queue { Default = "celery", Sync = "sync", Reconciliation = "reconciliation", Export = "export" }

    /// Worker processes.
    pub bounded WorkerId, at_most 32, like "celery@worker-1";

    /// Tools the MCP server offers.
    pub bounded ToolName, at_most 30, like "netsuite_suiteql";

    /// How a tool call ended.
    pub enum ToolStatus { Success = "success", Error = "error", Denied = "denied" }

    /// Systems that tenants connect.
    pub enum Provider { Shopify = "shopify", Stripe = "stripe", Netsuite = "netsuite" }

    /// Endpoint templates of providers, never raw paths.
    pub bounded Endpoint, at_most 40, like "/admin/api/orders.json";

    /// What is synced.
    pub enum ObjectType {
        Orders = "orders",
        Refunds = "refunds",
        Customers = "customers",
        Payments = "payments",
        Payouts = "payouts",
        Invoices = "invoices",
    }

    /// Categories of audit events.
    pub enum AuditCategory {
        Auth = "auth",
        Tenant = "tenant",
        Connection = "connection",
        Job = "job",
        ToolCall = "tool_call",
        Entitlement = "entitlement",
    }

    /// Actions of audit events, `noun_verbed`.
    pub bounded AuditAction, at_most 60, like "connection_created";
}
