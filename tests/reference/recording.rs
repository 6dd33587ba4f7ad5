//! What the reference said, kept in `fixtures/reference/`, for machines where it is not installed and for reviewers.
//!
//! A recording holds the reference's verdict and diagnostics, all that its configuration declares, and its answers to the
//! questions of [`crate::probes::recorded`]. Declarations and answers are kept as the difference from those of the smallest
//! configuration (`plain`) where both are asked the same, so that a recording shows what a feature changes.

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::{
    directives::Directives,
    fixture,
    m4::{Compiled, Verdict},
};

/// The configuration that the others are compared with.
pub const BASE: &str = "features/plain";

/// What the reference said about one configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// How the compilation ended.
    pub verdict: Verdict,
    /// The diagnostics.
    pub stderr: String,
    /// All declarations, as [`crate::directives::Directives::lines`] gives them.
    pub directives: Vec<String>,
    /// The question's title and the answer.
    pub answers: BTreeMap<String, String>,
}

impl Recording {
    /// What can be said of a compiled configuration without asking it anything.
    pub fn declared(compiled: &Compiled) -> Recording {
        let accepted = compiled.verdict == Verdict::Accepted;
        Recording {
            verdict: compiled.verdict,
            stderr: compiled.stderr.clone(),
            directives: if accepted { Directives::of(&compiled.cf).lines() } else { Vec::new() },
            answers: BTreeMap::new(),
        }
    }

    /// Reads the recording of the fixture `name`.
    pub fn load(name: &str) -> io::Result<Recording> {
        let text = fs::read_to_string(path(name))?;
        let accepted = text.starts_with(&format!("verdict {:?}\n", Verdict::Accepted));
        let base = if accepted && relative(name) { Some(Recording::load(BASE)?) } else { None };
        parse(&text, base).ok_or_else(|| io::Error::other(format!("{name}: not a recording")))
    }

    /// Writes it as the recording of the fixture `name`.
    pub fn save(&self, name: &str, base: &Recording) -> io::Result<()> {
        let path = path(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        let relative = self.verdict == Verdict::Accepted && relative(name);
        fs::write(path, self.text(relative.then_some(base)))
    }

    /// The version of the macro tree, which each configuration carries in macro `Z`.
    pub fn version(&self) -> Option<&str> {
        self.directives.iter().find_map(|line| line.strip_prefix("DZ\t"))
    }

    fn text(&self, base: Option<&Recording>) -> String {
        let mut text = format!("verdict {:?}\n", self.verdict);
        for line in self.stderr.split_inclusive('\n') {
            text += &format!("stderr {}\n", line.replace('\n', "\\n"));
        }
        let none = Recording {
            verdict: self.verdict,
            stderr: String::new(),
            directives: Vec::new(),
            answers: BTreeMap::new(),
        };
        let base = base.unwrap_or(&none);
        for line in base.directives.iter().filter(|line| !self.directives.contains(line)) {
            text += &format!("- {line}\n");
        }
        for line in self.directives.iter().filter(|line| !base.directives.contains(line)) {
            text += &format!("+ {line}\n");
        }
        for (title, answer) in self.answers.iter().filter(|(title, answer)| base.answers.get(*title) != Some(answer)) {
            text += &format!("? {title}\n");
            for line in answer.lines() {
                text += &format!("  {line}\n");
            }
        }
        text
    }
}

/// Whether the recording `name` is kept as a difference: it is of a configuration for the same host as [`BASE`]'s.
fn relative(name: &str) -> bool {
    name != BASE && name.starts_with("features/")
}

/// Keeps `text` as the recording `name`, or compares it with the one that is kept.
pub fn text(name: &str, text: &str) -> io::Result<()> {
    let path = path(name);
    if env::var_os("RELAYCC_RECORD").is_some() {
        return fs::write(path, text);
    }
    if fs::read_to_string(&path)? == text {
        return Ok(());
    }
    let found = path.with_extension("found");
    fs::write(&found, text)?;
    Err(io::Error::other(format!(
        "{name}: the recording is out of date (RELAYCC_RECORD=1); compare {}",
        found.display()
    )))
}

fn path(name: &str) -> PathBuf {
    fixture::folder("reference").join("recorded").join(format!("{name}.txt"))
}

fn parse(text: &str, base: Option<Recording>) -> Option<Recording> {
    let mut lines = text.lines().peekable();
    let verdict = match lines.next()? {
        "verdict Accepted" => Verdict::Accepted,
        "verdict Refused" => Verdict::Refused,
        "verdict Broken" => Verdict::Broken,
        _ => return None,
    };
    let (mut directives, mut answers) = base.map_or_else(Default::default, |base| (base.directives, base.answers));
    let mut stderr = String::new();
    while let Some(line) = lines.next() {
        let (kind, rest) = line.split_once(' ')?;
        match kind {
            "stderr" => stderr += &rest.replace("\\n", "\n"),
            "-" => directives.retain(|line| line != rest),
            "+" => directives.push(rest.to_owned()),
            "?" => {
                let mut answer = Vec::new();
                while let Some(line) = lines.next_if(|line| line.starts_with("  ")) {
                    answer.push(&line[2..]);
                }
                answers.insert(rest.to_owned(), answer.join("\n"));
            }
            _ => return None,
        }
    }
    directives.sort();
    Some(Recording { verdict, stderr, directives, answers })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let recording = |directives: &[&str], answers: &[(&str, &str)]| Recording {
            verdict: Verdict::Refused,
            stderr: "*** ERROR: a\n\tb\nno end".to_owned(),
            directives: directives.iter().map(|&line| line.to_owned()).collect(),
            answers: answers.iter().map(|&(title, answer)| (title.to_owned(), answer.to_owned())).collect(),
        };
        let base = recording(&["Cw\ta", "O X\t1"], &[("3,0 a", "$# local"), ("3,0 b", "two\nlines")]);
        let other = recording(&["Cw\ta", "Cw\tb", "O X\t"], &[("3,0 a", ""), ("3,0 b", "two\nlines")]);
        assert_eq!(parse(&base.text(None), None), Some(base.clone()));
        assert_eq!(parse(&other.text(Some(&base)), Some(base.clone())), Some(other.clone()));
        assert!(!other.text(Some(&base)).contains("lines"));
    }
}
