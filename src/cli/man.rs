//! `relaycc man`: the manual, one page per command.

use clap::{Args, CommandFactory, error::ErrorKind};
use clap_mangen::Man;

use super::{Cli, Exit};

/// Write a manual page to standard output
#[derive(Debug, Args)]
#[command(after_help = "To read it at once: relaycc man build | man -l -")]
pub(super) struct Arguments {
    /// The command that the page is about; the program itself if there is none
    command: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, clap::Error> {
    let mut program = Cli::command();
    program.build();
    let command = match arguments.command.as_deref() {
        None => program,
        Some(name) => match program.find_subcommand(name) {
            Some(found) => found.clone().display_name(format!("relaycc-{name}")),
            None => return Err(super::usage("man", ErrorKind::InvalidValue, format!("there is no command `{name}`"))),
        },
    };
    let mut page = Vec::new();
    // Writing to memory cannot fail.
    let _ = Man::new(command).render(&mut page);
    Ok(super::print(&page))
}
