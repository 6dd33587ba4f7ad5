//! Commands that show or change state without running rules.

use super::TestMode;
use crate::{
    rewrite::{
        maps::{dns::Exchangers, host::Canonical},
        program::{Mailer, Program},
        text::MacroId,
        token::{show, visible},
    },
    syntax::cf::{self, Problem, Reading},
};

fn say(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend_from_slice(part);
    }
    out.push(b'\n');
}

fn print_problem(problem: &Problem<'_>, out: &mut Vec<u8>) {
    for line in problem.messages() {
        say(out, &[line.as_bytes()]);
    }
}

impl TestMode<'_> {
    /// The macro or class at the start of `text`, and the text after it.
    fn name<'t>(&mut self, text: &'t [u8], out: &mut Vec<u8>) -> Option<(MacroId, &'t [u8])> {
        let (name, left_out, length) = match cf::name(text) {
            Ok((name @ [_], length)) => (name.into(), Vec::new(), length),
            Ok((name, length)) => {
                let (name, left_out) = cf::legal(name);
                (name, left_out, length)
            }
            // A single character is not an error.
            Err(Problem::Invalid(_)) => return None,
            Err(problem) => {
                print_problem(&problem, out);
                return None;
            }
        };
        for byte in left_out {
            print_problem(&Problem::Invalid(byte), out);
        }
        Some((self.session.program.names.id(&name), text.get(length..).unwrap_or_default()))
    }

    /// `.Dx value`, `.Cx members`
    pub(super) fn define(&mut self, line: &[u8], out: &mut Vec<u8>) {
        match line {
            [b'.', b'D', rest @ ..] => {
                if let Some((id, value)) = self.name(rest, out) {
                    // The first character is kept even if it is a blank.
                    let length = value.trim_ascii_end().len().max(value.len().min(1));
                    let value = value.get(..length).unwrap_or_default();
                    let program = &mut self.session.program;
                    let (units, problems) = program.names.read(value, Reading { comments: false });
                    problems.iter().for_each(|problem| print_problem(problem, out));
                    program.macros.set(id, Some(units.into()));
                }
            }
            [b'.', b'C', rest @ ..] => {
                if let Some((id, members)) = self.name(rest, out) {
                    self.session.forget();
                    for member in members.split(u8::is_ascii_whitespace).filter(|member| !member.is_empty()) {
                        self.session.extend_class(id, member);
                    }
                }
            }
            [b'.'] => say(out, &[b"Usage: .[DC]macro value(s)"]),
            _ => say(out, &[b"Unknown \".\" command ", line]),
        }
    }

    /// `=Sruleset`, `=M`
    pub(super) fn list(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let program = &self.session.program;
        match line {
            [b'=', b'S', name @ ..] => {
                let name = name.trim_ascii();
                match program.ruleset(name) {
                    Some(number) => rules(program, number, out),
                    None => {
                        let legal = name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
                        if name.is_empty() || !legal {
                            say(out, &[b"invalid ruleset name: \"", name, b"\""]);
                        }
                        say(out, &[b"Undefined ruleset ", name]);
                    }
                }
            }
            [b'=', b'M', ..] => {
                for (number, mailer) in program.mailers.iter().enumerate() {
                    self.mailer(number, mailer, out);
                }
            }
            [b'='] => say(out, &[b"Usage: =Sruleset or =M"]),
            _ => say(out, &[b"Unknown \"=\" command ", line]),
        }
    }

    fn mailer(&self, number: usize, mailer: &Mailer, out: &mut Vec<u8>) {
        let program = &self.session.program;
        let title = |number: usize| program.rules(number).map(|ruleset| ruleset.title.to_vec()).unwrap_or_default();
        let [envelope_sender, header_sender] = mailer.senders.map(title);
        let [envelope_recipient, header_recipient] = mailer.recipients.map(title);
        let mut end = Vec::new();
        for byte in &mailer.end {
            match byte {
                b'\r' => end.extend_from_slice(b"\\r"),
                b'\n' => end.extend_from_slice(b"\\n"),
                b'\t' => end.extend_from_slice(b"\\t"),
                byte => end.push(*byte),
            }
        }
        let [first, second, third] = mailer.types.each_ref().map(|kind| kind.as_deref().unwrap_or(b"<undefined>"));
        let mut arguments = Vec::new();
        program.names.write(&mailer.arguments, &mut arguments);
        let charset = mailer.charset.as_ref().map(|charset| [b" C=", charset.as_slice()].concat()).unwrap_or_default();
        say(
            out,
            &[
                format!("mailer {number} (").as_bytes(),
                &mailer.name,
                b"): P=",
                &mailer.path,
                b" S=",
                &envelope_sender,
                b"/",
                &header_sender,
                b" R=",
                &envelope_recipient,
                b"/",
                &header_recipient,
                format!(" M={} U=-1:-1 F=", mailer.max_size).as_bytes(),
                &mailer.flags,
                format!(" L={} E=", mailer.line_limit).as_bytes(),
                &end,
                &charset,
                b" T=",
                first,
                b"/",
                second,
                b"/",
                third,
                format!(" r={} A=", mailer.max_recipients).as_bytes(),
                &arguments,
            ],
        );
    }

    /// `-d21.12`
    pub(super) fn debug(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let Some(settings) = line.strip_prefix(b"-d") else {
            say(out, &[b"Unknown \"-\" command ", line]);
            return;
        };
        if settings.is_empty() {
            say(out, &[b"Usage: -d{debug arguments}"]);
            return;
        }
        for setting in String::from_utf8_lossy(settings).split(',') {
            let (range, level) = setting.split_once('.').unwrap_or((setting, "1"));
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let number = |text: &str| text.trim().parse::<u32>().ok();
            if let (Some(first), Some(last), Some(level)) = (number(first), number(last), number(level))
                && (first..=last).contains(&21)
            {
                self.level = level;
            }
        }
    }

    /// `$x`, `$=x`
    pub(super) fn value(&mut self, line: &[u8], out: &mut Vec<u8>) {
        match line {
            [b'$', b'=', rest @ ..] => {
                if let Some((id, _)) = self.name(rest, out) {
                    for member in self.session.program.classes.shown(id) {
                        say(out, &[member]);
                    }
                }
            }
            [b'$', b'&', ..] => say(out, &[b"$&"]),
            [b'$', rest @ ..] => {
                if let Some((id, _)) = self.name(rest, out) {
                    match self.session.program.macros.get(id) {
                        Some(value) => {
                            let mut written = Vec::new();
                            self.session.program.names.write(value, &mut written);
                            let mut shown = Vec::new();
                            visible(&written, &mut shown);
                            say(out, &[&shown]);
                        }
                        None => say(out, &[b"Undefined"]),
                    }
                }
            }
            _ => {}
        }
    }

    /// `/map`, `/mx`, `/canon`, `/try`, `/tryflags`, `/parse`, `/quit`; returns whether test mode continues.
    pub(super) fn slash(&mut self, line: &[u8], out: &mut Vec<u8>) -> bool {
        let end = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
        let (command, argument) = line.split_at(end);
        let argument = argument.trim_ascii_start();
        match command.to_ascii_lowercase().as_slice() {
            b"/quit" => return false,
            b"/map" => self.map(argument, out),
            b"/mx" if argument.is_empty() => say(out, &[b"Usage: /mx address"]),
            b"/mx" => self.exchangers(argument, out),
            b"/canon" if argument.is_empty() => say(out, &[b"Usage: /canon address"]),
            b"/canon" => {
                let name = String::from_utf8_lossy(argument).into_owned();
                let context = self.session.context();
                let canonical = match crate::rewrite::maps::host::canonical(&name, &context.1) {
                    Canonical::Name(canonical) => canonical,
                    _ => name.strip_suffix('.').unwrap_or(&name).to_owned(),
                };
                say(out, &[b"getcanonname(", name.as_bytes(), b") returns ", canonical.as_bytes()]);
            }
            b"/tryflags" => self.try_flags(argument, out),
            b"/try" => self.try_mailer(argument, out),
            b"/parse" => self.parse(argument, out),
            b"/" => say(out, &[b"Usage: /[canon|map|mx|parse|try|tryflags]"]),
            _ => say(out, &[b"Unknown \"/\" command ", command]),
        }
        true
    }

    fn map(&mut self, argument: &[u8], out: &mut Vec<u8>) {
        let end = argument.iter().position(u8::is_ascii_whitespace).unwrap_or(argument.len());
        let (name, rest) = argument.split_at(end);
        if name.is_empty() {
            say(out, &[b"Usage: /map mapname key"]);
            return;
        }
        let key = rest.trim_ascii_start();
        if key.is_empty() {
            say(out, &[b"No key specified"]);
            return;
        }
        let Some(number) = self.session.program.map_numbers.get(name).copied() else {
            say(out, &[b"Map named \"", name, b"\" not found"]);
            return;
        };
        let (maps, mut context) = self.session.context();
        let open = maps.is_open(number, &mut context);
        for message in context.messages.drain(..) {
            say(out, &[&message]);
        }
        // A map that failed to open still answers: a temporary failure.
        if !open && maps.ask(number, key, &[], &mut context).status != 75 {
            say(out, &[b"Map named \"", name, b"\" not open"]);
            return;
        }
        // Messages of the map appear in the middle of the line.
        out.extend_from_slice(&[b"map_lookup: ", name, b" (", key, b") "].concat());
        let found = maps.ask(number, key, &[], &mut context);
        for message in context.messages.drain(..) {
            say(out, &[&message]);
        }
        let status = format!(" ({})", found.status);
        match &found.value {
            Some(value) => say(out, &[b"returns ", value, status.as_bytes()]),
            None => say(out, &[b"no match", status.as_bytes()]),
        }
    }

    fn exchangers(&mut self, argument: &[u8], out: &mut Vec<u8>) {
        let name = String::from_utf8_lossy(argument).into_owned();
        let (_, context) = self.session.context();
        let found = crate::rewrite::maps::dns::exchangers(&name, true, &context);
        let title = [b"getmxrr(", name.as_bytes(), b") returns "].concat();
        match found {
            Exchangers::Hosts(hosts) => {
                say(out, &[&title, format!("{} value(s):", hosts.len()).as_bytes()]);
                for host in hosts {
                    say(out, &[b"\t", host.as_bytes()]);
                }
            }
            Exchangers::Unknown | Exchangers::None => say(out, &[&title, b"0 value(s):"]),
            Exchangers::Null => say(out, &[&title, b"null MX (See RFC7505)"]),
            Exchangers::TryAgain => say(out, &[&title, b"-1 value(s):"]),
        }
    }
}

/// The rules of a ruleset, as `=S` lists them.
fn rules(program: &Program, number: usize, out: &mut Vec<u8>) {
    let Some(ruleset) = program.rules(number) else { return };
    for rule in &ruleset.rules {
        out.push(b'R');
        for (side, end) in [(&rule.lhs, &b"\t\t"[..]), (&rule.rhs, b"\n")] {
            let mut shown = Vec::new();
            show(side, &program.arena, &program.names, &mut shown);
            if !shown.is_empty() {
                out.extend_from_slice(shown.get(1..).unwrap_or_default());
                out.push(b' ');
            }
            out.extend_from_slice(end);
        }
    }
}
