//! Rate of `check_rcpt` evaluations, and time to load a `sendmail.cf`, for the engine and for `sendmail -bt`, if it is installed.
//!
//! `cargo bench --bench rewrite`. The configuration is compiled from `fixtures/features/access_db.mc`. The decisive group is
//! `check_rcpt, whole processes`: `relaycc trace` and `sendmail -bt` run the same script on the same configuration and files, and
//! print the same. With other users of the same domains, most lines come from the trace cache; with another domain on each line,
//! none does.

use std::{
    fs,
    hint::black_box,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
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

/// A folder with the configuration and all its files, for both programs. Names are looked up in files only.
fn folder(cf: &[u8], files: &MemoryFiles) -> io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-rewrite");
    fs::create_dir_all(&folder)?;
    for (path, bytes) in &files.0 {
        if let Some(name) = path.strip_prefix("/etc/mail").ok().filter(|name| *name != Path::new("service.switch")) {
            fs::write(folder.join(name), bytes)?;
        }
    }
    fs::write(folder.join("service.switch"), "hosts files\n")?;
    let text = String::from_utf8_lossy(cf).replace("/etc/mail/", &format!("{}/", folder.display()));
    let switch = format!("O ServiceSwitchFile={}\n", folder.join("service.switch").display());
    fs::write(folder.join("sendmail.cf"), text + &switch)?;
    Ok(folder)
}

/// A script with one client and this number of recipients.
fn script(probes: usize, recipient: impl Fn(usize) -> String) -> String {
    let client = ".D{client_addr}203.0.113.5\n.D{client_name}host.outside.test\n.D{client_resolve}OK\n";
    client.to_owned() + &(0..probes).map(|n| format!("check_rcpt <{}>\n", recipient(n))).collect::<String>()
}

/// Output of a program for a script.
fn printed(mut command: Command, script: &str) -> Option<Vec<u8>> {
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = spawned.ok()?;
    let mut input = child.stdin.take()?;
    thread::scope(|scope| {
        scope.spawn(move || input.write_all(script.as_bytes()));
        child.wait_with_output().ok()
    })
    .filter(|output| output.status.success())
    .map(|output| output.stdout)
}

fn ours(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relaycc"));
    command.args(["trace", "--host", "relay.example.com"]).arg(folder.join("sendmail.cf"));
    command
}

fn theirs(folder: &Path) -> Command {
    let cf = folder.join("sendmail.cf");
    let unshared = format!("hostname relay.example.com; ip link set lo up; exec sendmail -C {} -bt", cf.display());
    let mut command = Command::new("unshare");
    command.args(["-n", "-u", "sh", "-c", &unshared]);
    command
}

fn processes(c: &mut Criterion, folder: &Path) {
    const PROBES: usize = 10_000;
    let domain = |n: usize| match n % 5 {
        0 => "nomx.test",
        1 => "relay.example.com",
        2 => "spammer.test",
        3 => "example.com",
        _ => "outside.test",
    };
    let scripts = [
        ("other users", script(PROBES, |n| format!("user{n}@{}", domain(n)))),
        ("other domains", script(PROBES, |n| format!("user{n}@host{n}.test"))),
    ];
    let mut group = c.benchmark_group("check_rcpt, whole processes");
    group.sample_size(10).throughput(Throughput::Elements(PROBES as u64));
    for (name, script) in &scripts {
        group.bench_function(format!("relaycc trace, {name}"), |bencher| {
            bencher.iter(|| black_box(printed(ours(folder), script)));
        });
        let Some(reference) = printed(theirs(folder), script) else { continue };
        assert!(printed(ours(folder), script) == Some(reference), "both must print the same");
        group.bench_function(format!("sendmail -bt, {name}"), |bencher| {
            bencher.iter(|| black_box(printed(theirs(folder), script)));
        });
    }
    group.bench_function("start of relaycc trace", |bencher| bencher.iter(|| black_box(printed(ours(folder), ""))));
    group.bench_function("start of sendmail -bt", |bencher| bencher.iter(|| black_box(printed(theirs(folder), ""))));
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
    group.finish();
    if let Ok(folder) = folder(&cf, &files) {
        processes(c, &folder);
    }
}

criterion_group!(benches, rewrite);
criterion_main!(benches);
