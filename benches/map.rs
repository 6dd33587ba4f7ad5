//! Access maps of 100,000 entries: text to entries, entries to files of each format, files to entries, and look-ups; beside
//! them the whole of `makemap` on the same text, where it is installed.
//!
//! `RELAYCC_BENCH_ENTRIES` sets another number of entries.

use std::{
    fs::{self, File},
    hint::black_box,
    process::{Command, Stdio},
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use relaycc::{
    map::{
        Duplicates, Format, MapFile,
        text::{self, Reading, Table},
        write,
    },
    source::Sources,
};

fn access_text(entries: u64) -> Vec<u8> {
    (0..entries).flat_map(|n| format!("Connect:host-{n}.example.net\t550 5.7.1 refused\n").into_bytes()).collect()
}

fn map(c: &mut Criterion) {
    let count = std::env::var("RELAYCC_BENCH_ENTRIES").ok().and_then(|count| count.parse().ok()).unwrap_or(100_000);
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

criterion_group!(benches, map);
criterion_main!(benches);
