use obsctl::model::prelude::*;

/// SLOs as they were.
pub fn slos() -> Vec<Slo> {
    vec![
        Slo::new(
            Slug::from_static("requests-availability"),
            "shop",
            99.9,
            Indicator::bad(
                promql(r#"http_requests_total{job="shop", code=~"5.."}"#),
                promql(r#"http_requests_total{job="shop"}"#),
            ),
        )
        .description("Requests are answered without an error of ours")
        .owner("checkout")
        .alerts(SloAlerts::Page)
        .label("team", "checkout")
        .label("tier", "1"),
        Slo::new(
            Slug::from_static("requests-latency"),
            "shop",
            99.0,
            Indicator::latency(promql(r#"http_request_duration_seconds_bucket{job="shop"}"#), 0.4),
        )
        .description("Requests are answered within 400 milliseconds")
        .owner("checkout")
        .label("team", "checkout")
        .label("tier", "2"),
        Slo::new(
            Slug::from_static("carts"),
            "shop",
            95.0,
            Indicator::raw(promql("1 - avg(avg_over_time(shop_carts_in_stock_ratio[$window]))")),
        )
        .description("Carts are in stock")
        .owner("checkout")
        .label("team", "checkout")
        .label("tier", "1"),
        Slo {
            by: vec![obsctl::model::LabelName::from_static("grpc_method")],
            ..Slo::new(
                Slug::from_static("search-errors"),
                "search",
                99.5,
                Indicator::bad(
                    promql(r#"grpc_server_handled_total{job="search", grpc_code=~"Internal|Unavailable"}"#),
                    promql(r#"grpc_server_handled_total{job="search"}"#),
                ),
            )
        }
        .description("Searches are answered")
        .over(days(28))
        .owner("search")
        .label("service", "search")
        .label("team", "search"),
        Slo::new(
            Slug::from_static("search-latency"),
            "search",
            90.0,
            Indicator::latency(promql(r#"search_duration_seconds_bucket{job="search"}"#), 1.0),
        )
        .over(days(14))
        .owner("search")
        .label("service", "search")
        .label("team", "search"),
        Slo::new(
            Slug::from_static("search-up"),
            "search",
            99.0,
            Indicator::time_slices(promql(r#"up{job="search"}"#)),
        )
        .owner("search")
        .label("service", "search")
        .label("team", "search"),
        Slo::new(
            Slug::from_static("mail-delivery"),
            "mail",
            99.5,
            Indicator::good(promql(r#"mail_sent_total{result="delivered"}"#), promql("mail_sent_total")),
        )
        .description("Mail is delivered")
        .over(days(28))
        .owner("mail")
        .label("team", "mail"),
        Slo::new(
            Slug::from_static("mail-queue"),
            "mail",
            99.0,
            Indicator::time_slices(
                promql("avg_over_time((max(mail_queue_length) <= bool 100)[5m:1m]) >= bool 0.9"),
            ),
        )
        .description("Mail does not wait")
        .owner("mail")
        .label("team", "mail"),
    ]
}
