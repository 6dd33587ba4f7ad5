//! A `sendmail.cf` as the set of what it declares: everything but rulesets, comments and order.
//!
//! Two configurations that declare the same are equal here even if they were written in another order. Where order means
//! something (the same option twice: the last one wins, or both are added), the values of one name keep theirs.

use std::collections::{BTreeMap, BTreeSet};

/// What a configuration declares: under each name (`O MaxMessageSize`, `D{x}`, `Kaccess`, `Cw`, …) its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directives {
    /// Values of one name, in the order in which they stand.
    pub listed: BTreeMap<String, Vec<String>>,
    /// Members of each class that `C` lines give.
    pub members: BTreeSet<(String, String)>,
}

impl Directives {
    /// Reads a `sendmail.cf`.
    pub fn of(cf: &str) -> Directives {
        let mut directives = Directives::default();
        for line in logical_lines(cf) {
            let Some(letter) = line.chars().next() else { continue };
            if matches!(letter, 'R' | 'S') {
                continue;
            }
            let rest = &line[letter.len_utf8()..];
            match letter {
                'C' | 'T' => {
                    let (class, words) = if letter == 'T' { ("t", rest) } else { split_name(rest) };
                    for word in words.split_ascii_whitespace() {
                        directives.members.insert((class.to_owned(), word.to_owned()));
                    }
                }
                _ => {
                    let (name, value) = match letter {
                        'O' => option(rest),
                        'K' | 'P' | 'X' | 'Q' => word(letter, rest),
                        'M' => mailer(rest),
                        'H' => header(rest),
                        'D' | 'F' | 'E' => {
                            let (name, value) = split_name(rest);
                            (format!("{letter}{name}"), value.to_owned())
                        }
                        _ => (letter.to_string(), rest.to_owned()),
                    };
                    let values = directives.listed.entry(name).or_default();
                    // A truth or a macro set again is the last, and so is a pattern; another map keeps options that are not
                    // set again, and is declared once if that is in the same words.
                    let is_pattern = letter == 'K' && value.starts_with("regex ");
                    if letter == 'D' || is_pattern || letter == 'O' && matches!(value.as_str(), "true" | "false") {
                        values.clear();
                    }
                    if letter != 'K' || values.last() != Some(&value) {
                        values.push(value);
                    }
                }
            }
        }
        directives
    }

    /// All of it as lines, one declaration each, sorted by name. Values that one name has several of stay in order.
    pub fn lines(&self) -> Vec<String> {
        let members = self.members.iter().map(|(class, member)| format!("C{class}\t{member}"));
        let listed = self.listed.iter().map(|(name, values)| {
            let values: Vec<String> =
                values.iter().map(|value| value.replace('\\', "\\\\").replace('\n', "\\n")).collect();
            format!("{name}\t{}", values.join("\t|\t"))
        });
        members.chain(listed).collect()
    }

    /// The names of the maps that are declared, with their class and arguments.
    pub fn maps(&self) -> impl Iterator<Item = (&str, &str)> {
        self.listed.iter().filter_map(|(name, values)| Some((name.strip_prefix('K')?, values.last()?.as_str())))
    }
}

/// What one side declares and the other does not, from the [`Directives::lines`] of both; empty when they declare the same.
pub fn difference(reference: &[String], ours: &[String]) -> Vec<String> {
    let (theirs, ours): (BTreeSet<&String>, BTreeSet<&String>) = (reference.iter().collect(), ours.iter().collect());
    let missing = theirs.difference(&ours).map(|line| format!("only the reference: {line}"));
    let surplus = ours.difference(&theirs).map(|line| format!("only ours:          {line}"));
    missing.chain(surplus).collect()
}

/// Lines as sendmail reads them: continuations joined, comments and empty lines dropped.
fn logical_lines(cf: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in cf.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some(last) = lines.last_mut() {
                last.push('\n');
                last.push_str(line);
            }
        } else {
            lines.push(line.to_owned());
        }
    }
    lines
        .into_iter()
        .filter(|line| !line.starts_with('#'))
        .map(|line| strip_comment(&line))
        .filter(|line| !line.is_empty())
        .collect()
}

/// Drops what follows a `#` to the end of its physical line, unless `$` or `\` stands before it.
fn strip_comment(line: &str) -> String {
    line.split('\n')
        .map(|part| {
            let mut before = '\0';
            for (at, c) in part.char_indices() {
                if c == '#' && at > 0 && before != '$' && before != '\\' {
                    return part[..at].trim_end();
                }
                before = c;
            }
            part.trim_end()
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// `{name}rest` or `nrest`. `{n}` and `n` are one name.
fn split_name(text: &str) -> (&str, &str) {
    if let Some((name, rest)) = text.strip_prefix('{').and_then(|text| text.split_once('}')) {
        return (name, rest);
    }
    let end = text.chars().next().map_or(0, char::len_utf8);
    text.split_at(end)
}

/// `O Name=value`; blanks around the name mean nothing. The old one-letter form keeps its letter as name.
fn option(rest: &str) -> (String, String) {
    match rest.strip_prefix(' ') {
        Some(long) => match long.split_once('=') {
            Some((name, value)) => (format!("O {}", name.trim()), value.trim_start().to_owned()),
            None => (format!("O {}", long.trim()), String::new()),
        },
        None => {
            let (letter, value) = split_name(rest);
            (format!("O{letter}"), value.to_owned())
        }
    }
}

/// A name up to a blank, `,` or `=`, then fields; runs of blanks between fields mean nothing.
fn word(letter: char, rest: &str) -> (String, String) {
    let rest = rest.trim_start();
    let end = rest.find([' ', '\t', ',', '=', '\n']).unwrap_or(rest.len());
    let (name, value) = rest.split_at(end);
    (format!("{letter}{name}"), value.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
}

/// A mailer's name, then its equates in any order; `A=` is the last and runs to the end.
fn mailer(rest: &str) -> (String, String) {
    let (name, value) = word('M', rest);
    let (equates, arguments) = value.split_once(", A=").unwrap_or((&value, ""));
    let mut equates: Vec<&str> = equates.split(',').map(str::trim).filter(|equate| !equate.is_empty()).collect();
    equates.sort_unstable();
    (name, format!("{}, A={arguments}", equates.join(", ")))
}

/// `H?flags?Name: value` or `HName: value`.
fn header(rest: &str) -> (String, String) {
    let (flags, field) = match rest.strip_prefix('?').and_then(|rest| rest.split_once('?')) {
        Some((flags, field)) => (flags, field),
        None => ("", rest),
    };
    let (name, value) = field.split_once(':').unwrap_or((field, ""));
    (format!("H{}", name.trim()), format!("?{flags}?{}", value.trim_start_matches([' ', '\t'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differ(a: &str, b: &str) -> usize {
        difference(&Directives::of(a).lines(), &Directives::of(b).lines()).len()
    }

    #[test]
    fn order_comments_and_spacing_mean_nothing() {
        let a = "# one\nC{w}a b\nD{S}x\nO A=1\nMesmtp,\tP=[IPC], C=x, m=1,\n\t\tA=TCP $h\nKm hash  /x # map\n";
        let b = "Km hash /x\nMesmtp, P=[IPC], m=1, C=x, A=TCP $h\nO A=1\nDSx\nCwb\nCwa\nSfoo\nR$*\t$1\n";
        assert_eq!(differ(a, b), 0);
    }

    #[test]
    fn every_kind_of_change_is_seen() {
        let cf = "V10\nCwa b\nDSx\nFR-o /r\nO A=1\nO A=2\nKm hash /x\nMq, P=/q\nH?D?Date: $a\nTroot\nPx=1\nEX=1\n";
        for (from, to) in [
            ("V10", "V9"),
            ("Cwa b", "Cwa"),
            ("DSx", "DSy"),
            ("FR-o /r", "FR/r"),
            ("O A=1\nO A=2", "O A=2\nO A=1"),
            ("O A=1\n", ""),
            ("hash /x", "hash /y"),
            ("P=/q", "P=/r"),
            ("?D?", "?P?"),
            ("Troot", "Tmail"),
            ("Px=1", "Px=2"),
            ("EX=1", "EX=2"),
        ] {
            assert!(cf.contains(from));
            assert_ne!(differ(cf, &cf.replace(from, to)), 0, "{from} -> {to}");
        }
    }

    #[test]
    fn what_looks_like_a_comment_and_is_none_stays() {
        assert_ne!(differ("Fw/x %[^\\#]\n", "Fw/x %[^\n"), 0);
        assert_ne!(differ("Da$#error\n", "Da\n"), 0);
    }
}
