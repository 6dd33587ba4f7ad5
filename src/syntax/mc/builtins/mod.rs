//! m4's builtin macros: a table of names, and one module per subject for what they do.
//!
//! Names, the need for parentheses, numbers of arguments and messages are those of GNU m4 1.4.19.

mod defining;
mod files;
mod format;
mod numbers;
mod output;
mod reading;
mod strings;

use super::{Dialect, Machine, Text, diagnostics, run::Invocation};

/// A builtin macro of m4.
#[derive(Clone, Copy)]
pub struct Builtin(&'static Entry);

/// A row of the table.
struct Entry {
    name: &'static str,
    /// Whether the name is plain text without a parenthesis after it.
    needs_parentheses: bool,
    /// Minimum number of arguments; with fewer, m4 prints a warning.
    least: usize,
    /// Maximum number of arguments; with more, m4 prints a warning.
    most: usize,
    action: Action,
}

/// The action of a macro.
enum Action {
    /// Runs it. With too few arguments it does nothing, except for a few that have a value even then.
    Run(fn(&mut Machine<'_>, &mut dyn Dialect, &Invocation) -> Text),
    /// Refuses it, for this reason.
    Refuse(&'static str),
}

use Action::{Refuse, Run};

/// No upper bound.
const ANY: usize = usize::MAX;

const fn entry(name: &'static str, needs_parentheses: bool, least: usize, most: usize, action: Action) -> Entry {
    Entry { name, needs_parentheses, least, most, action }
}

const SHELL: &str = "the result of a shell command is not part of the configuration: the same file would mean different things on \
                     different machines";
const TRACING: &str = "it only traces m4 itself";
const REGULAR: &str = "it uses an old syntax of regular expressions that relaycc does not support";

/// All builtins, sorted by name.
static TABLE: &[Entry] = &[
    entry("__file__", false, 0, 0, Run(reading::file)),
    entry("__gnu__", false, 0, ANY, Run(reading::nothing)),
    entry("__line__", false, 0, 0, Run(reading::line)),
    entry("__program__", false, 0, 0, Run(reading::program)),
    entry("__unix__", false, 0, ANY, Run(reading::nothing)),
    entry("builtin", true, 1, ANY, Run(defining::builtin)),
    entry("changecom", false, 0, 2, Run(reading::changecom)),
    entry("changequote", false, 0, 2, Run(reading::changequote)),
    entry("debugfile", false, 0, ANY, Refuse(TRACING)),
    entry("debugmode", false, 0, ANY, Refuse(TRACING)),
    entry("decr", true, 1, 1, Run(numbers::decr)),
    entry("define", true, 1, 2, Run(defining::define)),
    entry("defn", true, 1, ANY, Run(defining::defn)),
    entry("divert", false, 0, 1, Run(output::divert)),
    entry("divnum", false, 0, 0, Run(output::divnum)),
    entry("dnl", false, 0, 0, Run(reading::dnl)),
    entry("dumpdef", false, 0, ANY, Refuse(TRACING)),
    entry("errprint", true, 1, ANY, Run(output::errprint)),
    entry("esyscmd", true, 0, ANY, Refuse(SHELL)),
    entry("eval", true, 1, 3, Run(numbers::eval)),
    entry("format", true, 1, ANY, Run(format::format)),
    entry("ifdef", true, 2, 3, Run(defining::ifdef)),
    entry("ifelse", true, 0, ANY, Run(strings::ifelse)),
    entry("include", true, 1, 1, Run(files::include)),
    entry("incr", true, 1, 1, Run(numbers::incr)),
    entry("index", true, 2, 2, Run(strings::index)),
    entry("indir", true, 1, ANY, Run(defining::indir)),
    entry("len", true, 1, 1, Run(strings::len)),
    entry("m4exit", false, 0, ANY, Refuse("it would silently end the file here, and drop the rest")),
    entry(
        "m4wrap",
        true,
        0,
        ANY,
        Refuse("its text would be read after the end of the file, among sendmail's own rules"),
    ),
    entry("maketemp", true, 0, ANY, Refuse("a compiler must not leave temporary files behind")),
    entry("mkstemp", true, 0, ANY, Refuse("a compiler must not leave temporary files behind")),
    entry("patsubst", true, 0, ANY, Refuse(REGULAR)),
    entry("popdef", true, 1, ANY, Run(defining::popdef)),
    entry("pushdef", true, 1, 2, Run(defining::pushdef)),
    entry("regexp", true, 0, ANY, Refuse(REGULAR)),
    entry("shift", true, 1, ANY, Run(strings::shift)),
    entry("sinclude", true, 1, 1, Run(files::sinclude)),
    entry("substr", true, 2, 3, Run(strings::substr)),
    entry("syscmd", true, 0, ANY, Refuse(SHELL)),
    entry("sysval", false, 0, ANY, Refuse(SHELL)),
    entry("traceoff", false, 0, ANY, Refuse(TRACING)),
    entry("traceon", false, 0, ANY, Refuse(TRACING)),
    entry("translit", true, 2, 3, Run(strings::translit)),
    entry("undefine", true, 1, ANY, Run(defining::undefine)),
    entry("undivert", false, 0, ANY, Run(output::undivert)),
];

impl Builtin {
    /// The builtin with this name when m4 starts.
    pub fn by_name(name: &str) -> Option<Builtin> {
        // No name starts with a capital, but most names that are looked up do.
        if name.as_bytes().first().is_some_and(u8::is_ascii_uppercase) {
            return None;
        }
        TABLE.binary_search_by(|entry| entry.name.cmp(name)).ok().and_then(|n| TABLE.get(n)).map(Builtin)
    }

    /// All builtins, sorted by name.
    pub fn all() -> impl Iterator<Item = Builtin> {
        TABLE.iter().map(Builtin)
    }

    /// Its name when m4 starts.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Whether the name is plain text without a parenthesis directly after it.
    pub fn needs_parentheses(self) -> bool {
        self.0.needs_parentheses
    }

    /// Whether it has any effect with arguments.
    pub(super) fn takes_arguments(self) -> bool {
        self.0.most > 0
    }

    /// Executes a call.
    pub(super) fn execute(self, m4: &mut Machine<'_>, dialect: &mut dyn Dialect, call: Invocation) -> Text {
        let Entry { least, most, action, .. } = self.0;
        match action {
            Refuse(why) => {
                let diagnostic = diagnostics::refused(&call, self.name(), why);
                m4.report(diagnostic);
                Text::empty(call.span)
            }
            Run(run) => {
                let few = call.args.len() < *least;
                let excess = call.args.len() > *most;
                if few || excess {
                    let reference = m4.reference(&format!(
                        "Warning: {} arguments to builtin `{}'{}",
                        if few { "too few" } else { "excess" },
                        call.name,
                        if few { "" } else { " ignored" }
                    ));
                    let diagnostic = diagnostics::argument_count(&call, few, *least, *most);
                    m4.report(diagnostic.reference(reference));
                }
                if few && !matches!(self.name(), "index" | "substr" | "translit") {
                    return Text::empty(call.span);
                }
                run(m4, dialect, &call)
            }
        }
    }
}

impl std::fmt::Debug for Builtin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Builtin({})", self.0.name)
    }
}

impl PartialEq for Builtin {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Builtin {}
