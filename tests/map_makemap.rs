//! Compares `relaycc map build` with `makemap`, switch by switch: output, errors, and the content of the map.
//!
//! The results of relaycc are in a snapshot, for machines without makemap; where it is installed, both are run.

#![cfg(test)]

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use relaycc::map::MapFile;
use tempfile::TempDir;

/// One run: the switches, the text, and the text of the existing map.
struct Case {
    switches: &'static str,
    text: &'static str,
    before: &'static str,
}

const fn case(switches: &'static str, text: &'static str) -> Case {
    Case { switches, text, before: "" }
}

/// Both have the same result.
const SAME: [Case; 44] = [
    case("hash", "A b\nc d\n"),
    case("hash", ""),
    case("hash", "# c\n\n"),
    case("hash", "a b"),
    case("btree", "A b\nc d\n"),
    case("implicit", "A b\n"),
    case("-f hash", "A b\na c\n"),
    case("-N hash", "A b\n"),
    case("-N btree", "A b\nc d"),
    case("-N -e hash", "a\n"),
    case("-D% hash", "% x\n# y\n"),
    case("-D # hash", "# x\n"),
    case("-Dab hash", "a y\nb x\n"),
    case("-D: -t: hash", ":a b\nb:c\n"),
    case("-e hash", "a\nb \nc d\n"),
    case("-e hash", "a  \n"),
    case("-d hash", "a b\na c\n"),
    case("-d btree", "a b\na c\na b\n"),
    case("-d hash", "a 2\nb 1\na 1\na 2\n"),
    case("-N -d btree", "a 1\na 2\n"),
    case("-r hash", "a b\na c\n"),
    case("-r btree", "a b\na c\nA d\n"),
    case("-r -d btree", "a b\na c\n"),
    case("-t: hash", "a b:c d\n x: y\n"),
    case("-t, hash", " a , b ,c \n"),
    case("-t, hash", "a,b,\n"),
    case("-t, hash", ",a b\n"),
    case("-t, -e hash", "a,\nb,,\nc\n"),
    case("-t# hash", "#a\nb#c\n"),
    case("-v hash", "A b\n#c\n\nx y z\n"),
    case("-v -r hash", "a 1\na 2\n"),
    case("-v -N -e hash", "a 1\nb\n"),
    case("-vfe hash", "A 1\na 2\nb\n"),
    case("-c 1000 hash", "a b\n"),
    case("-c -5 hash", "a b\n"),
    case("-s hash", "a b\n"),
    case("-i cdb hash", "a b\n"),
    Case { switches: "-o hash", text: "c d\n", before: "a b\n" },
    Case { switches: "-o -r hash", text: "a d\n", before: "a b\n" },
    Case { switches: "-o hash", text: "c d\nE f\n", before: "a b\nB c\n" },
    Case { switches: "hash", text: "c d\n", before: "a b\n" },
    Case { switches: "-u hash", text: "", before: "a b\nc d\n" },
    Case { switches: "-u -t: hash", text: "", before: "a b\nc d\n" },
    Case { switches: "-u implicit", text: "", before: "a b\n" },
];

/// Both print the same errors. makemap then writes the remaining entries and exits with 65; relaycc writes nothing and exits with
/// 1, because half a map admits clients that the other half rejects.
const REFUSED: [Case; 9] = [
    case("hash", "a\nb \nc d\n"),
    case("hash", "A b\n bad\nc\na 2\n"),
    case("btree", "a b\na c\n"),
    case("-t, hash", "a,,b\nc\n"),
    case("-t, hash", "a,\nb,,\n"),
    case("-t:, hash", "a,b\nc:d\n"),
    case("-tab hash", "xay\nzbw\n"),
    case("-v hash", "a 1\na 2\nb\n"),
    Case { switches: "-o hash", text: "a d\nc e\n", before: "a b\n" },
];

/// Calls that both reject, each in its own words.
const WRONG: [Case; 11] = [
    case("nosuch", "a b\n"),
    case("HASH", "a b\n"),
    case("dbm", "a b\n"),
    case("-z hash", "a b\n"),
    case("-t hash", "a b\n"),
    case("-u hash", ""),
    case("-u btree", ""),
    case("-o hash", "a b\n"),
    Case { switches: "-o btree", text: "c d\n", before: "a b\n" },
    case("hash no-such-folder/", "a b\n"),
    case("", "a b\n"),
];

/// The result of one of the two.
#[derive(Debug, PartialEq)]
struct Done {
    status: i32,
    out: String,
    err: String,
    entries: Option<Vec<String>>,
}

fn run(case: &Case, program: &Path, first: &[&str]) -> Done {
    let folder = TempDir::new().unwrap();
    let command = |words: &[&str], text: &str| {
        let mut child = Command::new(program)
            .args(first)
            .args(words)
            .current_dir(folder.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that refuses its arguments does not read the text.
        let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
        child.wait_with_output().unwrap()
    };
    if !case.before.is_empty() {
        assert!(command(&["hash", "m"], case.before).status.success());
    }
    let mut words = case.switches.split_ascii_whitespace().map(str::to_owned).collect::<Vec<_>>();
    if let Some(last) = words.last_mut() {
        if last.ends_with('/') { last.push('m') } else { words.push("m".to_owned()) }
    }
    let output = command(&words.iter().map(String::as_str).collect::<Vec<_>>(), case.text);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done {
        status: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
        entries: fs::read(folder.path().join("m.db")).ok().map(|bytes| entries(&bytes)),
    }
}

/// The entries of a map; keys are sorted, as each format has its own order, and values of one key keep theirs.
fn entries(bytes: &[u8]) -> Vec<String> {
    let file = MapFile::open(bytes).unwrap();
    let entries = file.entries().map(|entry| entry.unwrap());
    let mut all = entries.map(|entry| (entry.key.into_owned(), entry.value.into_owned())).collect::<Vec<_>>();
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all.iter().map(|(key, value)| format!("{} {}", key.escape_ascii(), value.escape_ascii())).collect()
}

fn ours(case: &Case) -> Done {
    run(case, Path::new(env!("CARGO_BIN_EXE_relaycc")), &["map", "build", "--format", "sendmail"])
}

fn shown(cases: &[Case]) -> String {
    let mut text = String::new();
    for case in cases {
        let Done { status, out, err, entries } = ours(case);
        text += &format!("{} <<< {:?}", case.switches, case.text);
        if !case.before.is_empty() {
            text += &format!(" onto {:?}", case.before);
        }
        text += &format!("\nexit status {status}\n{out}{err}");
        text += &entries.map_or("no map\n".to_owned(), |entries| format!("{entries:?}\n"));
        text.push('\n');
    }
    text
}

fn makemap() -> Option<PathBuf> {
    let found = ["/usr/sbin/makemap", "/usr/bin/makemap"].map(PathBuf::from).into_iter().find(|path| path.exists());
    if found.is_none() {
        assert!(std::env::var_os("RELAYCC_REQUIRE_REFERENCE").is_none(), "makemap is required, but not installed");
        writeln!(std::io::stderr(), "NOT COMPARED WITH makemap: it is not installed").unwrap();
    }
    found
}

macro_rules! snapshot {
    ($name:literal, $text:expr) => {
        insta::with_settings!({ snapshot_path => "../snapshots/map", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($name, $text);
        });
    };
}

#[test]
fn switches_do_what_they_do_in_makemap() {
    snapshot!("switches", shown(&SAME));
    let Some(makemap) = makemap() else { return };
    for case in &SAME {
        assert_eq!(ours(case), run(case, &makemap, &["-C", "/dev/null"]), "{} {:?}", case.switches, case.text);
    }
}

#[test]
fn bad_lines_are_refused_in_the_words_of_makemap() {
    snapshot!("refused", shown(&REFUSED));
    let Some(makemap) = makemap() else { return };
    for case in &REFUSED {
        let (ours, theirs) = (ours(case), run(case, &makemap, &["-C", "/dev/null"]));
        assert_eq!((ours.out, ours.err), (theirs.out, theirs.err), "{} {:?}", case.switches, case.text);
        assert_eq!((ours.status, theirs.status), (1, 65));
        // The previous content is unchanged.
        let before = (!case.before.is_empty()).then(|| vec!["a b".to_owned()]);
        assert_eq!(ours.entries, before);
    }
}

#[test]
fn wrong_calls_are_refused() {
    snapshot!("wrong", shown(&WRONG));
    let Some(makemap) = makemap() else { return };
    for case in &WRONG {
        let theirs = run(case, &makemap, &["-C", "/dev/null"]);
        assert!(theirs.status != 0 && ours(case).status != 0, "{} {theirs:?}", case.switches);
    }
}
