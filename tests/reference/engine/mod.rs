//! The rewriting engine beside the real sendmail: the same configurations, the same commands of test mode, and every line
//! that they print compared.
//!
//! ```text
//! cargo test --release --test reference engine                                    a sample of the fixtures
//! RELAYCC_FIXTURE=features/dnsbl cargo test --test reference engine               one fixture, its first differences printed
//! RELAYCC_ENGINE=all RELAYCC_CORPUS=DIR cargo test --release --test reference engine     everything
//! ```

mod compare;
mod random;
mod script;
mod sides;

use std::{collections::BTreeMap, env, fs, path::Path, sync::Mutex, thread};

use crate::{
    fixture::{self, Fixture, Place},
    found, m4,
    world::World,
};
use compare::{Compared, Counts};

/// A configuration to be asked.
#[derive(Debug, Clone)]
struct Configuration {
    /// Name of what it was made of, and by whom.
    name: String,
    /// The text.
    cf: Vec<u8>,
    /// Where it is asked.
    place: Place,
}

/// Worlds by place, or `None` where there is no reference.
fn worlds() -> Option<BTreeMap<Place, World>> {
    let open = || -> std::io::Result<BTreeMap<Place, World>> {
        if !m4::installed() {
            return Err(std::io::Error::other("sendmail and its macro tree are not installed"));
        }
        [Place::Example, Place::Arkum].into_iter().map(|place| Ok((place, World::open(&place.setting())?))).collect()
    };
    match open() {
        Ok(worlds) => Some(worlds),
        Err(reason) => {
            assert!(env::var_os("RELAYCC_REQUIRE_REFERENCE").is_none(), "no reference to ask: {reason}");
            println!("NOT COMPARED WITH A RUNNING SENDMAIL: {reason}");
            None
        }
    }
}

/// What m4 makes of a `.mc`, and what this program makes of it.
fn both(fixture: &Fixture) -> Vec<Configuration> {
    let mut all = Vec::new();
    let Ok(compiled) = m4::compile(&fixture.mc) else { return all };
    if compiled.verdict == m4::Verdict::Broken {
        return all;
    }
    let place = fixture.place;
    all.push(Configuration { name: format!("{} by m4", fixture.name), cf: compiled.cf.into_bytes(), place });
    if let Some(cf) = sides::built(&fixture.mc) {
        all.push(Configuration { name: format!("{} by relaycc", fixture.name), cf, place });
    }
    all
}

/// The `sendmail.cf` files of a folder.
fn files(folder: &Path, place: Place) -> Vec<Configuration> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths = entries.flatten().map(|entry| entry.path()).collect::<Vec<_>>();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "cf"));
    paths.sort();
    let read = |path: &std::path::PathBuf| Configuration {
        name: format!("corpus/{}", path.file_stem().unwrap_or_default().to_string_lossy()),
        cf: fs::read(path).unwrap(),
        place,
    };
    paths.iter().map(read).collect()
}

/// Compares all of them, as many at a time as there are processors.
fn compare(worlds: &BTreeMap<Place, World>, all: Vec<Configuration>, title: &str) {
    let queue = Mutex::new(all.iter().enumerate());
    let done = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().next();
                    let Some((number, one)) = next else { break };
                    let compared = compare::compare(&worlds[&one.place], one).unwrap();
                    done.lock().unwrap().insert(number, compared);
                }
            });
        }
    });
    let done = done.into_inner().unwrap().into_values().collect::<Vec<Compared>>();
    let mut total = Counts::default();
    let mut report = String::new();
    let mut differing = 0;
    for one in &done {
        total.add(&one.counts);
        if !one.differences.is_empty() {
            differing += 1;
            report += &one.report();
        }
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("../engine-{title}-report.txt"));
    fs::write(&path, &report).unwrap();
    println!("{}", report.lines().take(150).collect::<Vec<_>>().join("\n"));
    println!(
        "{title}: {} configurations, {} probes, {} lines; answers differ: {}, traces differ: {}; configurations that differ: \
         {differing}; sendmail took {:.1} s, the engine {:.1} s",
        done.len(),
        total.probes,
        total.lines,
        total.answers,
        total.traces,
        total.theirs.as_secs_f64(),
        total.ours.as_secs_f64(),
    );
    assert!(total.answers == 0 && total.traces == 0, "see target/engine-{title}-report.txt");
}

/// Whether all is to be compared.
fn everything() -> bool {
    env::var("RELAYCC_ENGINE").is_ok_and(|value| value == "all")
}

#[test]
fn engine_prints_what_sendmail_prints_of_fixtures() {
    let Some(worlds) = worlds() else { return };
    let mut fixtures = fixture::chosen().unwrap();
    if !everything() && env::var_os("RELAYCC_FIXTURE").is_none() {
        fixtures = fixtures.into_iter().step_by(29).collect();
    }
    let all = fixtures.iter().flat_map(both).collect();
    compare(&worlds, all, "fixtures");
}

#[test]
fn engine_prints_what_sendmail_prints_of_samples() {
    if !everything() {
        return;
    }
    let Some(worlds) = worlds() else { return };
    let all = found::samples().unwrap().iter().flat_map(both).collect();
    compare(&worlds, all, "samples");
}

#[test]
fn engine_prints_what_sendmail_prints_of_a_corpus() {
    let (Some(folder), true) = (env::var_os("RELAYCC_CORPUS"), everything()) else { return };
    let Some(worlds) = worlds() else { return };
    let mut all = found::corpus().unwrap().iter().flat_map(both).collect::<Vec<_>>();
    all.extend(files(&Path::new(&folder).join("cf"), Place::Example));
    compare(&worlds, all, "corpus");
}

/// Rules that nobody would write: `RELAYCC_ENGINE=all` asks a hundred thousand questions, `RELAYCC_SEED` begins elsewhere.
#[test]
fn engine_prints_what_sendmail_prints_of_random_rules() {
    let Some(worlds) = worlds() else { return };
    let seed = env::var("RELAYCC_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1_u64);
    let count = if everything() { 200 } else { 6 };
    let all = (seed..seed + count).map(|seed| {
        let mut random = fastrand::Rng::with_seed(seed);
        let cf = random::configuration(&mut random).into_bytes();
        let probes = random::probes(&mut random, 500);
        (Configuration { name: format!("random/{seed}"), cf, place: Place::Example }, probes)
    });
    let mut total = Counts::default();
    let mut report = String::new();
    for (one, probes) in all {
        let compared = compare::asked(&worlds[&one.place], &one, &probes).unwrap();
        if !compared.differences.is_empty() {
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.cf", one.name.replace('/', "-")));
            fs::write(path, &one.cf).unwrap();
        }
        total.add(&compared.counts);
        if !compared.differences.is_empty() {
            report += &compared.report();
        }
    }
    println!("{}", report.lines().take(150).collect::<Vec<_>>().join("\n"));
    println!(
        "random rules: {count} configurations, {} evaluations, {} lines; answers differ: {}, traces differ: {}; not compared, \
         for sendmail overran an array: {}",
        total.probes, total.lines, total.answers, total.traces, total.overruns
    );
    assert!(report.is_empty());
}
