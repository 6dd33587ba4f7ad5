//! How long it takes to compile a site: inside the process, and as a whole process beside m4.
//!
//! `cargo bench --bench build`. The comparison needs sendmail's m4 tree; where that is missing it says so.

use std::{
    fs,
    hint::black_box,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group};
use relaycc::{
    emit::cf,
    front::{self, Input, Syntax},
    source::NoFiles,
};

/// Where Debian's sendmail-cf puts the m4 tree; `RELAYCC_CF_DIR` names another.
const CF_DIR: &str = "/usr/share/sendmail/cf";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/arkum").join(name)
}

fn compile(criterion: &mut Criterion) {
    for (name, syntax) in [("site.toml", Syntax::Toml), ("site.mc", Syntax::Mc)] {
        let Ok(bytes) = fs::read(fixture(name)) else { continue };
        let input = Input { name, bytes: &bytes, syntax };
        criterion.bench_function(&format!("{name} to sendmail.cf"), |bencher| {
            bencher.iter(|| front::compile(black_box(&input), &NoFiles).site.map(|site| cf::emit(&site).to_string()));
        });
    }
}

criterion_group!(in_process, compile);

/// The median time of `runs` runs of each command, taken in turn so that both see the same machine.
fn medians(runs: usize, mut commands: [Command; 2]) -> [Duration; 2] {
    let mut times = [Vec::with_capacity(runs), Vec::with_capacity(runs)];
    for _ in 0..runs {
        for (command, times) in commands.iter_mut().zip(&mut times) {
            let start = Instant::now();
            let status = command.status();
            times.push(start.elapsed());
            assert!(status.is_ok_and(|status| status.success()), "{command:?}");
        }
    }
    times.map(|mut times| {
        times.sort();
        times.get(times.len() / 2).copied().unwrap_or_default()
    })
}

fn silent(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A line of the result; a reader that has gone is no failure.
fn say(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn beside_m4() {
    let tree = std::env::var("RELAYCC_CF_DIR").unwrap_or_else(|_| CF_DIR.into());
    let main = Path::new(&tree).join("m4/cf.m4");
    if !main.exists() {
        say(format_args!("no comparison with m4: there is no {}", main.display()));
        return;
    }
    let site = fixture("site.mc");
    let mut ours = silent(Path::new(env!("CARGO_BIN_EXE_relaycc")));
    ours.arg("build").arg(&site).args(["--emit", "cf", "--out", "-"]);
    let mut theirs = silent(Path::new("m4"));
    theirs.arg(format!("-D_CF_DIR_={tree}/")).args([&main, &site]);
    let [ours, theirs] = medians(200, [ours, theirs]);
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    say(format_args!(
        "site.mc to sendmail.cf, whole process, median of 200: relaycc {ours:?}, m4 {theirs:?}: {ratio:.1} times faster"
    ));
}

fn main() {
    in_process();
    Criterion::default().configure_from_args().final_summary();
    // `cargo test` runs benches once to see that they work; a comparison of debug builds would say nothing.
    if std::env::args().any(|argument| argument == "--bench") {
        beside_m4();
    }
}
