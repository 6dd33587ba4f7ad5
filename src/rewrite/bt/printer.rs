//! Prints traces like test mode.

use crate::rewrite::{
    observer::{TraceObserver, Workspace},
    program::{Program, Rule, Ruleset},
};

/// Prints to a buffer.
pub(super) struct Printer<'o> {
    pub(super) out: &'o mut Vec<u8>,
    /// The level of debugging category 21.
    pub(super) level: u32,
}

/// `NAME` in a column of sixteen characters.
fn title(ruleset: &Ruleset, out: &mut Vec<u8>) {
    let name = ruleset.title.get(..16).unwrap_or(&ruleset.title);
    out.extend_from_slice(name);
    out.extend_from_slice(b"                ".get(name.len()..).unwrap_or_default());
}

impl Printer<'_> {
    fn line(&mut self, parts: &[&[u8]]) {
        for part in parts {
            self.out.extend_from_slice(part);
        }
        self.out.push(b'\n');
    }
}

impl Printer<'_> {
    /// Prints the value of a macro on one side of a rule.
    fn value(&mut self, side: &[u8], name: &[u8], value: Option<&[u8]>) {
        if self.level >= 2 {
            let name = name.strip_prefix(b"{").and_then(|name| name.strip_suffix(b"}")).unwrap_or(name);
            self.line(&[b"rewrite: ", side, b" $&{", name, b"} => \"", value.unwrap_or(b"(NULL)"), b"\""]);
        }
    }
}

impl TraceObserver for Printer<'_> {
    fn wants_rules(&self) -> bool {
        self.level >= 2
    }

    fn input(&mut self, ruleset: &Ruleset, workspace: Workspace<'_>) {
        title(ruleset, self.out);
        self.out.extend_from_slice(b"   input:");
        workspace.show(self.out);
        self.out.push(b'\n');
    }

    fn returns(&mut self, ruleset: &Ruleset, workspace: Workspace<'_>) {
        title(ruleset, self.out);
        self.out.extend_from_slice(b" returns:");
        workspace.show(self.out);
        self.out.push(b'\n');
    }

    fn trying(&mut self, program: &Program, rule: &Rule) {
        if self.level >= 15 {
            let line = format!("-----trying rule (line {}):", rule.line);
            self.line(&[line.as_bytes(), &program.left(rule)]);
        } else if self.level >= 12 {
            self.line(&[b"-----trying rule:", &program.left(rule)]);
        }
    }

    fn fails(&mut self, _: &Rule) {
        if self.level >= 10 {
            self.line(&[b"----- rule fails"]);
        }
    }

    fn matches(&mut self, program: &Program, rule: &Rule) {
        if self.level >= 12 {
            self.line(&[b"-----rule matches:", &program.right(rule)]);
        }
    }

    fn rewritten(&mut self, workspace: Workspace<'_>) {
        if self.level >= 4 {
            self.line(&[b"rewritten as:", &workspace.shown()]);
        }
    }

    fn replaced(&mut self, name: &[u8], value: Option<&[u8]>) {
        self.value(b"RHS", name, value);
    }

    fn compared(&mut self, name: &[u8], value: Option<&[u8]>) {
        self.value(b"LHS", name, value);
    }

    fn skipped(&mut self, ruleset: &Ruleset, number: usize) {
        if self.level >= 3 {
            self.line(&[b"-----skip subr ", &ruleset.title, format!(" ({number})").as_bytes()]);
        }
    }

    fn endless(&mut self, workspace: Workspace<'_>) {
        if self.level >= 1 {
            self.line(&[b"workspace: ", &workspace.shown()]);
        }
    }

    fn on_message(&mut self, message: &[u8]) {
        self.line(&[message]);
    }
}
