//! Files that a team already has, and where their metrics come from: arguments, reading, and the project they make.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Args;
use obsctl_model::{Rule, RuleGroup, Service, Slo, Slug, Stack, TelemetryCatalog, library};
use serde_json::Value;

use super::findings::counted;
use super::online::recorded;
use super::paths::{self, Listed, is_candidate, nothing, shown};
use super::{CommandError, Workspace, exposed};
use crate::catalogs;
use crate::diagnostic::{Diagnostic, identity};
use crate::online::Inventory;
use crate::parallel;
use crate::project::{Beside, Knowledge, Project, Routes, Told, slo, template};
use crate::read::{self, Alertmanager, Found, Queries};

/// Existing files, and what is known of the world around them
#[derive(Debug, Args)]
pub(super) struct Estate {
    /// Rule files, dashboards, SLOs, folders of them, or a saved `/metrics` page; without any, the stack's own definitions
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Metrics that exist: a `/metrics` page as file or URL, a catalog file, or the name of a ready catalog
    /// (`node_exporter`); can be given several times
    #[arg(long, value_name = "FILE|URL|NAME", requires = "paths")]
    metrics: Vec<String>,

    /// Metrics, log fields and spans of the stack's own definitions exist too
    #[arg(long, requires = "paths")]
    stack: bool,
}

/// Texts of files, by their paths.
pub(super) type Texts = BTreeMap<&'static str, String>;

/// Definitions that are not linked yet.
#[derive(Clone, Debug)]
pub(super) struct Gathered {
    stack: Stack,
    knowledge: Knowledge,
    problems: Vec<Diagnostic>,
    routes: Vec<Routes>,
    summary: Option<String>,
    /// Whether its catalog says what has to be exposed.
    pub(super) declares: bool,
    /// The metrics that files may name too; none where it is the stack itself.
    beside: Option<Beside>,
}

impl Gathered {
    /// The stack's own definitions.
    pub(super) fn own(stack: Stack) -> Self {
        Self {
            stack,
            knowledge: Knowledge::STACK,
            problems: vec![],
            routes: vec![],
            summary: None,
            declares: true,
            beside: None,
        }
    }

    /// What it was, in words, where it was read.
    pub(super) fn summary(&self) -> Option<String> {
        self.summary.clone()
    }

    /// Adds what an engine has. Of what is declared too the declaration counts.
    pub(super) fn know(&mut self, inventory: &Inventory, title: String) {
        if self.beside.is_none() {
            return;
        }
        let families = self.stack.metrics.iter();
        let declared = families.flat_map(|family| &family.metrics);
        let declared: BTreeSet<_> = declared
            .flat_map(obsctl_model::MetricDef::series_names)
            .collect();
        let mut family = inventory.family(&title, &recorded(&self.stack.rule_groups));
        family.metrics.retain(|metric| {
            metric
                .series_names()
                .iter()
                .all(|name| !declared.contains(name))
        });
        if !self.knowledge.metrics {
            let labels = inventory.target_labels.iter().cloned();
            self.knowledge.target_labels = Some(labels.collect());
            for name in inventory.opaque.keys() {
                self.knowledge.opaque.insert(name.clone());
                let base = ["_bucket", "_sum", "_count"].iter();
                for base in base.filter_map(|part| name.strip_suffix(part)) {
                    let all = ["", "_bucket", "_sum", "_count"];
                    let all = all.map(|part| format!("{base}{part}"));
                    self.knowledge.opaque.extend(all);
                }
            }
        }
        self.knowledge.metrics = true;
        self.stack.metrics.push(family);
    }

    /// Whether it matters what a server adds to all it sends: rules set labels too, or texts show them.
    pub(super) fn asks_of_external_labels(&self) -> bool {
        self.stack.rule_groups.iter().any(|group| {
            !group.labels.is_empty()
                || group.rules.iter().any(|rule| match rule {
                    Rule::Record(record) => !record.labels.is_empty(),
                    Rule::Alert(alert) => {
                        let mut texts = template::texts(alert);
                        !alert.all_labels().is_empty()
                            || texts.any(|(_, text)| text.contains("xternalLabels"))
                    }
                })
        })
    }

    /// Adds what a server adds to all it sends, where it said so.
    pub(super) fn know_external_labels(&mut self, labels: Option<BTreeMap<String, String>>) {
        self.knowledge.external_labels = labels;
    }

    /// Links it. What exporters and obsctl's own library expose is known of files, whether or not anybody says that it is
    /// there: what counts events comes with the first of them.
    pub(super) fn link(mut self) -> Project {
        if self.beside.is_some() {
            self.stack.metrics.push(library::telemetry::family());
        }
        Project::link_beside(self.stack, self.beside.unwrap_or_default())
            .knowing(self.knowledge)
            .with_unread(self.problems)
            .routed(self.routes)
    }
}

impl Estate {
    /// Whether files are given.
    pub(super) fn is_given(&self) -> bool {
        !self.paths.is_empty()
    }

    /// Whether findings of this file would be found: without paths, all of the stack's own definitions are looked at.
    pub(super) fn covers(&self, file: Option<&str>) -> bool {
        let below = |file: &str| {
            self.paths.iter().any(|path| {
                let path = identity::path(&shown(path));
                let path = path.trim_end_matches('/');
                let inside = file.strip_prefix(path);
                path.is_empty()
                    || inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        self.paths.is_empty() || file.is_some_and(below)
    }

    /// Reads everything, and links it.
    pub(super) fn read<S: FnOnce() -> Stack>(
        &self,
        stack: &LazyCell<Stack, S>,
        workspace: &Workspace,
    ) -> Result<Project, CommandError> {
        Ok(self.gather(stack, workspace)?.link())
    }

    /// Reads everything.
    pub(super) fn gather<S: FnOnce() -> Stack>(
        &self,
        stack: &LazyCell<Stack, S>,
        workspace: &Workspace,
    ) -> Result<Gathered, CommandError> {
        self.gather_as(stack, workspace, &Texts::new())
    }

    /// Reads everything, as if the files with these paths had other texts.
    pub(super) fn gather_as<S: FnOnce() -> Stack>(
        &self,
        stack: &LazyCell<Stack, S>,
        workspace: &Workspace,
        instead: &Texts,
    ) -> Result<Gathered, CommandError> {
        let Listed {
            paths,
            named,
            folders,
            unread,
        } = Listed::new(&self.paths, workspace)?;
        let queries = Queries::default();
        let texts = |path: &&'static str| {
            let outline =
                |bytes: &[u8]| read::of_bytes(path, bytes, |file| read::outline(file, &queries));
            match instead.get(*path) {
                Some(text) => outline(text.as_bytes()),
                None => {
                    let found = paths::expect_file(path, &named, workspace);
                    let found = found.and_then(|()| workspace.look(path, outline));
                    found.unwrap_or_else(|error| {
                        let mut nothing = Found::default();
                        let why = paths::unread_because(path, &error, workspace);
                        nothing.problems.push(why);
                        nothing
                    })
                }
            }
        };
        let beside = || Beside::new(catalogs::entries());
        let (beside, files) = parallel::both(beside, || parallel::map(&paths, texts));
        let mut found = Found::all(files);
        parallel::free(queries);
        found.settle();
        found.problems.extend(unread);
        let mut unread = vec![];
        for path in found.others.iter().filter(|path| named.contains(**path)) {
            let of = |one: &&Diagnostic| one.origin().location().is_some_and(|at| at.0 == *path);
            let why = found
                .unread
                .iter()
                .find(of)
                .filter(|_| is_candidate(path))
                .cloned();
            unread.extend(why.is_some().then_some(*path));
            found.problems.push(why.unwrap_or_else(|| nothing(path)));
        }
        // Of what kind they are nobody knows.
        found.others.retain(|path| !unread.contains(path));
        let summary = summary(&found, paths.len());
        let mut problems = found.problems;
        let mut catalog = TelemetryCatalog::default();
        for source in &self.metrics {
            let (more, found) = exposed::known(source, workspace)?;
            catalog.append(more);
            problems.extend(found);
        }
        let declares = !found.catalogs.is_empty();
        for more in found.catalogs {
            catalog.append(more);
        }
        let slos = unlowered(found.slos, &found.groups);
        let mut project = Stack::new(Slug::from_static("files"))
            .services(services(&slos))
            .slos(slos)
            .rule_groups(found.groups)
            .dashboards(found.dashboards)
            .datasources(found.datasources);
        if self.stack {
            let stack: &Stack = stack;
            catalog.append(stack.into());
            project.scrape_jobs.clone_from(&stack.scrape_jobs);
        }
        let project = project.catalog(catalog);
        let knowledge = Knowledge {
            metrics: self.stack || declares || !self.metrics.is_empty(),
            files: Some(paths.into_iter().collect()),
            folders,
            ..Knowledge::FILES
        };
        Ok(Gathered {
            stack: project,
            knowledge,
            problems,
            routes: found.alertmanagers.into_iter().map(routes).collect(),
            summary: Some(summary),
            declares: self.stack,
            beside: Some(beside),
        })
    }
}

/// SLOs whose rules are not there themselves: where they are, those are looked at.
fn unlowered(mut slos: Vec<Slo>, groups: &[RuleGroup]) -> Vec<Slo> {
    let there: BTreeSet<_> = groups.iter().map(|group| group.name.as_str()).collect();
    slos.retain(|slo| {
        let made = slo::group_names(slo);
        made.iter().all(|name| !there.contains(name.as_str()))
    });
    for slo in &mut slos {
        // Of files alone nobody knows which runbooks there are.
        slo.runbook = None;
    }
    slos
}

/// A configuration of Alertmanager as checks ask it.
fn routes(written: Alertmanager) -> Routes {
    let tells = |settings: &Value| {
        let mut ways = settings.as_object().into_iter().flatten();
        ways.any(|(key, way)| {
            key.ends_with("_configs") && way.as_array().is_some_and(|way| !way.is_empty())
        })
    };
    let receivers = written.named_receivers().map(|one| Told {
        name: one.name.clone(),
        tells: tells(&one.settings),
        origin: one.origin,
    });
    let receivers = receivers.collect();
    let times = written.mute_times.into_iter();
    Routes {
        root: written.root,
        inhibitions: written.inhibitions,
        receivers,
        times: times
            .map(|one| (one.name, one.settings, one.origin))
            .collect(),
    }
}

/// The services that SLOs are about.
fn services(slos: &[Slo]) -> Vec<Service> {
    let services = slos.iter().map(|slo| (slo.service.as_str(), slo));
    let services: BTreeMap<_, _> = services.collect();
    let services = services.into_iter();
    services
        .map(|(name, slo)| Service {
            origin: slo.origin,
            ..Service::new(name, slo.owner.clone(), "")
        })
        .collect()
}

fn summary(found: &Found, files: usize) -> String {
    let rules = found.groups.iter().map(|group| group.rules.len()).sum();
    let panels = found
        .dashboards
        .iter()
        .map(|dashboard| dashboard.panels().count())
        .sum();
    let mut parts = vec![];
    if !found.groups.is_empty() {
        let groups = counted(found.groups.len(), "group");
        parts.push(format!("{groups} with {}", counted(rules, "rule")));
    } else if found.has_rules && found.problems.is_empty() {
        parts.push("no rules".to_owned());
    }
    if !found.dashboards.is_empty() {
        let dashboards = counted(found.dashboards.len(), "dashboard");
        parts.push(format!("{dashboards} with {}", counted(panels, "panel")));
    }
    if found.has_slos {
        parts.push(counted(found.slos.len(), "SLO"));
    }
    let families = found.catalogs.iter().flat_map(|catalog| &catalog.metrics);
    let metrics: usize = families.map(|family| family.metrics.len()).sum();
    if metrics > 0 {
        parts.push(counted(metrics, "metric"));
    }
    if !found.datasources.is_empty() {
        parts.push(counted(found.datasources.len(), "datasource"));
    }
    if !found.alertmanagers.is_empty() {
        let count = counted(found.alertmanagers.len(), "configuration");
        parts.push(format!("{count} of Alertmanager"));
    }
    if !found.others.is_empty() {
        parts.push(format!(
            "{} of another kind",
            counted(found.others.len(), "file")
        ));
    }
    let parts = match parts.is_empty() {
        false => parts.join(", "),
        true if found.problems.is_empty() => "nothing".to_owned(),
        true => "nothing that could be read".to_owned(),
    };
    format!("{}: {parts}", counted(files, "file"))
}
