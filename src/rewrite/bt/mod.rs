//! Test mode: the commands and the output of `sendmail -bt`.

mod addresses;
mod commands;
mod crack;
mod printer;
mod trace_cache;

use super::{
    calls::{Calls, Step},
    program::Program,
    recorder::Recorder,
    scan::Source,
    session::{Resolved, Services, Session},
    token::Token,
};
use printer::Printer;
use trace_cache::{Next, Shape, TraceCache};

/// The first output of test mode.
pub const GREETING: &[u8] = b"ADDRESS TEST MODE (ruleset 3 NOT automatically invoked)\nEnter <ruleset> <address>\n";

/// Prompt before each line.
pub const PROMPT: &[u8] = b"> ";

/// Commands that start with a slash.
pub const COMMANDS: [&str; 7] = ["/canon", "/map", "/mx", "/parse", "/quit", "/try", "/tryflags"];

/// Maximum number of characters shown of an address that is too long.
const MAX_SHOWN: usize = 255;

/// Maximum number of rules tried by one command while its trace is printed, which is about 200 MB of text. Rulesets that call
/// themselves twice would run for years, printing all the time in sendmail.
const MAX_PRINTED: u64 = 2_000_000;

/// Maximum number of rules tried by one command while its trace is recorded.
const MAX_TOLD: u64 = 200_000;

/// Role of the address in `/try` and `/parse`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct TryFlags {
    header: bool,
    sender: bool,
}

/// A session of test mode.
pub struct TestMode<'s> {
    session: Session<'s>,
    flags: TryFlags,
    /// Level of the debug category that traces rules.
    level: u32,
    /// Recorded items, if they are recorded instead of printed.
    recorded: Option<Vec<Recorded>>,
    trace_cache: TraceCache,
}

/// Recorded output of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// Text that is printed as well.
    Text(Vec<u8>),
    /// A ruleset was run.
    Ran {
        /// Its events: the call, and sendmail's messages before or after it.
        steps: Vec<Step>,
        /// sendmail's exit status: 0, 75 for a temporary failure, or another.
        status: u8,
        /// The mailer triple, if the result starts with `$#`.
        resolved: Option<Resolved>,
    },
}

impl<'s> TestMode<'s> {
    /// Starts test mode.
    pub fn new(program: &Program, services: Services<'s>) -> Self {
        let mut session = Session::new(program, services);
        session.set_limit(MAX_PRINTED);
        Self { session, flags: TryFlags::default(), level: 0, recorded: None, trace_cache: TraceCache::default() }
    }

    /// Records traces from now on, for [`TestMode::take_recorded`], instead of printing them.
    pub fn record(&mut self) {
        self.recorded.get_or_insert_default();
        self.session.set_limit(MAX_TOLD);
    }

    /// Returns what was recorded since the last call.
    pub fn take_recorded(&mut self) -> Vec<Recorded> {
        self.recorded.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The session of the commands.
    pub fn session(&mut self) -> &mut Session<'s> {
        &mut self.session
    }

    /// Runs a command line and appends the output to `out`. `false` if the line ends test mode.
    pub fn line(&mut self, line: &[u8], out: &mut Vec<u8>) -> bool {
        let goes_on = self.command(line, out);
        self.tell_text(out);
        goes_on
    }

    /// Records printed text, if recording.
    fn tell_text(&mut self, out: &mut Vec<u8>) {
        if let Some(recorded) = self.recorded.as_mut().filter(|_| !out.is_empty()) {
            recorded.push(Recorded::Text(std::mem::take(out)));
        }
    }

    fn command(&mut self, line: &[u8], out: &mut Vec<u8>) -> bool {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = line.trim_ascii_start();
        match line.first() {
            None | Some(b'#') => {}
            Some(b'?') => out.extend_from_slice(b"Sendmail 8.17.1.9 -- HELP not implemented\n"),
            Some(b'.') => self.define(line, out),
            Some(b'=') => self.list(line, out),
            Some(b'-') => self.debug(line, out),
            Some(b'$') => self.value(line, out),
            Some(b'/') => return self.slash(line, out),
            // Rules are not run for a line that is like an earlier one, unless they are traced.
            Some(_) if self.level > 1 || self.recorded.is_some() => self.rulesets(line, out),
            Some(_) => match self.trace_cache.print(line, &mut self.session, out) {
                Next::Printed => {}
                Next::Evaluate => self.rulesets(line, out),
                Next::Note => self.note(line, out),
            },
        }
        true
    }

    /// Evaluates a line, and then one with other words, to learn the output for any words.
    fn note(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let state = self.session.state();
        self.session.recorder = Some(Recorder::default());
        self.rulesets(line, out);
        let Some(recorder) = self.session.recorder.take() else { return };
        let Some((line, mark)) = self.trace_cache.mark(&self.session).filter(|_| state == self.session.state()) else {
            return;
        };
        let mut printed = Vec::new();
        self.session.recorder = Some(recorder.marked(mark.clone()));
        self.rulesets(&line, &mut printed);
        let recorder = self.session.recorder.take();
        if let Some(asked) = recorder.and_then(Recorder::into_lookups) {
            self.trace_cache.keep(Shape::new(&printed, asked, &mark), &self.session);
        }
    }

    /// `3,0 address`
    fn rulesets(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let end = line.iter().position(u8::is_ascii_whitespace);
        let Some(end) = end else {
            out.extend_from_slice(b"No address!\n");
            return;
        };
        let (list, address) = line.split_at(end);
        let address = address.get(1..).unwrap_or_default();
        if address.len() > super::scan::MAX_TOKEN_LENGTH {
            out.extend_from_slice(b"Address \"");
            out.extend_from_slice(address.get(..MAX_SHOWN).unwrap_or(address));
            out.extend_from_slice(b"\" too long (255 bytes max)\n");
            return;
        }
        let mut rest = address;
        let mut tokens = self.session.buffers.pop().unwrap_or_default();
        loop {
            self.session.forget();
            tokens.clear();
            self.session.messages.clear();
            let scanned = self.session.scan_some(rest, Source::Typed, &mut tokens);
            if !self.session.messages.is_empty() {
                self.session.may_differ();
            }
            for message in self.session.messages.drain(..) {
                out.extend_from_slice(&message);
                out.push(b'\n');
            }
            if scanned.is_ok() && !tokens.is_empty() {
                self.run(list, &mut tokens, out);
            }
            match scanned {
                Ok((taken, true)) => rest = rest.get(taken..).unwrap_or_default(),
                _ => break,
            }
            if rest.is_empty() {
                break;
            }
        }
        self.session.buffers.push(tokens);
    }

    fn run(&mut self, list: &[u8], tokens: &mut Vec<Token>, out: &mut Vec<u8>) {
        let mut rest = list;
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| matches!(byte, b',' | b';')).unwrap_or(rest.len());
            let name = rest.get(..end).unwrap_or_default();
            match self.session.program.ruleset(name) {
                None => {
                    out.extend_from_slice(b"Undefined ruleset ");
                    out.extend_from_slice(name);
                    out.push(b'\n');
                    return;
                }
                Some(number) => {
                    let status = self.rewrite(number, tokens, out);
                    if status != 0 && self.recorded.is_none() {
                        out.extend_from_slice(b"== Ruleset ");
                        out.extend_from_slice(rest);
                        out.extend_from_slice(format!(" ({number}) status {status}\n").as_bytes());
                    }
                }
            }
            rest = rest.get(end + 1..).unwrap_or_default();
        }
    }

    fn rewrite(&mut self, number: usize, tokens: &mut Vec<Token>, out: &mut Vec<u8>) -> u8 {
        self.tell_text(out);
        if let Some(recorded) = &mut self.recorded {
            let mut calls = Calls::default();
            let status = self.session.rewrite(number, tokens, Some(&mut calls));
            recorded.push(Recorded::Ran { steps: calls.done, status, resolved: self.session.resolved(tokens) });
            return status;
        }
        let mut printer = Printer { out, level: self.level };
        self.session.rewrite(number, tokens, Some(&mut printer))
    }
}
