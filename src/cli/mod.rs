//! The command line: one file per subcommand. This is the only place that reads files, prints, or decides an exit status.
//!
//! Results go to standard output and diagnostics to standard error. Parsing languages and formatting products are not its
//! business.

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

use clap::{
    CommandFactory, Parser, Subcommand,
    error::{ContextKind, ContextValue, ErrorKind},
};

/// Arguments of the program.
#[derive(Debug, Parser)]
#[command(
    name = "relaycc",
    version,
    about = "A compiler for mail-relay policy",
    long_about = "A compiler for mail-relay policy\n\nrelaycc compiles a site.toml, or the site.mc of an existing sendmail \
                  host, to sendmail.cf, map files and the configuration of a relay. Input that it does not understand is \
                  rejected, with the place of the error.",
    after_help = "Exit status:\n  0  Success, possibly with warnings\n  1  The input was rejected, or there were \
                  warnings and --deny warnings was given\n  2  Usage error, or a file could not be read or \
                  written\nOn 1 and 2 nothing is written.\n\nSee `relaycc help <COMMAND>` for more information on a \
                  command.",
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

/// The exit status of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    /// Success.
    Done,
    /// The input was rejected.
    Refused,
    /// Usage error, or a file cannot be read or written.
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

/// Runs the program with the arguments of the process.
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
            let usage = named_otherwise(usage);
            // `--help` and `--version` arrive here as well. If printing fails, nobody is left to be informed.
            let _ = usage.print();
            if usage.use_stderr() { Exit::Failed.into() } else { Exit::Done.into() }
        }
    }
}

/// Commands as other programs call them.
const COMMANDS_ELSEWHERE: [(&[&str], &str); 7] = [
    (&["check", "validate", "verify", "fix"], "lint"),
    (&["compile", "make", "generate", "emit"], "build"),
    (&["convert", "import"], "migrate"),
    (&["makemap", "postmap", "dump", "get"], "map"),
    (&["newaliases", "postalias", "aliases"], "map aliases"),
    (&["why", "simulate", "ask", "query"], "explain"),
    (&["rules", "codes", "rule"], "lint --explain"),
];

/// The error of an unknown command with the name that the command has here, if it is one of other programs.
fn named_otherwise(mut usage: clap::Error) -> clap::Error {
    let Some(ContextValue::String(given)) = usage.get(ContextKind::InvalidSubcommand) else { return usage };
    let Some((_, known)) = COMMANDS_ELSEWHERE.iter().find(|(names, _)| names.contains(&given.as_str())) else {
        return usage;
    };
    usage.insert(ContextKind::SuggestedSubcommand, ContextValue::String((*known).to_owned()));
    usage
}

/// A usage error of a subcommand, given by its words (`map build`), in clap's format.
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

/// A number with the noun that fits it: `1 entry`, `2 entries`.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Writes a result. A reader that closes the pipe, as in `relaycc man | head`, is not an error.
fn print(result: &[u8]) -> Exit {
    try_print(result).unwrap_or(Exit::Done)
}

/// Writes a part of a result; `None` if the reader has closed the pipe, so that the rest need not be computed.
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
