//! Reuses trace output for lines that differ only in words that the configuration does not contain.
//!
//! Scripts test thousands of users in a few domains. A user that occurs in no rule and no class affects the result only through
//! lookups in maps. So the second line of a shape is run with a mark, a unique word, in place of the user; for further lines only
//! the lookups are repeated, and the output is printed again with the user in place of the mark.

use std::{
    hash::{BuildHasher, RandomState},
    ops::Range,
};

use crate::rewrite::{
    HashMap,
    recorder::{MAX_WORD_LENGTH, RecordedLookup},
    scan::{MAX_TOKEN_LENGTH, Operators},
    session::Session,
    token::Words,
};

/// Placeholder for a word in a shape.
const GAP: u8 = 0;
/// Maximum number of replaceable words of a line.
const MAX_OWN_WORDS: u8 = 26;
/// Maximum number of cached shapes.
const MAX_SHAPES: usize = 4096;
/// Maximum number of cached characters of output.
const MAX_CHARACTERS: usize = 1 << 24;

/// Text with gaps.
#[derive(Debug)]
struct Template {
    text: Vec<u8>,
    /// Position of a gap, and the index of its word.
    gaps: Vec<(usize, u8)>,
}

impl Template {
    /// Splits a text at the words that start with `mark`.
    fn of(text: &[u8], mark: &[u8]) -> Self {
        let mut template = Self { text: Vec::with_capacity(text.len()), gaps: Vec::new() };
        let mut rest = text;
        while let Some(at) = rest.windows(mark.len()).position(|window| window == mark) {
            template.text.extend_from_slice(rest.get(..at).unwrap_or_default());
            let letter = rest.get(at + mark.len()).copied().unwrap_or(b'a');
            template.gaps.push((template.text.len(), letter.saturating_sub(b'a')));
            rest = rest.get(at + mark.len() + 1..).unwrap_or_default();
        }
        template.text.extend_from_slice(rest);
        template
    }

    /// Appends the text with these words to `out`.
    fn fill(&self, line: &[u8], words: &[Range<usize>], out: &mut Vec<u8>) {
        let mut from = 0;
        for (at, word) in &self.gaps {
            out.extend_from_slice(self.text.get(from..*at).unwrap_or_default());
            let word = words.get(usize::from(*word)).and_then(|word| line.get(word.clone()));
            out.extend_from_slice(word.unwrap_or_default());
            from = *at;
        }
        out.extend_from_slice(self.text.get(from..).unwrap_or_default());
    }
}

/// A lookup that must have the same result.
#[derive(Debug)]
struct Guard {
    asked: RecordedLookup,
    key: Template,
    arguments: Vec<Template>,
}

/// The output for a shape.
#[derive(Debug)]
pub(super) struct Shape {
    guards: Vec<Guard>,
    printed: Template,
}

impl Shape {
    /// The output and lookups for a line with words that start with `mark`.
    pub(super) fn new(printed: &[u8], asked: Vec<RecordedLookup>, mark: &[u8]) -> Self {
        let guard = |asked: RecordedLookup| {
            let key = Template::of(&asked.key, mark);
            let arguments = asked.arguments.iter().map(|argument| Template::of(argument, mark)).collect();
            Guard { asked, key, arguments }
        };
        Self { guards: asked.into_iter().map(guard).collect(), printed: Template::of(printed, mark) }
    }
}

/// State of a shape.
#[derive(Debug)]
pub(super) enum Seen {
    /// Seen once.
    Once,
    /// Its lines differ in more than their words.
    Unlike,
    /// Its lines have the same output except for their words.
    Alike(Shape),
}

/// A line, split into its shape and its own words.
#[derive(Debug, Default)]
pub(super) struct Parted {
    pub(super) shape: Vec<u8>,
    words: Vec<Range<usize>>,
}

impl Parted {
    /// Splits a line; `false` if it has no replaceable words, or if they cannot be determined reliably.
    fn part(&mut self, line: &[u8], operators: &Operators, words: &Words) -> bool {
        self.shape.clear();
        self.words.clear();
        // After the list of rulesets.
        let mut start = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
        if line.get(..start).is_some_and(|list| list.contains(&GAP)) {
            return false;
        }
        let mut kept = 0;
        let mut before = b' ';
        for (at, byte) in line.iter().copied().enumerate().skip(start) {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' if !operators.has(byte) => continue,
                b'.' | b'+' if operators.has(byte) => continue,
                b' ' | b'\t' => {}
                b'@' | b'%' | b'<' | b'>' | b':' | b'!' | b'/' | b'[' | b']' | b'^' if operators.has(byte) => {}
                _ => return false,
            }
            if matches!(byte, b'@' | b'%') && matches!(before, b' ' | b'<' | b':') {
                let mut from = start;
                for end in (start..=at).filter(|end| matches!(line.get(*end), Some(b'.' | b'+')) || *end == at) {
                    let word = from..end;
                    from = end + 1;
                    let text = line.get(word.clone()).unwrap_or_default();
                    let is_own = (1..=MAX_WORD_LENGTH).contains(&text.len()) && words.get(text) == 0;
                    if is_own && self.words.len() < usize::from(MAX_OWN_WORDS) {
                        self.shape.extend_from_slice(line.get(kept..word.start).unwrap_or_default());
                        self.shape.push(GAP);
                        kept = word.end;
                        self.words.push(word);
                    }
                }
            }
            before = if byte == b'\t' { b' ' } else { byte };
            start = at + 1;
        }
        self.shape.extend_from_slice(line.get(kept..).unwrap_or_default());
        !self.words.is_empty()
    }

    /// The line with words that start with `mark` instead of its own.
    fn marked(&self, mark: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut letters = b'a'..;
        for part in self.shape.split_inclusive(|byte| *byte == GAP) {
            match part.split_last() {
                Some((&GAP, text)) => {
                    out.extend_from_slice(text);
                    out.extend_from_slice(mark);
                    out.extend(letters.next());
                }
                _ => out.extend_from_slice(part),
            }
        }
        out
    }
}

/// How to proceed with a line.
pub(super) enum Next {
    /// The output is complete.
    Printed,
    /// Run the line normally.
    Evaluate,
    /// Run the line normally and record it, as it is the second of its shape.
    Note,
}

/// Output of earlier lines.
#[derive(Debug, Default)]
pub(super) struct TraceCache {
    seen: HashMap<Box<[u8]>, Seen>,
    /// Number of cached characters.
    characters: usize,
    /// The [`Session::state`] that the cache belongs to.
    state: (u64, u64),
    parted: Parted,
    text: Vec<u8>,
    /// Source of marks.
    random: RandomState,
}

impl TraceCache {
    /// Prints the output of a line if it is known.
    pub(super) fn print(&mut self, line: &[u8], session: &mut Session<'_>, out: &mut Vec<u8>) -> Next {
        let program = session.program();
        if !self.parted.part(line, &program.operators, &program.words) {
            return Next::Evaluate;
        }
        if self.state != session.state() {
            self.forget();
            self.state = session.state();
        }
        let Parted { shape, words } = &self.parted;
        match self.seen.get_mut(shape.as_slice()) {
            Some(Seen::Alike(shape)) => {
                if holds(&shape.guards, line, words, session, &mut self.text) {
                    shape.printed.fill(line, words, out);
                    return Next::Printed;
                }
                Next::Evaluate
            }
            Some(Seen::Unlike) => Next::Evaluate,
            Some(seen @ Seen::Once) => {
                *seen = Seen::Unlike;
                Next::Note
            }
            None => {
                let shape = shape.as_slice().into();
                if self.seen.len() >= MAX_SHAPES || self.characters > MAX_CHARACTERS {
                    self.forget();
                }
                self.seen.insert(shape, Seen::Once);
                Next::Evaluate
            }
        }
    }

    /// The line split last, with a mark in place of its words, and the mark; `None` if the result is too long for a line.
    pub(super) fn mark(&self, session: &Session<'_>) -> Option<(Vec<u8>, Vec<u8>)> {
        let number = self.random.hash_one(&self.parted.shape);
        let mark = format!("x{number:016x}").into_bytes();
        let line = self.parted.marked(&mark);
        let is_new =
            (b'a'..b'a' + MAX_OWN_WORDS).all(|letter| session.program().words.get(&[&*mark, &[letter]].concat()) == 0);
        (is_new && line.len() <= MAX_TOKEN_LENGTH).then_some((line, mark))
    }

    fn forget(&mut self) {
        self.seen.clear();
        self.characters = 0;
    }

    /// Stores the output and lookups of that line, unless the state has changed since.
    pub(super) fn keep(&mut self, shape: Shape, session: &Session<'_>) {
        if self.state == session.state() {
            self.characters += shape.printed.text.len();
            self.seen.insert(self.parted.shape.as_slice().into(), Seen::Alike(shape));
        }
    }
}

/// Whether the lookups have the same results for these words.
fn holds(guards: &[Guard], line: &[u8], words: &[Range<usize>], session: &mut Session<'_>, text: &mut Vec<u8>) -> bool {
    for Guard { asked, key, arguments } in guards {
        text.clear();
        key.fill(line, words, text);
        let filled = |argument: &Template| {
            let mut out = Vec::new();
            argument.fill(line, words, &mut out);
            out
        };
        let arguments = arguments.iter().map(filled).collect::<Vec<_>>();
        let found = session.look_up(asked.map, text, &arguments);
        let said = !session.messages.is_empty();
        session.messages.clear();
        if said || found != asked.found {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::{prelude::*, sample::select};

    use super::Seen;
    use crate::{
        map::{Duplicates, Format, write},
        rewrite::{Host, NoResolver, Services, bt::TestMode, load},
        source::{MemoryFiles, Sources},
    };

    const HEAD: &str = "V10/Berkeley\nO OperatorChars=.:%@!^/[]+\nDj$w.example.com\nDMmacro.value\nD{One}foo bar\n\
        CA a b.c x\nCB foo known.user\nCw localhost\nKset macro\nKdq dequote\nKacc hash /acc\nKkey hash -m /acc\n\
        Kapp hash -a.x /acc\nKrx regex -aMATCH ^[a-z]{1,5}$\nKrs regex -s1,2 ^(.)(.*)$\nKarith arith\nKno hash /none\n\
        Kseq sequence rx acc\n";

    const RULES: [&str; 42] = [
        "$* < $+ > $*\t$: $2",
        "$+ @ $+\t$: $1 < @ $2 >",
        "$- < @ $- . $- >\t$: $( acc $1 $: $1 < @ $2 . $3 > $)",
        "$+ < @ $+ >\t$: $( acc $1@$2 $: < ? $1 > $2 $)",
        "$+ < @ $+ >\t$: $( key $1 $@ $2 $) < @ $2 >",
        "$- $*\t$: $( rx $1 $: no $1 $) $2",
        "$- $*\t$: $( rs $1 $) $2",
        "$- . $*\t$: $1 $2",
        "$=A $*\t$: class $1 $2",
        "$~A @ $*\t$: $1 none $2",
        "$=B $*\t$@ $>R1 $1",
        "foo $*\t$: bar $1",
        "$&M $*\t$: same $1",
        "$+\t$: $&{One} $1",
        "$+ % $+\t$: $2 $&{Two} $1",
        "$- < $+\t$: $(set {Two} $@ $1 $) $2",
        "$- < $+\t$: $(set {Two} $@ here $) $1 $2",
        "$+ . $+\t$: $(set {Two} $@ there $) $1 . $2",
        "$- $*\t$: $( dq $1 $) $2",
        "$* $+\t$: $( app $2 $: $1 $2 $)",
        "$- $- $*\t$: $( acc $1$2 $: $1$2 $) $3",
        "$+\t$: $1 $1 $1",
        "$- $*\t$: $( arith l $@ 1 $@ $1 $) $2",
        "$- < @ $+ >\t$: $[ $2 $: $1 $]",
        "$- < @ $+ >\t$: $[ $1 $: $2 $]",
        "$* $| $*\t$: $2",
        "$- @ $*\t$# error $@ 5.7.1 $: \"550 \" $1 no",
        "$+\t$: $>R2 $1",
        "$- $*\t$: $>$1 $2",
        "$+ @ $-\t$: $( $2 $1 $)",
        "a $*\ta $1 a",
        "$* known $*\t$@ known",
        "$- + $- $*\t$: $1 plus $2 $3",
        "< $* > $*\t$@ $1",
        "$*\t$: < $1 >",
        "$- $*\t$: $( no $1 $: miss $)",
        "$+\t$: $( seq $1 $: $1 seq $)",
        "$- $-\t$: $2.$1",
        "$+ $~B\t$: $2 $1",
        "$- : $*\t$: $( acc $2 $) : $1",
        "$+\t$: \"$1\" $1",
        "$- $+ $-\t$@ $>R2 $3 $2 $1",
    ];

    fn word() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[a-z]{1,9}",
            1 => "[A-Za-z0-9_-]{1,5}",
            1 => "[a-z]{30,34}",
            2 => select(vec!["known", "user", "foo", "a", "x", "Known", "macro", "value", "bar", "R1", "here", "1", "2", "9"])
                .prop_map(str::to_owned),
        ]
    }

    fn line() -> impl Strategy<Value = String> {
        let form = select(vec![
            "%@dom.test",
            "<%@dom.test>",
            "<%@b.c>",
            "%@foo",
            "%.%@dom.test",
            "<@b.c:%@dom.test>",
            "%%%@dom.test",
            "%+%@b.c",
            "%",
            "<%@%.test>",
            "%!%@b.c",
            "<%@acc>",
            "% %@b.c",
            "<%@dom.test>, %@b.c",
            "(%)%@b.c",
            "\"%\"@b.c",
            "%@[%]",
            "<%.%.%@b.c",
        ]);
        (0..3_u8, form, prop::collection::vec(word(), 4)).prop_map(|(ruleset, form, words)| {
            let mut words = words.into_iter();
            let form = form.replace("%%%", "%\u{1}%");
            let mut line = format!("R{ruleset} ");
            for part in form.split_inclusive('%') {
                line += part.trim_end_matches('%');
                if part.ends_with('%') {
                    line += &words.next().unwrap_or_default();
                }
            }
            line.replace('\u{1}', "%")
        })
    }

    fn lines() -> impl Strategy<Value = Vec<String>> {
        // Few forms, so that many lines have the same shape.
        prop::collection::vec(line(), 1..3).prop_flat_map(|lines| {
            let again = prop::collection::vec((0..lines.len(), prop::collection::vec(word(), 4)), 12);
            (Just(lines), again).prop_map(|(lines, again)| {
                let mut all = lines.clone();
                for (which, words) in again {
                    // Replaces words that are followed by a sign.
                    let mut words = words.into_iter();
                    let mut line = String::new();
                    let mut run = String::new();
                    for c in lines[which].chars().skip(3) {
                        if c.is_ascii_alphanumeric() {
                            run.push(c);
                            continue;
                        }
                        let own = matches!(c, '@' | '%' | '.' | '+') && run.len() > 3 && run != "test";
                        line += &if own { words.next().unwrap_or_default() } else { std::mem::take(&mut run) };
                        run.clear();
                        line.push(c);
                    }
                    all.push(format!("{}{line}{run}", &lines[which][..3]));
                }
                all
            })
        })
    }

    #[test]
    fn lines_of_a_shape_are_known_to_be_alike_until_something_changes() {
        let cf = format!("{HEAD}SR0\nR$- @ $*\t$: $( acc $1 $: $2 $) $1\n");
        let mut map = Vec::new();
        write(Format::Hash, &[("known", "RELAY")], Duplicates::Refuse, &mut map).unwrap();
        let mut files = MemoryFiles::default();
        files.0.insert(PathBuf::from("/acc.db"), map);
        let mut sources = Sources::default();
        let source = sources.add("test.cf", cf.as_str());
        let program = load(&sources, source, &Host::default(), &files).program;
        let mut mode = TestMode::new(&program, Services { files: &files, resolver: &NoResolver });
        let mut printed = |line: &str| {
            let mut out = Vec::new();
            mode.line(line.as_bytes(), &mut out);
            let alike = mode.trace_cache.seen.values().filter(|seen| matches!(seen, Seen::Alike(_))).count();
            (alike, String::from_utf8(out).unwrap())
        };
        let expected = |result: &str, word: &str| {
            format!("R0                 input: {word} @ dom . test\nR0               returns: {result} {word}\n")
        };
        assert_eq!(printed("R0 one@dom.test"), (0, expected("dom . test", "one")));
        assert_eq!(printed("R0 two@dom.test"), (1, expected("dom . test", "two")));
        assert_eq!(printed("R0 three@dom.test"), (1, expected("dom . test", "three")));
        assert_eq!(printed("R0 known@dom.test"), (1, expected("RELAY", "known")));
        assert_eq!(printed("R0 four@dom.test"), (1, expected("dom . test", "four")));
        assert_eq!(printed("R0 five@other.test").0, 1);
        assert_eq!(printed(".D{One}another").0, 1);
        assert_eq!(printed("R0 six@dom.test"), (0, expected("dom . test", "six")));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
        #[test]
        fn what_is_printed_from_memory_is_what_would_be_printed(
            rules in prop::collection::vec(prop::collection::vec(select(&RULES[..]), 1..7), 3),
            lines in lines(),
        ) {
            let mut cf = HEAD.to_owned();
            for (number, rules) in rules.iter().enumerate() {
                cf += &format!("SR{number}\n");
                for rule in rules {
                    cf += &format!("R{rule}\n");
                }
            }
            let mut map = Vec::new();
            let entries = [("known", "RELAY"), ("known@dom.test", "550 no %1"), ("a", "b c"), ("user", "x"), ("x@b.c", "known")];
            write(Format::Hash, &entries, Duplicates::Refuse, &mut map).unwrap();
            let mut files = MemoryFiles::default();
            files.0.insert(PathBuf::from("/acc.db"), map);
            let mut sources = Sources::default();
            let source = sources.add("test.cf", cf.as_str());
            let program = load(&sources, source, &Host::default(), &files).program;
            let services = Services { files: &files, resolver: &NoResolver };
            let (mut remembering, mut thorough) = (TestMode::new(&program, services), TestMode::new(&program, services));
            remembering.session().set_limit(3_000);
            thorough.session().set_limit(3_000);
            for line in &lines {
                let (mut printed, mut expected) = (Vec::new(), Vec::new());
                remembering.line(line.as_bytes(), &mut printed);
                thorough.rulesets(line.as_bytes(), &mut expected);
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                prop_assert_eq!(text(&printed), text(&expected), "{} of {:?}", line, lines);
            }
        }
    }
}
