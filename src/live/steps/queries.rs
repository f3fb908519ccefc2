//! Every panel and variable has data, or a reason why not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use obsctl_model::dashboard::DatasourceKind;
use obsctl_model::dashboard::grafana::Dashboard;
use obsctl_promql::ast::{Name, Selector};
use obsctl_promql::{Expr, parse};

use super::variables;
use crate::live::answer::Trouble;
use crate::live::client::Client;
use crate::live::prometheus::Answer;
use crate::live::{Peer, Run, THREADS, grafana, loki, prometheus, tempo, unasked};
use crate::parallel;
use crate::verify::data::Data;
use crate::verify::empty::{self, Does, Known};
use crate::verify::queries::{self, Ask, Form, Placed};
use crate::verify::window::Window;
use crate::verify::{Group, Outcome, Step, logs, targets};

/// What counts the calls between services, of the metrics that Tempo makes from spans.
const SERVICE_GRAPH: &str = "traces_service_graph_request_total";

/// What is known for all questions.
pub(super) struct Questions<'a> {
    pub(super) run: &'a Run<'a>,
    known: OnceLock<Result<Known, String>>,
}

/// One step for each query of a panel, and for each variable that a datasource is asked for.
pub(crate) fn all(run: &Run<'_>) -> Vec<Step> {
    run.doing("the variables of dashboards");
    let questions = Questions {
        run,
        known: OnceLock::new(),
    };
    let dashboards = run.project.dashboards().iter();
    let dashboards: Vec<Dashboard> = dashboards
        .map(|dashboard| dashboard.to_grafana(&|query| run.project.unit_of(query)))
        .collect();
    let opened = parallel::map_in(THREADS, &dashboards, |dashboard| questions.open(dashboard));
    let (steps, placed): (Vec<_>, Vec<_>) = opened.into_iter().unzip();
    let mut steps: Vec<Step> = steps.into_iter().flatten().collect();
    let placed: Vec<Placed> = placed.into_iter().flatten().collect();

    // Dashboards ask much alike: each question is asked once.
    let asks: BTreeSet<&Ask> = placed
        .iter()
        .filter_map(|one| one.ask.as_ref().ok())
        .collect();
    let asks: Vec<&Ask> = asks.into_iter().collect();
    let done = AtomicUsize::new(0);
    let outcomes = parallel::map_in(THREADS, &asks, |ask| {
        let outcome = questions.judge(ask);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        run.doing(format!("{done} of {} queries of panels", asks.len()));
        outcome
    });
    let outcomes: BTreeMap<&Ask, Option<Outcome>> = asks.iter().copied().zip(outcomes).collect();
    let mut unasked: BTreeMap<DatasourceKind, usize> = BTreeMap::new();
    for one in &placed {
        let outcome = match &one.ask {
            Err(reason) => Outcome::not_run(reason.clone()),
            Ok(ask) => match outcomes.get(ask).cloned().flatten() {
                Some(outcome) => outcome,
                None => {
                    *unasked.entry(ask.kind).or_default() += 1;
                    continue;
                }
            },
        };
        steps.push(Group::Queries.step(&one.id, outcome));
    }
    for (kind, count) in unasked {
        let (name, word) = (kind.title(), kind.plugin());
        let queries = if count == 1 { "query of" } else { "queries of" };
        let are = if count == 1 { "is" } else { "are" };
        run.say(format!(
            "{count} {queries} {name} {are} not asked: neither `--{word}` nor `--grafana` says where"
        ));
    }
    steps
}

impl Questions<'_> {
    /// Chooses what readers see first, and finds the queries.
    fn open(&self, dashboard: &Dashboard) -> (Vec<Step>, Vec<Placed>) {
        let scrape = self.run.project.stack().scrape_interval;
        let window = match queries::shown(dashboard, scrape) {
            Ok(window) => window,
            Err(reason) => {
                let step = Group::Queries.step(&dashboard.uid, Outcome::not_run(reason));
                return (vec![step], vec![]);
            }
        };
        let list = &dashboard.templating.list;
        let (chosen, steps) = variables::choose(self, &dashboard.uid, list, window);
        (steps, queries::of(dashboard, &chosen, scrape))
    }

    /// What comes of a query; nothing where its datasource is not asked.
    fn judge(&self, ask: &Ask) -> Option<Outcome> {
        if ask.form == Form::ServiceMap {
            return self.judge_service_map(ask);
        }
        let engine = match self.run.engine(ask.kind, &ask.uid)? {
            Ok(engine) => engine,
            Err(outcome) => return Some(outcome),
        };
        if ask.text.trim().is_empty() {
            return Some(self.nothing_asked(ask));
        }
        Some(match self.ask(ask, &engine) {
            Ok(Data::Some) => Outcome::passed(),
            Ok(Data::OnlyNan) => {
                Outcome::empty("every value is NaN: nothing was observed in the time shown")
            }
            Ok(Data::None) if !ask.unset.is_empty() => self.nothing_asked(ask),
            Ok(Data::None) => self.why_empty_at(ask, &engine),
            Err(trouble) if trouble.is_refusal() => Outcome::failed(
                trouble.to_string(),
                format!("ask the datasource by hand: `{}`", ask.text),
            ),
            Err(trouble) => unasked(&trouble),
        })
    }

    fn nothing_asked(&self, ask: &Ask) -> Outcome {
        match ask.unset.first() {
            Some(name) => Outcome::empty(format!("variable `{name}` has no value")),
            None => Outcome::empty("it asks nothing"),
        }
    }

    /// Through Grafana where it is asked: as panels do.
    fn ask(&self, ask: &Ask, engine: &Client) -> Answer<Data> {
        let (text, form, window, now) = (&ask.text, ask.form, ask.window, self.run.now);
        match (ask.kind, self.run.ready(Peer::Grafana)) {
            // Grafana's pages, not its server, ask Tempo.
            (DatasourceKind::Tempo, _) => tempo::ask(engine, text, form, window, now),
            (_, Some(grafana)) => grafana::ask(grafana, ask, now),
            (DatasourceKind::Loki, None) => loki::ask(engine, text, form, window, now),
            (_, None) => prometheus::ask(engine, text, form, window, now),
        }
    }

    fn why_empty_at(&self, ask: &Ask, engine: &Client) -> Outcome {
        match ask.kind {
            DatasourceKind::Loki => self.why_no_lines(ask, engine),
            DatasourceKind::Tempo => {
                match tempo::ask(engine, "{}", Form::Traces, ask.window, self.run.now) {
                    Ok(Data::None) => Outcome::empty("Tempo has no traces of the time shown"),
                    Ok(_) => Outcome::empty("there are traces, and none of them matches"),
                    Err(trouble) => unasked(&trouble),
                }
            }
            _ => self.why_empty(&ask.text, &ask.uid, ask.window),
        }
    }

    fn why_no_lines(&self, ask: &Ask, engine: &Client) -> Outcome {
        for selector in logs::selectors(&ask.text) {
            match loki::streams(engine, selector, ask.window, self.run.now) {
                Ok(true) => {}
                Ok(false) => return Outcome::empty(format!("no stream matches `{selector}`")),
                Err(trouble) => return unasked(&trouble),
            }
        }
        Outcome::empty("its streams have lines, and none of them passes its filters")
    }

    /// Why a query of Prometheus has no data.
    pub(super) fn why_empty(&self, text: &str, uid: &str, window: Window) -> Outcome {
        let client = match self.run.engine(DatasourceKind::Prometheus, uid) {
            Some(Ok(client)) => client,
            Some(Err(outcome)) => return outcome,
            None => return Outcome::not_run("it is empty, and nobody knows why"),
        };
        let known = self
            .known
            .get_or_init(|| self.known(&client).map_err(|trouble| trouble.to_string()));
        let known = match known {
            Ok(known) => known,
            Err(reason) => {
                return Outcome::not_run(format!(
                    "it is empty, and why could not be asked: {reason}"
                ));
            }
        };
        let matches = |selector: &Selector| {
            let found = prometheus::matches(&client, selector, window, self.run.now);
            found.map_err(|trouble| trouble.to_string())
        };
        empty::judge(text, self.run.project, known, &matches)
    }

    fn known(&self, client: &Client) -> Result<Known, Trouble> {
        const DAY: u64 = 86_400;
        let now = self.run.now;
        let names =
            prometheus::label_values(client, "__name__", None, (now.saturating_sub(DAY), now))?;
        let targets = prometheus::targets(client)?;
        let does = match &targets {
            _ if self.run.only_stores(client) => Does::OnlyStore,
            None => Does::EvaluateAndStore,
            Some(_) => Does::Everything,
        };
        Ok(Known {
            names: names.into_iter().collect(),
            declared: prometheus::declared(client)?,
            up: match targets::up(&targets.unwrap_or_default()) {
                // A store that others feed has what they say of their targets.
                none if none.is_empty() => prometheus::jobs_up(client, now)?,
                up => up,
            },
            does,
        })
    }

    /// Grafana's pages ask Prometheus for the service graph.
    fn judge_service_map(&self, ask: &Ask) -> Option<Outcome> {
        let uid = DatasourceKind::Prometheus.plugin();
        let client = match self.run.engine(DatasourceKind::Prometheus, uid)? {
            Ok(client) => client,
            Err(outcome) => return Some(outcome),
        };
        let mut selector = match parse(&ask.text).expr {
            Expr::Selector(selector) => *selector,
            _ => Selector::default(),
        };
        selector.name = Some(Name {
            text: SERVICE_GRAPH.to_owned(),
            ..Name::default()
        });
        let text = Expr::from(selector.clone()).to_string();
        Some(
            match prometheus::matches(&client, &selector, ask.window, self.run.now) {
                Ok(true) => Outcome::passed(),
                Ok(false) => self.why_empty(&text, uid, ask.window),
                Err(trouble) => unasked(&trouble),
            },
        )
    }
}
