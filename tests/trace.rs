//! `fixtures/trace`: a `sendmail.cf`, a script for test mode, and what sendmail 8.17.1 printed, to the byte.
//!
//! The outputs were recorded in the environment of `fixtures/reference`: its files are `/etc`, its zone is all of DNS. The live
//! comparison, over many more configurations, is `cargo test --test reference engine`.

#![cfg(test)]

use std::{fs, net::IpAddr, path::Path};

use relaycc::{
    emit::cf,
    front::{self, Input, Syntax},
    map::{Duplicates, Format, write},
    rewrite::{
        Host, Services, Session, ZoneResolver,
        bt::{GREETING, PROMPT, TestMode},
        load,
    },
    source::{FileSystem, MemoryFiles, NoFiles, PathPermissions, Sources, WritableDirectory},
    syntax::{
        cf::{Kind, parse},
        zone,
    },
};

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// The files of the environment.
fn files() -> MemoryFiles {
    let mut files = MemoryFiles::default();
    for name in ["hosts", "passwd"] {
        files.0.insert(Path::new("/etc").join(name), fs::read(folder("reference").join(name)).unwrap());
    }
    for entry in fs::read_dir(folder("reference/etc-mail")).unwrap() {
        let entry = entry.unwrap();
        files.0.insert(Path::new("/etc/mail").join(entry.file_name()), fs::read(entry.path()).unwrap());
    }
    let access = String::from_utf8(files.0[Path::new("/etc/mail/access")].clone()).unwrap();
    let lines = access.lines().filter(|line| !line.starts_with('#'));
    let entries = lines.filter_map(|line| line.split_once(char::is_whitespace));
    let entries = entries.map(|(key, value)| (key.to_lowercase(), value.trim().to_owned())).collect::<Vec<_>>();
    let mut map = Vec::new();
    write(Format::Hash, &entries, Duplicates::First, &mut map).unwrap();
    files.0.insert("/etc/mail/access.db".into(), map);
    files
}

/// The files of the environment, and in `/srv/maps` map files in directories that users other than root may write to.
struct World(MemoryFiles);

impl World {
    fn new() -> Self {
        let mut files = files();
        let mut map = Vec::new();
        write(Format::Hash, &[("a\0", "b\0")], Duplicates::First, &mut map).unwrap();
        for name in ["ok/m", "group/m", "all/m", "all/sub/m", "sticky/m", "ok/none", "ok/link", "all/link"] {
            files.0.insert(format!("/srv/maps/{name}.db").into(), map.clone());
        }
        files.0.insert("/srv/maps/all/text".into(), b"a b\n".to_vec());
        Self(files)
    }
}

impl FileSystem for World {
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        if path == Path::new("/srv/maps/ok/folder.db") {
            return Err(std::io::ErrorKind::IsADirectory.into());
        }
        self.0.read(path)
    }

    fn permissions(&self, path: &Path) -> Option<PathPermissions> {
        self.0.0.get(path).filter(|_| path.starts_with("/srv"))?;
        let writable = path.ancestors().filter_map(|directory| {
            let by_all = match directory.to_str()? {
                "/srv/maps/group" => false,
                "/srv/maps/all" | "/srv/maps/sticky" => true,
                _ => return None,
            };
            Some(WritableDirectory { path: directory.into(), by_all })
        });
        Some(PathPermissions {
            writable: writable.collect(),
            is_link: path.ends_with("link.db"),
            is_readable: !path.ends_with("none.db"),
        })
    }
}

#[test]
fn test_mode_prints_what_sendmail_printed() {
    let files = World::new();
    let zone = fs::read_to_string(folder("reference").join("root.zone")).unwrap();
    let mut sources = Sources::default();
    let (zones, _) = zone::parse(&zone, sources.add("root.zone", ""), "");
    let resolver = ZoneResolver::new(zones, vec!["tempfail.test".to_owned()]);
    let addresses = vec![IpAddr::from([127, 0, 0, 1]), IpAddr::from([192, 0, 2, 25])];
    let host = Host { name: "relay.example.com".to_owned(), addresses };
    let mut count = 0;
    for entry in fs::read_dir(folder("trace")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "cf") {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy();
        let source = sources.add_bytes(name, &fs::read(&path).unwrap());
        let loaded = load(&sources, source, &host, &files);
        let mut mode = TestMode::new(&loaded.program, Services { files: &files, resolver: &resolver });
        let complaints = loaded.diagnostics.iter().filter_map(|one| one.reference.as_deref());
        let mut out = complaints.collect::<String>().into_bytes();
        out.extend_from_slice(GREETING);
        let script = fs::read(path.with_extension("bt")).unwrap();
        for line in script.split_inclusive(|byte| *byte == b'\n') {
            out.extend_from_slice(PROMPT);
            assert!(mode.line(line, &mut out));
        }
        out.extend_from_slice(PROMPT);
        let expected = fs::read(path.with_extension("txt")).unwrap();
        let (out, expected) = (String::from_utf8_lossy(&out), String::from_utf8_lossy(&expected));
        for (number, (ours, theirs)) in out.lines().zip(expected.lines()).enumerate() {
            assert_eq!(ours, theirs, "{}: line {}", path.display(), number + 1);
        }
        assert_eq!(out.lines().count(), expected.lines().count(), "{}", path.display());
        count += 1;
    }
    assert!(count >= 25);
}

/// As sendmail 8.17.1 tokenises addresses: below level 7, the macro `o` sets the operators, unless an option does.
#[test]
fn operators_of_old_files_are_those_of_their_macro() {
    for (head, expected) in [
        ("V5\nDo.%!\n", "a . b % c ! d@e:f"),
        ("V6\nDo.%!\n", "a . b % c ! d@e:f"),
        ("V5\nDo.%!\nO OperatorChars=@\n", "a.b%c!d @ e:f"),
        ("V7\nDo.%!\n", "a . b%c!d @ e : f"),
        ("V1\n", "a . b%c!d @ e : f"),
        ("V10\nCXa%b\nO OperatorChars=.%@\n", "a . b % c!d @ e:f"),
    ] {
        let cf = format!("{head}Mlocal, P=/bin/true, F=l, A=x\nSbar\nR$*\t$@ $1\n");
        let (files, resolver) = (MemoryFiles::default(), ZoneResolver::new(zone::Zones::default(), Vec::new()));
        let mut sources = Sources::default();
        let source = sources.add("sendmail.cf", cf);
        let program = load(&sources, source, &Host::default(), &files).program;
        let mut session = Session::new(&program, Services { files: &files, resolver: &resolver });
        let outcome = session.call(b"bar", b"a.b%c!d@e:f", None).unwrap();
        assert_eq!(String::from_utf8_lossy(&outcome.workspace), expected, "{head}");
    }
}

/// sendmail lets the result of a ruleset exceed the array of its caller: the second command prints 1010 tokens, ten of which are
/// beyond its end; with more of them, sendmail ends with `stack smashing detected`.
#[test]
fn workspace_never_outgrows_its_room() {
    let longer = "$1 ".repeat(10);
    let cf = format!(
        "V10/Berkeley\nMlocal, P=/bin/true, F=l, A=x\nSFirst\nR$+ ! $*\t$@ {longer}$>Second $2\nSSecond\nR$*\t$@ $>Third $1\n\
         SThird\nRy\t$: {}\nR$*\t$: {longer}\nR$*\t$: {longer}\n",
        "y ".repeat(9)
    );
    let (files, resolver) = (MemoryFiles::default(), ZoneResolver::new(zone::Zones::default(), Vec::new()));
    let mut sources = Sources::default();
    let source = sources.add("sendmail.cf", cf);
    let host = Host { name: "relay.example.com".to_owned(), ..Host::default() };
    let loaded = load(&sources, source, &host, &files);
    assert_eq!(loaded.diagnostics.len(), 0);
    let mut mode = TestMode::new(&loaded.program, Services { files: &files, resolver: &resolver });
    let mut returned = |before: usize| {
        let mut out = Vec::new();
        let line = format!("First {}! y\n", "x ".repeat(before));
        assert!(mode.line(line.as_bytes(), &mut out));
        let out = String::from_utf8(out).unwrap();
        let last = out.lines().rfind(|line| line.starts_with("First")).unwrap();
        (last.split_whitespace().skip(2).count(), out.contains("rewrite: expansion too long"))
    };
    assert_eq!(returned(10), (1000, false));
    assert_eq!(returned(11), (111, true));
}

/// Files next to a `.mc`.
struct Beside(std::path::PathBuf);

impl FileSystem for Beside {
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        fs::read(self.0.join(path))
    }
}

/// Generated files are parsed without diagnostics; so is each file of the folder that `RELAYCC_CORPUS` names, without unknown
/// lines.
#[test]
fn every_configuration_is_read() {
    // Its lines are broken in the reference too.
    const BROKEN: &str = "conf_privacy_flags_lines";
    let mut paths = fs::read_dir(folder("features")).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "mc"));
    paths.retain(|path| !path.to_string_lossy().contains(BROKEN));
    paths.sort();
    let mut count = 0;
    for path in paths.into_iter().step_by(6) {
        let bytes = fs::read(&path).unwrap();
        let input = Input { name: "site.mc", bytes: &bytes, syntax: Syntax::Mc };
        let Some(site) = front::compile(&input, &Beside(folder("features"))).site else { continue };
        let text = cf::emit(&site).into_text();
        let mut sources = Sources::default();
        let source = sources.add("sendmail.cf", text);
        let loaded = load(&sources, source, &Host::default(), &NoFiles);
        let lines = loaded.diagnostics.iter().filter(|diagnostic| diagnostic.code == "cf_line").collect::<Vec<_>>();
        let own = fs::read_to_string(&path).unwrap_or_default().contains("LOCAL_");
        assert!(lines.is_empty() || own, "{}: {lines:?}", path.display());
        count += 1;
    }
    assert!(count > 50, "only {count}");
    let Some(corpus) = std::env::var_os("RELAYCC_CORPUS") else { return };
    for entry in fs::read_dir(Path::new(&corpus).join("cf")).unwrap() {
        let path = entry.unwrap().path();
        let mut sources = Sources::default();
        let source = sources.add_bytes("sendmail.cf", &fs::read(&path).unwrap());
        let found = parse(sources.get(source).unwrap().text(), source);
        assert!(found.directives.len() > 100, "{}", path.display());
        for directive in &found.directives {
            assert!(!matches!(directive.kind, Kind::Unknown(_)), "{}: {directive:?}", path.display());
        }
        load(&sources, source, &Host::default(), &NoFiles);
    }
}
