//! Scrape targets: those that Prometheus has against the project's jobs.

use std::collections::BTreeMap;

use super::{Group, Outcome, Step};
use crate::project::Project;

/// A target that Prometheus has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target {
    /// Its `job` label.
    pub job: String,
    /// Its `instance` label.
    pub instance: String,
    /// `up`, `down` or `unknown`.
    pub health: String,
    /// Why the last scrape failed.
    pub error: String,
}

/// Whether each job has a target that is up.
#[must_use]
pub fn up(targets: &[Target]) -> BTreeMap<String, bool> {
    let mut jobs = BTreeMap::new();
    for target in targets {
        *jobs.entry(target.job.clone()).or_default() |= target.health == "up";
    }
    jobs
}

/// What is said of the rules, targets and Alertmanagers of an engine that has none of all: who has them, it does not know.
#[must_use]
pub fn only_stores() -> Outcome {
    Outcome::not_run(
        "it scrapes nothing and has no rules: it stores what others send, has them for another tenant, or runs without its configuration",
    )
}

/// What is said of the targets of an engine that knows of none: Mimir, which is sent what others scraped.
#[must_use]
pub fn scraped_by_others() -> Outcome {
    Outcome::not_run("it scrapes nothing itself: ask the one who scrapes for its targets")
}

/// Whether a target is still to be scraped for the first time.
#[must_use]
pub fn pending(targets: &[Target]) -> bool {
    targets.iter().any(|target| target.health == "unknown")
}

/// One step for each target of a job, and for each job without targets.
#[must_use]
pub fn judge(project: &Project, targets: &[Target]) -> Vec<Step> {
    let jobs = &project.stack().scrape_jobs;
    let mut wanted: BTreeMap<&str, usize> = BTreeMap::new();
    for job in jobs {
        *wanted.entry(&job.job).or_default() += 1;
    }
    let mut steps = vec![];
    for (job, count) in wanted {
        let found: Vec<_> = targets.iter().filter(|target| target.job == job).collect();
        if found.len() < count {
            let reason = match found.len() {
                0 => "Prometheus has no target of the job".to_owned(),
                some => format!("Prometheus has {some} of its {count} targets"),
            };
            let fix = "deploy the generated configuration of Prometheus, or look at its service discovery";
            steps.push(Group::Targets.step(job, Outcome::failed(reason, fix)));
        }
        let judged = found.into_iter().map(|target| {
            Group::Targets.step(format!("{job}/{}", target.instance), judge_one(target))
        });
        steps.extend(judged);
    }
    steps
}

fn judge_one(target: &Target) -> Outcome {
    match target.health.as_str() {
        "up" => Outcome::passed(),
        "unknown" => Outcome::not_run("it was not scraped yet"),
        _ => Outcome::failed(
            format!("its last scrape failed: {}", target.error),
            "start it, or correct the host and port of its scrape job",
        ),
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::ScrapeJob;
    use obsctl_model::prelude::*;

    use super::*;

    fn target(job: &str, instance: &str, health: &str) -> Target {
        Target {
            job: job.to_owned(),
            instance: instance.to_owned(),
            health: health.to_owned(),
            error: "connection refused".to_owned(),
        }
    }

    #[test]
    fn every_target_of_a_job_is_judged_and_missing_ones_are_counted() {
        let job = |name: &str, host: &str| {
            ScrapeJob::new(name, Exposer::Service("api".to_owned()), host, 80)
        };
        let project = Project::link(
            Stack::new(Slug::from_static("test"))
                .scrape_job(job("api", "a"))
                .scrape_job(job("api", "b"))
                .scrape_job(job("worker", "w")),
        );
        let targets = [
            target("api", "a:80", "up"),
            target("api", "b:80", "down"),
            target("theirs", "x:80", "down"),
        ];
        let steps = judge(&project, &targets);
        let shown: Vec<_> = steps
            .iter()
            .map(|step| match &step.outcome {
                Outcome::Failed { reason, .. } => format!("{}: {reason}", step.id),
                other => format!("{}: {other:?}", step.id),
            })
            .collect();
        assert_eq!(
            shown,
            [
                "targets/api/a:80: Passed { seen: None }",
                "targets/api/b:80: its last scrape failed: connection refused",
                "targets/worker: Prometheus has no target of the job",
            ]
        );
        assert_eq!(
            up(&targets),
            BTreeMap::from([("api".to_owned(), true), ("theirs".to_owned(), false)])
        );
        let steps = judge(&project, &targets[..1]);
        assert!(
            matches!(&steps[0].outcome, Outcome::Failed { reason, .. } if reason == "Prometheus has 1 of its 2 targets")
        );
    }
}
