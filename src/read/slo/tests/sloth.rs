//! Files of Sloth.

use insta::assert_snapshot;

use super::{SLOTH, changed, said};

#[test]
fn sloth_files_become_slos() {
    assert_snapshot!(said(&[SLOTH]), @r#"
        8:5 shop/requests-availability 99.9% in 30d by [] owner checkout labels {"team": "checkout", "tier": "1"} alerts page
          Bad { bad: promql("http_requests_total{job=\"shop\", code=~\"5..\"}"), total: promql("http_requests_total{job=\"shop\"}") }
        24:5 shop/requests-latency 99% in 30d by [] owner checkout labels {"team": "checkout", "tier": "2"}
          Latency { histogram: promql("http_request_duration_seconds_bucket{job=\"shop\"}"), threshold: 0.4 }
        40:5 shop/carts 95% in 30d by [] owner checkout labels {"team": "checkout", "tier": "1"}
          Raw { error_ratio: promql("1 - avg(avg_over_time(shop_carts_in_stock_ratio[$window]))") }
        left out 16:7 `name: ShopErrors`, `annotations`, `page_alert.labels` of `alerting`: alerts are named after the SLO and carry its labels, severity and owner
        "#);
}

#[test]
fn sloth_resources_are_the_same_in_other_words() {
    let plain = said(&[SLOTH]);
    let body: String = SLOTH
        .lines()
        .filter(|line| !line.starts_with('#') && !line.starts_with("version:"))
        .map(|line| format!("  {line}\n"))
        .collect();
    let mut resource = format!(
        "apiVersion: sloth.slok.dev/v1\nkind: PrometheusServiceLevel\nmetadata: {{name: shop}}\nspec:\n{body}"
    );
    for (snake, camel) in [
        ("error_query", "errorQuery"),
        ("total_query", "totalQuery"),
        ("error_ratio_query", "errorRatioQuery"),
        ("page_alert", "pageAlert"),
        ("ticket_alert", "ticketAlert"),
    ] {
        resource = resource.replace(snake, camel);
    }
    let without_places = |text: &str| -> Vec<String> {
        let lines = text
            .replace("pageAlert", "page_alert")
            .replace("ticketAlert", "ticket_alert");
        let lines = lines
            .lines()
            .map(|line| match line.strip_prefix("left out ") {
                Some(rest) => rest.split_once(' ').unwrap_or_default().1.to_owned(),
                None if line.starts_with(' ') => line.to_owned(),
                None => line.split_once(' ').unwrap_or_default().1.to_owned(),
            });
        lines.collect()
    };
    assert_eq!(without_places(&said(&[&resource])), without_places(&plain));
    // The keys of one form are unknown in the other.
    let mixed = said(&[&SLOTH.replace("page_alert:", "pageAlert:")]);
    assert!(
        mixed.contains("error 19:7 `alerting` has no key `pageAlert` (did you mean `page_alert`?)"),
        "{mixed}"
    );
}

#[test]
fn what_is_wrong_in_sloths_files_is_found() {
    let found = changed(
        SLOTH,
        &[
            ("prometheus/v1", "prometheus/v2"),
            ("objective: 99.9", "objectve: 99.9"),
            ("objective: 99.9", "objective: 100"),
            ("objective: 99.9", "objective: most"),
            ("name: requests-availability", "name: Requests_Availability"),
            ("name: requests-availability", "name: '---'"),
            ("[{{.window}}]", "[5m]"),
            ("[{{.window}}]", "[{{.Window}}]"),
            ("sum(rate(http", "sum((http"),
            ("raw:", "plugin: {id: a/b}\n      raw:"),
            (
                "raw:\n        error_ratio_query: 1 - avg(avg_over_time(shop_carts_in_stock_ratio[{{.window}}]))",
                "plugin: {id: a/b, options: {x: y}}",
            ),
            ("slos:", "slo_plugins: {chain: []}\nslos:"),
            ("service: shop", "service: [shop]"),
            ("events:", "event:"),
        ],
    );
    assert_snapshot!(found, @r#"
        # prometheus/v2
        error 2:10 only `prometheus/v1` is read, not `prometheus/v2`
        # objectve: 99.9
        error 8:5 an SLO of Sloth needs `objective`
        error 9:5 an SLO of Sloth has no key `objectve` (did you mean `objective`?) (its keys are `name`, `description`, `objective`, `plugins`, `labels`, `sli`, `alerting`)
        # objective: 100
        error 9:16 an objective of 100 percent cannot be kept: write one above 0 and below 100, with at most 6 decimals
        # objective: most
        error 9:16 `objective` is a number, as `0.5`, `1e3`, `.inf` or `.nan`
        # name: Requests_Availability
        # name: '---'
        error 8:11 the name `---` has no letter or digit
        # [5m]
        error 13:22 `error_query` names no window: Sloth wants `{{.window}}` in it
        # [{{.Window}}]
        error 13:22 only `{{.window}}` is filled in, not `{{.Window}}`
        # sum((http
        error 13:22 not a query: what `sum` aggregates must be an instant vector, found a range vector
        # plugin: {id: a/b}
        error 44:7 `sli` has one of `events`, `raw` and `plugin`
        # plugin: {id: a/b, options: {x: y}}
        note 44:15 what plugin `a/b` measures is a program of Sloth's, not known here (this SLO is left out: `docs/slos-of-other-tools.md` lists what can be read)
        # slo_plugins: {chain: []}
        # service: [shop]
        error 3:10 `service` is a text, not a list
        # event:
        error 12:7 `sli` has no key `event` (did you mean `events`?) (its keys are `events`, `raw`, `plugin`)
        error 12:7 `sli` has one of `events`, `raw` and `plugin`
        "#);
}

#[test]
fn alerts_that_sloth_does_not_make_are_not_made_here() {
    let alerts = |alerting: &str| {
        let from = "{disable: false}";
        assert!(SLOTH.contains(from));
        let said = said(&[&SLOTH.replace("page_alert: {disable: false}", alerting)]);
        let line = said.lines().find(|line| line.contains("requests-latency"));
        let alerts = line.unwrap().split_once(" alerts ");
        alerts.map(|(_, alerts)| alerts.to_owned())
    };
    for (alerting, expected) in [
        ("page_alert: {disable: true}", Some("ticket")),
        ("ticket_alert: {disable: true}", Some("page")),
        (
            "{page_alert: {disable: true}, ticket_alert: {disable: true}}",
            Some("none"),
        ),
        ("ticket_alert: {labels: {a: b}}", None),
    ] {
        assert_eq!(alerts(alerting).as_deref(), expected, "{alerting}");
    }
}
