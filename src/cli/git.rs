//! The `git` program: files as they were.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;

use super::{CommandError, Obstacle, Workspace};

/// The repository that a workspace is in.
#[derive(Debug)]
pub(super) struct Git {
    folder: PathBuf,
}

/// What cannot be the name of a revision: git would take it for an option.
const NO_REVISION: &str = "name a branch, a tag or a commit";

impl Git {
    /// The repository, if there is one and git can be run.
    pub(super) fn find(workspace: &Workspace) -> Result<Self, CommandError> {
        let git = Self {
            folder: workspace.path(""),
        };
        let output = git.output(&["rev-parse", "--is-inside-work-tree"])?;
        if output.status.success() {
            return Ok(git);
        }
        let said = said(&output);
        let obstacle = if said.contains("not a git repository") {
            Obstacle::new(
                "this folder is in no git repository",
                "go to a repository, or compare two folders: `obsctl diff OLD NEW`",
            )
        } else {
            Obstacle::new(
                "git does not take this folder for its own",
                "it gave the cause",
            )
            .because(io::Error::other(said))
        };
        Err(obstacle.into())
    }

    /// The commit that a name stands for; of `main...`, the last that `main` and `HEAD` have in common.
    pub(super) fn commit(&self, revision: &str) -> Result<String, CommandError> {
        let wrong = |what: String, help: &str| CommandError::from(Obstacle::new(what, help));
        if revision.is_empty() || revision.starts_with('-') {
            return Err(wrong(format!("`{revision}` is no revision"), NO_REVISION));
        }
        let (name, common) = match revision.strip_suffix("...") {
            Some(name) => (name, true),
            None => (revision, false),
        };
        let verified = self.output(&[
            "rev-parse",
            "--verify",
            "--quiet",
            &format!("{name}^{{commit}}"),
        ])?;
        if !verified.status.success() {
            let help = match (self.is_shallow()?, name) {
                (_, "HEAD") => "nothing is committed yet: commit first".to_owned(),
                (true, _) => format!(
                    "this clone is shallow and may lack it: `git fetch origin {name}`, or `fetch-depth: 0` in the checkout step of CI"
                ),
                (false, _) => format!(
                    "`git fetch origin {name}` gets a branch; `git branch --all` and `git tag` list what there is"
                ),
            };
            return Err(wrong(format!("there is no revision `{name}`"), &help));
        }
        let commit = text(&verified);
        if !common {
            return Ok(commit);
        }
        let base = self.output(&["merge-base", &commit, "HEAD"])?;
        if base.status.success() {
            return Ok(text(&base));
        }
        let help = if self.is_shallow()? {
            "this clone is shallow: `git fetch --unshallow`, or `fetch-depth: 0` in the checkout step of CI"
        } else {
            "compare with the revision itself: leave the `...` out"
        };
        Err(wrong(
            format!("`{name}` and `HEAD` have no commit in common"),
            help,
        ))
    }

    fn is_shallow(&self) -> Result<bool, CommandError> {
        let output = self.output(&["rev-parse", "--is-shallow-repository"])?;
        Ok(text(&output) == "true")
    }

    /// The files of a commit below these paths that `wanted` takes, with their texts.
    pub(super) fn files(
        &self,
        commit: &str,
        paths: &[&str],
        wanted: impl Fn(&str) -> bool,
    ) -> Result<BTreeMap<String, String>, CommandError> {
        let mut args = vec!["ls-tree", "-r", "-z", commit, "--"];
        args.extend(paths);
        let listed = self.output(&args)?;
        if !listed.status.success() {
            return Err(failed("git ls-tree", &listed).into());
        }
        let list = String::from_utf8_lossy(&listed.stdout);
        let entries = list.split('\0').filter_map(|entry| {
            let (about, path) = entry.split_once('\t')?;
            let mut about = about.split(' ');
            // Links lead elsewhere, and submodules have no text.
            let is_file = about.next()?.starts_with("100");
            let object = about.nth(1)?;
            (is_file && wanted(path)).then_some((path, object))
        });
        let entries: Vec<_> = entries.collect();
        let texts = self.texts(entries.iter().map(|(_, object)| *object))?;
        let paths = entries.iter().map(|(path, _)| (*path).to_owned());
        Ok(paths.zip(texts).collect())
    }

    /// The texts of objects, from one process for all of them.
    fn texts<'o>(
        &self,
        objects: impl ExactSizeIterator<Item = &'o str>,
    ) -> Result<Vec<String>, CommandError> {
        let count = objects.len();
        if count == 0 {
            return Ok(vec![]);
        }
        let mut asked = String::new();
        for object in objects {
            asked.push_str(object);
            asked.push('\n');
        }
        let mut command = self.command(&["cat-file", "--batch"]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(not_started)?;
        let mut input = child.stdin.take();
        // Both pipes are small: who only wrote first would wait for ever.
        let output = thread::scope(|scope| {
            scope.spawn(move || {
                if let Some(input) = &mut input {
                    // Where git has ended, its own words say why.
                    let _ = input.write_all(asked.as_bytes());
                }
            });
            child.wait_with_output()
        });
        let output = output.map_err(not_started)?;
        if !output.status.success() {
            return Err(failed("git cat-file", &output).into());
        }
        let broken = || CommandError::from(failed("git cat-file", &output));
        let mut texts = Vec::with_capacity(count);
        let mut rest = output.stdout.as_slice();
        for _ in 0..count {
            let (text, after) = object(rest).ok_or_else(broken)?;
            texts.push(String::from_utf8_lossy(text).into_owned());
            rest = after;
        }
        Ok(texts)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        if !self.folder.as_os_str().is_empty() {
            command.arg("-C").arg(&self.folder);
        }
        // Messages are compared, and nothing may wait for a password.
        command
            .args(args)
            .env("LC_ALL", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            .stdin(Stdio::null());
        command
    }

    fn output(&self, args: &[&str]) -> Result<Output, CommandError> {
        self.command(args)
            .output()
            .map_err(|error| not_started(error).into())
    }
}

/// `OBJECT blob SIZE`, the bytes, a line break; and what follows.
fn object(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let size: usize = head.rsplit(' ').next()?.parse().ok()?;
    let rest = &bytes[end + 1..];
    Some((rest.get(..size)?, rest.get(size + 1..)?))
}

fn not_started(error: io::Error) -> Obstacle {
    if error.kind() == io::ErrorKind::NotFound {
        return Obstacle::new(
            "`git` is not on PATH",
            "install git, or compare two folders: `obsctl diff OLD NEW`",
        );
    }
    Obstacle::new(
        "failed to run `git`",
        "see that `git` on PATH is a program that you may run",
    )
    .because(error)
}

fn failed(what: &str, output: &Output) -> Obstacle {
    let what = format!("`{what}` failed ({})", output.status);
    Obstacle::new(what, "it gave the cause").because(io::Error::other(said(output)))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// What git said of its failure, on one line.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("; ")
}
