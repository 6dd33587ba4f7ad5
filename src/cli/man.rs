//! `relaycc man`: the manual, one page per command.

use clap::{Args, CommandFactory, error::ErrorKind};
use clap_mangen::Man;

use super::{Cli, Exit};

/// Write a manual page to standard output
#[derive(Debug, Args)]
#[command(after_help = "To read it at once: relaycc man map build | man -l -")]
pub(super) struct Arguments {
    /// The command that the page is about, such as `build` or `map dump`; the program itself if there is none
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
                true => format!("`{name}` has no commands of its own"),
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
