//! `relaycc man`: the manual, one page per command.

use clap::{Args, CommandFactory, error::ErrorKind};
use clap_mangen::Man;

use super::{Cli, Exit};

/// Print a manual page
#[derive(Debug, Args)]
#[command(after_help = "To view a page: relaycc man map build | man -l -")]
pub(super) struct Arguments {
    /// Command that the page describes, such as `build` or `map dump` [default: relaycc itself]
    command: Vec<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, clap::Error> {
    let mut command = Cli::command();
    command.build();
    let mut name = "relaycc".to_owned();
    for word in &arguments.command {
        let Some(found) = command.find_subcommand(word) else {
            let all = command.get_subcommands().map(clap::Command::get_name).collect::<Vec<_>>();
            let message = match all.is_empty() {
                true => format!("`{name}` has no subcommands"),
                false => format!("unknown command `{word}`; allowed values: {}", all.join(", ")),
            };
            return Err(super::usage("man", ErrorKind::InvalidValue, message));
        };
        name = format!("{name}-{}", found.get_name());
        command = found.clone();
    }
    let command = command.display_name(name);
    let mut page = Vec::new();
    // Writing to memory cannot fail.
    let _ = Man::new(command).source(concat!("relaycc ", env!("CARGO_PKG_VERSION"))).render(&mut page);
    Ok(super::print(&page))
}
