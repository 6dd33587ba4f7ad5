//! Comments of a `.mc`, with the statements that they are about.

use std::collections::{BTreeMap, BTreeSet};

/// Lines that are not comments, counted from 0.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Lines on which a statement begins.
    pub first: BTreeSet<usize>,
    /// Continuation lines of statements and definitions, and raw lines.
    pub further: BTreeSet<usize>,
}

/// The comments of a file.
#[derive(Debug, Default)]
pub(super) struct Comments {
    /// Blocks of comment lines, by the line of the statement that follows.
    before: BTreeMap<usize, Vec<String>>,
    /// Trailing comments, by the line of their statement.
    behind: BTreeMap<usize, String>,
    /// Lines of statements that start a new paragraph.
    breaks: BTreeSet<usize>,
    /// The comment at the start, about the file as a whole.
    pub head: Vec<String>,
    /// The comment after the last statement.
    pub tail: Vec<String>,
}

impl Comments {
    /// Finds the comments of a text.
    pub fn find(text: &str, taken: &Taken) -> Self {
        let mut comments = Self::default();
        let mut blocks: Vec<Vec<String>> = Vec::new();
        let mut open = false;
        let mut discarding = false;
        let mut breath = false;
        for (number, line) in text.lines().enumerate() {
            if taken.first.contains(&number) {
                let at_start = comments.before.is_empty() && comments.behind.is_empty() && comments.head.is_empty();
                let mut waiting = std::mem::take(&mut blocks);
                if at_start && waiting.len() > 1 {
                    let last = waiting.split_off(waiting.len() - 1);
                    comments.head = joined(std::mem::replace(&mut waiting, last));
                }
                let about = comments.before.entry(number).or_default();
                *about = joined(waiting);
                if std::mem::take(&mut breath) {
                    comments.breaks.insert(number);
                }
                if let Some(remark) = behind(line) {
                    comments.behind.insert(number, remark);
                }
                open = false;
                continue;
            }
            let trimmed = line.trim();
            if let Some(rest) = trimmed.strip_prefix("divert") {
                discarding = rest.starts_with("(-");
                continue;
            }
            let remark = match trimmed {
                _ if taken.further.contains(&number) => None,
                _ if trimmed.starts_with("dnl") || trimmed.starts_with('#') => Some(cleaned(trimmed)),
                _ if discarding => Some(trimmed.to_owned()),
                _ => None,
            };
            match remark.filter(|remark| !remark.is_empty()) {
                Some(remark) => match blocks.last_mut() {
                    Some(block) if open => block.push(remark),
                    _ => blocks.push(vec![remark]),
                },
                None => {
                    open = false;
                    breath |= !taken.further.contains(&number);
                    continue;
                }
            }
            open = true;
        }
        comments.tail = joined(blocks);
        comments
    }

    /// Takes the comments before the statement on this line; each comment is returned once.
    pub fn take_before(&mut self, line: usize) -> Vec<String> {
        self.before.remove(&line).unwrap_or_default()
    }

    /// Whether the statement on this line starts a new paragraph.
    pub fn is_paragraph(&self, line: usize) -> bool {
        self.breaks.contains(&line)
    }

    /// The trailing comment on this line.
    pub fn take_behind(&mut self, line: usize) -> Option<String> {
        self.behind.remove(&line)
    }
}

/// Joins blocks, separated by empty lines.
fn joined(blocks: Vec<Vec<String>>) -> Vec<String> {
    blocks.join(&String::new())
}

/// A comment without its comment characters and decorations.
fn cleaned(line: &str) -> String {
    let mut text = line;
    while let Some(rest) = text.strip_prefix("dnl").filter(|rest| !rest.starts_with(|c: char| c.is_alphanumeric())) {
        text = rest.trim_start();
    }
    let text = text.trim_start_matches(['#', ' ', '\t']).trim_end();
    let text = text.strip_suffix("dnl").unwrap_or(text).trim_end_matches('#').trim_end();
    let decoration = |c: char| matches!(c, '#' | '*' | '-' | '=' | '_' | '~' | ' ' | '\t');
    if text.chars().all(decoration) { String::new() } else { text.to_owned() }
}

/// The comment after a statement's closing parenthesis.
fn behind(line: &str) -> Option<String> {
    let (_, rest) = line.rsplit_once(')')?;
    let remark = rest.trim_start().strip_prefix("dnl").or_else(|| rest.trim_start().strip_prefix('#'))?;
    let remark = cleaned(remark.trim());
    (!remark.is_empty()).then_some(remark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_go_with_the_statement_below_and_lose_their_marks() {
        let text = "divert(-1)\nAbout this file.\ndivert(0)dnl\ndnl\ndnl # ## Who we are.\nA(`x')dnl # the name\n\
                    dnl ------\ndnl FEATURE(`off')dnl\n# left over\nB(`y')\ndnl end\n";
        let taken = Taken { first: [5, 9].into(), further: BTreeSet::new() };
        let mut comments = Comments::find(text, &taken);
        assert_eq!(comments.head, ["About this file."]);
        assert_eq!(comments.take_before(5), ["Who we are."]);
        assert_eq!(comments.take_behind(5).as_deref(), Some("the name"));
        assert_eq!(comments.take_before(9), ["FEATURE(`off')", "left over"]);
        assert_eq!(comments.tail, ["end"]);
    }
}
