//! Any `sendmail.cf` and any commands: whatever is in them, reading and running end soon and without a panic.
//!
//! `RELAYCC_FUZZ_SECONDS=3600 cargo test --release --test rewrite_fuzz -- --nocapture` goes on for an hour with each and says at
//! the end how many were tried; a text that fails is kept in the target's `tmp` folder and named.

#![cfg(test)]

use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::{Duration, Instant},
};

use fastrand::Rng;
use relaycc::{
    emit::cf,
    front::{self, Input, Syntax},
    rewrite::{Host, NoResolver, Services, bt::TestMode, load},
    source::{MemoryFiles, NoFiles, Sources},
};

/// Longest that one text may take, on a busy machine and without optimization.
const LIMIT: Duration = Duration::from_secs(20);

fn one_of<'a>(random: &mut Rng, all: &[&'a str]) -> &'a str {
    all[random.usize(..all.len())]
}

const PIECES: [&str; 60] = [
    "$*",
    "$+",
    "$-",
    "$=w",
    "$~{X}",
    "$@",
    "$:",
    "$#",
    "$|",
    "$1",
    "$2",
    "$9",
    "$>A",
    "$>B",
    "$>3",
    "$>$1",
    "$[",
    "$]",
    "$(",
    "$)",
    "$(m {x} $@",
    "$(a + $@",
    "$(d",
    "$(h",
    "$(r",
    "$&x",
    "$&{x}",
    "${x}",
    "$j",
    "$?x",
    "$.",
    "$$",
    "$",
    "${",
    "a",
    "b",
    "foo",
    "\"q r\"",
    "\"",
    "\\",
    "<",
    ">",
    "(",
    ")",
    "@",
    ".",
    ",",
    ";",
    ":",
    "[",
    "]",
    "%",
    "!",
    " ",
    "\t",
    "#",
    "\n\t",
    "\r\n",
    "\u{e4}",
    "$=",
];

const BEGINNINGS: [&str; 24] = [
    "R",
    "R",
    "R",
    "R",
    "R",
    "SA\nR",
    "SB\nR",
    "S3\nR$*\t",
    "S=",
    "D{x}",
    "Dj",
    "DX",
    "Cw",
    "C{X}",
    "Fw",
    "F{X}-o /f",
    "Km macro\nK",
    "Kr regex ",
    "Mlocal, P=/x, A=y, R=A, S=B/A, ",
    "O OperatorChars=",
    "O ",
    "Hx: $>",
    "V10\n",
    "T",
];

const COMMANDS: [&str; 22] = [
    "A ",
    "B ",
    "A,B ",
    "3,0 ",
    "/try local ",
    "/tryflags ",
    "/parse ",
    "/map r ",
    "/map d ",
    "/mx ",
    "/canon ",
    "$=",
    "$",
    ".D{x}",
    ".C{X} ",
    "=S",
    "=M",
    "-d21.",
    "?",
    "/",
    "nosuch ",
    ".Dx",
];

fn text(random: &mut Rng, most: usize) -> String {
    (0..random.usize(..most)).map(|_| one_of(random, &PIECES)).collect()
}

/// A configuration, and a script of test mode.
fn case(random: &mut Rng) -> (Vec<u8>, Vec<u8>) {
    let mut cf = String::from(
        "V10/Berkeley\nO OperatorChars=.:%@!^/[]+\nKm macro\nKa arith\nKd dequote -s_\nKh hash /map\nKr regex -s1 ^(.*)[a-c]+\n\
         Mlocal, P=/x, A=y, R=B\nSB\nR$* a $*\t$1 $2\nS0\nR$+\t$# local $: $1\nSA\nR$* b\t$: $>B $1\n",
    );
    for _ in 0..random.usize(..30) {
        cf += one_of(random, &BEGINNINGS);
        cf += &text(random, 9);
        if random.usize(..3) > 0 {
            cf.push('\t');
            cf += &text(random, 9);
        }
        cf.push('\n');
    }
    let mut cf = cf.into_bytes();
    if random.usize(..4) == 0 {
        for _ in 0..random.usize(..9) {
            let at = random.usize(..cf.len());
            cf[at] = random.usize(..256) as u8;
        }
    }
    let mut script = String::new();
    for _ in 0..10 {
        script += one_of(random, &COMMANDS);
        script += &text(random, 14);
        script.push('\n');
    }
    (cf, script.into_bytes())
}

/// Reads and runs it.
fn run(cf: &[u8], script: &[u8]) {
    let mut sources = Sources::default();
    let source = sources.add_bytes("sendmail.cf", cf);
    let mut files = MemoryFiles::default();
    files.0.insert("/f".into(), b"a b\nc\n".to_vec());
    files.0.insert("/etc/hosts".into(), b"127.0.0.1 localhost\n".to_vec());
    let host = Host { name: "relay.example.com".to_owned(), ..Host::default() };
    let loaded = load(&sources, source, &host, &files);
    let mut mode = TestMode::new(&loaded.program, Services { files: &files, resolver: &NoResolver });
    mode.session().set_limit(2_000);
    let mut out = Vec::new();
    for line in script.split(|byte| *byte == b'\n') {
        out.clear();
        if !mode.line(line, &mut out) {
            return;
        }
    }
}

/// Tries what `case` makes, so many times or as long as the environment says: `run` must end soon and not panic.
fn fuzz<C: AsRef<[u8]>>(
    few: u64,
    mut case: impl FnMut(&mut Rng) -> (C, Vec<u8>),
    run: impl Fn(&[u8], &[u8]),
) -> (u64, Duration) {
    let seconds = env::var("RELAYCC_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).map(Duration::from_secs);
    let start = Instant::now();
    let mut seed = env::var("RELAYCC_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0_u64);
    let mut tried = 0_u64;
    let mut longest = Duration::ZERO;
    while seconds.map_or(tried < few, |seconds| start.elapsed() < seconds) {
        seed += 1;
        tried += 1;
        let mut random = Rng::with_seed(seed);
        let (cf, script) = case(&mut random);
        let began = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| run(cf.as_ref(), &script)));
        longest = longest.max(began.elapsed());
        if ended.is_err() || began.elapsed() > LIMIT {
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rewrite-fuzz-{seed}.cf"));
            fs::write(&path, &cf).unwrap();
            fs::write(path.with_extension("bt"), &script).unwrap();
            panic!("seed {seed}: {} took {:?}", path.display(), began.elapsed());
        }
    }
    (tried, longest)
}

#[test]
fn any_configuration_and_any_commands_end() {
    let (tried, longest) = fuzz(1_500, case, run);
    println!(
        "evaluator: {tried} configurations with ten commands each tried, 0 findings; the longest took {longest:?}"
    );
}

/// Lines of configurations that sendmail reads, as they are or damaged.
fn damaged(lines: &[Vec<u8>], random: &mut Rng) -> Vec<u8> {
    let mut text = b"V10/Berkeley\n".to_vec();
    for _ in 0..1 + random.usize(..5) {
        let first = random.usize(..lines.len());
        let count = 1 + random.usize(..12);
        text.extend(lines[first..].iter().take(count).flatten());
    }
    for _ in 0..random.usize(..12) {
        let at = random.usize(..text.len());
        match random.usize(..5) {
            0 => text[at] = random.usize(..256) as u8,
            1 => text[at] ^= 1 << random.usize(..8),
            2 => drop(text.drain(at..(at + random.usize(..40)).min(text.len()))),
            3 => drop(text.splice(at..at, one_of(random, &PIECES).bytes())),
            _ => {
                let again = text[at..(at + random.usize(..60)).min(text.len())].to_vec();
                let to = random.usize(..text.len());
                text.splice(to..to, again);
            }
        }
        if text.is_empty() {
            text.push(b'R');
        }
    }
    text
}

#[test]
fn any_damage_to_a_configuration_is_survived() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mc = fs::read(fixtures.join("arkum/site.mc")).unwrap();
    let compiled = front::compile(&Input { name: "site.mc", bytes: &mc, syntax: Syntax::Mc }, &NoFiles);
    let mut texts = vec![cf::emit(&compiled.site.unwrap()).into_text().into_bytes()];
    for entry in fs::read_dir(fixtures.join("trace")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "cf") {
            texts.push(fs::read(path).unwrap());
        }
    }
    let lines = texts.iter().flat_map(|text| text.split_inclusive(|byte| *byte == b'\n'));
    let lines = lines.map(<[u8]>::to_vec).collect::<Vec<_>>();
    let read = |cf: &[u8], _: &[u8]| {
        let mut sources = Sources::default();
        let source = sources.add_bytes("sendmail.cf", cf);
        let loaded = load(&sources, source, &Host::default(), &NoFiles);
        // Each place that is named is one.
        let text = sources.get(source).map_or("", relaycc::source::Source::text);
        for label in loaded.diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels) {
            assert!(text.get(label.span.start as usize..label.span.end as usize).is_some(), "{:?}", label.span);
        }
    };
    let (tried, longest) = fuzz(3_000, |random| (damaged(&lines, random), Vec::new()), read);
    println!("parser: {tried} configurations tried, 0 findings; the longest took {longest:?}");
}
