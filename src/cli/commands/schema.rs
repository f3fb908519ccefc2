//! `obsctl schema`

use clap::{Args, ValueEnum};
use obsctl_model::Stack;

use crate::cli::{CLEAN, CommandError, Terminal};
use crate::policy::Policy;
use crate::verify::Report;

const EXAMPLES: &str = "\
Examples:
  obsctl schema > stack.schema.json
  obsctl schema config                        of `obsctl.toml`, for editors
  obsctl schema verify                        of what `obsctl verify --format json` prints";

/// Print the JSON Schema of a stack written as text, of the configuration or a report
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Schema {
    /// What it describes
    #[arg(value_enum, default_value_t = Document::Stack)]
    document: Document,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Document {
    /// A stack written as text
    Stack,
    /// The configuration, `obsctl.toml`
    Config,
    /// The report of `obsctl verify`
    Verify,
}

impl Schema {
    pub(super) fn run(&self, terminal: &mut Terminal<'_>) -> Result<u8, CommandError> {
        let schema = match self.document {
            Document::Stack => Stack::schema(),
            Document::Config => schemars::schema_for!(Policy),
            Document::Verify => schemars::schema_for!(Report),
        };
        writeln!(terminal.out, "{:#}", schema.as_value())?;
        Ok(CLEAN)
    }
}
