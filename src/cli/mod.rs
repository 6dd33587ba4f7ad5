//! The command line: one file per subcommand. The only place that reads files, prints, or decides an exit status.

pub mod output;
pub mod render;

use std::process::ExitCode;

/// Runs the program on the process's own arguments.
pub fn main() -> ExitCode {
    ExitCode::from(2)
}
