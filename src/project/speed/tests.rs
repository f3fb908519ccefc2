use obsctl_model::prelude::*;
use obsctl_model::{Receiver, Routing, RuleQuery, ScrapeJob, millis};

use super::*;

fn speed(times: u8) -> Speed {
    Speed::new(times).unwrap()
}

fn faster(query: impl Into<RuleQuery>, times: u8) -> Result<String, Vec<Diagnostic>> {
    let rule = RecordingRule::new(MetricName::from_static("job:x:sum"), query);
    let stack = Stack::new(Slug::from_static("test")).rule_group(RuleGroup::new("g").record(rule));
    let project = Project::link(stack).at_speed(speed(times))?;
    let rule = &project.groups()[0].rules[0];
    Ok(rule.query().as_str().to_owned())
}

#[test]
fn speeds_are_whole_numbers_up_to_an_hour_in_a_minute() {
    assert_eq!(Speed::new(0), None);
    assert_eq!(Speed::new(61), None);
    assert_eq!(Speed::new(1), Some(Speed::REAL));
    assert_eq!(Speed::new(60), Some(Speed::FASTEST));
}

#[test]
fn durations_are_divided_to_the_millisecond() {
    assert_eq!(speed(60).duration(mins(5)), Some(secs(5)));
    assert_eq!(speed(7).duration(secs(1)), Some(millis(143)));
    assert_eq!(speed(60).duration(Duration::ZERO), Some(Duration::ZERO));
    assert_eq!(speed(60).duration(millis(60)), Some(millis(1)));
    assert_eq!(speed(60).duration(millis(59)), None);
}

#[test]
fn durations_of_promql_are_divided_and_nothing_else_is() {
    for (text, expected) in [
        ("sum(rate(x[5m])) > 0.05", "sum(rate(x[5s])) > 0.05"),
        ("x offset 1h > 300", "x offset 1m > 300"),
        ("x offset -1h", "x offset -1m"),
        (
            "rate(x[5m] @ 1700000000 offset 10m)",
            "rate(x[5s] @ 1700000000 offset 10s)",
        ),
        (
            "max_over_time(rate(x[5m])[1d:1m] offset 1h)",
            "max_over_time(rate(x[5s])[24m:1s] offset 1m)",
        ),
        ("max_over_time(x[1h:])", "max_over_time(x[1m:])"),
        (
            "increase(x{path=\"[5m] offset 5m\"}[90s])",
            "increase(x{path=\"[5m] offset 5m\"}[1s500ms])",
        ),
        ("time() - x > 3600", "time() - x > 3600"),
        ("x > 5m", "x > 5m"),
        (
            "predict_linear(x[6h], 86400) < 0",
            "predict_linear(x[6m], 1440) < 0",
        ),
        (
            "predict_linear(x[6h], 4 * 3600) < 0",
            "predict_linear(x[6m], 4 * 3600 / 60) < 0",
        ),
        (
            "predict_linear(x[6h], 3600 + 60) < 0",
            "predict_linear(x[6m], (3600 + 60) / 60) < 0",
        ),
        ("rate(x[2 * 5m])", "rate(x[10s])"),
        ("rate(x[300])", "rate(x[5s])"),
        ("rate(x[step() * 4])", "rate(x[step() * 4])"),
        ("rate(x[max_of(step(), 5m)])", "rate(x[max_of(step(), 5s)])"),
        ("rate(x[step() + 2 * 5m])", "rate(x[step() + 10s])"),
    ] {
        assert_eq!(faster(promql(text), 60).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn durations_of_logql_are_divided_and_nothing_else_is() {
    for (text, expected) in [
        (
            r#"sum(count_over_time({a="b"} |= "x" [5m])) > 5"#,
            r#"sum(count_over_time({a="b"} |= "x" [5s])) > 5"#,
        ),
        (
            r#"rate({a="[5m]"} |= `[5m] \` | d > 5m [1h30m] offset 10m)"#,
            r#"rate({a="[5m]"} |= `[5m] \` | d > 5m [1m30s] offset 10s)"#,
        ),
        (
            r#"rate({a="\"[5m]"} |= "\\" [ 1m ] offset -1h)"#,
            r#"rate({a="\"[5m]"} |= "\\" [ 1s ] offset -1m)"#,
        ),
        (
            "rate({a=\"b\"} # every [5m]\n[5m] OFFSET 1h)",
            "rate({a=\"b\"} # every [5m]\n[5s] OFFSET 1m)",
        ),
        (
            r#"rate({offset="1h"} | offset_ms > 5m | my_offset="x" [$__auto])"#,
            r#"rate({offset="1h"} | offset_ms > 5m | my_offset="x" [$__auto])"#,
        ),
        (
            r#"{a="ä[5m]"} |= "unended [5m]"#,
            r#"{a="ä[5m]"} |= "unended [5m]"#,
        ),
        ("x[", "x["),
        ("x offset", "x offset"),
        ("x \"\\", "x \"\\"),
    ] {
        assert_eq!(faster(logql(text), 60).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn everything_that_is_timed_runs_faster() {
    let alert = Alert::new("Slow")
        .when(promql("x > 5"))
        .lasting(mins(5))
        .severity(Severity::Info)
        .owner("team")
        .summary("slow")
        .runbook(Slug::from_static("slow"))
        .keep_firing(mins(10));
    let root = Route::to("inbox").timing(secs(30), mins(5), hours(4));
    let page = Route::to("page").timing(secs(0), mins(1), hours(1));
    let stack = Stack::new(Slug::from_static("test"))
        .rule_group(RuleGroup::new("g").every(mins(1)).alert(alert))
        .scrape_job(ScrapeJob::new("a", Exposer::Service("a".into()), "a", 1).every(secs(30)))
        .routing(Routing {
            root: root.child(page),
            receivers: vec![Receiver::new("inbox"), Receiver::new("page")],
            inhibitions: vec![],
            mute_times: vec![],
        });
    let real = Project::link(stack.clone());
    assert_eq!(real.speed(), Speed::REAL);
    assert_eq!(
        real.at_speed(Speed::REAL).unwrap().stack(),
        Project::link(stack.clone()).stack()
    );

    let project = Project::link(stack).at_speed(speed(60)).unwrap();
    let stack = project.stack();
    assert_eq!(project.speed(), speed(60));
    assert_eq!(
        (stack.scrape_interval, stack.evaluation_interval),
        (millis(250), millis(250))
    );
    assert_eq!(stack.scrape_jobs[0].interval, Some(millis(500)));
    let group = &project.groups()[0];
    assert_eq!(group.interval, Some(secs(1)));
    let Rule::Alert(alert) = &group.rules[0] else {
        panic!("an alert");
    };
    assert_eq!(
        (alert.lasting, alert.keep_firing),
        (secs(5), Some(secs(10)))
    );
    let root = &stack.routing.as_ref().unwrap().root;
    assert_eq!(
        (root.group_wait, root.group_interval, root.repeat_interval),
        (Some(millis(500)), Some(secs(5)), Some(mins(4)))
    );
    let page = &root.routes[0];
    assert_eq!(
        (page.group_wait, page.group_interval, page.repeat_interval),
        (Some(Duration::ZERO), Some(secs(1)), Some(mins(1)))
    );
}

#[test]
fn a_duration_that_would_vanish_is_named() {
    let problems = faster(promql("rate(x[5m]) + rate(x[30ms])"), 60).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(
        problems[0].message,
        "a duration of `30ms` is too short to run 60 times as fast"
    );
    assert_eq!(problems[0].subject, "recording rule `job:x:sum`");
    assert!(problems[0].help[0].contains("at least `60ms`"));
    let problems = faster(logql("rate({a=\"b\"}[30ms])"), 60).unwrap_err();
    assert!(problems[0].message.contains("`30ms`"));
    assert!(faster(promql("rate(x[30ms])"), 30).is_ok());
}

#[test]
fn rules_of_slos_keep_their_names() {
    let slow = Project::link(obsctl_stack::stack());
    let fast = Project::link(obsctl_stack::stack())
        .at_speed(speed(60))
        .unwrap();
    let names = |project: &Project| -> Vec<String> {
        let rules = project.groups().iter().flat_map(|group| &group.rules);
        rules.map(|rule| rule.name().to_owned()).collect()
    };
    assert_eq!(names(&slow), names(&fast));
    let ratio = |project: &Project| -> String {
        let rules = project.groups().iter().flat_map(|group| &group.rules);
        let mut month = rules.filter(|rule| rule.name() == "slo:sli_error:ratio_rate30d");
        month.next().unwrap().query().as_str().to_owned()
    };
    assert!(ratio(&slow).contains("[30d]"), "{}", ratio(&slow));
    assert!(ratio(&fast).contains("[12h]"), "{}", ratio(&fast));
}
