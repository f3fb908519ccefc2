//! `docs/reference/outputs.md`: what is generated, target by target.

use super::ALL;
use crate::generate::markdown::{Markdown, code, prose};
use crate::generate::{Artifact, Environment, Target};
use crate::project::Project;

/// The list of targets.
pub static OUTPUT_DOCS: Target = Target {
    name: "output-docs",
    summary: "The list of what is generated",
    generate,
};

fn generate(_: &Project, environment: Environment) -> Vec<Artifact> {
    if environment == Environment::Host {
        return vec![];
    }
    let mut page = Markdown::page("What is generated");
    page.paragraph(
        "`obsctl generate` writes all of it, `obsctl generate --check` shows what is not current.",
    );
    page.table(
        &["Target", "What it makes"],
        ALL.iter()
            .map(|target| vec![code(target.name), prose(target.summary)]),
    );
    vec![Artifact::new("docs/reference/outputs.md", page.finish())]
}
