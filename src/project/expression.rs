//! Every PromQL expression of a project, with the place it stands at: what most checks go through.

use std::borrow::Cow;
use std::collections::BTreeSet;

use obsctl_model::dashboard::{self, Annotation, Dashboard, ExpressionRef, Panel, Place, Variable};
use obsctl_model::{
    Action, Alert, Origin, Promql, ProvisionedDatasource, RecordingRule, Rule, RuleGroup,
    RuleQuery, Runbook, SignalLink,
};
use obsctl_promql::Span;
use obsctl_promql::ast::{MatchOp, Selector};

use super::{Project, runbook_pages};
use crate::diagnostic::Diagnostic;
use crate::parallel;

/// A PromQL expression where it is used.
#[derive(Clone, Debug)]
pub struct Expression<'a> {
    /// Text and tree.
    pub query: &'a Promql,
    /// Whose it is.
    pub site: Site<'a>,
    /// Where it was written; the owner's place where it has none of its own.
    pub origin: Origin,
    /// Whether it is of a dashboard that was made from other definitions.
    pub derived: bool,
}

impl Expression<'_> {
    /// A finding in the expression: `note` is said under `span`.
    #[must_use]
    pub fn finding(
        &self,
        span: Span,
        message: impl Into<String>,
        note: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(self.site.subject(), self.origin, message).underline(
            self.query.as_str(),
            span.range(),
            note,
        )
    }
}

/// Whose an expression is.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are named after their types")]
pub enum Site<'a> {
    /// The condition of an alert.
    Alert {
        group: &'a RuleGroup,
        alert: &'a Alert,
    },
    /// What a text of an alert asks when it is filled in: `{{ query "…" }}`.
    Template {
        group: &'a RuleGroup,
        alert: &'a Alert,
    },
    /// What a recording rule stores.
    Record {
        group: &'a RuleGroup,
        rule: &'a RecordingRule,
    },
    /// A query of a panel.
    Panel {
        dashboard: &'a Dashboard,
        panel: &'a Panel,
        ref_id: Cow<'a, str>,
        legend: Option<&'a str>,
    },
    /// A link of a panel that opens a query.
    Link {
        dashboard: &'a Dashboard,
        panel: &'a Panel,
    },
    /// Where a variable gets its values from.
    Variable {
        dashboard: &'a Dashboard,
        variable: &'a Variable,
        label: Option<&'a str>,
    },
    /// What draws events over panels.
    Annotation {
        dashboard: &'a Dashboard,
        annotation: &'a Annotation,
    },
    /// A step of an investigation.
    Step { runbook: &'a Runbook },
    /// What a link from the results of a datasource asks.
    Datasource {
        datasource: &'a ProvisionedDatasource,
        link: &'a SignalLink,
    },
}

impl<'a> Site<'a> {
    /// The definition, as findings name it: ``alert `HighApiLatency` of group `api` ``.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Alert { group, alert } | Self::Template { group, alert } => {
                subject::alert(group, alert)
            }
            Self::Record { group, rule } => subject::record(group, rule),
            Self::Panel {
                dashboard, panel, ..
            }
            | Self::Link { dashboard, panel } => subject::panel(dashboard, panel),
            Self::Variable {
                dashboard,
                variable,
                ..
            } => subject::variable(dashboard, variable),
            Self::Annotation {
                dashboard,
                annotation,
            } => format!(
                "annotation `{}` of {}",
                annotation.name,
                subject::dashboard(dashboard)
            ),
            Self::Step { runbook } => subject::runbook(runbook),
            Self::Datasource { datasource, link } => subject::link(datasource, link),
        }
    }

    /// What it is a part of: a group of rules, a dashboard, a runbook.
    #[must_use]
    pub fn around(&self) -> &'a str {
        match self {
            Self::Alert { group, .. }
            | Self::Template { group, .. }
            | Self::Record { group, .. } => &group.name,
            Self::Panel { dashboard, .. }
            | Self::Link { dashboard, .. }
            | Self::Variable { dashboard, .. }
            | Self::Annotation { dashboard, .. } => dashboard.uid.as_str(),
            Self::Step { runbook } => runbook.id.as_str(),
            Self::Datasource { datasource, .. } => &datasource.name,
        }
    }

    /// Whether Prometheus evaluates it as a rule. Grafana's variables exist everywhere else.
    #[must_use]
    pub const fn is_rule(&self) -> bool {
        matches!(
            self,
            Self::Alert { .. } | Self::Record { .. } | Self::Template { .. }
        )
    }

    /// Whether series are only looked up, not computed with: the values of a variable.
    #[must_use]
    pub const fn is_lookup(&self) -> bool {
        matches!(self, Self::Variable { .. })
    }
}

/// How findings name definitions, from the inside out: an accepted finding of the outer definition covers
/// those of the inner.
pub mod subject {
    use super::{
        Alert, Dashboard, Panel, ProvisionedDatasource, RecordingRule, Rule, RuleGroup, Runbook,
        SignalLink, Variable,
    };
    use obsctl_model::{MetricDef, RuleTest, Slo, Workload};

    /// A group of rules.
    #[must_use]
    pub fn group(group: &RuleGroup) -> String {
        format!("group `{}`", group.name)
    }

    /// An alert.
    #[must_use]
    pub fn alert(of: &RuleGroup, alert: &Alert) -> String {
        format!("alert `{}` of {}", alert.name, group(of))
    }

    /// A recording rule.
    #[must_use]
    pub fn record(of: &RuleGroup, rule: &RecordingRule) -> String {
        format!("recording rule `{}` of {}", rule.record, group(of))
    }

    /// Either kind of rule.
    #[must_use]
    pub fn rule(group: &RuleGroup, rule: &Rule) -> String {
        match rule {
            Rule::Alert(one) => alert(group, one),
            Rule::Record(one) => record(group, one),
        }
    }

    /// A dashboard.
    #[must_use]
    pub fn dashboard(dashboard: &Dashboard) -> String {
        format!("dashboard `{}`", dashboard.uid)
    }

    /// A panel.
    #[must_use]
    pub fn panel(of: &Dashboard, panel: &Panel) -> String {
        format!("panel `{}` of {}", panel.title, dashboard(of))
    }

    /// A variable of a dashboard.
    #[must_use]
    pub fn variable(of: &Dashboard, variable: &Variable) -> String {
        format!("variable `{}` of {}", variable.name, dashboard(of))
    }

    /// A runbook.
    #[must_use]
    pub fn runbook(runbook: &Runbook) -> String {
        format!("runbook `{}`", runbook.id)
    }

    /// A metric.
    #[must_use]
    pub fn metric(metric: &MetricDef) -> String {
        format!("metric `{}`", metric.name)
    }

    /// An SLO.
    #[must_use]
    pub fn slo(slo: &Slo) -> String {
        format!("SLO `{}`", slo.name)
    }

    /// A test of rules.
    #[must_use]
    pub fn rule_test(test: &RuleTest) -> String {
        format!("test `{}`", test.name)
    }

    /// A link from the results of a datasource.
    #[must_use]
    pub fn link(of: &ProvisionedDatasource, link: &SignalLink) -> String {
        format!("{} of datasource `{}`", link.what, of.name)
    }

    /// A workload.
    #[must_use]
    pub fn workload(workload: &Workload) -> String {
        format!("workload `{}`", workload.name)
    }
}

impl Project {
    /// Every PromQL expression, in a fixed order: rules, dashboards, runbooks.
    #[must_use]
    pub fn expressions(&self) -> Vec<Expression<'_>> {
        let mut found = vec![];
        let mut asked = self.asked().iter().peekable();
        for (index, group) in self.groups().iter().enumerate() {
            for (place, rule) in group.rules.iter().enumerate() {
                found.extend(rule_query(group, rule));
                while let Some(one) = asked.next_if(|one| one.rule == (index, place)) {
                    if let Rule::Alert(alert) = rule {
                        found.push(Expression {
                            query: &one.query,
                            site: Site::Template { group, alert },
                            origin: alert.origin,
                            derived: false,
                        });
                    }
                }
            }
        }
        // A runbook's page shows queries of its alerts and steps, which are here in their own right.
        let runbooks = self.stack().runbooks.iter();
        let pages: BTreeSet<_> = runbooks.map(|one| runbook_pages::uid(&one.id)).collect();
        let asked = parallel::map(self.dashboards(), |dashboard| {
            let is_own = !pages.contains(&dashboard.uid);
            let asked = is_own.then(|| dashboard_queries(dashboard, !self.is_written(dashboard)));
            asked.into_iter().flatten().collect::<Vec<_>>()
        });
        found.reserve(asked.iter().map(Vec::len).sum());
        found.extend(asked.into_iter().flatten());
        for runbook in &self.stack().runbooks {
            found.extend(runbook_queries(runbook));
        }
        for datasource in &self.stack().datasources {
            let links = datasource.links.iter();
            found.extend(links.filter_map(|link| link_query(datasource, link)));
        }
        found
    }
}

fn rule_query<'a>(group: &'a RuleGroup, rule: &'a Rule) -> Option<Expression<'a>> {
    let RuleQuery::Promql(query) = rule.query() else {
        return None;
    };
    let site = match rule {
        Rule::Alert(alert) => Site::Alert { group, alert },
        Rule::Record(rule) => Site::Record { group, rule },
    };
    Some(Expression {
        query,
        site,
        origin: own_or(query, rule.origin()),
        derived: false,
    })
}

fn dashboard_queries(dashboard: &Dashboard, derived: bool) -> impl Iterator<Item = Expression<'_>> {
    dashboard.queries().into_iter().filter_map(move |placed| {
        let ExpressionRef::Promql(query) = placed.expression else {
            return None;
        };
        let site = match placed.place {
            Place::Query(panel, ref_id) => Site::Panel {
                dashboard,
                panel,
                ref_id,
                legend: placed.legend,
            },
            Place::Panel(panel) => Site::Link { dashboard, panel },
            Place::Variable(variable) => Site::Variable {
                dashboard,
                variable,
                label: placed.wanted_label,
            },
            Place::Annotation(annotation) => Site::Annotation {
                dashboard,
                annotation,
            },
            Place::Dashboard | Place::Row(_) => return None,
        };
        Some(Expression {
            query,
            site,
            origin: placed.origin,
            derived,
        })
    })
}

fn runbook_queries(runbook: &Runbook) -> impl Iterator<Item = Expression<'_>> {
    let actions = runbook.steps.iter().flat_map(|step| &step.actions);
    actions.filter_map(move |action| match action {
        Action::Promql(query) => Some(Expression {
            query,
            site: Site::Step { runbook },
            origin: own_or(query, runbook.origin),
            derived: false,
        }),
        _ => None,
    })
}

fn link_query<'a>(
    datasource: &'a ProvisionedDatasource,
    link: &'a SignalLink,
) -> Option<Expression<'a>> {
    let Some(dashboard::Expression::Promql(query)) = &link.asks else {
        return None;
    };
    Some(Expression {
        query,
        site: Site::Datasource { datasource, link },
        origin: own_or(query, link.origin),
        derived: false,
    })
}

fn own_or(query: &Promql, outer: Origin) -> Origin {
    let own = query.origin();
    if own.location().is_some() { own } else { outer }
}

/// The name a selector asks for, and where it stands. None where series are chosen by a variable, by a
/// pattern, or by their labels alone.
#[must_use]
pub fn series_name(selector: &Selector) -> Option<(&str, Span)> {
    let named = selector.name.as_ref().map(|name| (&name.text, name.span));
    let matched = selector
        .matchers
        .iter()
        .find(|matcher| matcher.name.text == "__name__" && matcher.op == MatchOp::Equal)
        .map(|matcher| (&matcher.value.value, matcher.value.span));
    let (text, span) = named.or(matched)?;
    (!has_variable(text)).then_some((text.as_str(), span))
}

/// Whether Grafana puts something else in place of a part of the text.
#[must_use]
pub fn has_variable(text: &str) -> bool {
    // Most texts have neither character, and this is asked very often.
    text.bytes().any(|byte| byte == b'$' || byte == b'[')
        && (text.contains("[[") || obsctl_promql::variable::contains(text))
}
