//! The `conf…` options and the settings beside them: one entry each.

/// What a value of an option looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// `True` or `False`.
    Boolean,
    /// A whole number.
    Integer,
    /// A duration as sendmail writes them: `5m`, `1h`, `2d` (op guide section 5.6, "Timeouts").
    Duration,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Words of this list, separated by commas or blanks.
    Flags(&'static [&'static str]),
    /// An octal file mode.
    Mode,
    /// A path.
    Path,
    /// Any text.
    Text,
}

/// What an option becomes in sendmail.cf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emits {
    /// `O Name=value`.
    Option(&'static str),
    /// Something else: a macro, a header, words in a rule. The front end places it.
    Elsewhere,
}

/// One option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionSpec {
    /// Its name in `.mc`: `confMAX_MESSAGE_SIZE`.
    pub name: &'static str,
    /// Its key under `[conf]` in site.toml: `max_message_size`.
    pub key: &'static str,
    /// What it becomes.
    pub emits: Emits,
    /// What its value looks like.
    pub kind: OptionKind,
    /// The value that the reference writes when the site says nothing; `None` when it then writes no line.
    pub default: Option<&'static str>,
    /// One line for people.
    pub help: &'static str,
}
