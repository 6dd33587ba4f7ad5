//! The command line: one file per subcommand. The only place that reads files, prints, or decides an exit status.
//!
//! Results go to standard output and diagnostics to standard error. How a language is read, and what a product looks
//! like, is none of its business.

mod audit;
mod bounded;
mod build;
mod check;
mod completions;
mod diff;
mod dns;
mod explain;
mod files;
mod input;
mod lint;
mod man;
mod manifest;
mod map;
mod migrate;
mod names;
pub mod output;
mod place;
mod products;
pub mod render;
mod report;
mod schema;
mod set;
mod source_map;
mod target_host;
mod test;
mod trace;

use std::{
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
};

use clap::{CommandFactory, Parser, Subcommand, error::ErrorKind};

/// The arguments of the whole program.
#[derive(Debug, Parser)]
#[command(
    name = "relaycc",
    version,
    about = "A compiler for mail-relay policy",
    long_about = "A compiler for mail-relay policy.\n\nIt reads what a mail relay is to do, from a site.toml or from the \
                  site.mc that a sendmail site already has, refuses what it does not understand, and writes sendmail.cf, \
                  the access map and the configuration of a relay.",
    after_help = "Exit status: 0 done, perhaps with warnings; 1 the input was refused, or there were warnings under \
                  --deny warnings; 2 wrong usage, or a file that cannot be read or written. On 1 and 2 nothing is written.",
    max_term_width = 100
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Arguments),
    Lint(lint::Arguments),
    Migrate(migrate::Arguments),
    #[command(subcommand)]
    Map(map::Arguments),
    Trace(trace::Arguments),
    Explain(explain::Arguments),
    Test(test::Arguments),
    Schema(schema::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    /// Everything that was asked for was done.
    Done,
    /// The input was refused.
    Refused,
    /// Wrong usage, or a file that cannot be read or written.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => ExitCode::SUCCESS,
            Exit::Refused => ExitCode::from(1),
            Exit::Failed => ExitCode::from(2),
        }
    }
}

/// Runs the program on the process's own arguments.
pub fn main() -> ExitCode {
    let outcome = Cli::try_parse().and_then(|cli| match cli.command {
        Command::Build(arguments) => build::run(&arguments),
        Command::Lint(arguments) => Ok(lint::run(&arguments)),
        Command::Migrate(arguments) => Ok(migrate::run(&arguments)),
        Command::Map(arguments) => map::run(&arguments),
        Command::Trace(arguments) => Ok(trace::run(&arguments)),
        Command::Explain(arguments) => Ok(explain::run(&arguments)),
        Command::Test(arguments) => Ok(test::run(&arguments)),
        Command::Schema(arguments) => Ok(schema::run(&arguments)),
        Command::Completions(arguments) => Ok(completions::run(&arguments)),
        Command::Man(arguments) => man::run(&arguments),
    });
    match outcome {
        Ok(exit) => exit.into(),
        Err(usage) => {
            // Also how `--help` and `--version` arrive. Where it cannot be printed there is nobody to tell.
            let _ = usage.print();
            if usage.use_stderr() { Exit::Failed.into() } else { Exit::Done.into() }
        }
    }
}

/// An error in how subcommand `of` was called, or the one of it that a second word names, in clap's words.
fn usage(of: &str, kind: ErrorKind, message: impl Display) -> clap::Error {
    let mut command = Cli::command();
    command.build();
    usage_within(&mut command, &of.split(' ').collect::<Vec<_>>(), kind, message)
}

fn usage_within(command: &mut clap::Command, of: &[&str], kind: ErrorKind, message: impl Display) -> clap::Error {
    if let Some((name, rest)) = of.split_first()
        && let Some(subcommand) = command.find_subcommand_mut(name)
    {
        return usage_within(subcommand, rest, kind, message.to_string());
    }
    command.error(kind, message)
}

/// Writes a result. A reader that has seen enough, as in `relaycc man | head`, ends the run without a word, and is no failure of it.
fn print(result: &[u8]) -> Exit {
    try_print(result).unwrap_or(Exit::Done)
}

/// Writes a part of a result; `None` if nobody reads any more, so that there is no use in going on.
fn try_print(part: &[u8]) -> Option<Exit> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(part).and_then(|()| stdout.flush()) {
        Ok(()) => Some(Exit::Done),
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => None,
        Err(cause) => {
            report::say(&format!("relaycc: cannot write to standard output: {cause}\n"));
            Some(Exit::Failed)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn every_command_is_declared_without_contradiction() {
        super::Cli::command().debug_assert();
    }
}
