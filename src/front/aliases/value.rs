//! The value of an alias: its recipients. sendmail looks at them when mail arrives, not when it builds the database.

use std::ops::Range;

use super::{
    finding::{Finding, Path},
    message::shown,
    target::{IsOwn, Target, target},
};
use crate::syntax::address::{Slip, is_blank, scan, trimmed};

/// One of the recipients of an alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recipient {
    /// Where it is in the value, without blanks around it.
    pub(super) part: Range<usize>,
    /// What it means; `None` if there is nothing but comments.
    pub(super) target: Option<Target>,
    /// What has no counterpart in it; places are those of the value.
    slips: Vec<Slip>,
}

/// The recipients of a value: addresses between commas. Those after one that is too long for sendmail are not read.
pub(super) fn recipients(value: &[u8], is_own: IsOwn<'_>) -> Vec<Recipient> {
    let mut recipients = Vec::new();
    let mut start = 0;
    loop {
        let rest = value.get(start..).unwrap_or_default();
        start += rest.iter().take_while(|byte| is_blank(**byte) || **byte == b',').count();
        let rest = value.get(start..).unwrap_or_default();
        let Some(scanned) = scan(rest, Some(b',')).ok().filter(|_| !rest.is_empty()) else { return recipients };
        let end = start + scanned.end;
        let slips = scanned.slips.into_iter().map(|slip| Slip { at: start + slip.at, ..slip }).collect();
        let target = (!scanned.tokens.is_empty()).then(|| target(&scanned.tokens, is_own));
        recipients.push(Recipient { part: trimmed(value, start..end), target, slips });
        start = end;
    }
}

impl Recipient {
    /// What is to be said about it, with places in the value.
    pub(super) fn findings(&self, value: &[u8]) -> Vec<(Finding, Range<usize>)> {
        let written = value.get(self.part.clone()).unwrap_or_default();
        let mut found = Vec::new();
        for slip in &self.slips {
            let finding = (Finding::Unbalanced { character: char::from(slip.character) }, slip.at..slip.at + 1);
            if !found.contains(&finding) {
                found.push(finding);
            }
        }
        let bare = written.strip_prefix(b"\"").unwrap_or(written);
        let begins = |start: &[u8]| bare.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
        let path = |kind, path: &[u8]| Finding::RelativePath { kind, path: shown(path) };
        let absolute = |path: &[u8]| path.iter().find(|byte| !is_blank(**byte)) == Some(&b'/');
        let Some(target) = &self.target else { return found };
        match target {
            _ if begins(b"error:") => found.push((Finding::Error, self.part.clone())),
            Target::Special(b':', list) => {
                if !absolute(list) {
                    found.push((path(Path::List, list), self.part.clone()));
                }
            }
            Target::Special(b'|', _) => {
                let command = bare.strip_prefix(b"|").unwrap_or(bare);
                let command = command.get(trimmed(command, 0..command.len())).unwrap_or_default();
                if !absolute(command) {
                    let program = command.split(|byte| is_blank(*byte) || *byte == b'"').next().unwrap_or(command);
                    found.push((path(Path::Program, program), self.part.clone()));
                }
            }
            Target::User { .. } if [b"./".as_slice(), b"../", b"~/"].iter().any(|start| bare.starts_with(start)) => {
                found.push((path(Path::File, bare), self.part.clone()));
            }
            Target::User { name, joined: true } => {
                found.push((Finding::Words { name: shown(name), value: true }, self.part.clone()));
            }
            Target::Elsewhere(_) => {
                let open = written.iter().rposition(|byte| *byte == b'@').map(|at| at + 1);
                if let Some(at) = open
                    && written.get(at) == Some(&b'[')
                    && written.get(at..).is_some_and(|host| !host.contains(&b']'))
                {
                    found
                        .push((Finding::Unbalanced { character: '[' }, self.part.start + at..self.part.start + at + 1));
                }
            }
            Target::User { .. } | Target::Special(..) | Target::Refused(_) | Target::Endless => {}
        }
        found
    }
}
