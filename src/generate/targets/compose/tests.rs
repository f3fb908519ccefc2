use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::prelude::*;
use obsctl_model::{Channel, Image, Receiver, Route, Routing, Secret, Slug, Workload};

use super::*;
use crate::generate::images;
use schema::Condition;

fn project() -> Project {
    let mut stack = Stack::new(Slug::from_static("test"))
        .rule_group(
            RuleGroup::new("g")
                .record(RecordingRule::new(
                    MetricName::from_static("a:b"),
                    promql("up"),
                ))
                .record(RecordingRule::new(
                    MetricName::from_static("c:d"),
                    logql("sum(rate({a=\"b\"}[5m]))"),
                )),
        )
        .dashboard(Dashboard::new("overview", "Overview").folder("Product"));
    stack.routing = Some(Routing {
        root: Route::to("a"),
        receivers: vec![
            Receiver::new("a")
                .channel(Channel::Pagerduty {
                    routing_key: Secret::Env("PAGERDUTY_KEY".to_owned()),
                })
                .channel(Channel::Slack {
                    channel: "#a".to_owned(),
                    webhook_url: Secret::File("/run/secrets/slack".to_owned()),
                })
                .channel(Channel::Webhook {
                    url: "http://inbox:8080/alerts".to_owned(),
                })
                .channel(Channel::Webhook {
                    url: "https://hooks.example.com/".to_owned(),
                }),
        ],
        inhibitions: vec![],
        mute_times: vec![],
    });
    Project::link(stack)
}

fn written() -> (ComposeFile, String) {
    let artifacts = generate(&project(), Environment::Compose);
    let text = artifacts
        .into_iter()
        .find(|artifact| artifact.path == "compose/compose.yaml")
        .unwrap()
        .text;
    (yaml::read(&text).unwrap(), text)
}

#[test]
fn what_is_written_reads_back_equal() {
    assert_eq!(written().0, file(&project()));
    assert!(generate(&project(), Environment::Host).is_empty());
}

#[test]
fn health_is_waited_for_only_where_it_is_checked() {
    let (file, _) = written();
    for (name, service) in &file.services {
        for (needed, dependency) in &service.depends_on {
            let needed_service = &file.services[needed];
            if dependency.condition == Condition::ServiceHealthy {
                assert!(
                    needed_service.healthcheck.is_some(),
                    "{name} waits for {needed}"
                );
            }
        }
    }
}

#[test]
fn nothing_waits_for_itself() {
    fn visit<'a>(file: &'a ComposeFile, name: &'a str, path: &mut Vec<&'a str>) {
        assert!(!path.contains(&name), "{path:?} {name}");
        path.push(name);
        for needed in file.services[name].depends_on.keys() {
            visit(file, needed, path);
        }
        path.pop();
    }
    let (file, _) = written();
    for name in file.services.keys() {
        visit(&file, name, &mut vec![]);
    }
}

#[test]
fn ports_are_on_loopback_and_no_two_alike() {
    let (file, _) = written();
    let mut seen = BTreeMap::new();
    for (name, service) in &file.services {
        for port in &service.ports {
            let outside = port.strip_prefix("127.0.0.1:").expect("on loopback");
            let (variable, inside) = outside.rsplit_once(':').unwrap();
            let default = variable.split_once(":-").unwrap().1.trim_end_matches('}');
            assert!(default.parse::<u16>().is_ok() && inside.parse::<u16>().is_ok());
            assert_eq!(seen.insert(default.to_owned(), name), None, "{port}");
        }
    }
    assert!(seen.len() >= 8);
}

/// Compose puts variables in wherever there is a `$`: each must be a variable of ours with a default, or two.
#[test]
fn every_dollar_is_a_variable_with_a_default() {
    let (_, text) = written();
    let settings = settings::all(&project());
    let known: BTreeSet<_> = settings.iter().map(|one| one.name.as_str()).collect();
    for (at, _) in text.match_indices('$') {
        let rest = &text[at..];
        let inner = rest
            .strip_prefix("${")
            .and_then(|rest| rest.split_once('}'))
            .expect(rest)
            .0;
        let (name, default) = inner.split_once(":-").expect(inner);
        assert!(
            known.contains(name) || ["PAGERDUTY_KEY", "COMPOSE_PROJECT_NAME"].contains(&name),
            "{name}"
        );
        assert!(!default.is_empty(), "{name}");
    }
}

#[test]
fn every_setting_is_used_and_documented() {
    let (_, text) = written();
    let artifacts = generate(&project(), Environment::Compose);
    let [example, readme] = ["compose/.env.example", "compose/README.md"].map(|path| {
        &artifacts
            .iter()
            .find(|artifact| artifact.path == path)
            .unwrap()
            .text
    });
    for setting in settings::all(&project()) {
        let name = &setting.name;
        assert!(text.contains(&settings::reference(&setting)), "{name}");
        assert!(example.contains(&format!("\n{name}={}\n", setting.default)));
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
    assert!(example.contains("PAGERDUTY_KEY"));
    assert!(readme.contains("PAGERDUTY_KEY"));
    assert!(readme.contains("Receivers send to `http://inbox:8080/alerts`: until"));
}

/// A container of that name is what was missing.
#[test]
fn what_runs_in_the_stack_is_not_called_missing() {
    let mut stack = project().stack().clone();
    let inbox = Slug::from_static("inbox");
    stack = stack.workload(Workload::new(inbox, "Hears", Image::ready("inbox:1")).listens(8080));
    let project = Project::link(stack);
    let readme = readme::text(&project, &file(&project));
    assert!(!readme.contains("Receivers send to"), "{readme}");
    assert!(readme.contains("| `inbox` | `inbox:1` |"), "{readme}");
}

#[test]
fn a_workload_gets_what_it_declares_and_no_more() {
    let speed = || Setting::new("SPEED", "1", "How fast");
    let shop = Slug::from_static("shop");
    let stack = Stack::new(Slug::from_static("test"))
        .workload(
            Workload::new(
                shop.clone(),
                "Sells",
                Image::built("shop", "docker/Dockerfile"),
            )
            .command(["serve", "--price=$1"])
            .env("CURRENCY", "$")
            .setting(speed())
            .publishes(8080, Setting::new("SHOP_PORT", "8081", "Port"))
            .listens(9000)
            .volume(Slug::from_static("data"), "/data")
            .health(["/shop", "health"])
            .memory(32),
        )
        .workload(
            Workload::new(Slug::from_static("till"), "Counts", Image::ready("till:2"))
                .after(shop)
                .replicas(3)
                .writable(),
        );
    let file = file(&Project::link(stack));
    let (shop, till) = (&file.services["shop"], &file.services["till"]);
    assert_eq!(shop.image, "shop");
    let build = shop.build.as_ref().unwrap();
    assert_eq!(
        (build.context.as_str(), build.dockerfile.as_str()),
        ("..", "docker/Dockerfile")
    );
    assert_eq!(shop.command, ["serve", "--price=$$1"]);
    assert_eq!(shop.environment["CURRENCY"], "$$");
    assert_eq!(shop.environment["SPEED"], "${SPEED:-1}");
    assert_eq!(shop.ports, ["127.0.0.1:${SHOP_PORT:-8081}:8080"]);
    assert_eq!(shop.mem_limit, "${SHOP_MEMORY:-32}m");
    assert!(shop.read_only && shop.cap_drop == ["ALL"]);
    assert!(!till.read_only && till.cap_drop == ["ALL"]);
    assert_eq!(shop.security_opt, ["no-new-privileges:true"]);
    assert_eq!(
        shop.healthcheck.as_ref().unwrap().test,
        ["CMD", "/shop", "health"]
    );
    assert!(file.volumes.contains_key("data"));
    assert_eq!(
        (till.image.as_str(), till.scale, shop.scale),
        ("till:2", Some(3), None)
    );
    assert_eq!(till.depends_on["shop"].condition, Condition::ServiceHealthy);
    assert!(till.healthcheck.is_none() && till.build.is_none());
}

/// Who is not checked can only be waited for until it runs: Compose refuses the file otherwise.
#[test]
fn health_that_nobody_checks_is_not_waited_for() {
    let shop = Slug::from_static("shop");
    let stack = Stack::new(Slug::from_static("test"))
        .workload(Workload::new(shop.clone(), "", Image::ready("shop:1")))
        .workload(Workload::new(Slug::from_static("till"), "", Image::ready("till:1")).after(shop));
    let file = file(&Project::link(stack));
    assert_eq!(
        file.services["till"].depends_on["shop"].condition,
        Condition::ServiceStarted
    );
}

#[test]
fn every_image_is_of_the_table() {
    let (file, _) = written();
    let table = Component::ALL.map(|engine| {
        let image = images::image(engine).repository;
        format!(
            "{image}:{}",
            settings::reference(&settings::version(engine))
        )
    });
    let table: BTreeSet<_> = table.iter().map(String::as_str).collect();
    let used: BTreeSet<_> = file
        .services
        .values()
        .map(|service| service.image.as_str())
        .collect();
    assert_eq!(used, table);
}

#[test]
fn secrets_cannot_keep_the_stack_from_starting() {
    let (file, _) = written();
    let alertmanager = &file.services["alertmanager"];
    assert_eq!(
        file.configs["pagerduty_key"].content,
        "${PAGERDUTY_KEY:-unset}"
    );
    assert_eq!(
        alertmanager.configs[0].target,
        "/run/environment/PAGERDUTY_KEY"
    );
    assert!(alertmanager.volumes.iter().any(|mount| matches!(
        mount,
        Mount::Bind { source, target, bind, .. }
            if source == "./secrets" && target == "/run/secrets" && !bind.create_host_path
    )));
    let artifacts = generate(&project(), Environment::Compose);
    let folder = artifacts
        .iter()
        .find(|artifact| artifact.path.starts_with("compose/secrets/"));
    assert!(folder.unwrap().text.contains("- `slack`\n"));
}

#[test]
fn volumes_lie_where_the_images_have_folders_of_the_right_owner() {
    let (file, _) = written();
    let places: BTreeMap<_, _> = file
        .services
        .values()
        .flat_map(|service| &service.volumes)
        .filter_map(|mount| match mount {
            Mount::Volume { source, target } => Some((source.as_str(), target.as_str())),
            Mount::Bind { .. } => None,
        })
        .collect();
    assert_eq!(
        places,
        BTreeMap::from([
            ("alertmanager", "/alertmanager"),
            ("alloy", "/var/lib/alloy/data"),
            ("grafana", "/var/lib/grafana"),
            ("loki", "/loki"),
            ("prometheus", "/prometheus"),
            ("tempo", "/var/tempo"),
        ])
    );
    assert_eq!(
        places.keys().copied().collect::<Vec<_>>(),
        file.volumes.keys().collect::<Vec<_>>()
    );
}

#[test]
fn the_home_dashboard_is_a_file_that_is_generated() {
    let (file, _) = written();
    assert_eq!(
        file.services["grafana"].environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"],
        "/stack/dashboards/product/overview.json"
    );
}
