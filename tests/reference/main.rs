//! Asks the real sendmail and compares.
//!
//! ```text
//! cargo test --test reference                                     everything
//! RELAYCC_FIXTURE=access_db cargo test --test reference one       one fixture, every difference printed
//! RELAYCC_FIXTURE=access_db RELAYCC_CF=my.cf cargo test --test reference one          the same for any sendmail.cf
//! RELAYCC_PENDING=1 cargo test --test reference every             writes fixtures/reference/pending.txt: what still differs
//! RELAYCC_RECORD=1 cargo test --test reference one                writes fixtures/reference/recorded anew
//! ```
//!
//! The reference's answers are kept under `target/` until a configuration or a question changes (`RELAYCC_FRESH=1` asks
//! anew). Where sendmail is not installed, our output is compared with the recordings, and that no more was done is said aloud;
//! with `RELAYCC_REQUIRE_REFERENCE=1` its absence is a failure. `target/reference-report.txt` has every difference.

#[cfg(test)]
mod asked;
#[cfg(test)]
mod compare;
#[cfg(test)]
mod directives;
#[cfg(test)]
mod dns;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod found;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod m4;
#[cfg(test)]
mod memo;
#[cfg(test)]
mod mutants;
#[cfg(test)]
mod own_tree;
#[cfg(test)]
mod probe;
#[cfg(test)]
mod probes;
#[cfg(test)]
mod recording;
#[cfg(test)]
mod smtp;
#[cfg(test)]
mod spoken;
#[cfg(test)]
mod world;

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        env, fs, io,
        path::Path,
        slice,
        sync::Mutex,
        thread,
    };

    use relaycc::{
        emit::cf,
        front::{self, Input, Syntax},
        migrate::{Migrated, migrate},
        source::NoFiles,
    };

    use crate::{
        compare::{self, Candidate, Comparison, Reference},
        fixture::{self, Fixture, Place},
        found,
        generated::{self, Generated},
        m4, mutants, own_tree,
        recording::{self, Recording},
        smtp,
        world::World,
    };

    /// The worlds that `fixtures` need, or `None` where there is no reference, which is said aloud.
    fn worlds(fixtures: &[Fixture]) -> Option<BTreeMap<Place, World>> {
        let base = Fixture::base();
        let open = || -> io::Result<BTreeMap<Place, World>> {
            if !m4::installed() {
                return Err(io::Error::other("sendmail and its macro tree are not installed"));
            }
            let places: BTreeSet<Place> = fixtures.iter().chain([&base]).map(|fixture| fixture.place).collect();
            places.into_iter().map(|place| Ok((place, World::open(&place.setting())?))).collect()
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

    /// Names of fixtures that are known not to be equal yet, in `fixtures/reference/pending.txt`.
    fn pending() -> BTreeSet<String> {
        let text = fs::read_to_string(fixture::folder("reference").join("pending.txt")).unwrap_or_default();
        text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
    }

    #[test]
    fn every_one_answers_as_the_reference() {
        let fixtures = fixture::chosen().unwrap();
        let candidate = Candidate::from_environment();
        let Some(worlds) = worlds(&fixtures) else {
            let Some(candidate) = candidate else { return };
            let recorded = |fixture: &Fixture| Recording::load(&fixture.name).unwrap();
            judge(&each(&fixtures, |one| Comparison::offline(one, &candidate, &recorded(one)).unwrap().0), "reference");
            return;
        };

        let base = Fixture::base();
        let base =
            Reference::ask(&worlds[&base.place], &base).map(|base| base.recording(&worlds[&Place::Example])).unwrap();
        let record = env::var_os("RELAYCC_RECORD").is_some();
        let same_version = Recording::load(recording::BASE).is_ok_and(|kept| kept.version() == base.version());
        if !record && !same_version {
            println!("RECORDINGS NOT COMPARED: they are of another version of sendmail than {:?}", base.version());
        }
        let all = each(&fixtures, |fixture| {
            let world = &worlds[&fixture.place];
            let reference = Reference::ask(world, fixture).unwrap();
            let found = reference.recording(world);
            if record {
                found.save(&fixture.name, &base).unwrap();
            } else if fixture.kept && same_version {
                let kept = Recording::load(&fixture.name).unwrap_or_else(|error| panic!("{}: {error}", fixture.name));
                assert!(kept == found, "{}: the recording is out of date (RELAYCC_RECORD=1)", fixture.name);
            }
            let compared = candidate.as_ref().map(|candidate| Comparison::live(world, fixture, candidate, &reference));
            compared.map_or_else(
                || Comparison { name: fixture.name.clone(), probes: reference.probes.len(), ..Default::default() },
                Result::unwrap,
            )
        });
        if candidate.is_none() {
            println!("NOTHING COMPARED WITH THE REFERENCE: this relaycc has no `build`");
            println!("{}", compare::table(&all));
            return;
        }
        judge(&all, "reference");
    }

    /// Prints and keeps the report; fails on differences, save those of fixtures that are known to differ still.
    fn judge(all: &[Comparison], name: &str) {
        let report: String = all.iter().map(Comparison::report).collect();
        let table = compare::table(all);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("../{name}-report.txt"));
        fs::write(&path, format!("{table}\n{report}")).unwrap();
        if env::var_os("RELAYCC_FIXTURE").is_some() {
            println!("{report}{table}");
            assert!(report.is_empty(), "they differ");
            return;
        }
        println!("{table}");
        let differing = all.iter().filter(|one| one.differences() > 0).map(|one| one.name.clone());
        let differing: BTreeSet<String> = differing.collect();
        let mut pending = pending();
        if env::var_os("RELAYCC_PENDING").is_some() {
            pending.retain(|name| !all.iter().any(|one| one.name == *name));
            pending.extend(differing.iter().cloned());
            let lines: String = pending.iter().map(|name| format!("{name}\n")).collect();
            fs::write(fixture::folder("reference").join("pending.txt"), lines).unwrap();
        }
        pending.retain(|name| all.iter().any(|one| one.name == *name));
        let worse: Vec<_> = differing.difference(&pending).collect();
        assert!(worse.is_empty(), "these differ, see target/{name}-report.txt: {worse:?}");
        let better: Vec<_> = pending.difference(&differing).collect();
        assert!(better.is_empty(), "these are equal now and no longer pending: {better:?}");
    }

    /// Compares configurations found elsewhere.
    fn found(fixtures: &[Fixture], name: &str) {
        let (Some(worlds), Some(candidate)) = (worlds(fixtures), Candidate::from_environment()) else { return };
        let compared = |fixture: &Fixture| found::compare(&worlds[&fixture.place], fixture, &candidate).unwrap();
        judge(&each(fixtures, compared), name);
    }

    /// The configurations that the reference ships.
    #[test]
    fn every_sample_of_the_reference_answers_the_same() {
        found(&found::samples().unwrap(), "samples");
    }

    /// Sites with features, policies, hacks, mailers, system types and lists of neighbours of their own.
    #[test]
    fn every_site_with_a_tree_of_its_own_answers_the_same() {
        let mut sites = own_tree::sites().unwrap();
        let wanted = env::var("RELAYCC_OWN_TREE").unwrap_or_default();
        sites.retain(|site| site.name.contains(&wanted));
        let (Some(worlds), Some(candidate)) = (worlds(&sites), Candidate::from_environment()) else { return };
        let Some(candidate) = candidate.with_tree(&own_tree::folder()) else { return };
        let tree = own_tree::installed().unwrap();
        let compared = |site: &Fixture| own_tree::compare(&worlds[&site.place], site, &candidate, &tree).unwrap();
        judge(&each(&sites, compared), "own-tree");
    }

    /// Configurations written by others, where `RELAYCC_CORPUS` names a folder of them.
    #[test]
    fn every_configuration_of_a_corpus_answers_the_same() {
        found(&found::corpus().unwrap(), "corpus");
    }

    /// Every entry of the catalog by itself: what is declared and what is said, not what is answered.
    #[test]
    fn every_entry_of_the_catalog_declares_what_the_reference_declares() {
        declared(generated::all(), "generated", &generated::BETTER);
    }

    /// Features that are used again, with the same arguments and with others.
    #[test]
    fn every_feature_declares_the_same_when_it_is_used_twice() {
        declared(generated::twice(), "twice", &generated::BETTER_TWICE);
    }

    /// All pairs of features take minutes: a sample of them, or all with `RELAYCC_PAIRS=1`.
    #[test]
    fn every_pair_of_features_declares_the_same_in_both_orders() {
        let mut pairs = generated::pairs();
        if env::var_os("RELAYCC_PAIRS").is_none() {
            pairs = pairs.into_iter().step_by(37).collect();
        }
        declared(pairs, "pairs", &generated::BETTER_PAIRS);
    }

    /// Compares what is declared and said for all that is generated, or for those whose name has `RELAYCC_GENERATED` in it.
    fn declared(all: Vec<Generated>, kind: &str, better: &[&str]) {
        if !m4::installed() {
            assert!(env::var_os("RELAYCC_REQUIRE_REFERENCE").is_none(), "no reference to ask");
            println!("NOT COMPARED WITH THE REFERENCE: it is not installed");
            return;
        }
        let Some(candidate) = Candidate::from_environment() else { return };
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(kind);
        fs::create_dir_all(&folder).unwrap();
        let wanted = env::var("RELAYCC_GENERATED").unwrap_or_default();
        let fixtures: Vec<Fixture> = all
            .into_iter()
            .filter(|one| one.name.contains(&wanted))
            .map(|one| {
                let mc = folder.join(format!("{}.mc", one.name.replace('/', "-")));
                fs::write(&mc, one.text).unwrap();
                Fixture { name: one.name, mc, place: Place::Example, kept: false }
            })
            .collect();
        let all = each(&fixtures, |fixture| {
            let compiled = m4::compile(&fixture.mc).unwrap();
            let expected = Recording::declared(&compiled);
            Comparison::offline(fixture, &candidate, &expected).unwrap().0
        });
        let report: String = all.iter().map(Comparison::report).collect();
        fs::write(folder.join(format!("../../{kind}-report.txt")), &report).unwrap();
        let differing: BTreeSet<&str> =
            all.iter().filter(|one| one.differences() > 0).map(|one| one.name.as_str()).collect();
        println!("{} generated configurations, {} differ", all.len(), differing.len());
        if wanted.is_empty() {
            let known = better.iter().copied().filter(|name| all.iter().any(|one| one.name == *name)).collect();
            assert_eq!(differing, known, "see target/{kind}-report.txt");
        }
    }

    /// Every entry of the catalog by itself is said by a site.toml too, and gives the same bytes.
    #[test]
    fn every_entry_of_the_catalog_migrates() {
        let mut unsaid = Vec::new();
        let mut same = 0;
        for Generated { name, text } in generated::all() {
            let mc = Input { name: "site.mc", bytes: text.as_bytes(), syntax: Syntax::Mc };
            let Migrated { site: Some(site), toml, .. } = migrate(&mc, &str::to_owned, &NoFiles) else { continue };
            let Some(toml) = toml else {
                unsaid.push(name);
                continue;
            };
            let toml = Input { name: "site.toml", bytes: toml.as_bytes(), syntax: Syntax::Toml };
            let again = front::compile(&toml, &NoFiles).site.unwrap();
            assert_eq!(cf::emit(&site).into_text(), cf::emit(&again).into_text(), "{name}");
            same += 1;
        }
        assert_eq!(unsaid, generated::UNSAID);
        assert!(same > 1000, "only {same}");
    }

    /// The comparison is worth something only if it fails on a configuration that decides otherwise.
    #[test]
    fn an_altered_configuration_is_told_apart() {
        let mc = fixture::folder("features").join("access_db.mc");
        let fixture = Fixture { name: "features/access_db-altered".to_owned(), mc, place: Place::Example, kept: false };
        let Some(worlds) = worlds(slice::from_ref(&fixture)) else { return };
        let world = &worlds[&fixture.place];
        let reference = Reference::ask(world, &fixture).unwrap();
        let same = reference.differing(world, "same", &reference.compiled.cf).unwrap();
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
        ] {
            let altered = reference.compiled.cf.replace(from, to);
            assert!(altered != reference.compiled.cf, "{from:?} is not there");
            let found = reference.differing(world, "altered", &altered).unwrap();
            assert!(!found.is_empty(), "nobody noticed {from:?} -> {to:?}");
        }
    }

    /// Rules of our configuration (the reference's, where we cannot build) are taken out one at a time; most must be missed.
    /// `RELAYCC_MUTANTS=1` takes out every one, of the fixture that `RELAYCC_FIXTURE` names, and prints those that nobody
    /// misses: hooks, rules that others make up for, and gaps in the list of questions. Any other text than `1`: every rule
    /// that it stands in.
    #[test]
    fn a_rule_that_is_taken_out_is_missed() {
        let all = env::var_os("RELAYCC_MUTANTS").is_some();
        let fixture = if all { fixture::chosen().unwrap().remove(0) } else { Fixture::base() };
        let fixture = Fixture { name: format!("{}-mutant", fixture.name), ..fixture };
        let Some(worlds) = worlds(slice::from_ref(&fixture)) else { return };
        let world = &worlds[&fixture.place];
        let reference = Reference::ask(world, &fixture).unwrap();
        let cf = match Candidate::from_environment() {
            Some(candidate) => Comparison::offline(&fixture, &candidate, &reference.recording(world)).unwrap().1,
            None => reference.compiled.cf.clone(),
        };
        let wanted = env::var("RELAYCC_MUTANTS").ok().filter(|text| text != "1").unwrap_or_default();
        let step = if all { 1 } else { 20 };
        let (world, reference, cf) = (&world, &reference, &cf);
        let wanted = wanted.as_str();
        let without = move |half: usize| {
            mutants::without_each_rule(world, reference, cf, &format!("half{half}"), wanted, half * step, 2 * step)
        };
        let mutants: Vec<_> = thread::scope(|scope| {
            let halves = [0, 1].map(|half| scope.spawn(move || without(half).unwrap()));
            halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
        });
        let missed = mutants.iter().filter(|mutant| mutant.noticed > 0).count();
        for mutant in mutants.iter().filter(|mutant| mutant.noticed == 0) {
            println!("nobody misses {}", mutant.rule);
        }
        println!("{missed} of {} rules are missed", mutants.len());
        assert!(missed * 3 > mutants.len(), "most rules could be left out");
    }

    /// Fixtures on which a daemon is run and talked to.
    const SPOKEN: [&str; 6] = [
        "arkum/site",
        "features/site_delayed",
        "features/site_gateway",
        "features/site_hub",
        "features/site_popular",
        "features/site_all_relaying",
    ];

    #[test]
    fn the_daemon_says_the_same_to_everybody() {
        let mut fixtures = fixture::chosen().unwrap();
        fixtures.retain(|fixture| SPOKEN.contains(&fixture.name.as_str()));
        let candidate = Candidate::from_environment();
        let Some(worlds) = worlds(&fixtures) else { return };
        for fixture in &fixtures {
            let world = &worlds[&fixture.place];
            let compiled = m4::compile(&fixture.mc).unwrap();
            let label = |side: &str| format!("{}-{side}", fixture.name);
            let reference = smtp::dialogue(world, fixture.place, &label("reference"), &compiled.cf).unwrap();
            recording::text(&format!("{}.dialogue", fixture.name), &reference).unwrap();
            let Some(candidate) = &candidate else { continue };
            let expected = Recording::declared(&compiled);
            let (_, cf) = Comparison::offline(fixture, candidate, &expected).unwrap();
            if cf.is_empty() && pending().contains(&fixture.name) {
                continue;
            }
            let ours = smtp::dialogue(world, fixture.place, &label("ours"), &cf).unwrap();
            if pending().contains(&fixture.name) {
                println!("{} is pending:\n{}", fixture.name, smtp::difference(&reference, &ours));
                continue;
            }
            assert!(ours == reference, "{}:\n{}", fixture.name, smtp::difference(&reference, &ours));
        }
    }

    /// The dialogue is worth something only if another policy makes another dialogue.
    #[test]
    fn an_altered_configuration_says_something_else() {
        let mc = fixture::folder("arkum").join("site.mc");
        let fixture = Fixture { name: "arkum/site-altered".to_owned(), mc, place: Place::Arkum, kept: false };
        let Some(worlds) = worlds(slice::from_ref(&fixture)) else { return };
        let world = &worlds[&fixture.place];
        let cf = m4::compile(&fixture.mc).unwrap().cf;
        let speak = |label: &str, cf: &str| smtp::dialogue(world, fixture.place, label, cf).unwrap();
        let reference = speak("unaltered", &cf);
        for (label, from, to) in [
            ("text", "\"550 Relaying denied\"", "\"550 Relaying refused\""),
            ("hub", "DHparagon.arkum.ch", "DHnt-mail1.plenaxx.ch"),
            ("masquerade", "DMarkum.ch", "DM"),
            ("access", "Kaccess hash -T<TMPF> /etc/mail/access", "Kaccess hash -T<TMPF> /etc/mail/aliases"),
        ] {
            let altered = cf.replace(from, to);
            assert!(altered != cf, "{from:?} is not there");
            let found = smtp::difference(&reference, &speak(label, &altered));
            assert!(!found.is_empty(), "nobody noticed {from:?} -> {to:?}");
        }
    }

    #[test]
    fn every_fixture_says_what_it_shows_and_is_recorded() {
        for fixture in fixture::chosen().unwrap() {
            let text = fs::read_to_string(&fixture.mc).unwrap();
            let first = text.lines().next().unwrap_or_default();
            assert!(first.starts_with("dnl ") && first.ends_with('.'), "{}: {first:?}", fixture.name);
            Recording::load(&fixture.name).unwrap_or_else(|error| panic!("{}: {error}", fixture.name));
        }
        assert!(
            fs::exists(fixture::folder("reference").join("recorded").join(format!("{}.txt", recording::BASE))).unwrap()
        );
    }
}
