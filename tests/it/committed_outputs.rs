//! The committed folders are the golden files: they equal a fresh generation, whatever the order of
//! registration.

use std::collections::BTreeMap;

use obsctl::Stack;
use obsctl::generate::{self, ArtifactSet, Environment, FOLDERS};
use obsctl::project::Project;

use crate::common::{files, repository};

fn generated(stack: Stack, environment: Environment) -> ArtifactSet {
    generate::run(&Project::link(stack), environment)
}

#[test]
fn committed_files_are_current() {
    let generated = generated(obsctl_stack::stack(), Environment::Compose);
    let mut committed = BTreeMap::new();
    for folder in FOLDERS {
        for (path, text) in files(&repository().join(folder)) {
            committed.insert(format!("{folder}/{path}"), text);
        }
    }
    // What people keep beside the files, out of version control.
    committed.retain(|path, _| path != "compose/.env");
    let stale: Vec<_> = generated
        .iter()
        .filter(|(path, text)| committed.remove(*path).as_deref() != Some(*text))
        .map(|(path, _)| path)
        .collect();
    assert!(
        stale.is_empty(),
        "not current, run `cargo run -- generate`: {stale:#?}"
    );
    assert!(
        committed.is_empty(),
        "made by no target: {:#?}",
        committed.keys()
    );
}

#[test]
fn generated_folders_are_marked_for_reviewers() {
    let attributes = std::fs::read_to_string(repository().join(".gitattributes")).unwrap();
    for folder in FOLDERS {
        assert!(
            attributes.contains(&format!("/{folder}/** linguist-generated")),
            "{folder}"
        );
    }
}

#[test]
fn order_of_registration_does_not_show() {
    let expected = generated(obsctl_stack::stack(), Environment::Compose);
    for shuffle in [reverse as fn(&mut dyn Shuffle), rotate] {
        let mut stack = obsctl_stack::stack();
        let lists: [&mut dyn Shuffle; 9] = [
            &mut stack.services,
            &mut stack.metrics,
            &mut stack.logs.events,
            &mut stack.rule_groups,
            &mut stack.slos,
            &mut stack.dashboards,
            &mut stack.runbooks,
            &mut stack.scrape_jobs,
            &mut stack.workloads,
        ];
        lists.into_iter().for_each(shuffle);
        let shuffled = generated(stack, Environment::Compose);
        for ((path, text), (shuffled_path, shuffled_text)) in expected.iter().zip(shuffled.iter()) {
            assert_eq!(path, shuffled_path);
            assert_eq!(text, shuffled_text, "{path}");
        }
        assert_eq!(expected.iter().count(), shuffled.iter().count());
    }
}

#[test]
fn generating_twice_gives_the_same_bytes() {
    for environment in Environment::ALL {
        assert_eq!(
            generated(obsctl_stack::stack(), environment),
            generated(obsctl_stack::stack(), environment)
        );
    }
}

trait Shuffle {
    fn reverse(&mut self);
    fn rotate(&mut self);
}

impl<T> Shuffle for Vec<T> {
    fn reverse(&mut self) {
        self.as_mut_slice().reverse();
    }

    fn rotate(&mut self) {
        let middle = self.len() / 2;
        self.rotate_left(middle);
    }
}

fn reverse(list: &mut dyn Shuffle) {
    list.reverse();
}

fn rotate(list: &mut dyn Shuffle) {
    list.rotate();
}
