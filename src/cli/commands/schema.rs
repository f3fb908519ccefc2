//! `obsctl schema`

use clap::Args;
use obsctl_model::Stack;

use crate::cli::{CLEAN, CommandError, Terminal};

const EXAMPLE: &str = "\
Example:
  obsctl schema > stack.schema.json";

/// Print the JSON Schema of a stack written as text
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Schema {}

impl Schema {
    #[expect(clippy::unused_self, reason = "every command is called in one way")]
    pub(super) fn run(&self, terminal: &mut Terminal<'_>) -> Result<u8, CommandError> {
        writeln!(terminal.out, "{:#}", Stack::schema().as_value())?;
        Ok(CLEAN)
    }
}
