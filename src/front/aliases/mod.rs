//! An aliases text read as `newaliases` of sendmail 8.17 reads it: the entries of its database, and every complaint.
//!
//! The text's lines are [`crate::syntax::aliases`]'. Here names are addresses, and become keys: comments, phrases, angle
//! brackets and quotes that are not needed are left out, blanks between words become dots, letters become lower case.
//! Only names that this host delivers to a user are taken. Values are stored as they are written; beyond what
//! newaliases does, they are read too, and what will not do what was meant is a [`Finding`].
//!
//! Not modelled: what DNS and `/etc/hosts` say of hosts in names, which sendmail asks when it does not know a host to be this
//! one, and may wait for and complain of; the host name that it adds to a name of the form `host!user` where it complains of
//! control characters; rulesets other than those of the m4 tree without a hub, a smart host, UUCP or `LOCAL_CONFIG`.

mod circles;
mod finding;
mod message;
mod name;
mod problem;
mod quotes;
mod target;
mod value;

pub use finding::{Finding, Path};
pub use name::{Limit, MAX_NAME, NameProblem};
pub use problem::{Problem, ProblemKind};
pub use target::{IsOwn, Refusal};

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use crate::{
    source::{SourceId, Sources, Span, Spanned},
    syntax::aliases::{Entry, Line, Statement, parse},
};

/// What is stored under the key `@` in every database of aliases: that it is complete.
const COMPLETE: &[u8] = b"@\0";

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The name.
    pub key: Spanned<Vec<u8>>,
    /// Its recipients, as written: newlines are dropped, comments and blanks stay.
    pub value: Spanned<Vec<u8>>,
    line: Line,
    value_start: usize,
}

impl Alias {
    /// The place of a part of its value.
    fn place(&self, part: Range<usize>) -> Span {
        self.line.span(self.value_start + part.start..self.value_start + part.end)
    }
}

/// What an aliases text holds, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Aliases {
    /// The entries, in the order of the text. No key comes twice: the last one counts.
    pub entries: Vec<Alias>,
    /// The problems, in the order of the text.
    pub problems: Vec<Problem>,
    /// How many entries were stored, counting again those that replaced another.
    pub stored: usize,
    /// Length of the longest value, in bytes.
    pub longest: usize,
    /// Length of all keys and values that were stored, in bytes, counting again those that replaced another.
    pub total: usize,
}

impl Aliases {
    /// The pairs of the database, in the order of the text: each key and value ends in a byte 0, and the first pair says
    /// that the database is complete.
    pub fn database(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let stored = |bytes: &[u8]| [bytes, b"\0"].concat();
        let entries = self.entries.iter().map(|alias| (stored(&alias.key.value), stored(&alias.value.value)));
        std::iter::once((COMPLETE.to_vec(), COMPLETE.to_vec()))
            .chain(entries.filter(|(key, _)| key != COMPLETE))
            .collect()
    }

    /// The last line that `newaliases` prints on standard output, newline included. `file` is the name of the text as the
    /// option `AliasFile` has it.
    pub fn summary(&self, file: &str) -> String {
        let Self { stored, longest, total, .. } = self;
        format!("{file}: {stored} aliases, longest {longest} bytes, {total} bytes total\n")
    }

    /// The exit status of `newaliases`: 0, or one of `sysexits.h`. It writes the database whatever the status is.
    pub fn exit_status(&self) -> u8 {
        self.problems.iter().find_map(Problem::exit_status).unwrap_or(0)
    }
}

/// Reads an aliases text. `is_own` says which hosts are this one: [`IsOwn`].
pub fn read(sources: &Sources, id: SourceId, is_own: IsOwn<'_>) -> Aliases {
    let mut aliases = Aliases::default();
    let mut last = HashMap::new();
    for statement in parse(sources, id) {
        match statement {
            Statement::Fault(fault) => {
                let kind = ProblemKind::Line(fault.kind);
                aliases.problems.push(Problem { kind, span: fault.span, line: fault.line });
            }
            Statement::Entry(entry) => aliases.entry(entry, &mut last, is_own),
        }
    }
    let counts = last.into_values().collect::<HashSet<_>>();
    let mut at = 0..;
    aliases.entries.retain(|_| at.next().is_some_and(|at| counts.contains(&at)));
    for (first, finding) in circles::circles(&aliases.entries, is_own) {
        if let Some(alias) = aliases.entries.get(first) {
            let (span, line) = (alias.key.span, alias.line.number);
            aliases.problems.push(Problem { kind: ProblemKind::Finding(finding), span, line });
        }
    }
    aliases.problems.sort_by_key(|problem| problem.line);
    aliases
}

impl Aliases {
    /// Takes an entry. `last` says where in the entries those of each key are that count.
    fn entry(&mut self, entry: Entry, last: &mut HashMap<Vec<u8>, usize>, is_own: IsOwn<'_>) {
        let line = &entry.line;
        let problems = &mut self.problems;
        let mut report =
            |kind, part: Range<usize>| problems.push(Problem { kind, span: line.span(part), line: line.number });
        let name = name::read(&entry, is_own, &mut |problem, part| report(ProblemKind::Name(problem), part));
        let Some(name) = name else { return };
        let value = entry.value();
        if value.is_empty() {
            let text = line.bytes.clone();
            report(ProblemKind::NoValue { text }, 0..entry.name_end + 1);
            return;
        }
        let key = Spanned::new(name.key, line.span(name.part.clone()));
        if let Some(alias) = last.insert(key.value.clone(), self.entries.len()).and_then(|at| self.entries.get(at)) {
            let first = alias.key.span;
            report(ProblemKind::Duplicate { name: name.written, key: key.value.clone(), first }, name.part.clone());
        }
        if name.joined {
            let name_text = message::shown(&key.value);
            report(ProblemKind::Finding(Finding::Words { name: name_text, value: false }), name.part);
        }
        for recipient in value::recipients(value, is_own) {
            for (finding, part) in recipient.findings(value) {
                report(ProblemKind::Finding(finding), entry.value_start + part.start..entry.value_start + part.end);
            }
        }
        self.stored += 1;
        self.longest = self.longest.max(value.len());
        self.total += key.value.len() + value.len();
        let value = Spanned::new(value.to_vec(), line.span(entry.value_start..line.bytes.len()));
        self.entries.push(Alias { key, value, line: entry.line, value_start: entry.value_start });
    }
}

#[cfg(test)]
mod tests;
