//! SLOs of other tools: what is made of them is what those tools make, and what is written out is read again.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use obsctl::generate::targets::openslo;
use obsctl::generate::{Environment, yaml};
use obsctl::model::prelude::*;
use obsctl::model::{LabelName, Objective, Rule, Service, SloWindow};
use obsctl::project::Project;
use obsctl::read::{self, File, Found};
use obsctl_promql::eval::{Data, Engine, Labels, Options, Storage, Value};
use obsctl_promql::parse;
use proptest::prelude::*;

use crate::common::{CliTest, repository};
use crate::engines::{Need, program};

const SLOTH: &str = include_str!("../../examples/imported/sloth.yml");

fn read_all(text: &str) -> Found {
    let mut found = read::file(File {
        path: "slos.yml",
        text,
    });
    found.settle();
    found
}

fn link(slos: &[Slo]) -> Project {
    let services: BTreeSet<_> = slos.iter().map(|slo| slo.service.clone()).collect();
    let services = services.into_iter().map(|name| Service::new(name, "x", ""));
    let stack = Stack::new(Slug::from_static("test")).services(services);
    Project::link(stack.slos(slos.to_vec()))
}

/// The rules of a project that record, with their labels.
fn recorded(project: &Project) -> Vec<&RecordingRule> {
    let rules = project.groups().iter().flat_map(|group| &group.rules);
    let recorded = rules.filter_map(|rule| match rule {
        Rule::Record(rule) => Some(rule),
        Rule::Alert(_) => None,
    });
    recorded.collect()
}

/// The names and labels that Sloth documents, but for labels of the SLO itself, for the first SLO of the file, over 30 days
/// (<https://sloth.dev/introduction/architecture/>); `sloth_mode`, `sloth_spec` and `sloth_version` say who made the rules.
#[test]
fn rules_of_sloths_file_have_sloths_names_and_labels() {
    let found = read_all(SLOTH);
    assert_eq!(found.problems, []);
    let project = link(&found.slos);
    assert_eq!(project.problems(), []);
    let own = [
        ("sloth_id", "shop-requests-availability"),
        ("sloth_service", "shop"),
        ("sloth_slo", "requests-availability"),
    ];
    let with = |name: &str, more: &[(&str, &str)]| {
        let labels = own.iter().chain(more);
        let labels = labels.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        (name.to_owned(), labels.collect::<BTreeMap<_, _>>())
    };
    let windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"];
    let mut expected: Vec<_> = windows
        .iter()
        .map(|window| {
            let name = format!("slo:sli_error:ratio_rate{window}");
            with(&name, &[("sloth_window", window)])
        })
        .collect();
    for name in [
        "slo:objective:ratio",
        "slo:error_budget:ratio",
        "slo:time_period:days",
        "slo:current_burn_rate:ratio",
        "slo:period_burn_rate:ratio",
        "slo:period_error_budget_remaining:ratio",
    ] {
        expected.push(with(name, &[]));
    }
    // Sloth puts these on all series, where a change of them begins every window anew.
    let info = [
        ("sloth_objective", "99.9"),
        ("team", "checkout"),
        ("tier", "1"),
    ];
    expected.push(with("sloth_slo_info", &info));
    let mut made: Vec<_> = recorded(&project)
        .into_iter()
        .filter(|rule| rule.labels["sloth_id"] == "shop-requests-availability")
        .map(|rule| {
            let mut labels = rule.labels.clone();
            labels.retain(|name, _| name != "sloth_mode" && name != "sloth_spec");
            (rule.record.to_string(), labels)
        })
        .collect();
    // What longer windows are added up from has names of its own.
    made.retain(|(name, _)| !name.ends_with("events:rate5m"));
    made.sort();
    expected.sort();
    assert_eq!(made, expected);
}

/// A shop whose traffic and troubles go up and down, a sample a minute.
fn shop(minutes: i64) -> Storage {
    let mut storage = Storage::new();
    let mut counters: BTreeMap<&str, f64> = BTreeMap::new();
    for minute in 0..=minutes {
        let busy = 100.0 + 50.0 * (minute as f64 / 40.0).sin();
        let failing = if minute % 90 > 60 { 0.2 } else { 0.01 };
        let slow = if minute % 70 > 50 { 0.3 } else { 0.02 };
        let mut add = |series: &'static str, name: &str, labels: &[(&str, &str)], more: f64| {
            let value = counters.entry(series).or_default();
            *value += more;
            let labels: Labels = [("__name__", name), ("job", "shop")]
                .iter()
                .chain(labels)
                .copied()
                .collect();
            storage.append(&labels, minute * 60_000, Value::Float(*value));
        };
        let requests = "http_requests_total";
        add("ok", requests, &[("code", "200")], busy * (1.0 - failing));
        add("bad", requests, &[("code", "503")], busy * failing);
        let duration = "http_request_duration_seconds_bucket";
        add("fast", duration, &[("le", "0.4")], busy * (1.0 - slow));
        add("all", duration, &[("le", "+Inf")], busy);
        add("count", "http_request_duration_seconds_count", &[], busy);
        let labels: Labels = [("__name__", "shop_carts_in_stock_ratio")]
            .into_iter()
            .collect();
        storage.append(&labels, minute * 60_000, Value::Float(1.0 - failing));
    }
    storage
}

fn only(engine: &Engine, storage: &Storage, query: &str, time: i64) -> f64 {
    let parsed = parse(query);
    assert_eq!(parsed.errors, [], "{query}");
    let output = engine.instant(storage, &parsed.expr, time).unwrap();
    let Data::Vector(samples) = output.data else {
        panic!("{query} gives no vector");
    };
    assert_eq!(samples.len(), 1, "{query}");
    samples[0].value.float().unwrap()
}

#[test]
fn ratios_of_sloths_file_are_those_that_sloth_records() {
    const MINUTES: i64 = 7 * 60;
    let found = read_all(SLOTH);
    let project = link(&found.slos);
    let engine = Engine::new(Options::default());
    let mut storage = shop(MINUTES);
    let rules = recorded(&project);
    let windows = ["5m", "30m", "1h", "2h", "6h"];
    let wanted = |rule: &RecordingRule| {
        let name = rule.record.as_str();
        windows
            .iter()
            .any(|window| name.ends_with(&format!("ratio_rate{window}")))
            || name.ends_with("events:rate5m")
            || name.ends_with("slices:count")
    };
    for minute in 1..=MINUTES {
        for rule in rules.iter().filter(|rule| wanted(rule)) {
            let query = rule.query.promql().unwrap();
            let output = engine
                .instant(&storage, query.expr(), minute * 60_000)
                .unwrap();
            let Data::Vector(samples) = output.data else {
                panic!("{query} gives no vector");
            };
            for sample in samples {
                let labels = sample
                    .labels
                    .iter()
                    .map(|label| (&*label.name, &*label.value));
                let own = rule
                    .labels
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str()));
                let labels = labels.filter(|(name, _)| *name != "__name__").chain(own);
                let name = std::iter::once(("__name__", rule.record.as_str()));
                let labels: Labels = name.chain(labels).collect();
                storage.append(&labels, minute * 60_000, sample.value);
            }
        }
    }
    let file: serde_json::Value = yaml::read(SLOTH).unwrap();
    for slo in file["slos"].as_array().unwrap() {
        let name = slo["name"].as_str().unwrap();
        // <https://sloth.dev/slo/sli/>: one query over the other, or the raw one, with the window filled in.
        let query = |query: &serde_json::Value| query.as_str().unwrap().to_owned();
        let template = match slo["sli"]["raw"].as_object() {
            Some(raw) => query(&raw["error_ratio_query"]),
            None => {
                let events = &slo["sli"]["events"];
                let (error, total) = (&events["error_query"], &events["total_query"]);
                format!("({})\n/\n({})", query(error), query(total))
            }
        };
        for window in windows {
            let time = MINUTES * 60_000;
            let sloths = only(
                &engine,
                &storage,
                &template.replace("{{.window}}", window),
                time,
            );
            let ours = format!("slo:sli_error:ratio_rate{window}{{sloth_slo=\"{name}\"}}");
            let ours = only(&engine, &storage, &ours, time);
            // Long windows of events add stored rates up, which have no edges in common with the window.
            let added_up = ["2h", "6h"].contains(&window) && name != "carts";
            let allowed = if added_up { 0.05 * sloths } else { 1e-9 };
            assert!(
                (ours - sloths).abs() <= allowed && sloths > 0.0,
                "{name} over {window}: {ours}, Sloth has {sloths}"
            );
        }
    }
}

/// The file of OpenSLO that is generated of these.
fn written(slos: &[Slo]) -> String {
    let project = link(slos);
    assert_eq!(project.problems(), [], "{slos:?}");
    let files = (openslo::OPENSLO.generate)(&project, Environment::Compose);
    files.into_iter().next().unwrap().text
}

fn again(slos: &[Slo]) -> Vec<Slo> {
    let text = written(slos);
    let found = read_all(&text);
    assert_eq!((found.problems, found.left_out), (vec![], vec![]), "{text}");
    found.slos
}

fn slo(indicator: Indicator) -> Slo {
    Slo::new(Slug::from_static("api-x"), "api", 99.9, indicator)
        .owner("platform")
        .description("It works")
}

/// One of each kind, and of each form it can be written in.
fn indicators() -> Vec<Indicator> {
    vec![
        Indicator::bad(promql("a_total{code=~\"5..\"}"), promql("a_total")),
        Indicator::good(
            promql("a_total{code=\"200\"}"),
            promql("a_total{job!=\"x\"}"),
        ),
        Indicator::latency(promql("a_seconds_bucket{job=\"x\"}"), 0.25),
        Indicator::latency(promql("a_seconds_bucket"), 1.0),
        Indicator::latency(promql("a_seconds_bucket"), 2e6),
        Indicator::latency(promql("a_seconds_bucket"), 0.000_05),
        Indicator::native_latency(promql("a_seconds{job=\"x\"}"), 0.3),
        Indicator::logs(
            logql("{job=\"x\"} |= \"failed\" | json | event=\"failed\""),
            logql("{job=\"x\"}"),
        ),
        Indicator::time_slices(promql("up{job=\"x\"}")),
        Indicator::time_slices(promql("queue_length <= bool 5")),
        Indicator::time_slices(promql("queue_length == bool 0")),
        Indicator::time_slices(promql("free > bool -1")),
        Indicator::freshness(promql("max by (x) (age_seconds)"), hours(1)),
        Indicator::raw(promql("avg(avg_over_time(bad_ratio[$window]))")),
        Indicator::raw(promql("bad:ratio")),
    ]
}

/// SLOs on all of them, with and without groups, over days and over periods of the calendar.
fn slos_of_every_kind() -> Vec<Slo> {
    let mut all = vec![];
    for indicator in indicators() {
        for by in [&[][..], &["path", "tenant"]] {
            for window in [days(30).into(), SloWindow::Month, SloWindow::Quarter] {
                let mut slo = slo(indicator.clone());
                slo.name = Slug::new(format!("api-{}", all.len())).unwrap();
                slo.by = by.iter().map(|name| LabelName::from_static(name)).collect();
                slo.window = window;
                slo.absent_for = Some(hours(2));
                slo.alerts = SloAlerts::of(all.len() % 2 == 0, all.len() % 3 == 0);
                all.push(slo);
            }
        }
    }
    all
}

#[test]
fn every_indicator_is_read_again_as_it_was() {
    for slo in slos_of_every_kind() {
        assert_eq!(again(std::slice::from_ref(&slo)), vec![slo]);
    }
}

/// OpenSLO's own program holds files against the standard.
#[test]
fn oslo_accepts_what_is_written() {
    let Some(oslo) = program(&["oslo"], &Need::Nowhere) else {
        return;
    };
    let folder = CliTest::new();
    folder.write("all.yml", &written(&slos_of_every_kind()));
    let reference = std::fs::read_to_string(repository().join(openslo::PATH)).unwrap();
    folder.write("reference.yml", &reference);
    for file in ["all.yml", "reference.yml"] {
        let said = Command::new(&oslo)
            .args(["validate", "-f"])
            .arg(folder.path(file))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&said.stderr);
        assert!(said.status.success(), "{file}: {text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn slos_are_read_again_as_they_were(
        percent in 1_u32..999_999,
        days in 7_u64..90,
        least in proptest::option::of(1_u32..1000),
        runbook in proptest::option::of("[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,5}){0,2}"),
        (name, service, owner) in ("[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,5}){0,2}", "[a-zA-Z][a-z_0-9]{0,9}", "[ -~]{0,20}[a-z]"),
        description in "([!-~][ -~]{0,80})?[!-~]",
        labels in proptest::collection::btree_map("[a-z][a-z0-9]{1,8}", "[ -~]{0,20}", 0..4),
        value in "[ -~é\"\\\\]{0,20}",
    ) {
        let bad = format!("a_total{{x={value:?}}}");
        // What is read is printed again: begin with a printed one.
        let bad = Promql::from_tree(parse(&bad).expr.without_parens(), obsctl::model::Origin::none());
        prop_assume!(bad.errors().is_empty());
        prop_assume!(!labels.keys().any(|label| ["service", "sloth"].contains(&label.as_str())));
        let mut slo = Slo {
            labels,
            min_bad_events: least,
            runbook: runbook.map(|name| Slug::new(name).unwrap()),
            objective: Objective::percent(f64::from(percent) / 10_000.0).unwrap(),
            ..Slo::new(Slug::new(name).unwrap(), service, 50.0, Indicator::bad(bad, promql("a_total")))
        };
        slo = slo.over(obsctl::model::days(days)).owner(owner).description(description);
        prop_assert_eq!(again(std::slice::from_ref(&slo)), [slo]);
    }
}

#[test]
fn import_writes_a_list_that_says_the_same() {
    let test = CliTest::new();
    let names = ["sloth.yml", "pyrra.yml", "openslo.yaml"];
    let mut all = Found::default();
    for name in names {
        let text =
            std::fs::read_to_string(repository().join("examples/imported").join(name)).unwrap();
        test.write(name, &text);
        all.append(read_all(&text));
    }
    let shown = test.run(&[
        "import",
        "sloth.yml",
        "pyrra.yml",
        "openslo.yaml",
        "-o",
        "slos.yml",
    ]);
    assert!(shown.starts_with("exit status: 0\n"), "{shown}");
    assert!(
        shown.contains("note: sloth.yml:16: not kept: `name: ShopErrors`, `annotations`, `page_alert.labels` of `alerting`"),
        "{shown}"
    );
    let again = read_all(&test.read("slos.yml"));
    assert_eq!(again.problems, []);
    assert_eq!(again.slos, all.slos);
    assert_eq!(all.slos.len(), 8);
}

#[test]
fn queries_of_slos_are_checked() {
    let test = CliTest::new();
    test.write("sloth.yml", SLOTH);
    test.write(
        "metrics.prom",
        "# TYPE http_requests_total counter\nhttp_requests_total{job=\"shop\",code=\"200\"} 1\n",
    );
    let shown = test.run(&["check", "sloth.yml", "--metrics", "metrics.prom"]);
    assert!(
        shown.contains("`http_request_duration_seconds_count`"),
        "{shown}"
    );
    assert!(shown.contains("`shop_carts_in_stock_ratio`"), "{shown}");
    assert!(!shown.contains("`http_requests_total`"), "{shown}");
    assert!(shown.contains("1 file: 3 SLOs"), "{shown}");
    // Beside the rules that were made of them, those are looked at.
    let shown = test.run(&["check", "sloth.yml"]);
    assert!(shown.starts_with("exit status: 0\n"), "{shown}");
}

#[test]
fn a_file_with_an_unknown_key_is_not_imported_in_silence() {
    let test = CliTest::new();
    test.write(
        "sloth.yml",
        &SLOTH.replace("error_query: sum", "errorQuery: sum"),
    );
    let shown = test.run(&["import", "sloth.yml", "-o", "slos.yml"]);
    assert!(shown.starts_with("exit status: 1\n"), "{shown}");
    assert!(shown.contains("sloth.yml:13:9"), "{shown}");
    assert!(
        shown.contains("`events` has no key `errorQuery`"),
        "{shown}"
    );
    assert!(shown.contains("did you mean `error_query`?"), "{shown}");
}
