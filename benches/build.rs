//! Time to compile a site: within the process, and as a whole process compared with m4.
//!
//! `cargo bench --bench build`. The comparison needs sendmail's m4 tree; without it, a note is printed instead.

use std::{
    env, fs,
    hint::black_box,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use criterion::Criterion;
use relaycc::{
    catalog::table::TableKind,
    emit::{cf, relay, tables},
    front::{self, Input, Syntax},
    map::Format,
    source::{MemoryFiles, NoFiles},
};

/// The m4 tree of Debian's sendmail-cf; `RELAYCC_CF_DIR` overrides it.
const CF_DIR: &str = "/usr/share/sendmail/cf";
/// Number of runs of each program.
const RUNS: usize = 200;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/arkum").join(name)
}

/// Text in, text out.
fn compile(criterion: &mut Criterion) -> io::Result<()> {
    for (name, syntax) in [("site.toml", Syntax::Toml), ("site.mc", Syntax::Mc)] {
        let bytes = fs::read(fixture(name))?;
        let input = Input { name, bytes: &bytes, syntax };
        if front::compile(&input, &NoFiles).site.is_none() {
            return Err(io::Error::other(format!("fixtures/arkum/{name} does not compile")));
        }
        criterion.bench_function(&format!("{name} to sendmail.cf"), |bencher| {
            bencher.iter(|| front::compile(black_box(&input), &NoFiles).site.map(|site| cf::emit(&site).to_string()));
        });
    }
    Ok(())
}

/// Compiles a generated access map to all of its products.
fn large_access(criterion: &mut Criterion) -> io::Result<()> {
    let text: String = (0..10_000).map(|n| format!("From:host{n}.example.org\tREJECT\n")).collect();
    let files = MemoryFiles([(PathBuf::from("access"), text.into_bytes())].into());
    let mc = b"OSTYPE(`linux')\nFEATURE(`access_db')\nMAILER(`smtp')\n";
    let input = Input { name: "site.mc", bytes: mc, syntax: Syntax::Mc };
    let build = || {
        let site = front::compile(black_box(&input), &files).site?;
        let database = tables::map_file(&site.table(TableKind::Access)?, Format::Hash).ok()?;
        Some((database, relay::relay_config(&site).ok()?.to_toml().ok()?))
    };
    if build().is_none() {
        return Err(io::Error::other("the generated access map does not compile"));
    }
    criterion.bench_function("10,000 access entries to access.db and relay.toml", |bencher| bencher.iter(build));
    Ok(())
}

fn silent(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Duration of one run.
fn time(command: &mut Command) -> io::Result<Duration> {
    let start = Instant::now();
    let status = command.status()?;
    let taken = start.elapsed();
    if status.success() { Ok(taken) } else { Err(io::Error::other(format!("{command:?}: {status}"))) }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// m4 with sendmail's tree, reading a site from standard input; `None` without the tree.
fn m4() -> Option<Command> {
    let tree = env::var("RELAYCC_CF_DIR").unwrap_or_else(|_| CF_DIR.into());
    let main = Path::new(&tree).join("m4/cf.m4");
    let mut m4 = silent(Path::new("m4"));
    m4.arg(format!("-D_CF_DIR_={tree}/")).arg(&main);
    main.exists().then_some(m4)
}

/// Compiles the same site with m4 and relaycc, alternately, so that both run under the same conditions.
fn beside_m4(out: &mut impl Write) -> io::Result<()> {
    let Some(mut theirs) = m4() else { return writeln!(out, "not compared with m4: its tree is not installed") };
    let site = fixture("site.mc");
    let mut ours = silent(Path::new(env!("CARGO_BIN_EXE_relaycc")));
    ours.arg("build").arg(&site).args(["--emit", "cf", "--out", "-"]);
    theirs.arg(&site);
    let (mut our_times, mut their_times) = (Vec::with_capacity(RUNS), Vec::with_capacity(RUNS));
    for _ in 0..RUNS {
        our_times.push(time(&mut ours)?);
        their_times.push(time(&mut theirs)?);
    }
    let (ours, theirs) = (median(our_times), median(their_times));
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    writeln!(out, "site.mc to sendmail.cf, whole process, median of {RUNS} runs each:")?;
    writeln!(out, "  relaycc {ours:.2?}   m4 {theirs:.2?}   {ratio:.1} times faster")
}

/// Lints all `.mc` files of a folder in one run, compared with m4 on each of them. `RELAYCC_CORPUS` names another folder with a
/// subfolder `mc`.
fn many_beside_m4(out: &mut impl Write) -> io::Result<()> {
    const ROUNDS: usize = 5;
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/features");
    let folder = env::var_os("RELAYCC_CORPUS").map_or(own, |corpus| Path::new(&corpus).join("mc"));
    let mut sites = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    sites.retain(|path| path.extension().is_some_and(|extension| extension == "mc"));
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        silent(Path::new(env!("CARGO_BIN_EXE_relaycc"))).arg("lint").args(&sites).status()?;
        our_times.push(start.elapsed());
        let start = Instant::now();
        for site in &sites {
            let Some(mut m4) = m4() else { return Ok(()) };
            m4.arg(site).status()?;
        }
        their_times.push(start.elapsed());
    }
    let (ours, theirs) = (median(our_times), median(their_times));
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    writeln!(out, "{} sites of {}, linted in one run, median of {ROUNDS}:", sites.len(), folder.display())?;
    writeln!(out, "  relaycc {ours:.2?}   m4 for each {theirs:.2?}   {ratio:.1} times faster")
}

fn main() -> io::Result<()> {
    let mut criterion = Criterion::default().configure_from_args();
    compile(&mut criterion)?;
    large_access(&mut criterion)?;
    criterion.final_summary();
    // `cargo test` runs benchmarks once as a smoke test; comparing debug builds would be meaningless.
    if env::args().any(|argument| argument == "--bench") {
        beside_m4(&mut io::stdout())?;
        many_beside_m4(&mut io::stdout())?;
    }
    Ok(())
}
