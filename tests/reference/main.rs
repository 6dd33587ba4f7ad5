//! Asks the real sendmail and compares.
//!
//! ```text
//! cargo test --test reference                                     everything
//! RELAYCC_FIXTURE=access_db cargo test --test reference one       one fixture, every difference printed
//! RELAYCC_FIXTURE=access_db RELAYCC_CF=./my.cf cargo test --test reference one      the same for any sendmail.cf
//! ```
//!
//! Where sendmail is not installed the live tests say so and pass; with `RELAYCC_REQUIRE_REFERENCE=1` they fail.

#[cfg(test)]
mod compare;
#[cfg(test)]
mod directives;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod m4;
#[cfg(test)]
mod probe;
#[cfg(test)]
mod probes;
#[cfg(test)]
mod world;

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, env, fs, io, path::Path, process::Command, slice, sync::Mutex, thread};

    use crate::{
        compare::{self, Candidate, Comparison},
        fixture::{self, Fixture, Place},
        m4,
        world::World,
    };

    /// The worlds that `fixtures` need, or `None` where there is no reference, which is said aloud.
    fn worlds(fixtures: &[Fixture]) -> Option<BTreeMap<Place, World>> {
        let open = || -> io::Result<BTreeMap<Place, World>> {
            if !m4::installed() {
                return Err(io::Error::other("sendmail and its macro tree are not installed"));
            }
            let wanted = Place::ALL.into_iter().filter(|place| fixtures.iter().any(|fixture| fixture.place == *place));
            wanted.map(|place| Ok((place, World::open(&place.setting())?))).collect()
        };
        match open() {
            Ok(worlds) => Some(worlds),
            Err(reason) => {
                assert!(env::var_os("RELAYCC_REQUIRE_REFERENCE").is_none(), "no reference to ask: {reason}");
                println!("NOT COMPARED WITH SENDMAIL: {reason}");
                None
            }
        }
    }

    /// Calls `work` on each fixture, as many at a time as there are processors.
    fn each<T: Send>(fixtures: &[Fixture], work: impl Fn(&Fixture) -> T + Sync) -> Vec<T> {
        let (queue, done) = (Mutex::new(fixtures.iter().enumerate()), Mutex::new(BTreeMap::new()));
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(|| {
                    loop {
                        let next = queue.lock().unwrap().next();
                        let Some((number, fixture)) = next else { break };
                        let result = work(fixture);
                        done.lock().unwrap().insert(number, result);
                    }
                });
            }
        });
        done.into_inner().unwrap().into_values().collect()
    }

    /// A line for each configuration, and the totals.
    fn table(all: &[Comparison]) -> String {
        let mut text = format!(
            "{:<44} {:>7} {:>10} {:>11} {:>8}\n",
            "configuration", "probes", "directives", "diagnostics", "answers"
        );
        for one in all {
            let (directives, diagnostics, answers) = (one.directives.len(), one.diagnostics.len(), one.answers.len());
            text += &format!("{:<44} {:>7} {directives:>10} {diagnostics:>11} {answers:>8}\n", one.name, one.probes);
        }
        let probes: usize = all.iter().map(|one| one.probes).sum();
        let differences: usize = all.iter().map(Comparison::differences).sum();
        text + &format!("{} configurations, {probes} probes, {differences} differences\n", all.len())
    }

    #[test]
    fn every_one_answers_as_the_reference() {
        let candidate = Candidate::from_environment();
        let built = Command::new(env!("CARGO_BIN_EXE_relaycc")).args(["build", "--help"]).output().unwrap();
        if matches!(candidate, Candidate::Relaycc) && !built.status.success() {
            println!("NOT COMPARED: this relaycc has no `build`");
            return;
        }
        let fixtures = fixture::chosen().unwrap();
        let Some(worlds) = worlds(&fixtures) else { return };
        let all = each(&fixtures, |fixture| compare::whole(&worlds[&fixture.place], fixture, &candidate).unwrap());
        let report: String = all.iter().map(Comparison::report).collect();
        let table = table(&all);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../reference-report.txt");
        fs::write(&path, format!("{table}\n{report}")).unwrap();
        if env::var_os("RELAYCC_FIXTURE").is_some() {
            println!("{report}");
        }
        println!("{table}");
        let differences: usize = all.iter().map(Comparison::differences).sum();
        assert_eq!(differences, 0, "see target/reference-report.txt");
    }

    /// The comparison is worth something only if it fails on a configuration that decides otherwise.
    #[test]
    fn an_altered_configuration_is_told_apart() {
        let mc = fixture::folder("features").join("access_db.mc");
        let fixture = Fixture { name: "features/access_db".to_owned(), mc, place: Place::Example };
        let Some(worlds) = worlds(slice::from_ref(&fixture)) else { return };
        let world = &worlds[&fixture.place];
        let reference = m4::compile(&fixture.mc).unwrap();
        let probes = compare::questions(world, &fixture, &reference).unwrap();
        let same = compare::answers(world, "same", &probes, &reference.cf, &reference.cf).unwrap();
        assert!(same.is_empty(), "the same configuration answers in two ways: {same:?}");
        for (from, to) in [
            ("R<RELAY> $*\t\t$@ RELAY\t\trelayable IP address\n", ""),
            ("R$* $| RELAY\t\t$@ RELAY\n", "R$*\t\t$@ RELAY\n"),
            ("R<@> < $* @ localhost.$m >", "R<@> < $* @ other.$m >"),
            ("\"550 Relaying denied\"", "\"551 Relaying denied\""),
            ("R<FORGED>", "R<FORGER>"),
            ("R$* u $* $| <@>", "R$* v $* $| <@>"),
            ("R$* % $*\t\t$1 @ $2", "R$* % $*\t\t$1 % $2"),
            ("CP.\n", "CP. test\n"),
            ("R<@> < $* @ localhost >", "R<@> < $* @ localhorst >"),
        ] {
            let altered = reference.cf.replace(from, to);
            assert!(altered != reference.cf, "{from:?} is not there");
            let found = compare::answers(world, "altered", &probes, &reference.cf, &altered).unwrap();
            assert!(!found.is_empty(), "nobody noticed {from:?} -> {to:?}");
        }
    }
}
