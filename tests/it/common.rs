//! Fixtures that several subjects use.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use obsctl::Stack;
use tempfile::TempDir;

#[path = "../../examples/minimal.rs"]
#[allow(dead_code, reason = "its `main` is not called here")]
mod minimal;

/// A small stack with something of everything.
pub use minimal::stack as shop;

/// The repository's root.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of its own to run the tool in.
pub struct CliTest {
    folder: TempDir,
}

impl CliTest {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    /// The binary, in the folder, with nothing of the environment.
    pub fn command(&self, args: &[&str]) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_obsctl"), args)
    }

    /// Another program, in the same way.
    pub fn command_of(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear();
        command
    }

    /// Runs the binary over the reference stack; gives exit status, stdout and stderr.
    pub fn run(&self, args: &[&str]) -> String {
        self.shown(&self.command(args).output().unwrap())
    }

    /// Exit status, stdout and stderr, with the folder's own path taken out.
    pub fn shown(&self, output: &Output) -> String {
        self.show(output.status.code(), &output.stdout, &output.stderr)
    }

    /// Runs the tool in this process over another stack; colours are taken out.
    pub fn run_over(&self, stack: Stack, args: &[&str]) -> String {
        let (mut out, mut err) = (vec![], vec![]);
        let args = std::iter::once("obsctl").chain(args.iter().copied());
        let status = obsctl::cli::run_in(
            stack,
            args.map(Into::into),
            self.folder.path(),
            &mut anstream::StripStream::new(&mut out),
            &mut anstream::StripStream::new(&mut err),
        );
        self.show(Some(status.into()), &out, &err)
    }

    fn show(&self, status: Option<i32>, out: &[u8], err: &[u8]) -> String {
        let mut shown = match status {
            Some(status) => format!("exit status: {status}\n"),
            None => "killed by a signal\n".to_owned(),
        };
        for (name, bytes) in [("stdout", out), ("stderr", err)] {
            let text = String::from_utf8_lossy(bytes);
            let text = text.replace(&format!("{}/", self.folder.path().display()), "");
            if !text.is_empty() {
                writeln!(shown, "----- {name} -----\n{}", text.trim_end()).unwrap();
            }
        }
        shown
    }

    /// All files below the folder with their texts, hidden ones too.
    pub fn snapshot(&self) -> Vec<(String, String)> {
        files(self.folder.path())
    }
}

/// All files below a folder with their texts, by path.
pub fn files(root: &Path) -> Vec<(String, String)> {
    let mut found = vec![];
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                let path = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}
