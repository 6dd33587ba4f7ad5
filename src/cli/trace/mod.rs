//! `relaycc trace`: the test mode of sendmail, on any `sendmail.cf`, without sendmail.

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

/// Run the rulesets of a sendmail.cf as `sendmail -bt` does, without sendmail
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc trace sendmail.cf 3,0 user@example.com     what rulesets 3 and 0 make of the address
  relaycc trace --readable site.toml 3,0 user@example.com
                                                     which rules applied, and which statements asked for them
  relaycc trace sendmail.cf < script                 the commands of sendmail -bt: 3,0 ADDRESS, /try, /map, $=w, .D, =S, -d21.12, …
  relaycc trace --zone example.com.zone sendmail.cf check_rcpt user@example.com

What is printed is what `sendmail -bt` prints, unless --readable asks for more. Maps are read from their files; maps that need a \
server are not available. Names are looked up in the zone files given, or with --dns.")]
pub(super) struct Arguments {
    /// The configuration: a sendmail.cf, or the site, a .toml or .mc file, that it would be made of
    #[arg(value_name = "CF|SITE")]
    configuration: PathBuf,
    /// A ruleset, or several with commas between them; without it commands are read from standard input
    #[arg(requires = "addresses")]
    ruleset: Option<String>,
    /// Addresses that are given to it
    #[arg(requires = "ruleset")]
    addresses: Vec<String>,
    /// Instead of all that test mode prints: each rule that applied, what it says of itself, what it found and made of the
    /// address, its place, and the statement of the site that it was made for. With `--format json`, for programs
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
    traced(arguments, &mut reporter).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// # Errors
/// A file that cannot be read.
fn traced(arguments: &Arguments, reporter: &mut Reporter<'_>) -> Result<Exit, Box<Diagnostic>> {
    let machine = arguments.machine.read(WithoutZones::Nothing, reporter)?;
    let is_site = arguments.read.syntax.is_some() || Syntax::of(&arguments.configuration.to_string_lossy()).is_some();
    let asked = if is_site {
        machine.open(&arguments.configuration, &arguments.read, reporter)?
    } else {
        Some(machine.open_cf(&arguments.configuration)?)
    };
    let Some(asked) = asked else { return Ok(Exit::Refused) };
    let running = &asked.running;
    asked.report_lines(reporter);
    let mut mode = TestMode::new(&running.program, running.services());
    let form = arguments.readable.then(|| {
        mode.tell();
        let readable = Readable { running, site: asked.site().map(|(_, sources)| sources) };
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
    Ok(done?.max(asked.report_run(reporter)?))
}

/// How what rules did is shown, if test mode does not print it.
struct Form<'a> {
    readable: Readable<'a>,
    json: bool,
    color: bool,
}

/// Commands of test mode, and what is printed of them.
struct Commands<'a> {
    mode: TestMode<'a>,
    form: Option<Form<'a>>,
}

impl Commands<'_> {
    /// What is printed before the first command.
    fn greeting(&self) -> &'static [u8] {
        if self.form.is_some() { b"" } else { GREETING }
    }

    /// What is printed before each.
    fn prompt(&self) -> &'static [u8] {
        if self.form.is_some() { b"" } else { PROMPT }
    }

    /// Does one; `false` if it was the last.
    fn line(&mut self, line: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(Form { readable, json, color }) = &self.form else { return self.mode.line(line, out) };
        // All that would be printed is told.
        let goes_on = self.mode.line(line, &mut Vec::new());
        let told = self.mode.told();
        let shown = match json {
            true => readable.json(String::from_utf8_lossy(line).trim(), told),
            false => readable.text(told, *color),
        };
        out.extend_from_slice(shown.as_bytes());
        goes_on
    }
}

/// What is longer is taken for several lines, as by sendmail, whose lines are far shorter.
const MAX_LINE: u64 = 1 << 20;

/// So many characters are read and printed at once.
const CHUNK: usize = 1 << 16;

/// Reads commands until there are no more.
fn dialogue(commands: &mut Commands<'_>) -> io::Result<Exit> {
    let mut input = io::BufReader::with_capacity(CHUNK, io::stdin().lock());
    let mut output = io::stdout().lock();
    let mut out = commands.greeting().to_vec();
    let mut line = Vec::new();
    loop {
        out.extend_from_slice(commands.prompt());
        // Whoever waits for an answer before asking again gets it; a script need not wait for each line to be printed.
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
