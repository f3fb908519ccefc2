//! What `explain` says of each kind of thing.

use insta::assert_snapshot;

use crate::common::{CliTest, shop};

/// What is said of the example's definitions, with its places as a fixed word.
fn explained(words: &[&str]) -> String {
    let args = std::iter::once("explain").chain(words.iter().copied());
    let report = CliTest::new().run_over(shop(), &args.collect::<Vec<_>>());
    let mut parts = report.split("tests/it/../../examples/minimal.rs:");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("PLACE");
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    text
}

#[test]
fn a_metric_with_its_labels_and_uses() {
    assert_snapshot!(explained(&["shop_checkouts_total"]), @"
    exit status: 0
    ----- stdout -----
    counter `shop_checkouts_total`

    Checkouts that ended.

      at most      3 label combinations
      exposed by   shop
      owner        storefront
      declared in  PLACE

    labels
      outcome: paid, declined, failed

    used by
      alert `CheckoutsFail` of group `shop` (PLACE)
      panel `Checkouts` of dashboard `shop-overview` (PLACE)
      panel `Failed` of dashboard `shop-overview` (PLACE)
      runbook `checkouts-fail` (PLACE)
    ");
}

#[test]
fn a_histogram_by_the_name_of_one_of_its_series() {
    assert_snapshot!(explained(&["shop_checkout_duration_seconds_bucket"]), @"
    exit status: 0
    ----- stdout -----
    histogram `shop_checkout_duration_seconds`

    Time a checkout took.

      unit         seconds
      buckets      0.1, 0.5, 1, 5
      series       shop_checkout_duration_seconds_bucket, shop_checkout_duration_seconds_sum, shop_checkout_duration_seconds_count
      at most      3 label combinations
      exposed by   shop
      owner        storefront
      declared in  PLACE

    labels
      outcome: paid, declined, failed

    used by
      panel `Time, 95th percentile` of dashboard `shop-overview` (PLACE)
    ");
}

#[test]
fn an_alert() {
    assert_snapshot!(explained(&["CheckoutsFail"]), @r#"
    exit status: 0
    ----- stdout -----
    alert `CheckoutsFail`

    {{ $value | humanizePercentage }} of checkouts fail

      severity    critical
      owner       storefront
      after       5m
      runbook     checkouts-fail
      group       shop, evaluated by Prometheus
      defined in  PLACE

    fires when
      sum(rate(shop_checkouts_total{outcome="failed"}[5m])) / sum(rate(shop_checkouts_total[5m])) > 0.02
    "#);
}

#[test]
fn a_runbook() {
    assert_snapshot!(explained(&["runbook", "checkouts-fail"]), @"
    exit status: 0
    ----- stdout -----
    runbook `checkouts-fail`

    Checkouts fail: over 2 percent fail for 5 minutes

      page        docs/runbooks/checkouts-fail.md
      defined in  PLACE

    alerts
      CheckoutsFail

    symptoms
      Customers see an error after paying.

    steps
      1. Compare with the outcomes of last week.

    resolutions
      It began with a deployment: Roll back.
    ");
}

#[test]
fn a_dashboard() {
    assert_snapshot!(explained(&["shop-overview"]), @"
    exit status: 0
    ----- stdout -----
    dashboard `shop-overview`

    Shop

      folder      Dashboards
      defined in  PLACE

    panels of `Checkouts`
      Checkouts
      Failed
      Time, 95th percentile
    ");
}

#[test]
fn every_check_with_its_own_example() {
    for check in obsctl::check::rules::ALL {
        let report = explained(&["check", check.name]);
        assert!(report.starts_with("exit status: 0"), "{report}");
        assert!(report.contains(&format!("[{}]: ", check.name)), "{report}");
    }
}

#[test]
fn slos_and_their_rules() {
    let test = CliTest::new();
    for slo in obsctl_stack::stack().slos {
        let report = test.run_over(
            obsctl_stack::stack(),
            &["explain", "slo", slo.name.as_str()],
        );
        assert!(report.contains(" of complete outage"), "{report}");
    }
    let rule = test.run_over(
        obsctl_stack::stack(),
        &["explain", "slo:sli_error:ratio_rate5m"],
    );
    assert!(
        rule.contains("recording rule `slo:sli_error:ratio_rate5m`"),
        "{rule}"
    );
    assert!(rule.contains("\nused by\n  alert `"), "{rule}");
}

#[test]
fn the_nearest_name_is_suggested() {
    assert_snapshot!(explained(&["shop_chekouts_total"]), @"
    exit status: 2
    ----- stderr -----
    error: no definition or check is called `shop_chekouts_total`
      help: did you mean the metric `shop_checkouts_total`?
    ");
}

#[test]
fn a_kind_that_is_none() {
    assert_snapshot!(explained(&["metrics", "shop_checkouts_total"]), @"
    exit status: 2
    ----- stderr -----
    error: no kind is called `metrics`
      help: kinds are alert, check, dashboard, metric, rule, runbook, slo
    ");
}
