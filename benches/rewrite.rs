//! Probes of `check_rcpt` per second, and reading a `sendmail.cf`, by the engine and by `sendmail -bt`, where it is installed.
//!
//! `cargo bench --bench rewrite`. The configuration is the one that this program makes of `fixtures/features/access_db.mc`.

use std::{
    fs,
    hint::black_box,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use relaycc::{
    emit::cf,
    front::{self, Input, Syntax},
    map::{Duplicates, Format, write},
    rewrite::{Host, Services, Session, ZoneResolver, load},
    source::{MemoryFiles, NoFiles, Sources},
    syntax::zone,
};

/// The configuration, its files and its zones.
fn setting() -> (Vec<u8>, MemoryFiles, ZoneResolver) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mc = fs::read(fixtures.join("features/access_db.mc")).unwrap_or_default();
    let input = Input { name: "access_db.mc", bytes: &mc, syntax: Syntax::Mc };
    let compiled = front::compile(&input, &NoFiles);
    let text = compiled.site.map(|site| cf::emit(&site).into_text()).unwrap_or_default();
    let mut files = MemoryFiles::default();
    let reference = fixtures.join("reference");
    for name in ["access", "local-host-names", "service.switch"] {
        let bytes = fs::read(reference.join("etc-mail").join(name)).unwrap_or_default();
        if name == "access" {
            let text = String::from_utf8_lossy(&bytes).to_lowercase();
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            let entries = lines.filter_map(|line| line.split_once(char::is_whitespace));
            let entries = entries.map(|(key, value)| (key, value.trim())).collect::<Vec<_>>();
            let mut map = Vec::new();
            if write(Format::Hash, &entries, Duplicates::Last, &mut map).is_ok() {
                files.0.insert("/etc/mail/access.db".into(), map);
            }
        }
        files.0.insert(format!("/etc/mail/{name}").into(), bytes);
    }
    files.0.insert("/etc/hosts".into(), fs::read(reference.join("hosts")).unwrap_or_default());
    let zone = fs::read_to_string(reference.join("root.zone")).unwrap_or_default();
    let (zones, _) = zone::parse(&zone, Sources::default().add("root.zone", ""), "");
    (text.into_bytes(), files, ZoneResolver::new(zones, Vec::new()))
}

const RECIPIENTS: [&str; 4] =
    ["<user@nomx.test>", "<user@relay.example.com>", "<user@spammer.test>", "<@relay.example.com:user@outside.test>"];

/// The time that `sendmail -bt` takes on the same configuration for so many probes, its start included.
fn sendmail(cf: &Path, probes: u64) -> Option<Duration> {
    let recipients = RECIPIENTS.iter().cycle().zip(0..probes);
    let script = recipients.map(|(recipient, _)| format!("check_rcpt {recipient}\n")).collect::<String>();
    let start = Instant::now();
    let unshared = format!("hostname relay.example.com; ip link set lo up; exec sendmail -C {} -bt", cf.display());
    let mut child = Command::new("unshare")
        .args(["-n", "-u", "sh", "-c", &unshared])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(script.as_bytes()).ok()?;
    child.wait().ok()?.success().then(|| start.elapsed())
}

fn rewrite(c: &mut Criterion) {
    let (cf, files, resolver) = setting();
    let host = Host { name: "relay.example.com".to_owned(), ..Host::default() };
    let mut sources = Sources::default();
    let source = sources.add_bytes("sendmail.cf", &cf);
    c.bench_function("load", |bencher| bencher.iter(|| black_box(load(&sources, source, &host, &files))));
    let program = load(&sources, source, &host, &files).program;
    let mut session = Session::new(&program, Services { files: &files, resolver: &resolver });
    for (name, value) in
        [("client_addr", "203.0.113.5"), ("client_name", "host.outside.test"), ("client_resolve", "OK")]
    {
        session.set_macro(name.as_bytes(), Some(value.as_bytes()));
    }
    let mut group = c.benchmark_group("check_rcpt");
    group.throughput(Throughput::Elements(RECIPIENTS.len() as u64));
    group.bench_function("engine", |bencher| {
        bencher.iter(|| {
            for recipient in RECIPIENTS {
                black_box(session.call(b"check_rcpt", recipient.as_bytes(), None));
            }
        });
    });
    let probes = 4_000;
    group.sample_size(10).throughput(Throughput::Elements(probes));
    group.bench_function("engine, 4000 of them", |bencher| {
        bencher.iter(|| {
            for (recipient, _) in RECIPIENTS.iter().cycle().zip(0..probes) {
                black_box(session.call(b"check_rcpt", recipient.as_bytes(), None));
            }
        });
    });
    let folder = tempfile::tempdir();
    let path = folder.as_ref().map(|folder| folder.path().join("sendmail.cf")).unwrap_or_default();
    if fs::write(&path, &cf).is_ok() && sendmail(&path, 0).is_some() {
        group.bench_function("sendmail -bt, 4000 of them", |bencher| {
            bencher.iter(|| black_box(sendmail(&path, probes)));
        });
        group.finish();
        c.bench_function("start of sendmail -bt", |bencher| bencher.iter(|| black_box(sendmail(&path, 0))));
    }
}

criterion_group!(benches, rewrite);
criterion_main!(benches);
