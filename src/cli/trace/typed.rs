//! Interactive input of commands, with line editing, history and completion.

use std::{
    env, fs,
    io::{self, IsTerminal},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use rustyline::{
    Config, Context, Editor, Helper, completion::Completer, config::CompletionType, error::ReadlineError,
    highlight::Highlighter, hint::Hinter, history::FileHistory, validate::Validator,
};

use super::Commands;
use crate::{
    cli::{Exit, print},
    diagnostic::Diagnostic,
    rewrite::{
        Program,
        bt::{COMMANDS, GREETING, PROMPT},
    },
};

/// Maximum number of remembered commands.
const MAX_HISTORY: usize = 1000;

/// Whether standard input and output are terminals.
pub(super) fn is_typed() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Reads commands until the input ends. Reports if the history cannot be saved.
///
/// # Errors
/// The terminal cannot be read.
pub(super) fn dialogue(commands: &mut Commands<'_>, program: &Program) -> io::Result<(Exit, Option<Diagnostic>)> {
    let config = Config::builder().auto_add_history(true).completion_type(CompletionType::List);
    let config = config.max_history_size(MAX_HISTORY).and_then(|config| config.history_ignore_dups(true));
    let config = config.map_err(to_io_error)?.build();
    let mut editor = Editor::<Words, FileHistory>::with_history(config, FileHistory::new()).map_err(to_io_error)?;
    editor.set_helper(Some(Words::of(program)));
    let history = history(|name| env::var_os(name).map(PathBuf::from));
    if let Some(path) = &history {
        // A missing or unreadable history is empty; whether it can be written is reported at the end.
        let _ = editor.load_history(path);
    }
    let mut exit = print(GREETING);
    let prompt = String::from_utf8_lossy(PROMPT).into_owned();
    while exit == Exit::Done {
        let line = match editor.readline(&prompt) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(to_io_error(error)),
        };
        let mut out = Vec::new();
        let goes_on = commands.line(line.as_bytes(), &mut out);
        exit = print(&out);
        if !goes_on {
            break;
        }
    }
    let lost = history.and_then(|path| Some(not_kept(&path, &keep(&path, &mut editor).err()?)));
    Ok((exit, lost))
}

fn to_io_error(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(cause) => cause,
        other => io::Error::other(other),
    }
}

fn not_kept(path: &Path, cause: &io::Error) -> Diagnostic {
    Diagnostic::advice("history_not_kept", format!("cannot write `{}`: {cause}", path.display()))
        .why("the commands of this session will not be in the history")
        .help("set XDG_STATE_HOME to a writable directory")
}

/// Appends the new commands. Nobody else may read the file, as it shows who writes to whom.
fn keep(path: &Path, editor: &mut Editor<Words, FileHistory>) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    editor.append_history(path).map_err(to_io_error)
}

/// The history file, as in the XDG base directory specification; `None` without a home directory.
fn history(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name| variable(name).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    Some(state.join("relaycc/history"))
}

/// Words for completion.
#[derive(Debug, Default)]
struct Words {
    rulesets: Vec<String>,
    maps: Vec<String>,
    mailers: Vec<String>,
}

impl Words {
    fn of(program: &Program) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let sorted = |mut words: Vec<String>| {
            words.sort();
            words
        };
        Self {
            rulesets: sorted(program.rulesets().map(|(_, ruleset)| text(ruleset.title())).collect()),
            maps: sorted(program.map_declarations().iter().map(|map| text(&map.name)).collect()),
            mailers: sorted(program.mailers.iter().map(|mailer| text(&mailer.name)).collect()),
        }
    }

    /// The start of the word that ends `line`, and its possible completions.
    fn complete(&self, line: &str) -> (usize, Vec<String>) {
        let among = |start: usize, words: &[String]| {
            let begun = line.get(start..).unwrap_or_default();
            (start, words.iter().filter(|word| word.starts_with(begun)).cloned().collect())
        };
        let (command, argument) = match line.rsplit_once(char::is_whitespace) {
            Some((command, argument)) => (command.trim(), line.len() - argument.len()),
            None => ("", 0),
        };
        match (command, line.chars().next()) {
            ("/map", _) => among(argument, &self.maps),
            ("/try", _) => among(argument, &self.mailers),
            ("", Some('/')) => among(argument, &COMMANDS.map(str::to_owned)),
            ("", Some('=')) if line.starts_with("=S") => among("=S".len(), &self.rulesets),
            ("", Some('.' | '=' | '-' | '$' | '#' | '?')) => (line.len(), Vec::new()),
            // Several rulesets can be run one after the other.
            ("", _) => among(line.rfind([',', ';']).map_or(0, |comma| comma + 1), &self.rulesets),
            _ => (line.len(), Vec::new()),
        }
    }
}

impl Completer for Words {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.complete(line.get(..at).unwrap_or_default()))
    }
}

impl Hinter for Words {
    type Hint = String;
}

impl Highlighter for Words {}
impl Validator for Words {}
impl Helper for Words {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_completed_where_they_belong() {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let words = Words {
            rulesets: list(&["canonify", "check_mail", "check_rcpt"]),
            maps: list(&["access"]),
            mailers: list(&["esmtp", "local"]),
        };
        for (line, start, expected) in [
            ("", 0, &["canonify", "check_mail", "check_rcpt"][..]),
            ("check_", 0, &["check_mail", "check_rcpt"]),
            ("canonify,ca", 9, &["canonify"]),
            ("=Scheck_m", 2, &["check_mail"]),
            ("/tr", 0, &["/try", "/tryflags"]),
            ("/map a", 5, &["access"]),
            ("/try ", 5, &["esmtp", "local"]),
            ("/try local c", 12, &[]),
            ("3 c", 3, &[]),
            ("$=c", 3, &[]),
            (".Dc", 3, &[]),
        ] {
            assert_eq!(words.complete(line), (start, list(expected)), "{line}");
        }
    }

    #[test]
    fn history_is_where_the_specification_says() {
        let with = |state: Option<&str>, home: Option<&str>| {
            history(|name| match name {
                "XDG_STATE_HOME" => state.map(PathBuf::from),
                "HOME" => home.map(PathBuf::from),
                _ => None,
            })
        };
        assert_eq!(with(Some("/s"), Some("/h")), Some("/s/relaycc/history".into()));
        assert_eq!(with(Some("relative"), Some("/h")), Some("/h/.local/state/relaycc/history".into()));
        assert_eq!(with(None, None), None);
    }
}
