//! The demo system in containers: one image, one program, a container for each of its parts.

use obsctl_model::{Image, Setting, Slug, Workload};

const API: Slug = Slug::from_static("api");
const DATA: Slug = Slug::from_static("demo");

/// All of them.
#[must_use]
pub fn all() -> Vec<Workload> {
    vec![
        api(),
        worker(),
        mcp(),
        providers(),
        load(),
        alert_receiver(),
    ]
}

fn api() -> Workload {
    let port = Setting::new(
        "API_PORT",
        "8000",
        "Port of the demo's API, which starts and ends scenarios, on 127.0.0.1",
    );
    let description = "The demo's API: sign-in, connections, tenants, scenarios";
    with_state(part(API, 8000, description))
        .env("DEMO_PROVIDERS_URL", "http://providers:8010")
        .env("DEMO_MCP_URL", "http://mcp:8002")
        .publishes(8000, port)
        .memory(128)
}

fn worker() -> Workload {
    let name = Slug::from_static("worker");
    with_state(part(name, 8001, "Runs the demo's jobs from its queues"))
        .env("DEMO_PROVIDERS_URL", "http://providers:8010")
        .listens(8001)
        .memory(96)
        .after(API)
}

fn mcp() -> Workload {
    let name = Slug::from_static("mcp");
    with_state(part(name, 8002, "Runs tools for language models"))
        .listens(8002)
        .after(API)
}

fn providers() -> Workload {
    let name = Slug::from_static("providers");
    let description = "Plays the shops, payment providers and ERP that the demo talks to";
    with_state(part(name, 8010, description)).listens(8010)
}

fn load() -> Workload {
    let name = Slug::from_static("load");
    let description = "Plays the customers, with the rhythm of a day and seeded chance";
    part(name, 8011, description)
        .listens(8011)
        .env("DEMO_API_URL", "http://api:8000")
        .setting(Setting::new(
            "DEMO_SCHEDULE",
            "",
            "Scenarios by a plan: slow-api@10m+20m starts one after ten minutes, for twenty",
        ))
        .after(API)
}

fn alert_receiver() -> Workload {
    let name = Slug::from_static("alert-receiver");
    let port = Setting::new(
        "ALERT_RECEIVER_PORT",
        "8080",
        "Port of the page that shows delivered alerts on 127.0.0.1",
    );
    with_state(part(name, 8080, "Shows every alert that was delivered"))
        .publishes(8080, port)
        .memory(48)
}

/// A part of the demo: the program's subcommand of the container's name.
#[track_caller]
fn part(name: Slug, port: u16, description: &str) -> Workload {
    let image = Image::built("obsctl-demo", "docker/demo.Dockerfile");
    Workload::new(name.clone(), description, image)
        .command([name.as_str()])
        .health(["/obsctl-demo", "health"])
        .env("DEMO_LISTEN", format!("0.0.0.0:{port}"))
        .env("LOG_FORMAT", "json")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://alloy:4318")
        .setting(Setting::new(
            "DEMO_SPEED",
            "1",
            "How fast the demo's day passes, 1 to 60: the rules would have to be generated for the same speed",
        ))
        .setting(Setting::new(
            "DEMO_SEED",
            "1",
            "Seed of the demo's chance: the same one gives the same choices",
        ))
}

/// A part that shares the database, which says what trouble there is as well.
fn with_state(part: Workload) -> Workload {
    part.volume(DATA, "/data")
        .env("DATABASE_URL", "sqlite:///data/demo.db?mode=rwc")
}
