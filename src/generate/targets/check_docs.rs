//! `docs/checks/`: a page per check, and the table of all.

use crate::check::{index, page, rules};
use crate::generate::{Artifact, Environment, Target};
use crate::project::Project;

/// The pages of the checks. They are the same for every stack.
pub static CHECK_DOCS: Target = Target {
    name: "check-docs",
    summary: "a page of documentation per check",
    generate,
};

fn generate(_: &Project, _: Environment) -> Vec<Artifact> {
    let pages = rules::ALL
        .iter()
        .map(|check| Artifact::new(format!("docs/checks/{}.md", check.name), page(check)));
    pages
        .chain([Artifact::new("docs/checks/README.md", index())])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_shows_what_the_check_reports() {
        for check in rules::ALL {
            let page = page(check);
            assert!(page.contains(&format!("[{}]", check.name)), "{page}");
        }
    }
}
