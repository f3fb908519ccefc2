//! The spans: one instrumentation point each.
//!
//! `traceparent` goes from the browser to the API and from the API to MCP; into the queue it goes with the job, beside the
//! correlation id.

use obsctl_model::{Attribute, Priority, SpanCatalog, SpanDef, SpanKind};

use crate::services::{API, MCP, WORKER};

/// All spans, and what every resource says of itself.
#[must_use]
pub fn catalog() -> SpanCatalog {
    SpanCatalog {
        resource: resource(),
        spans: vec![
            http_server(),
            create_connection(),
            query(API),
            query(WORKER),
            query(MCP),
            enqueue(),
            task(),
            sync(),
            cache(API),
            cache(WORKER),
            tool_call(),
            outbound(
                API,
                "Calls of the API to the MCP server, which carry `traceparent`",
                "mcp",
            ),
            outbound(
                WORKER,
                "Calls of the workers to providers",
                "acme.myshopify.com",
            ),
        ],
    }
}

fn resource() -> Vec<Attribute> {
    vec![
        Attribute::new("service.name", "The service", "api"),
        Attribute::new("service.version", "Its version", "0.1.0"),
        Attribute::new("deployment.environment", "Where it runs", "development"),
    ]
}

fn tenant_id() -> Attribute {
    Attribute::new(
        "tenant_id",
        "Whose data it is about",
        "550e8400-e29b-41d4-a716-446655440000",
    )
}

fn correlation_id() -> Attribute {
    Attribute::new(
        "correlation_id",
        "The same as in log lines",
        "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
    )
}

fn provider() -> Attribute {
    Attribute::new("provider", "The system at the other end", "shopify")
}

fn job_id() -> Attribute {
    Attribute::new(
        "job_id",
        "The row in `jobs`",
        "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    )
}

fn job_type() -> Attribute {
    Attribute::new("job_type", "What kind of job", "shopify_sync")
}

fn http_server() -> SpanDef {
    SpanDef::new(
        "{method} {route}",
        SpanKind::Server,
        API,
        "axum",
        "Request/response spans: one for each request the API serves",
    )
    .priority(Priority::P0)
    .attribute(Attribute::new("http.request.method", "The method", "POST"))
    .attribute(Attribute::new(
        "http.route",
        "The route template",
        "/api/v1/connections",
    ))
    .attribute(Attribute::new(
        "http.response.status_code",
        "The status of the answer",
        "201",
    ))
    .attribute(tenant_id())
    .attribute(Attribute::new(
        "user_id",
        "Who asks, once it is known",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    ))
    .attribute(correlation_id())
}

fn create_connection() -> SpanDef {
    SpanDef::new(
        "create_connection",
        SpanKind::Internal,
        API,
        "api::connections",
        "A tenant connects a provider: credentials are encrypted and tried out",
    )
    .attribute(tenant_id())
    .attribute(provider())
}

fn query(service: &str) -> SpanDef {
    SpanDef::new(
        "{operation} {database}",
        SpanKind::Client,
        service,
        "sqlx",
        "Query spans: one for each statement",
    )
    .priority(Priority::P0)
    .attribute(Attribute::new(
        "db.system",
        "The database: `sqlite` or `postgresql`",
        "postgresql",
    ))
    .attribute(Attribute::new(
        "db.statement",
        "The statement, without its values",
        "SELECT id FROM jobs WHERE status = ?",
    ))
}

fn enqueue() -> SpanDef {
    SpanDef::new(
        "apply_async/{task}",
        SpanKind::Producer,
        API,
        "Queue",
        "A task is put into a queue: what it carries joins the worker's spans to the request's",
    )
    .attribute(Attribute::new(
        "messaging.destination",
        "The queue",
        "celery",
    ))
    .attribute(job_id())
}

fn task() -> SpanDef {
    SpanDef::new(
        "run/{task}",
        SpanKind::Consumer,
        WORKER,
        "Queue",
        "Task execution spans: one for each task a worker runs",
    )
    .attribute(Attribute::new(
        "celery.task_name",
        "The task",
        "app.workers.sync_shopify_orders",
    ))
    .attribute(Attribute::new("celery.state", "How it ended", "SUCCESS"))
    .attribute(job_id())
    .attribute(job_type())
    .attribute(tenant_id())
    .attribute(correlation_id())
}

fn sync() -> SpanDef {
    SpanDef::new(
        "sync_{provider}_{object_type}",
        SpanKind::Internal,
        WORKER,
        "worker::sync",
        "The work of a sync job: fetch, map, upsert",
    )
    .attribute(job_id())
    .attribute(tenant_id())
    .attribute(job_type())
    .attribute(provider())
}

fn cache(service: &str) -> SpanDef {
    SpanDef::new(
        "{command}",
        SpanKind::Client,
        service,
        "Cache",
        "Cache operation spans: one for each command",
    )
    .priority(Priority::P2)
    .attribute(Attribute::new("db.system", "The store", "memory"))
    .attribute(Attribute::new(
        "db.statement",
        "The command, without its values",
        "GET ?",
    ))
}

fn tool_call() -> SpanDef {
    SpanDef::new(
        "tool {tool_name}",
        SpanKind::Server,
        MCP,
        "MCP",
        "Tool call spans: one for each call, governance included",
    )
    .attribute(Attribute::new(
        "tool_name",
        "Which tool",
        "netsuite_suiteql",
    ))
    .attribute(Attribute::new("rows_returned", "Rows in the answer", "25"))
    .attribute(tenant_id())
    .attribute(correlation_id())
}

fn outbound(service: &str, description: &str, host: &str) -> SpanDef {
    SpanDef::new(
        "{method}",
        SpanKind::Client,
        service,
        "reqwest",
        format!("Outbound HTTP spans. {description}"),
    )
    .attribute(Attribute::new("http.request.method", "The method", "GET"))
    .attribute(Attribute::new("server.address", "The host asked", host))
    .attribute(Attribute::new(
        "http.response.status_code",
        "The status of the answer",
        "200",
    ))
    .attribute(provider())
}
