//! Hash files beside what sendmail's own tools make of them: `db5.3_verify`, `db5.3_dump`, `db5.3_load`, `makemap` and
//! `sendmail -bt`. Skipped where those are not installed, unless `RELAYCC_REQUIRE_REFERENCE` is set.

#![cfg(test)]

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use relaycc::{
    map::{
        hash::{HashFile, write},
        text,
    },
    source::Sources,
};

type Table = BTreeMap<Vec<u8>, Vec<u8>>;

/// Number of a map, a key, and the value to be found.
type Question<'a> = (usize, &'a [u8], Option<&'a [u8]>);

/// Whether the tools are there. Says so if not, or fails if they must be.
fn reference_is_installed() -> bool {
    let tools = ["db5.3_verify", "db5.3_dump", "db5.3_load", "makemap", "sendmail"];
    let missing = tools.into_iter().filter(|tool| path_of(tool).is_none()).collect::<Vec<_>>();
    if missing.is_empty() {
        return true;
    }
    let required = std::env::var_os("RELAYCC_REQUIRE_REFERENCE").is_some();
    assert!(!required, "the reference is required, but not installed: {missing:?}");
    writeln!(std::io::stderr(), "skipped: not installed: {missing:?}").unwrap();
    false
}

fn path_of(tool: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(tool)).find(|file| file.is_file())
}

fn run(tool: &str, arguments: &[&str], folder: &Path, input: &[u8]) -> Output {
    let program = path_of(tool).unwrap();
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A tool that refuses its input stops reading it.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().unwrap()
    })
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The same numbers on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }

    /// Bytes that survive makemap's text: no blanks, no upper case.
    fn word(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| b"abcdefghijklmnopqrstuvwxyz0123456789.-@:+"[self.below(41)]).collect()
    }
}

fn hash(key: &[u8]) -> u32 {
    key.iter().fold(0, |h: u32, byte| h.wrapping_mul(16_777_619) ^ u32::from(*byte))
}

/// Tables of words, as people write them.
fn word_tables(random: &mut Random) -> Vec<Table> {
    let mut tables = vec![Table::new(), Table::from([(b"k".to_vec(), b"v".to_vec())])];
    // Few entries, every size.
    for n in 1..60 {
        tables.push((0..n).map(|_| (random.word(1 + n % 20), random.word(1 + n))).collect());
    }
    // Entries of both buckets filled up to where the page ends, and past it byte by byte.
    for last in 780..864 {
        let keys = (0..).map(|i| format!("key{i}").into_bytes()).filter(|key| hash(key) & 1 == 0);
        let lengths = [800, 800, 800, 800, last];
        tables.push(keys.zip(lengths).map(|(key, length)| (key, random.word(length))).collect());
    }
    // Keys that begin with each other.
    for n in 10..40 {
        let word = random.word(n * 20);
        tables.push((1..n * 20).step_by(7).map(|end| (word[..end].to_vec(), random.word(3))).collect());
    }
    // As many entries as to go through several numbers of buckets.
    for n in (100..3000).step_by(100) {
        tables.push((0..n).map(|i| (format!("host{i}.example.net").into_bytes(), random.word(20))).collect());
    }
    tables.push(
        (0..100_000).map(|i| (format!("connect:host-{i}.example.net").into_bytes(), b"550 no".to_vec())).collect(),
    );
    tables
}

/// Tables of any bytes, with keys and values of up to 64 KiB.
fn byte_tables(random: &mut Random) -> Vec<Table> {
    let mut tables = vec![Table::from([(Vec::new(), Vec::new())]), Table::from([(b"k".to_vec(), Vec::new())])];
    tables.push((0..=255_u8).map(|byte| (vec![byte], vec![byte; 3])).collect());
    tables.push((0..=255_u8).map(|byte| (vec![byte; 1 + usize::from(byte)], vec![byte])).collect());
    let edges = [1, 1023, 1024, 1025, 4069, 4070, 4071, 8139, 8140, 8141, 12_210, 12_211, 65_535, 65_536];
    for (n, key) in edges.into_iter().enumerate() {
        for value in edges.into_iter().cycle().skip(n).take(5) {
            tables.push(Table::from([(random.bytes(key), random.bytes(value))]));
        }
    }
    // Large and small keys in one bucket, many of which begin with each other.
    for n in 0..30 {
        let word = vec![b'x'; 5000];
        let mut table = Table::new();
        for end in [1, 2, 3, 4, 5, 6, 1020, 1022, 1023, 1024, 1025, 1026, 1027, 2000, 3000, 4000] {
            table.insert(word[..end].to_vec(), random.bytes(n));
            for byte in [0, b'a', b'z', 255] {
                let mut key = word[..end - 1].to_vec();
                key.extend([byte, n as u8]);
                table.insert(key, random.bytes(n * n * n));
            }
        }
        tables.push(table);
    }
    for n in 1..40 {
        let size = |random: &mut Random| if random.below(8) == 0 { random.below(9000) } else { random.below(60) };
        let mut table = Table::new();
        for _ in 0..n * 5 {
            let (key, value) = (size(random), size(random));
            table.insert(random.bytes(key), random.bytes(value));
        }
        tables.push(table);
    }
    tables
}

fn file_of(table: &Table) -> Vec<u8> {
    let entries = table.iter().collect::<Vec<_>>();
    let mut file = Vec::new();
    write(&entries, &mut file).unwrap();
    file
}

fn table_of(file: &[u8]) -> Table {
    let file = HashFile::open(file).unwrap();
    let mut table = Table::new();
    for entry in file.entries() {
        let entry = entry.unwrap();
        assert_eq!(file.get(&entry.key).unwrap().as_ref(), Some(&entry.value));
        let before = table.insert(entry.key.into_owned(), entry.value.into_owned());
        assert_eq!(before, None, "listed twice");
    }
    table
}

/// libdb exits with 0 even if entries are out of order, but then it also prints the page.
fn verify(name: &str, folder: &Path) {
    let output = run("db5.3_verify", &[name], folder, b"");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        format!("BDB5105 Verification of {name} succeeded.\n"),
        "{name}"
    );
}

/// What `db5.3_dump` reads from a file.
fn dumped(name: &str, folder: &Path) -> Table {
    let output = run("db5.3_dump", &[name], folder, b"");
    assert!(output.status.success(), "{name}");
    let text = String::from_utf8(output.stdout).unwrap();
    let (_, body) = text.split_once("HEADER=END\n").unwrap();
    let mut lines = body.lines().filter_map(|line| line.strip_prefix(' ')).map(from_hex);
    std::iter::from_fn(|| lines.next().map(|key| (key, lines.next().unwrap()))).collect()
}

fn from_hex(line: &str) -> Vec<u8> {
    let digit = |byte: u8| if byte.is_ascii_digit() { byte - b'0' } else { byte - b'a' + 10 };
    line.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn as_text(table: &Table) -> Vec<u8> {
    table.iter().flat_map(|(key, value)| [key.as_slice(), b"\t", value, b"\n"].concat()).collect()
}

fn sorted_lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n').collect::<Vec<_>>();
    lines.sort_unstable();
    lines
}

#[test]
fn libdb_verifies_and_dumps_what_is_written() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-bytes");
    let tables = byte_tables(&mut Random(1));
    assert!(tables.len() > 140);
    for (n, table) in tables.iter().enumerate() {
        let name = format!("t{n}.db");
        fs::write(folder.join(&name), file_of(table)).unwrap();
        verify(&name, &folder);
        assert!(dumped(&name, &folder) == *table, "{name}");
    }
}

#[test]
fn makemap_and_sendmail_find_what_is_written() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-words");
    let mut random = Random(2);
    let tables = word_tables(&mut random);
    assert!(tables.len() > 200);
    let mut questions = Vec::new();
    for (n, table) in tables.iter().enumerate() {
        let name = format!("m{n}.db");
        fs::write(folder.join(&name), file_of(table)).unwrap();
        verify(&name, &folder);
        let output = run("makemap", &["-u", "hash", &format!("m{n}")], &folder, b"");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(sorted_lines(&output.stdout) == sorted_lines(&as_text(table)), "{name}");
        let every = table.len() / 8 + 1;
        // sendmail cuts the keys it looks for off at 256 bytes.
        let keys = table.iter().step_by(every).filter(|(key, _)| key.len() <= 256);
        questions.extend(keys.map(|(key, value)| (n, key.as_slice(), Some(value.as_slice()))));
    }
    let absent = (0..20).map(|_| random.word(30)).collect::<Vec<_>>();
    questions.extend(absent.iter().map(|key| (tables.len() - 1, key.as_slice(), None)));
    ask_sendmail(&folder, &questions);
}

/// Has `sendmail -bt` look each key up, all in one run.
fn ask_sendmail(folder: &Path, questions: &[Question<'_>]) {
    let mut cf = "V10/Berkeley\nDwrelay\nDmexample.com\nDjrelay.example.com\n".to_owned();
    // A checkout may be anywhere, below /tmp too: sendmail would warn of the directory instead of answering.
    cf += "O DontBlameSendmail=MapInUnsafeDirPath,GroupWritableDirPathSafe,TrustStickyBit\n";
    cf += "Mlocal, P=/bin/false, F=lsDFMAw5:/|@q, A=false\nMprog, P=/bin/sh, F=lsDFMoqeu9, A=sh\n";
    for n in 0..=questions.iter().map(|(n, ..)| *n).max().unwrap() {
        cf += &format!("Km{n} hash {}/m{n}\n", folder.display());
    }
    fs::write(folder.join("test.cf"), cf).unwrap();
    let mut input = Vec::new();
    for (n, key, _) in questions {
        input.extend_from_slice(format!("/map m{n} ").as_bytes());
        input.extend_from_slice(key);
        input.push(b'\n');
    }
    // Without a qualified host name, sendmail waits a minute for one.
    let script = "hostname relay.example.com && exec \"$0\" -C test.cf -bt";
    let sendmail = path_of("sendmail").unwrap();
    let output = run("unshare", &["-u", "sh", "-c", script, sendmail.to_str().unwrap()], folder, &input);
    if !output.status.success() && String::from_utf8_lossy(&output.stderr).starts_with("unshare") {
        writeln!(std::io::stderr(), "skipped: sendmail's look-ups: no private host name to be had").unwrap();
        return;
    }
    let answers = output.stdout.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"> map_lookup"));
    let answers = answers.map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>();
    assert!(questions.len() > 1000);
    assert_eq!(answers.len(), questions.len());
    for (answer, (n, key, value)) in answers.iter().zip(questions) {
        let key = String::from_utf8_lossy(key);
        let expected = match value {
            Some(value) => format!("> map_lookup: m{n} ({key}) returns {} (0)", String::from_utf8_lossy(value)),
            None => format!("> map_lookup: m{n} ({key}) no match (0)"),
        };
        assert_eq!(*answer, expected);
    }
}

#[test]
fn what_makemap_writes_is_read() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-makemap");
    for (n, table) in word_tables(&mut Random(3)).iter().enumerate() {
        let name = format!("m{n}");
        let output = run("makemap", &["hash", &name], &folder, &as_text(table));
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(table_of(&fs::read(folder.join(name + ".db")).unwrap()) == *table, "m{n}");
    }
}

#[test]
fn what_libdb_writes_is_read() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-load");
    for (n, table) in byte_tables(&mut Random(4)).iter().enumerate() {
        let name = format!("t{n}.db");
        let page_size = 512_u32 << (n % 8);
        let byte_order = if n % 3 == 0 { 4321 } else { 1234 };
        let mut input = format!(
            "VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize={page_size}\ndb_lorder={byte_order}\n\
             h_ffactor={}\nh_nelem={}\nHEADER=END\n",
            n % 5 * 10,
            n % 7 * 100
        );
        for (key, value) in table {
            input += &format!(" {}\n {}\n", to_hex(key), to_hex(value));
        }
        input += "DATA=END\n";
        let output = run("db5.3_load", &[&name], &folder, input.as_bytes());
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(table_of(&fs::read(folder.join(&name)).unwrap()) == *table, "{name}");
    }
}

#[test]
fn texts_are_read_as_makemap_reads_them() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-text");
    let mut random = Random(5);
    let pieces: [&[u8]; 24] = [
        b"a",
        b"A",
        b"b",
        b"Connect:",
        b"RELAY",
        b" ",
        b" ",
        b" ",
        b"\t",
        b"\n",
        b"\n",
        b"\n",
        b"#",
        b"\"",
        b"\\",
        b"\r",
        b"\x0b",
        b"\x0c",
        b"\x01",
        b"\x7f",
        b"\xff",
        b"\xa0",
        b"%",
        b"\0",
    ];
    let long = [b'x'; 1018].as_slice();
    let (mut clean, mut faulty) = (0, 0);
    for n in 0..300 {
        // Byte 0, and lines that makemap breaks in two, are in few of the texts.
        let usable = if n % 5 == 0 { pieces.len() } else { pieces.len() - 1 };
        let mut text = Vec::new();
        for _ in 0..random.below(60) {
            text.extend_from_slice(pieces[random.below(usable)]);
        }
        if n % 7 == 0 {
            text.extend(
                [b"\nk".as_slice(), &long[random.below(3)..], b" v".as_slice(), &long[..random.below(3)]].concat(),
            );
        }
        if n % 2 == 0 || text.contains(&0) {
            text.push(b'\n');
        }

        let ours = text::parse(&text, Sources::default().add("text", ""));
        let complaints = ours.problems.iter().filter_map(|problem| problem.makemap_message("t"));
        let complaints = complaints.collect::<String>();
        let output = run("makemap", &["hash", "t"], &folder, &text);
        let shown = String::from_utf8_lossy(&text);
        assert_eq!(String::from_utf8_lossy(&output.stderr), complaints, "{shown:?}");
        assert_eq!(output.status.code(), Some(if complaints.is_empty() { 0 } else { 65 }), "{shown:?}");
        *(if complaints.is_empty() { &mut clean } else { &mut faulty }) += 1;

        let stored = ours.entries.iter().map(|entry| (entry.key.value.to_vec(), entry.value.value.to_vec()));
        assert_eq!(table_of(&fs::read(folder.join("t.db")).unwrap()), stored.collect(), "{shown:?}");
    }
    assert!(clean > 20 && faulty > 100, "{clean} {faulty}");
}
