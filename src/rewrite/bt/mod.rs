//! Test mode: the commands of `sendmail -bt`, and what it prints.

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

/// What test mode prints first.
pub const GREETING: &[u8] = b"ADDRESS TEST MODE (ruleset 3 NOT automatically invoked)\nEnter <ruleset> <address>\n";

/// What it prints before it reads a line.
pub const PROMPT: &[u8] = b"> ";

/// Commands that begin with a slash.
pub const COMMANDS: [&str; 7] = ["/canon", "/map", "/mx", "/parse", "/quit", "/try", "/tryflags"];

/// So many characters of an address that is too long are shown.
const TOO_LONG_SHOWN: usize = 255;

/// Most rules that one command tries while what they do is printed: some 200 MB of text. Those that call themselves twice would go on for
/// years; sendmail prints all that time.
const MAX_PRINTED: u64 = 2_000_000;

/// Most rules that one command tries while what they do is kept to be told.
const MAX_TOLD: u64 = 200_000;

/// Whose address `/try` and `/parse` take theirs for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct TryFlags {
    header: bool,
    sender: bool,
}

/// Test mode.
pub struct TestMode<'s> {
    session: Session<'s>,
    flags: TryFlags,
    /// Level of the debugging category that tells of rules.
    level: u32,
    /// What is told instead of being printed, if it is.
    told: Option<Vec<Told>>,
    trace_cache: TraceCache,
}

/// What test mode tells, where it does not print what rules do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// What it prints all the same.
    Text(Vec<u8>),
    /// A ruleset ran.
    Ran {
        /// What happened: the call, and before or after it what sendmail would say.
        steps: Vec<Step>,
        /// sendmail's exit status: 0, or 75 for "ask again later", or another.
        status: u8,
        /// What it resolved to, if its result begins with `$#`.
        resolved: Option<Resolved>,
    },
}

impl<'s> TestMode<'s> {
    /// Starts test mode.
    pub fn new(program: &Program, services: Services<'s>) -> Self {
        let mut session = Session::new(program, services);
        session.set_limit(MAX_PRINTED);
        Self { session, flags: TryFlags::default(), level: 0, told: None, trace_cache: TraceCache::default() }
    }

    /// WorkspaceSummary what rules do told from now on, by [`TestMode::told`], instead of printed.
    pub fn tell(&mut self) {
        self.told.get_or_insert_default();
        self.session.set_limit(MAX_TOLD);
    }

    /// What was told since this was asked last.
    pub fn told(&mut self) -> Vec<Told> {
        self.told.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The session that commands act on.
    pub fn session(&mut self) -> &mut Session<'s> {
        &mut self.session
    }

    /// Does what a line says and adds what is printed to `out`. `false` if the line ends test mode.
    pub fn line(&mut self, line: &[u8], out: &mut Vec<u8>) -> bool {
        let goes_on = self.command(line, out);
        self.tell_text(out);
        goes_on
    }

    /// Tells what is printed, if that is wanted.
    fn tell_text(&mut self, out: &mut Vec<u8>) {
        if let Some(told) = self.told.as_mut().filter(|_| !out.is_empty()) {
            told.push(Told::Text(std::mem::take(out)));
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
            // Rules are not looked at for a line that is like others, unless they are to be shown.
            Some(_) if self.level > 1 || self.told.is_some() => self.rulesets(line, out),
            Some(_) => match self.trace_cache.print(line, &mut self.session, out) {
                Next::Printed => {}
                Next::Evaluate => self.rulesets(line, out),
                Next::Note => self.note(line, out),
            },
        }
        true
    }

    /// Evaluates a line, and then one with other words, so as to know what is printed for any words.
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
        if let Some(asked) = recorder.and_then(Recorder::into_asked) {
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
        if address.len() > super::scan::LONGEST {
            out.extend_from_slice(b"Address \"");
            out.extend_from_slice(address.get(..TOO_LONG_SHOWN).unwrap_or(address));
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
                    if status != 0 && self.told.is_none() {
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
        if let Some(told) = &mut self.told {
            let mut calls = Calls::default();
            let status = self.session.rewrite(number, tokens, Some(&mut calls));
            told.push(Told::Ran { steps: calls.done, status, resolved: self.session.resolved(tokens) });
            return status;
        }
        let mut printer = Printer { out, level: self.level };
        self.session.rewrite(number, tokens, Some(&mut printer))
    }
}
