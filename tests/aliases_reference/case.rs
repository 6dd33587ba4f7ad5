//! Cases as they are kept: a text, and sendmail's answer.
//!
//! Each begins with a line `text`, then come lines `status`, `said` for each line that was printed, and `entry` with key and
//! value. Bytes are escaped as in C; `\{9 x}` is nine times `x`.

use std::{collections::BTreeMap, fmt};

/// What the text is called in what sendmail says.
pub const FILE: &str = "aliases";

/// What comes of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u8,
    pub said: Vec<u8>,
    pub entries: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "status {}", self.status)?;
        for line in self.said.split_inclusive(|byte| *byte == b'\n') {
            writeln!(f, "said {}", escaped(line))?;
        }
        for (key, value) in &self.entries {
            writeln!(f, "entry {}\t{}", escaped(key), escaped(value))?;
        }
        Ok(())
    }
}

/// A text, and what sendmail answered, if it was asked.
#[derive(Debug, Clone)]
pub struct Case {
    pub text: Vec<u8>,
    pub answer: Option<Answer>,
}

pub fn cases(file: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in file.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "text" {
            cases.push(Case { text: unescaped(rest), answer: None });
            continue;
        }
        let Some(case) = cases.last_mut() else { continue };
        let empty = Answer { status: 0, said: Vec::new(), entries: BTreeMap::new() };
        match word {
            "status" => case.answer = Some(Answer { status: rest.parse().unwrap(), ..empty }),
            "said" => case.answer.as_mut().unwrap().said.extend(unescaped(rest)),
            "entry" => {
                let (key, value) = rest.split_once('\t').unwrap();
                case.answer.as_mut().unwrap().entries.insert(unescaped(key), unescaped(value));
            }
            _ => assert!(line.is_empty() || line.starts_with('#'), "{line}"),
        }
    }
    cases
}

/// The file with other answers.
pub fn recorded(file: &str, answers: &[Answer]) -> String {
    let mut answers = answers.iter();
    let kept = file.lines().filter(|line| !["status ", "said ", "entry "].iter().any(|word| line.starts_with(word)));
    kept.map(|line| match line.starts_with("text ") || line == "text" {
        true => format!("{line}\n{}", answers.next().unwrap()),
        false => format!("{line}\n"),
    })
    .collect()
}

pub fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for run in bytes.chunk_by(|a, b| a == b) {
        let byte = match run[0] {
            b'\\' => "\\\\".to_owned(),
            b'\n' => "\\n".to_owned(),
            b'\t' => "\\t".to_owned(),
            b'\r' => "\\r".to_owned(),
            byte @ b' '..=b'~' => char::from(byte).to_string(),
            byte => format!("\\x{byte:02x}"),
        };
        if run.len() >= 20 {
            text += &format!("\\{{{} {byte}}}", run.len());
        } else {
            text += &byte.repeat(run.len());
        }
    }
    text
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        assert!(character.is_ascii(), "{text}");
        rest = &rest[1..];
        if character != '\\' {
            bytes.push(character as u8);
            continue;
        }
        let (kind, after) = rest.split_at(1);
        rest = after;
        match kind {
            "n" => bytes.push(b'\n'),
            "t" => bytes.push(b'\t'),
            "r" => bytes.push(b'\r'),
            "x" => {
                bytes.push(u8::from_str_radix(&rest[..2], 16).unwrap());
                rest = &rest[2..];
            }
            "{" => {
                let (run, after) = rest.split_once('}').unwrap();
                let (count, byte) = run.split_once(' ').unwrap();
                bytes.extend(unescaped(byte).repeat(count.parse().unwrap()));
                rest = after;
            }
            _ => bytes.extend(kind.bytes()),
        }
    }
    bytes
}

#[test]
fn what_is_escaped_comes_back() {
    let every = (0..=255).collect::<Vec<u8>>();
    for bytes in [every.as_slice(), &[b'x'; 30], &[0; 20], b"\\{3 x}", b" a \\n\n"] {
        assert_eq!(unescaped(&escaped(bytes)), bytes);
    }
}
