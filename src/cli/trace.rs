//! `relaycc trace`: the test mode of sendmail, on any `sendmail.cf`, without sendmail.

use std::{
    io::{self, BufRead, Write},
    path::PathBuf,
};

use clap::Args;

use super::{
    Exit, input,
    machine::{MachineArguments, WithoutZones},
    report::{ReportArguments, Reporter},
};
use crate::{
    diagnostic::Diagnostic,
    rewrite::bt::{GREETING, PROMPT, TestMode},
};

/// Run the rulesets of a sendmail.cf as `sendmail -bt` does, without sendmail
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc trace sendmail.cf 3,0 user@example.com     what rulesets 3 and 0 make of the address
  relaycc trace sendmail.cf < script                 the commands of sendmail -bt: 3,0 ADDRESS, /try, /map, $=w, .D, =S, -d21.12, …
  relaycc trace --zone example.com.zone sendmail.cf check_rcpt user@example.com

What is printed is what `sendmail -bt` prints. Maps are read from their files; maps that need a server are not available. Names are \
looked up in the zone files given.")]
pub(super) struct Arguments {
    /// The configuration
    cf: PathBuf,
    /// A ruleset, or several with commas between them; without it commands are read from standard input
    ruleset: Option<String>,
    /// Addresses that are given to it
    #[arg(requires = "ruleset")]
    addresses: Vec<String>,
    #[command(flatten)]
    machine: MachineArguments,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    traced(arguments, &mut reporter).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// # Errors
/// A file that cannot be read.
fn traced(arguments: &Arguments, reporter: &mut Reporter<'_>) -> Result<Exit, Box<Diagnostic>> {
    let machine = arguments.machine.read(WithoutZones::Nothing, reporter)?;
    let running = machine.cf(&arguments.cf.display().to_string(), &input::bytes(&arguments.cf)?);
    reporter.found(&running.of_lines(), &running.sources);
    let mut mode = TestMode::new(&running.program, running.services());
    let done = match &arguments.ruleset {
        None => dialogue(&mut mode).map_err(|cause| {
            Box::new(Diagnostic::error("unreadable_input", format!("cannot read standard input: {cause}")))
        }),
        Some(ruleset) => {
            let mut out = Vec::new();
            for address in &arguments.addresses {
                mode.line(format!("{ruleset} {address}").as_bytes(), &mut out);
            }
            Ok(super::print(&out))
        }
    };
    reporter.found(machine.unknown_names().as_slice(), &running.sources);
    Ok(done?.max(reporter.verdict()))
}

/// So many characters are read and printed at once.
const CHUNK: usize = 1 << 16;

/// Reads commands until there are no more.
fn dialogue(mode: &mut TestMode<'_>) -> io::Result<Exit> {
    let mut input = io::BufReader::with_capacity(CHUNK, io::stdin().lock());
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut out = GREETING.to_vec();
    let mut line = Vec::new();
    loop {
        out.extend_from_slice(PROMPT);
        // Whoever waits for an answer before asking again gets it; a script need not wait for each line to be printed.
        if input.buffer().is_empty() || out.len() >= CHUNK {
            if let Err(cause) = output.write_all(&out).and_then(|()| output.flush()) {
                return if cause.kind() == io::ErrorKind::BrokenPipe { Ok(Exit::Done) } else { Err(cause) };
            }
            out.clear();
        }
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 || !mode.line(&line, &mut out) {
            break;
        }
    }
    match output.write_all(&out).and_then(|()| output.flush()) {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(cause),
        _ => Ok(Exit::Done),
    }
}
