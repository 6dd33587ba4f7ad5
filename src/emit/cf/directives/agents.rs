//! Milters and delivery agents: `X` and `M` lines.

use super::Document;
use crate::site::{Mailer, Site};

/// `X` lines.
pub fn milters(cf: &mut Document, site: &Site) {
    for milter in &site.milters {
        cf.line_from(format!("X{}", milter.value), milter.span);
    }
}

/// `M` lines.
pub fn mailers(cf: &mut Document, site: &Site) {
    for mailer in &site.mailers {
        cf.line_from(line(mailer), mailer.span);
    }
}

/// One delivery agent. `A=` comes last, since it runs to the end of the line.
fn line(mailer: &Mailer) -> String {
    let mut line = format!("M{}", mailer.name);
    let mut equate = |letter: char, value: &str| {
        line.push_str(", ");
        line.push(letter);
        line.push('=');
        line.push_str(value);
    };
    equate('P', &mailer.path);
    equate('F', &mailer.flags);
    for (letter, rewriting) in [('S', &mailer.sender), ('R', &mailer.recipient)] {
        if !rewriting.is_empty() {
            equate(letter, rewriting);
        }
    }
    let optional = [
        ('E', &mailer.eol),
        ('L', &mailer.line_limit),
        ('D', &mailer.directory),
        ('M', &mailer.max_size),
        ('m', &mailer.max_messages),
        ('r', &mailer.max_recipients),
        ('C', &mailer.charset),
        ('U', &mailer.user),
    ];
    for (letter, value) in optional {
        if let Some(value) = value {
            equate(letter, value);
        }
    }
    equate('T', &mailer.dsn);
    if let Some(group) = &mailer.queue_group {
        equate('Q', group);
    }
    equate('A', &mailer.argv);
    line
}
