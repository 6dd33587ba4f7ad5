//! Tables of a site beside sendmail and its `makemap`: `makemap`, run on our text, gives the pairs that we store and reads our map
//! file; sendmail finds in them what the site says; and what findings say of entries is what sendmail does with them. Skipped
//! where those are not installed, unless `RELAYCC_REQUIRE_REFERENCE` is set.

#![cfg(test)]

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use proptest::prelude::*;
use relaycc::{
    catalog::table::TableKind,
    emit::tables,
    map::Format,
    site::{DeclaredTable, MapSpec, TableEntry},
    source::{Sources, Span, Spanned},
};

/// A table that owns what it holds.
struct Owned {
    map: MapSpec,
    entries: Vec<TableEntry>,
    span: Span,
}

impl Owned {
    fn table(&self) -> DeclaredTable<'_> {
        DeclaredTable { kind: TableKind::Access, declared: self.span, map: &self.map, entries: &self.entries }
    }
}

fn map(entries: Vec<(String, String)>) -> Owned {
    let span = Span::new(Sources::default().add("site.toml", ""), 0, 0);
    let entry = |(key, value)| TableEntry { key: Spanned::new(key, span), value: Spanned::new(value, span) };
    let entries = entries.into_iter().map(entry).collect();
    Owned { map: MapSpec::new("hash -T<TMPF> /etc/mail/access"), entries, span }
}

/// What `makemap hash` makes of a text, read back with `makemap -u`: `key TAB value` lines, sorted.
fn makemap(directory: &Path, text: &str) -> Vec<Vec<u8>> {
    let source = directory.join("access");
    let database = directory.join("access.db");
    fs::write(&source, text).unwrap();
    let made =
        Command::new("makemap").args(["hash"]).arg(&database).stdin(File::open(&source).unwrap()).output().unwrap();
    assert!(made.status.success(), "{}\n{text:?}", String::from_utf8_lossy(&made.stderr));
    read_back(&database)
}

/// The entries of a database as `makemap -u` prints them, sorted.
fn read_back(database: &Path) -> Vec<Vec<u8>> {
    let read = Command::new("makemap").args(["-u", "hash"]).arg(database).stdin(Stdio::null()).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let mut lines: Vec<Vec<u8>> = read.stdout.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    assert_eq!(lines.pop(), Some(Vec::new()));
    lines.sort();
    lines
}

/// Keys and values near everything that a line of text treats specially.
fn entries() -> impl Strategy<Value = Vec<(String, String)>> {
    let key =
        prop_oneof!["(Connect:|from:|TO:|)[a-zA-Z0-9.@:#\"'\\\\+é_-]{0,12}", "[ -~\t\r\u{b}é]{0,6}", "[a-c]{300,600}",];
    let value = prop_oneof!["RELAY|REJECT|OK|ERROR:5\\.7\\.1:550 no", "[ -~\t\ré\u{b}]{0,30}", "[x ]{400,700}",];
    prop::collection::vec((key, value), 0..8)
}

/// Whether `makemap` is there. Where it is not, that is said aloud, or fails if the reference is required.
fn makemap_is_installed() -> bool {
    let installed = Command::new("makemap").stdin(Stdio::null()).output().is_ok();
    let required = std::env::var_os("RELAYCC_REQUIRE_REFERENCE").is_some();
    assert!(installed || !required, "the reference is required, but makemap is not installed");
    if !installed {
        writeln!(std::io::stderr(), "skipped: makemap is not installed").unwrap();
    }
    installed
}

#[test]
fn makemap_on_our_text_gives_our_pairs() {
    if !makemap_is_installed() {
        return;
    }
    let config = ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(entries in entries())| {
        // Entries that are refused one by one are left out, so that the others are tried.
        let entries: Vec<_> =
            entries.into_iter().filter(|entry| tables::text(&map(vec![entry.clone()]).table()).is_ok()).collect();
        let map = map(entries);
        if let Ok(text) = tables::text(&map.table()) {
            let directory = tempfile::tempdir().unwrap();
            let mut ours: Vec<Vec<u8>> = tables::pairs(&map.table())
                .unwrap()
                .into_iter()
                .map(|(key, value)| [key, b"\t".to_vec(), value].concat())
                .collect();
            ours.sort();
            prop_assert_eq!(&makemap(directory.path(), &text), &ours);
            let database = directory.path().join("ours.db");
            fs::write(&database, tables::map_file(&map.table(), Format::Hash).unwrap()).unwrap();
            prop_assert_eq!(read_back(&database), ours);
        }
    });
}

/// What `sendmail -bt` prints for each command; `None` if there is no host name of one's own to be had.
fn ask_sendmail(folder: &Path, commands: &[&str]) -> Option<Vec<String>> {
    let script = "hostname relay.example.com && ip link set lo up && exec sendmail -C out/sendmail.cf -bt";
    let mut child = Command::new("unshare")
        .args(["-n", "-u", "sh", "-c", script])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that prints nothing else marks the end of an answer.
    let input = commands.iter().map(|command| format!("{command}\n$j\n")).collect::<String>();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    if stderr.starts_with("unshare") {
        assert!(std::env::var_os("RELAYCC_REQUIRE_REFERENCE").is_none(), "{stderr}");
        writeln!(std::io::stderr(), "skipped: no host name of one's own to be had").unwrap();
        return None;
    }
    let text = String::from_utf8(output.stdout).unwrap();
    let answers = text.split("> relay.example.com\n").map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(answers.len(), commands.len() + 1, "{text}{stderr}");
    Some(answers)
}

/// The last answer of ruleset 0 or 3, or of `/try`.
fn verdict(answer: &str) -> &str {
    let line = |line: &&str| line.starts_with("parse ") || line.starts_with("canonify ") || line.starts_with("Rcode");
    let last = answer.lines().rfind(line).unwrap_or(answer);
    last.split_once("returns: ").or_else(|| last.split_once("addr = ")).map_or(last, |(_, verdict)| verdict)
}

/// A folder with files and what `relaycc` makes there of a site; paths of maps begin with `DIR`.
fn built(files: &[(&str, String)], site: &str) -> Option<tempfile::TempDir> {
    if !makemap_is_installed() {
        return None;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    // A checkout may be anywhere, below /tmp too: sendmail would warn of the directory instead of answering.
    let trust = "ostype = 'linux'\nmailer = ['local', 'smtp']\n\
                 conf.dont_blame_sendmail = 'MapInUnsafeDirPath,GroupWritableDirPathSafe,TrustStickyBit'\n";
    let site = format!("{trust}{site}").replace("DIR", &folder.path().join("out").display().to_string());
    fs::write(folder.path().join("site.toml"), site).unwrap();
    relaycc(folder.path(), &["build", "site.toml", "--out", "out"]);
    Some(folder)
}

fn relaycc(folder: &Path, words: &[&str]) {
    let run = Command::new(env!("CARGO_BIN_EXE_relaycc")).args(words).current_dir(folder).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn sendmail_finds_the_entries_of_every_table() {
    let site = "virtuser_domain = 'v.example'\nvirtusertable_file = 'virtual'\n\
        [feature]\nmailertable = 'btree DIR/routes'\nvirtusertable = 'hash DIR/virtusertable'\n\
        domaintable = 'text -k0 -v1 -z\\t DIR/domains'\ngenericstable = 'hash -f DIR/generics'\n\
        access_db = 'hash -N -T<TMPF> DIR/access'\nuucpdomain = 'hash DIR/uucp'\nauthinfo = 'hash DIR/authinfo'\n\
        [mailertable]\n'A.example' = 'smtp:host'\n'.example' = 'error:5.1.2:550 \"No mail\"'\n\
        [domaintable]\n'old.example' = 'new.example'\n[genericstable]\n'joe' = 'joe.user@example.com'\n\
        [access]\n'Connect:192.0.2' = 'RELAY'\n[uucpdomain]\n'hub' = 'hub.example.com'\n\
        [authinfo]\n'AuthInfo:smart.example' = '\"U:relay\" \"P:secret\"'\n";
    let virtual_users = "info@v.example joe\nno@v.example error:nouser 550 No such user\n".to_owned();
    let Some(folder) = built(&[("virtual", virtual_users)], site) else { return };
    let asked = [
        ("3,0 u@a.example", "$# smtp $@ host $: u < @ a . example >"),
        ("3,0 u@b.example", "$# error $@ 5 . 1 . 2 $: 550 \"No mail\""),
        ("3,0 info@v.example", "$# local $: joe"),
        ("3,0 no@v.example", "$# error $@ nouser $: 550 No such user"),
        ("3 u@old.example", "u < @ new . example >"),
        ("/tryflags HS", ""),
        ("/try esmtp joe", "joe.user@example.com"),
        ("3 u@hub.uucp", "u < @ hub . example . com >"),
        ("/map access connect:192.0.2", "map_lookup: access (connect:192.0.2) returns RELAY (0)"),
        ("/map authinfo AuthInfo:smart.example", "returns \"U:relay\" \"P:secret\" (0)"),
    ];
    let Some(answers) = ask_sendmail(folder.path(), &asked.map(|(command, _)| command)) else { return };
    for ((command, expected), answer) in asked.iter().zip(&answers) {
        assert!(verdict(answer).trim_end().ends_with(expected), "{command}: {answer}");
    }
}

#[test]
fn findings_say_what_sendmail_does_with_entries() {
    // Entry, address, and the answer that shows what the finding says.
    let passed_over = "$# esmtp $@ d . example $: u < @ d . example >";
    let mailertable = [
        ("host", passed_over),
        (":host", passed_over),
        ("smtp", passed_over),
        ("smtpp:host", "$# smtpp $@ host $: u < @ d . example >"),
        ("smtp:", "$# smtp $@ > u < @ d . example $:"),
        ("smtp:one two", "$# smtp $@ one two $: u < @ d . example >"),
        ("smtp:%1", "$# smtp $@ > u < @ d . example $:"),
        ("error:", "$# error $: > u < @ d . example"),
        ("error:nohost", "$# error $: nohost"),
        ("SMTP:host", "$# SMTP $@ host $: u < @ d . example >"),
        ("local:", "$# local $@ u @ d . example $: u"),
        ("error:5.1.2:550 No", "$# error $@ 5 . 1 . 2 $: 550 No"),
    ];
    let keys = [
        ("u@never1.example", "u@never1.example"),
        ("*.star.example", "u@a.star.example"),
        ("dot.example.", "u@dot.example"),
        ("[192.0.2.9]", "u@[192.0.2.9]"),
    ];
    let virtusertable = [
        ("error:nouser", "$# error $@ nouser $: > u < @ d . v . example ."),
        ("error:550 text", "$# error $@ 550 $: text"),
        ("error:5.7.0 550 text", "$# error $@ 5 $: . 7 . 0 550 text"),
        ("error:nouser:550 text", "$# error $@ nouser $: : 550 text"),
        ("error:text only", "$# error $@ text $: only"),
        ("error:5.7.0:550 text", "$# error $@ 5 . 7 . 0 $: 550 text"),
        ("@other.example", "$# error $@ 5 . 1 . 3 $: \"553 User address required\""),
        ("joe@", "$# error $@ 5 . 1 . 3 $: \"553 Hostname required\""),
    ];
    let mut commands = Vec::new();
    let mut expected = Vec::new();
    let (mut routes, mut users, mut domains) = (String::new(), String::new(), String::new());
    for (n, (value, answer)) in mailertable.iter().enumerate() {
        routes += &format!("d{n}.example {value}\n");
        commands.push(format!("3,0 u@d{n}.example"));
        expected.push(answer.replace("d . example", &format!("d{n} . example")));
    }
    for (key, address) in keys {
        routes += &format!("{key} smtp:found\n");
        commands.push(format!("3,0 {address}"));
        expected.push(String::new());
    }
    for (n, (value, answer)) in virtusertable.iter().enumerate() {
        users += &format!("u@d{n}.v.example {value}\n");
        domains += &format!("'d{n}.v.example',");
        commands.push(format!("3,0 u@d{n}.v.example"));
        expected.push(answer.replace("d . v . example", &format!("d{n} . v . example")));
    }
    let site = format!(
        "virtuser_domain = [{domains}]\n[feature]\nmailertable = 'hash DIR/routes'\nvirtusertable = 'hash DIR/users'\n"
    );
    let Some(folder) = built(&[("routes", routes), ("users", users)], &site) else { return };
    for name in ["routes", "users"] {
        relaycc(folder.path(), &["map", "build", "hash", &format!("out/{name}"), name]);
    }
    let commands = commands.iter().map(String::as_str).collect::<Vec<_>>();
    let Some(answers) = ask_sendmail(folder.path(), &commands) else { return };
    for ((command, expected), answer) in commands.iter().zip(&expected).zip(&answers) {
        let verdict = verdict(answer).trim_end();
        if expected.is_empty() {
            assert!(!verdict.contains("found"), "{command}: {answer}");
        } else {
            assert_eq!(verdict, expected, "{command}: {answer}");
        }
    }
}
