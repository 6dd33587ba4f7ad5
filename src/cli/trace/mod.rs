//! `relaycc trace`: the address test mode of sendmail, for any `sendmail.cf`, without sendmail.

mod readable;
mod typed;

use std::{
    io::{self, BufRead, Read, Write},
    path::PathBuf,
};

use clap::Args;

use super::{
    Exit,
    input::{self, ReadArguments},
    names::WithoutZones,
    report::{ReportArguments, Reporter},
    target_host::TargetHostArguments,
};
use crate::{
    diagnostic::Diagnostic,
    front::Syntax,
    rewrite::bt::{GREETING, PROMPT, TestMode},
};
use readable::Readable;

/// Run rulesets like `sendmail -bt`, without sendmail
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc trace sendmail.cf 3,0 user@example.com     run rulesets 3 and 0 on the address
  relaycc trace --readable site.toml 3,0 user@example.com
                                                     show which rules applied, and why they exist
  relaycc trace sendmail.cf < script                 run the commands of sendmail -bt in a file
  relaycc trace --zone example.com.zone sendmail.cf check_rcpt user@example.com

Prints what `sendmail -bt` prints, unless --readable is given. All its commands are supported: 3,0 ADDRESS, /try, /map, $=w, .D, =S, \
-d21.12, … Maps are read from their files; maps that need a server are not available. Names are looked up in the zones of --zone, or with \
--dns.

Exit status:
  0  The commands were run
  1  The site was rejected, or the configuration has errors
  2  Usage error, or a file could not be read or written\
")]
pub(super) struct Arguments {
    /// Configuration to run: a sendmail.cf, or a site (.toml or .mc) to compile first
    #[arg(value_name = "CF|SITE")]
    configuration: PathBuf,
    /// Ruleset to run, or several separated by commas [default: read commands from standard input]
    #[arg(requires = "addresses")]
    ruleset: Option<String>,
    /// Addresses to run the ruleset on
    #[arg(requires = "ruleset")]
    addresses: Vec<String>,
    /// Print only the rules that applied: their comment, what they matched, their result, their line, and the statement of the
    /// site that they were generated for. With `--format json`, as JSON
    #[arg(long)]
    readable: bool,
    #[command(flatten)]
    read: ReadArguments,
    #[command(flatten)]
    machine: TargetHostArguments,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    run_trace(arguments, &mut reporter).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// # Errors
/// A file cannot be read.
fn run_trace(arguments: &Arguments, reporter: &mut Reporter<'_>) -> Result<Exit, Box<Diagnostic>> {
    let machine = arguments.machine.read(WithoutZones::Nothing, reporter)?;
    let is_site = arguments.read.syntax.is_some() || Syntax::of(&arguments.configuration.to_string_lossy()).is_some();
    let config = if is_site {
        machine.open(&arguments.configuration, &arguments.read, reporter)?
    } else {
        Some(machine.open_cf(&arguments.configuration)?)
    };
    let Some(config) = config else { return Ok(Exit::Refused) };
    let running = &config.running;
    config.report_lines(reporter);
    let mut mode = TestMode::new(&running.program, running.services());
    let form = arguments.readable.then(|| {
        mode.record();
        let readable = Readable { running, site: config.site().map(|(_, sources)| sources) };
        Form { readable, json: reporter.is_json(), color: reporter.colors_results() }
    });
    let mut commands = Commands { mode, form };
    let unreadable = |cause| input::unreadable_stdin(&cause);
    let done = match &arguments.ruleset {
        None if typed::is_typed() => {
            let (exit, remark) = typed::dialogue(&mut commands, &running.program).map_err(unreadable)?;
            reporter.found(remark.as_slice(), &running.sources);
            Ok(exit)
        }
        None => dialogue(&mut commands).map_err(unreadable),
        Some(ruleset) => {
            let mut out = Vec::new();
            for address in &arguments.addresses {
                commands.line(format!("{ruleset} {address}").as_bytes(), &mut out);
            }
            Ok(super::print(&out))
        }
    };
    Ok(done?.max(config.report_run(reporter)?))
}

/// How the actions of rules are shown, instead of test mode's output.
struct Form<'a> {
    readable: Readable<'a>,
    json: bool,
    color: bool,
}

/// Runs commands of test mode and collects their output.
struct Commands<'a> {
    mode: TestMode<'a>,
    form: Option<Form<'a>>,
}

impl Commands<'_> {
    /// Output before the first command.
    fn greeting(&self) -> &'static [u8] {
        if self.form.is_some() { b"" } else { GREETING }
    }

    /// Prompt before each command.
    fn prompt(&self) -> &'static [u8] {
        if self.form.is_some() { b"" } else { PROMPT }
    }

    /// Runs one command; `false` if it was the last.
    fn line(&mut self, line: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(Form { readable, json, color }) = &self.form else { return self.mode.line(line, out) };
        // Nothing is printed in this mode except the readable trace.
        let goes_on = self.mode.line(line, &mut Vec::new());
        let recorded = self.mode.take_recorded();
        let shown = match json {
            true => readable.json(String::from_utf8_lossy(line).trim(), recorded),
            false => readable.text(recorded, *color),
        };
        out.extend_from_slice(shown.as_bytes());
        goes_on
    }
}

/// Maximum length of a line; longer lines are split, as sendmail does at a far smaller length.
const MAX_LINE: u64 = 1 << 20;

/// Buffer size for reading and printing.
const CHUNK: usize = 1 << 16;

/// Reads and runs commands until the input ends.
fn dialogue(commands: &mut Commands<'_>) -> io::Result<Exit> {
    let mut input = io::BufReader::with_capacity(CHUNK, io::stdin().lock());
    let mut output = io::stdout().lock();
    let mut out = commands.greeting().to_vec();
    let mut line = Vec::new();
    loop {
        out.extend_from_slice(commands.prompt());
        // Output is flushed when no further command is waiting, so that an interactive caller gets each answer, and a script runs
        // fast.
        if input.buffer().is_empty() || out.len() >= CHUNK {
            if let Err(cause) = output.write_all(&out).and_then(|()| output.flush()) {
                return if cause.kind() == io::ErrorKind::BrokenPipe { Ok(Exit::Done) } else { Err(cause) };
            }
            out.clear();
        }
        line.clear();
        if input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 || !commands.line(&line, &mut out) {
            break;
        }
    }
    match output.write_all(&out).and_then(|()| output.flush()) {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(cause),
        _ => Ok(Exit::Done),
    }
}
