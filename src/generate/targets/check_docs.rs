//! `docs/checks/`: a page per check, and the table of all.

use crate::check::{index, page, rules};
use crate::generate::header::MARKDOWN;
use crate::generate::{Artifact, Environment, Target};
use crate::project::Project;

/// The pages of the checks. They are the same for every stack.
pub static CHECK_DOCS: Target = Target {
    name: "check-docs",
    summary: "a page of documentation per check",
    generate,
};

fn generate(_: &Project, _: Environment) -> Vec<Artifact> {
    let document = |name: &str, text: String| {
        Artifact::new(
            format!("docs/checks/{name}.md"),
            format!("{MARKDOWN}\n{text}"),
        )
    };
    let pages = rules::ALL
        .iter()
        .map(|check| document(check.name, page(check)));
    pages.chain([document("README", index())]).collect()
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
