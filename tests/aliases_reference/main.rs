//! Aliases texts beside what `sendmail -bi` makes of them: what it prints, its exit status, and the database that it writes.
//!
//! The cases of `fixtures/aliases/*.txt` hold its answers and are compared everywhere. Where sendmail is installed it is asked
//! again, and about random texts; elsewhere that is skipped, unless `RELAYCC_REQUIRE_REFERENCE` is set. With
//! `RELAYCC_RECORD=1` its answers are written into the files.

#![cfg(test)]

mod case;
mod random;
mod reference;

use std::{collections::BTreeMap, fs, io::Write, path::PathBuf};

use case::{Answer, Case, FILE};
use relaycc::{
    front::aliases::{Problem, read},
    source::Sources,
};

/// What is made of a text here.
fn answer(text: &[u8]) -> Answer {
    let mut sources = Sources::default();
    let id = sources.add_bytes(FILE, text);
    let is_own = |host: &[u8]| {
        [b"mail.example.com".as_slice(), b"localhost.example.com", b"[127.0.0.1]", b"[ipv6:0:0:0:0:0:0:0:1]"]
            .contains(&host)
    };
    let aliases = read(&sources, id, &is_own);
    let held = |problem: &Problem| {
        let diagnostic = problem.diagnostic();
        diagnostic.why.is_some()
            && diagnostic.help.is_some()
            && diagnostic.labels.iter().all(|label| {
                let part = label.span.start as usize..label.span.end as usize;
                sources.get(id).unwrap().text().get(part).is_some()
            })
    };
    assert!(aliases.problems.iter().all(held), "a place, a reason and advice: {}", text.escape_ascii());
    let said = aliases.problems.iter().filter_map(|problem| problem.newaliases_message(FILE));
    Answer {
        status: aliases.exit_status(),
        said: said.chain([aliases.summary(FILE)]).collect::<String>().into_bytes(),
        entries: aliases.database().into_iter().collect(),
    }
}

fn files() -> BTreeMap<PathBuf, String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/aliases");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// All differences of what is made here to what sendmail answers, a few of them in full.
fn compare<'a>(compared: impl IntoIterator<Item = (&'a [u8], Answer)>) {
    let mut differences = Vec::new();
    for (text, expected) in compared {
        let found = answer(text);
        if expected.status == reference::ENDLESS {
            let said = String::from_utf8_lossy(&found.said).into_owned();
            assert!(said.contains("alias line too long"), "{}\n{said}", case::escaped(text));
        } else if found != expected {
            differences.push(format!("{}\nsendmail: {expected}here: {found}", case::escaped(text)));
        }
    }
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn recorded_answers_are_given() {
    let files = files();
    let cases = files.values().flat_map(|file| case::cases(file)).collect::<Vec<_>>();
    assert!(cases.len() >= 250, "{}", cases.len());
    compare(cases.iter().map(|Case { text, answer }| (text.as_slice(), answer.clone().unwrap())));
}

#[test]
fn sendmail_gives_the_recorded_answers() {
    let Some(reference) = reference::start("aliases-recorded") else { return };
    let record = std::env::var_os("RELAYCC_RECORD").is_some();
    for (path, file) in files() {
        let cases = case::cases(&file);
        let texts = cases.iter().map(|case| case.text.clone()).collect::<Vec<_>>();
        let answers = reference.answers(&texts);
        if record {
            fs::write(&path, case::recorded(&file, &answers)).unwrap();
            continue;
        }
        for (case, answer) in cases.iter().zip(&answers) {
            assert_eq!(case.answer.as_ref().unwrap().to_string(), answer.to_string(), "{}", case::escaped(&case.text));
        }
    }
}

#[test]
fn random_texts_are_read_as_sendmail_reads_them() {
    let Some(reference) = reference::start("aliases-random") else { return };
    let setting = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let (seed, count) = (setting("RELAYCC_SEED").unwrap_or(1), setting("RELAYCC_TEXTS").unwrap_or(400));
    let mut random = fastrand::Rng::with_seed(seed);
    let texts = (0..count).map(|n| random::text(&mut random, n)).collect::<Vec<_>>();
    let answers = reference.answers(&texts);
    let stored = answers.iter().filter(|answer| answer.entries.len() > 1).count();
    let refused = answers.iter().filter(|answer| answer.status != 0).count();
    writeln!(std::io::stderr(), "{count} texts: {stored} with entries, {refused} with errors").unwrap();
    compare(texts.iter().map(Vec::as_slice).zip(answers));
    assert!(count < 100 || (stored > 50 && refused > 50), "{stored} with entries, {refused} refused");
}
