//! Access maps of 100,000 entries: text to entries, entries to file, file to entries, and look-ups; beside them the whole
//! of `makemap hash` on the same text, where it is installed.

use std::{
    fs::{self, File},
    hint::black_box,
    process::{Command, Stdio},
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use relaycc::{
    map::{
        hash::{HashFile, write},
        text,
    },
    source::Sources,
};

const ENTRIES: u64 = 100_000;

fn access_text() -> String {
    (0..ENTRIES).map(|n| format!("Connect:host-{n}.example.net\t550 5.7.1 refused\n")).collect()
}

fn map(c: &mut Criterion) {
    let source = Sources::default().add("access", "");
    let text = access_text();
    let parsed = text::parse(text.as_bytes(), source);
    let entries = parsed.entries.iter().map(|entry| (&*entry.key.value, entry.value.value)).collect::<Vec<_>>();
    let mut file = Vec::new();
    if write(&entries, &mut file).is_err() {
        return;
    }
    let Ok(map) = HashFile::open(&file) else { return };

    let mut group = c.benchmark_group("map");
    group.sample_size(10).throughput(Throughput::Elements(ENTRIES));
    group.bench_function("text to entries", |b| b.iter(|| text::parse(black_box(text.as_bytes()), source)));
    group.bench_function("entries to hash file", |b| {
        b.iter(|| {
            let mut file = Vec::with_capacity(file.len());
            write(black_box(&entries), &mut file).map(|()| file)
        });
    });
    group.bench_function("hash file to entries", |b| b.iter(|| map.entries().filter(Result::is_ok).count()));
    group.bench_function("look-ups in hash file", |b| {
        b.iter(|| entries.iter().filter(|(key, _)| matches!(map.get(key), Ok(Some(_)))).count());
    });

    if let Ok(folder) = tempfile::tempdir()
        && let path = folder.path().join("access")
        && fs::write(&path, &text).is_ok()
    {
        let makemap = || {
            let input = File::open(&path)?;
            Command::new("makemap").arg("hash").arg(&path).stdin(input).stderr(Stdio::null()).status()
        };
        if makemap().is_ok_and(|status| status.success()) {
            group.bench_function("makemap hash, whole process", |b| b.iter(makemap));
        }
    }
    group.finish();
}

criterion_group!(benches, map);
criterion_main!(benches);
