//! `relaycc completions`: scripts that complete its arguments.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Exit};

/// Write a completion script for a shell to standard output
#[derive(Debug, Args)]
#[command(after_help = "For bash: relaycc completions bash > /etc/bash_completion.d/relaycc")]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "relaycc", &mut script);
    super::print(&script)
}
