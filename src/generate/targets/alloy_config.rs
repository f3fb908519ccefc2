//! `provisioning/alloy/config.alloy`: log lines and OTLP in; Loki, Tempo and Prometheus out.

use std::collections::BTreeSet;

use obsctl_model::{FieldKind, LogCatalog};

use crate::generate::alloy::{
    Block, Value, document, environment_variable, is_identifier, reference, references, strings,
};
use crate::generate::{Artifact, Component, Environment, OTLP_PORTS, Target};
use crate::project::Project;

/// The collector's configuration.
pub static ALLOY_CONFIG: Target = Target {
    name: "alloy-config",
    summary: "Grafana Alloy's configuration: container logs and OTLP in, Loki, Tempo and Prometheus out",
    generate,
};

/// Where the file is written.
pub const PATH: &str = "provisioning/alloy/config.alloy";

/// The label of lines that says which service wrote them: OpenTelemetry's `service.name` as Loki spells it.
pub(in crate::generate) const SERVICE: &str = "service_name";

/// The environment variable that holds the compose project's name.
pub const PROJECT: &str = "COMPOSE_PROJECT_NAME";

/// Whose own lines are not collected: a line about a line makes another line.
const NOISY: [Component; 2] = [Component::Alloy, Component::Loki];

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    let mut blocks = vec![Block::part("logging").set("level", "info")];
    blocks.extend(match environment {
        Environment::Compose => container_logs(),
        Environment::Host => file_logs(),
    });
    blocks.push(process(&project.stack().logs));
    blocks.push(
        Block::component("loki.write", "default").block(Block::part("endpoint").set(
            "url",
            format!("{}/loki/api/v1/push", environment.api_url(Component::Loki)),
        )),
    );
    blocks.extend(otlp(environment));
    vec![Artifact::new(PATH, document(&blocks))]
}

/// Standard output of the compose project's containers, read through Docker's socket.
fn container_logs() -> Vec<Block> {
    const SOCKET: &str = "unix:///var/run/docker.sock";
    const LABEL: &str = "__meta_docker_container_label_com_docker_compose_";
    let project_label = format!("{LABEL}project");
    let service_label = format!("{LABEL}service");
    let noisy = NOISY.map(Component::name).join("|");
    vec![
        Block::component("discovery.docker", "containers").set("host", SOCKET),
        Block::component("discovery.relabel", "containers")
            .comment("Containers of this project, named after their service.")
            .set("targets", reference("discovery.docker.containers.targets"))
            .block(
                Block::part("rule")
                    .set("action", "keep")
                    .set("source_labels", strings([&project_label]))
                    .set("regex", environment_variable(PROJECT)),
            )
            .block(
                Block::part("rule")
                    .comment("A line about a line would make another line.")
                    .set("action", "drop")
                    .set("source_labels", strings([&service_label]))
                    .set("regex", noisy),
            )
            .block(
                Block::part("rule")
                    .set("source_labels", strings([&service_label]))
                    .set("target_label", SERVICE),
            ),
        Block::component("loki.source.docker", "containers")
            .set("host", SOCKET)
            .set("targets", reference("discovery.relabel.containers.output"))
            .set("forward_to", references(["loki.process.lines.receiver"])),
    ]
}

/// Files of the data folder, named after their service: `data/logs/api.log`.
fn file_logs() -> Vec<Block> {
    let path = Value::Object(vec![("__path__".to_owned(), "./data/logs/*.log".into())]);
    vec![
        Block::component("local.file_match", "files").set("path_targets", Value::List(vec![path])),
        Block::component("discovery.relabel", "files")
            .comment("A file is named after its service.")
            .set("targets", reference("local.file_match.files.targets"))
            .block(
                Block::part("rule")
                    .set("source_labels", strings(["__path__"]))
                    .set("regex", ".*/(.+)\\.log")
                    .set("target_label", SERVICE),
            ),
        Block::component("loki.source.file", "files")
            .set("targets", reference("discovery.relabel.files.output"))
            .set("forward_to", references(["loki.process.lines.receiver"])),
    ]
}

/// What becomes of a JSON line's fields: index labels of the catalog are labels, identifiers are structured
/// metadata, which finds a line fast without a stream for each value. Everything else stays in the line.
fn process(logs: &LogCatalog) -> Block {
    let labels: BTreeSet<&str> = logs
        .stream_labels
        .iter()
        .map(|label| label.name.as_str())
        .filter(|name| *name != SERVICE)
        .collect();
    let mut metadata: BTreeSet<&str> = logs
        .standard_fields
        .iter()
        .filter(|field| field.kind == FieldKind::Id)
        .map(|field| field.name.as_str())
        .collect();
    // What joins lines with traces, and what every reader filters by, whatever the catalog says.
    metadata.extend(["level", "span_id", "trace_id"]);
    metadata.retain(|name| !labels.contains(name));

    let object = |names: &BTreeSet<&str>, value: fn(&str) -> String| {
        let field = |name: &&str| ((*name).to_owned(), Value::from(value(name)));
        Value::Object(names.iter().map(field).collect())
    };
    let same = |names: &BTreeSet<&str>| object(names, str::to_owned);
    let mut process = Block::component("loki.process", "lines")
        .set("forward_to", references(["loki.write.default.receiver"]))
        .block(Block::part("stage.json").set(
            "expressions",
            object(&labels.union(&metadata).copied().collect(), jmespath),
        ));
    if !labels.is_empty() {
        process = process.block(Block::part("stage.labels").set("values", same(&labels)));
    }
    process.block(Block::part("stage.structured_metadata").set("values", same(&metadata)))
}

/// The JMESPath expression of a field of the line.
fn jmespath(field: &str) -> String {
    if is_identifier(field) {
        field.to_owned()
    } else {
        format!("\"{field}\"")
    }
}

/// OTLP of services in, and each signal to its engine. Metrics are pushed by remote write, which Prometheus
/// takes in all versions.
fn otlp(environment: Environment) -> Vec<Block> {
    let listen = environment.listen();
    let (grpc, http) = OTLP_PORTS;
    let (tempo_grpc, _) = environment.tempo_otlp_ports();
    let output = |metrics: &str, logs: &str, traces: &str| {
        Block::part("output")
            .set("metrics", references([metrics]))
            .set("logs", references([logs]))
            .set("traces", references([traces]))
    };
    let batch = "otelcol.processor.batch.default.input";
    vec![
        Block::component("otelcol.receiver.otlp", "services")
            .block(Block::part("grpc").set("endpoint", format!("{listen}:{grpc}")))
            .block(Block::part("http").set("endpoint", format!("{listen}:{http}")))
            .block(output(batch, batch, batch)),
        Block::component("otelcol.processor.batch", "default").block(output(
            "otelcol.exporter.prometheus.default.input",
            "otelcol.exporter.otlphttp.loki.input",
            "otelcol.exporter.otlp.tempo.input",
        )),
        Block::component("otelcol.exporter.prometheus", "default").set(
            "forward_to",
            references(["prometheus.remote_write.default.receiver"]),
        ),
        Block::component("prometheus.remote_write", "default")
            .block(Block::part("endpoint").set("url", environment.remote_write_url())),
        Block::component("otelcol.exporter.otlphttp", "loki").block(Block::part("client").set(
            "endpoint",
            format!("{}/otlp", environment.api_url(Component::Loki)),
        )),
        Block::component("otelcol.exporter.otlp", "tempo").block(
            Block::part("client")
                .set(
                    "endpoint",
                    environment.address(Component::Tempo.name(), tempo_grpc),
                )
                .block(Block::part("tls").set("insecure", true)),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use obsctl_model::{Domain, ExposedName, LabelDef, LogField, Slug, Stack};

    use super::*;

    fn text(environment: Environment) -> String {
        let mut stack = Stack::new(Slug::from_static("test"));
        stack.logs.stream_labels = vec![LabelDef {
            name: ExposedName::from_static("level"),
            domain: Domain::Values(vec!["info".to_owned()]),
        }];
        stack.logs.standard_fields = vec![
            LogField::new("tenant_id", FieldKind::Id, "The tenant.", "acme"),
            LogField::new("path", FieldKind::Text, "The route.", "/"),
        ];
        generate(&Project::link(stack), environment).remove(0).text
    }

    /// Every component that is referred to is defined.
    fn assert_wired(text: &str) {
        let defined: BTreeSet<String> = text
            .lines()
            .filter(|line| !line.starts_with(['\t', '}', '/']))
            .filter_map(|line| line.strip_suffix("\" {")?.split_once(" \""))
            .map(|(name, label)| format!("{name}.{label}"))
            .collect();
        let ends = [".receiver", ".input", ".output", ".targets"];
        let mut found = 0;
        for word in text.split(|c: char| c.is_whitespace() || "[],".contains(c)) {
            if let Some(name) = ends.iter().find_map(|end| word.strip_suffix(end)) {
                assert!(defined.contains(name), "{name} of {defined:?}");
                found += 1;
            }
        }
        assert!(found >= 10, "{text}");
    }

    #[test]
    fn all_parts_are_wired() {
        for environment in Environment::ALL {
            assert_wired(&text(environment));
        }
    }

    #[test]
    fn identifiers_become_metadata_and_never_streams() {
        let text = text(Environment::Compose);
        let (_, labels) = text.split_once("stage.labels").unwrap();
        let (labels, metadata) = labels.split_once("stage.structured_metadata").unwrap();
        assert!(labels.contains("level") && !labels.contains("tenant_id"));
        assert!(metadata.contains("tenant_id") && metadata.contains("trace_id"));
        assert!(!text.contains("path ="));
    }

    #[test]
    fn on_one_machine_there_is_no_docker_and_only_loopback() {
        let text = text(Environment::Host);
        assert!(!text.contains("docker"));
        assert!(!text.contains("0.0.0.0"));
        assert!(text.contains("endpoint = \"127.0.0.1:14317\""));
    }
}
