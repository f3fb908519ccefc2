//! Measuring `obsctl test` beside `promtool test rules`.

#[path = "../processes/mod.rs"]
mod processes;

use std::error::Error;
use std::path::Path;
use std::process::{Command, ExitCode};

use obsctl::Stack;
use obsctl::model::Slug;

/// The variable that makes a process one of those that are measured.
const MEASURED: &str = "OBSCTL_MEASURED";

/// Runs `obsctl` without definitions, if this process is one of those that are measured.
pub fn measured() -> Option<ExitCode> {
    std::env::var(MEASURED).ok()?;
    Some(obsctl::run(|| Stack::new(Slug::from_static("measured"))))
}

/// Prints what both take for `tests.yml` of the folder. promtool takes minutes: one round has to do.
pub fn compare(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut ours = Command::new(std::env::current_exe()?);
    ours.args(["test", "tests.yml"]).env(MEASURED, "1");
    let mut promtool = Command::new("promtool");
    promtool.args(["test", "rules", "tests.yml"]);
    processes::compare(
        (ours.current_dir(folder), 3),
        (promtool.current_dir(folder), 1),
    )
}
