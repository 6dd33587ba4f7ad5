//! Mutated inputs: any file is compiled or rejected, checked and written, with places that lie within its text.

#[cfg(test)]
mod mutations {
    use std::{
        fs,
        path::{Path, PathBuf},
        thread,
    };

    use relaycc::{
        diagnostic::Diagnostic,
        emit::{cf, relay, tables},
        front::{Compiled, Input, Syntax, compile},
        lint::{self, Surroundings},
        map::Format,
        source::{MemoryFiles, Sources},
    };

    /// Number of files per test.
    const FILES: usize = 10_000;

    /// Fragments with a meaning in m4.
    const OF_MC: [&str; 14] = [
        "`",
        "'",
        "(",
        ")",
        ",",
        "dnl",
        "\n",
        "$*",
        "define(",
        "FEATURE(`",
        "divert(9)",
        "\u{0}",
        "\u{fe}",
        "MAILER(smtp)",
    ];

    /// Fragments with a meaning in an access map.
    const OF_ACCESS: [&str; 16] = [
        "\t",
        " ",
        "\n",
        "#",
        ":",
        "@",
        ".",
        "[",
        "IPv6:",
        "::",
        "Connect:",
        "TLS_Rcpt:",
        "ERROR:5.7.1:",
        "\"550 ",
        "\u{0}",
        "\u{fe}",
    ];

    /// A small random generator with the same sequence on every machine.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % (sides.max(1) as u64)).unwrap()
        }
    }

    /// Mutates a text: cuts, doubles or swaps parts, inserts a fragment, or truncates it.
    fn mutate(text: &[u8], other: &[u8], pieces: &[&str], dice: &mut Dice) -> Vec<u8> {
        let mut text = text.to_vec();
        for _ in 0..=dice.roll(3) {
            let at = dice.roll(text.len() + 1);
            let end = (at + dice.roll(40)).min(text.len());
            match dice.roll(5) {
                0 => drop(text.drain(at..end)),
                1 => {
                    let part = text[at..end].to_vec();
                    text.splice(at..at, part);
                }
                2 => {
                    let from = dice.roll(other.len() + 1);
                    let until = (from + dice.roll(80)).min(other.len());
                    text.splice(at..end, other[from..until].iter().copied());
                }
                3 => {
                    let piece = pieces[dice.roll(pieces.len())];
                    text.splice(at..at, piece.bytes());
                }
                _ if dice.roll(4) == 0 => text.truncate(at),
                _ => text.insert(at, u8::try_from(dice.roll(256)).unwrap()),
            }
        }
        text
    }

    /// The files below `fixtures` with this ending, in order.
    fn fixtures(ending: &str) -> Vec<Vec<u8>> {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")];
        let mut paths: Vec<PathBuf> = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.to_string_lossy().ends_with(ending) {
                    paths.push(path);
                }
            }
        }
        paths.sort();
        assert!(paths.len() > 5, "{} fixtures *{ending}", paths.len());
        paths.iter().map(|path| fs::read(path).unwrap()).collect()
    }

    /// Runs mutations of `texts` on every core; returns how many of them `is_accepted`.
    fn mutated(texts: &[Vec<u8>], pieces: &[&str], is_accepted: impl Fn(&[u8]) -> bool + Sync) -> usize {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let work = |worker: usize| {
                let numbers = (worker..FILES).step_by(workers);
                numbers
                    .filter(|n| {
                        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ ((*n as u64 + 1) << 20));
                        let other = &texts[dice.roll(texts.len())];
                        is_accepted(&mutate(&texts[n % texts.len()], other, pieces, &mut dice))
                    })
                    .count()
            };
            let running: Vec<_> = (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
            running.into_iter().map(|worker| worker.join().unwrap()).sum()
        })
    }

    /// Runs everything that a build does with a site; returns whether it was accepted.
    fn is_built(mc: &[u8], access: Option<&[u8]>) -> bool {
        let files = access.into_iter().map(|text| (PathBuf::from("access"), text.to_vec())).collect();
        let input = Input { name: "site.mc", bytes: mc, syntax: Syntax::Mc };
        let Compiled { site, diagnostics, sources, .. } = compile(&input, &MemoryFiles(files));
        assert_eq!(site.is_none(), diagnostics.iter().any(Diagnostic::is_error));
        places_are_in_their_texts(&diagnostics, &sources);
        let Some(site) = site else { return false };
        places_are_in_their_texts(&lint::check(&site, &Surroundings::default()), &sources);
        assert!(!cf::emit(&site).into_text().is_empty());
        for table in site.declared_tables() {
            let map_file = tables::map_file(&table, Format::Hash).err();
            for refused in [tables::text(&table).err(), map_file].into_iter().flatten() {
                places_are_in_their_texts(&refused, &sources);
            }
        }
        match relay::relay_config(&site) {
            Ok(config) => assert!(config.to_toml().is_ok()),
            Err(refused) => {
                let refused: Vec<_> = refused.iter().map(relay::Unsupported::error).collect();
                places_are_in_their_texts(&refused, &sources);
            }
        }
        true
    }

    fn places_are_in_their_texts(diagnostics: &[Diagnostic], sources: &Sources) {
        for diagnostic in diagnostics {
            for label in &diagnostic.labels {
                let text = sources.get(label.span.source).unwrap().text();
                let place = label.span.start as usize..label.span.end as usize;
                assert!(text.get(place.clone()).is_some(), "{place:?} is outside of {text:?}: {diagnostic:?}");
            }
        }
    }

    #[test]
    fn ten_thousand_mutated_mc_files_are_answered() {
        let accepted = mutated(&fixtures(".mc"), &OF_MC, |mc| is_built(mc, None));
        assert!(accepted > FILES / 10 && accepted < FILES, "{accepted} of {FILES} accepted");
    }

    #[test]
    fn ten_thousand_mutated_access_maps_are_answered() {
        let mc = b"OSTYPE(`linux')\nFEATURE(`access_db')\nFEATURE(`delay_checks')\nMAILER(`smtp')\n";
        let accepted = mutated(&fixtures("access"), &OF_ACCESS, |access| is_built(mc, Some(access)));
        assert!(accepted > FILES / 10 && accepted < FILES, "{accepted} of {FILES} accepted");
    }
}
