//! Access maps with 100,000 entries: parsing the text, writing and reading files of each format, and lookups, compared with
//! `makemap` on the same text if it is installed. Then whole processes that build a map, print it (to nowhere and to a file), and
//! look up all of its keys in random order and as many absent keys: `relaycc` compared with `makemap`, `makemap -u` and `sendmail
//! -bt`.
//!
//! `RELAYCC_BENCH_ENTRIES` sets another number of entries.

use std::{
    fs::{self, File},
    hint::black_box,
    io,
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use relaycc::{
    map::{
        Answers, Duplicates, Format, Lookup, MapFile,
        text::{self, Reading, Table},
        write,
    },
    source::Sources,
};

fn access_text(entries: u64) -> Vec<u8> {
    (0..entries).flat_map(|n| format!("Connect:host-{n}.example.net\t550 5.7.1 refused\n").into_bytes()).collect()
}

fn entries() -> u64 {
    std::env::var("RELAYCC_BENCH_ENTRIES").ok().and_then(|count| count.parse().ok()).unwrap_or(100_000)
}

fn map(c: &mut Criterion) {
    let count = entries();
    let source = Sources::default().add("access", "");
    let text = access_text(count);
    let table = Table::read(text.clone(), source, Reading::default());
    let entries = table.pairs().collect::<Vec<_>>();

    let mut group = c.benchmark_group("map");
    group.sample_size(10).throughput(Throughput::Elements(count));
    group.bench_function("text to entries and places", |b| b.iter(|| text::parse(black_box(&text), source)));
    group.bench_function("text to a table", |b| {
        b.iter(|| Table::read(black_box(&text).clone(), source, Reading::default()).pairs().len());
    });
    let Ok(folder) = tempfile::tempdir() else { return };
    for format in Format::ALL.into_iter().filter(|format| format.is_written()) {
        let mut file = Vec::new();
        if write(format, &entries, Duplicates::Refuse, &mut file).is_err() {
            return;
        }
        let Ok(map) = MapFile::open(&file) else { return };
        group.bench_function(format!("entries to {format}"), |b| {
            b.iter(|| {
                let mut file = Vec::with_capacity(file.len());
                write(format, black_box(&entries), Duplicates::Refuse, &mut file).map(|()| file)
            });
        });
        group
            .bench_function(format!("{format} to entries"), |b| b.iter(|| map.entries().filter(Result::is_ok).count()));
        group.bench_function(format!("look-ups in {format}"), |b| {
            b.iter(|| entries.iter().filter(|(key, _)| matches!(map.get(key), Ok(Some(_)))).count());
        });
        let keys = entries.iter().map(|(key, _)| *key).collect::<Vec<_>>();
        let mut answers = Answers::default();
        group.bench_function(format!("look-ups in {format}, all together"), |b| {
            b.iter(|| map.get_all(black_box(&keys), &mut answers));
        });
        if let Some(lookup) = Lookup::of(file.as_slice()) {
            group.bench_function(format!("look-ups in {format}, all together, not in memory"), |b| {
                b.iter(|| lookup.get_all(black_box(&keys), &mut answers));
            });
        }

        let path = folder.path().join("access");
        if fs::write(&path, &text).is_err() {
            return;
        }
        group.bench_function(format!("text in a file to a {format} file"), |b| {
            b.iter(|| -> Result<(), Box<dyn std::error::Error>> {
                let table = Table::read(fs::read(&path)?, source, Reading::default());
                let entries = table.pairs().collect::<Vec<_>>();
                Ok(write(format, &entries, Duplicates::Refuse, &mut File::create(folder.path().join("ours"))?)?)
            });
        });
        let makemap = || {
            let input = File::open(&path)?;
            Command::new("makemap").arg(format.name()).arg(&path).stdin(input).stderr(Stdio::null()).status()
        };
        if makemap().is_ok_and(|status| status.success()) {
            group.bench_function(format!("makemap {format}, whole process"), |b| b.iter(makemap));
        }
    }
    group.finish();
}

/// The keys of a map, one per line, and the same as commands of `sendmail -bt`, in another order than in the map; and as many
/// absent keys.
fn look_ups(folder: &Path, count: u64) -> io::Result<()> {
    for (name, beginning) in [("keys", "connect:host"), ("absent", "connect:nost")] {
        let (mut keys, mut questions) = (String::new(), String::new());
        for n in 0..count {
            // A prime that does not divide the number of entries.
            let n = n * 611_953 % count;
            keys += &format!("{beginning}-{n}.example.net\n");
            questions += &format!("/map m {beginning}-{n}.example.net\n");
        }
        fs::write(folder.join(name), keys)?;
        fs::write(folder.join(format!("{name}.questions")), questions)?;
    }
    Ok(())
}

fn sendmail_cf(format: Format) -> String {
    format!(
        "V10/Berkeley\nDwrelay\nDmexample.com\nDjrelay.example.com\nO DontBlameSendmail=MapInUnsafeDirPath,\
         GroupWritableDirPathSafe,TrustStickyBit\nMlocal, P=/bin/false, F=lsDFMAw5:/|@q, A=false\n\
         Mprog, P=/bin/sh, F=lsDFMoqeu9, A=sh\nKm {format} ./m\n"
    )
}

/// Runs a tool in a folder, with standard input and output as files.
fn run(folder: &Path, command: &[&str], input: &str, output: &Path) -> io::Result<ExitStatus> {
    let (Some((tool, arguments)), input) = (command.split_first(), File::open(folder.join(input))?) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let output = File::create(output)?;
    Command::new(tool).args(arguments).current_dir(folder).stdin(input).stdout(output).stderr(Stdio::null()).status()
}

fn processes(c: &mut Criterion) {
    let count = entries();
    let Ok(folder) = tempfile::tempdir() else { return };
    let folder = folder.path();
    let text = access_text(count);
    if look_ups(folder, count).and_then(|()| fs::write(folder.join("text"), &text)).is_err() {
        return;
    }
    let table = Table::read(text, Sources::default().add("access", ""), Reading::default());
    let entries = table.pairs().collect::<Vec<_>>();
    let (nowhere, file) = (Path::new("/dev/null"), folder.join("printed"));
    let mut group = c.benchmark_group("whole processes");
    group.sample_size(10).throughput(Throughput::Elements(count));
    for format in [Format::Hash, Format::Btree] {
        let map = folder.join("m.db");
        let written = File::create(&map).map(|mut map| write(format, &entries, Duplicates::Refuse, &mut map));
        if !matches!(written, Ok(Ok(()))) || fs::write(folder.join("test.cf"), sendmail_cf(format)).is_err() {
            return;
        }
        let relaycc = env!("CARGO_BIN_EXE_relaycc");
        // Without a qualified host name, sendmail waits a minute for one.
        let sendmail = "hostname relay.example.com && exec sendmail -C test.cf -bt";
        let tools: [(&str, &[&str], &str, &Path); 10] = [
            ("relaycc map build", &[relaycc, "map", "build", format.name(), "ours"], "text", nowhere),
            ("makemap", &["makemap", format.name(), "theirs"], "text", nowhere),
            ("relaycc map dump, to nowhere", &[relaycc, "map", "dump", "m"], "keys", nowhere),
            ("makemap -u, to nowhere", &["makemap", "-u", format.name(), "m"], "keys", nowhere),
            ("relaycc map dump, to a file", &[relaycc, "map", "dump", "m"], "keys", &file),
            ("makemap -u, to a file", &["makemap", "-u", format.name(), "m"], "keys", &file),
            ("relaycc map get", &[relaycc, "map", "get", "m"], "keys", nowhere),
            ("sendmail -bt", &["unshare", "-u", "sh", "-c", sendmail], "keys.questions", nowhere),
            ("relaycc map get, absent keys", &[relaycc, "map", "get", "m"], "absent", nowhere),
            ("sendmail -bt, absent keys", &["unshare", "-u", "sh", "-c", sendmail], "absent.questions", nowhere),
        ];
        for (name, command, input, output) in tools {
            let work = || run(folder, command, input, output);
            // Status 1 means that a key was not found.
            if work().is_ok_and(|status| status.code().is_some_and(|code| code < 2)) {
                group.bench_function(format!("{format}: {name}"), |b| b.iter(work));
            }
        }
    }
    group.finish();
}

criterion_group!(benches, map, processes);
criterion_main!(benches);
