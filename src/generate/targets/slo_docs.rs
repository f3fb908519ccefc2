//! `docs/reference/slos.md`: what is promised, what may fail, and when alerts tell of it.

use obsctl_model::{Indicator, Slo, SloAlerts};

use crate::generate::markdown::{Markdown, code, codes, prose};
use crate::generate::{Artifact, Environment, Target};
use crate::project::Project;
use crate::project::slo::{self, BurnFigures, SloFigures, percent, rounded};

/// The SLO reference.
pub static SLO_DOCS: Target = Target {
    name: "slo-docs",
    summary: "The SLO reference: objectives, error budgets, and what sets burn-rate alerts off",
    generate,
};

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    let slos = &project.stack().slos;
    if environment == Environment::Host || slos.is_empty() {
        return vec![];
    }
    let mut page = Markdown::page("Service level objectives");
    page.table(
        &["SLO", "Service", "Objective", "Window", "Owner"],
        slos.iter().map(|slo| {
            vec![
                format!("[{}](#{})", code(slo.name.as_str()), slo.name),
                code(&slo.service),
                format!("{}%", slo.objective.as_percent()),
                slo.window.to_string(),
                code(&slo.owner),
            ]
        }),
    );
    for slo in slos {
        section(&mut page, slo, project);
    }
    vec![Artifact::new("docs/reference/slos.md", page.finish())]
}

fn section(page: &mut Markdown, slo: &Slo, project: &Project) {
    page.heading(2, &code(slo.name.as_str()));
    if !slo.description.is_empty() {
        page.paragraph(&prose(&slo.description));
    }
    // One that cannot be measured is an error of a check, which says why.
    let Some(lowering) = slo::read(slo, project.catalog()) else {
        return;
    };
    let figures = slo::figures(slo, &lowering.measure);
    page.list(facts(slo, &figures));
    page.paragraph("What is measured:");
    let language = match slo.indicator {
        Indicator::Logs { .. } => "logql",
        _ => "promql",
    };
    for (what, query) in indicator(&slo.indicator) {
        page.paragraph(&what);
        page.fence(language, query);
    }
    if figures.burns.is_empty() {
        return;
    }
    page.paragraph(
        "What sets its alerts off. Both windows must be above the error ratio; times are from the first error, with none before.",
    );
    page.table(
        &[
            "Alert",
            "Urgency",
            "Burn rate",
            "Windows",
            "Errors above",
            "Budget gone",
            "Fires after, when all fails",
            "Stops within",
        ],
        figures.burns.iter().map(burn),
    );
}

fn facts(slo: &Slo, figures: &SloFigures<'_>) -> Vec<String> {
    let each = if slo.by.is_empty() {
        String::new()
    } else {
        format!(", for each {}", codes(&slo.by))
    };
    let mut facts = vec![
        format!(
            "Objective: {}% of {} over {}{each}",
            slo.objective.as_percent(),
            figures.noun,
            slo.window.phrase()
        ),
        format!(
            "Error budget: {}, or {} of complete outage",
            percent(slo.objective.budget()),
            figures.outage
        ),
    ];
    if let Some(least) = slo.min_bad_events {
        facts.push(format!(
            "Fewer than {least} bad {} in an alert's long window set nothing off",
            figures.noun
        ));
    }
    facts.extend(match slo.alerts {
        SloAlerts::Both => None,
        SloAlerts::Page => Some("A fast burn pages; a slow one opens no ticket".to_owned()),
        SloAlerts::Ticket => Some("A slow burn opens a ticket; a fast one pages nobody".to_owned()),
        SloAlerts::None => Some("No alert says that its budget burns".to_owned()),
    });
    facts.push(format!("Owner: {}", code(&slo.owner)));
    if let Some(runbook) = &slo.runbook {
        facts.push(format!("Runbook: [{runbook}](../runbooks/{runbook}.md)"));
    }
    facts
}

fn burn(burn: &BurnFigures) -> Vec<String> {
    let window = &burn.window;
    vec![
        code(&burn.alert),
        window.urgency.word().to_owned(),
        format!("{}x", rounded(window.factor())),
        format!("{} and {}", window.long, window.short),
        percent(burn.threshold),
        format!("{}%", window.consumed_percent),
        burn.detection(1.0)
            .map_or_else(|| "never".to_owned(), |time| time.to_string()),
        window.short.to_string(),
    ]
}

/// The queries of an indicator, each with what it selects.
fn indicator(indicator: &Indicator) -> Vec<(String, &str)> {
    match indicator {
        Indicator::Bad { bad, total } => vec![
            ("Bad events:".to_owned(), bad.as_str()),
            ("All events:".to_owned(), total.as_str()),
        ],
        Indicator::Good { good, total } => vec![
            ("Good events:".to_owned(), good.as_str()),
            ("All events:".to_owned(), total.as_str()),
        ],
        Indicator::Latency {
            histogram,
            threshold,
        }
        | Indicator::NativeLatency {
            histogram,
            threshold,
        } => vec![(
            format!("Observations of at most {threshold}:"),
            histogram.as_str(),
        )],
        Indicator::Raw { error_ratio } => {
            vec![(
                "Its bad part over `$window`:".to_owned(),
                error_ratio.as_str(),
            )]
        }
        Indicator::Logs { bad, total } => vec![
            ("Bad log lines:".to_owned(), bad.as_str()),
            ("All log lines:".to_owned(), total.as_str()),
        ],
        Indicator::TimeSlices { good } => vec![("1 where good:".to_owned(), good.as_str())],
        Indicator::Freshness { age, at_most } => {
            vec![(format!("Ages of at most {at_most}:"), age.as_str())]
        }
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;

    use super::*;

    metrics! {
        family "API", owner "platform", exposed_by Exposer::Service("api".into());
        /// Requests.
        pub counter Requests("requests_total") { code: Code }
    }

    labels! {
        enum Code { Ok = "200", Failed = "500" }
    }

    #[test]
    fn an_slo_says_when_it_tells() {
        let stack = Stack::new(Slug::from_static("test"))
            .metric_family(family())
            .slo(
                Slo::new(
                    Slug::from_static("availability"),
                    "api",
                    99.9,
                    Indicator::bad(
                        promql(r#"requests_total{code="500"}"#),
                        promql("requests_total"),
                    ),
                )
                .owner("platform")
                .runbook(Slug::from_static("errors")),
            );
        let page = generate(&Project::link(stack), Environment::Compose)
            .remove(0)
            .text;
        for part in [
            "| [`availability`](#availability) | `api` | 99.9% | 30d | `platform` |",
            "- Error budget: 0.1%, or 43m12s of complete outage\n",
            "- Runbook: [errors](../runbooks/errors.md)\n",
            "| 14.4x | 1h and 5m | 1.44% | 2% | 52s | 5m |",
            "```promql\nrequests_total{code=\"500\"}\n```",
        ] {
            assert!(page.contains(part), "{part}\n---\n{page}");
        }
    }
}
