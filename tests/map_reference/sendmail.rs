//! Hash and btree files, and sendmail with its `makemap -u`.

use std::{fs, io::Write, path::Path};

use relaycc::map::{Duplicates, Format};

use super::{
    tables::{Random, Table, repeating_word_tables, word_tables},
    tools::{file_of, folder, path_of, reference_is_installed, run, run_well, verify},
};

/// Name of a map, a key, and the value to be found.
type Question<'a> = (String, &'a [u8], Option<&'a [u8]>);

fn sorted_lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n').collect::<Vec<_>>();
    lines.sort_unstable();
    lines
}

fn as_text(table: &Table) -> Vec<u8> {
    table.iter().flat_map(|(key, value)| [key.as_slice(), b"\t", value, b"\n"].concat()).collect()
}

#[test]
fn makemap_and_sendmail_find_what_is_written() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-words");
    let mut random = Random(2);
    let mut tables = word_tables(&mut random);
    let unique = tables.len();
    tables.extend(repeating_word_tables(&mut random));
    assert!(tables.len() > 200);
    let mut questions = Vec::new();
    for (n, table) in tables.iter().enumerate() {
        let format = if n % 2 == 0 || n + 1 == unique { Format::Btree } else { Format::Hash };
        let duplicates = if n < unique { Duplicates::Refuse } else { Duplicates::Keep };
        let map = format!("{format}{n}");
        let name = format!("{map}.db");
        fs::write(folder.join(&name), file_of(format, table, duplicates)).unwrap();
        verify(&name, &folder);
        let listed = run_well("makemap", &["-u", format.name(), &map], &folder, b"");
        assert!(sorted_lines(&listed) == sorted_lines(&as_text(table)), "{name}");
        let every = table.len() / 8 + 1;
        for (key, _) in table.iter().step_by(every).filter(|(key, _)| key.len() <= MAX_KEY) {
            let first = table.iter().find(|(other, _)| other == key).map(|(_, value)| value.as_slice());
            questions.push((map.clone(), key.as_slice(), first));
        }
    }
    let absent = (0..40).map(|_| random.word(30)).collect::<Vec<_>>();
    for (n, key) in absent.iter().enumerate() {
        questions.push((questions[n * 17].0.clone(), key, None));
    }
    ask_sendmail(&folder, &questions);
}

/// sendmail cuts the keys it looks for off at so many bytes.
const MAX_KEY: usize = 256;

/// Has `sendmail -bt` look each key up, all in one run.
fn ask_sendmail(folder: &Path, questions: &[Question<'_>]) {
    let mut cf = "V10/Berkeley\nDwrelay\nDmexample.com\nDjrelay.example.com\n".to_owned();
    // A checkout may be anywhere, below /tmp too: sendmail would warn of the directory instead of answering.
    cf += "O DontBlameSendmail=MapInUnsafeDirPath,GroupWritableDirPathSafe,TrustStickyBit\n";
    cf += "Mlocal, P=/bin/false, F=lsDFMAw5:/|@q, A=false\nMprog, P=/bin/sh, F=lsDFMoqeu9, A=sh\n";
    let mut maps = questions.iter().map(|(map, ..)| map).collect::<Vec<_>>();
    maps.sort();
    maps.dedup();
    for map in maps {
        cf += &format!("K{map} {} {}/{map}\n", map.trim_end_matches(|c: char| c.is_ascii_digit()), folder.display());
    }
    fs::write(folder.join("test.cf"), cf).unwrap();
    let mut input = Vec::new();
    for (map, key, _) in questions {
        input.extend_from_slice(format!("/map {map} ").as_bytes());
        input.extend_from_slice(key);
        input.push(b'\n');
    }
    // Without a qualified host name, sendmail waits a minute for one.
    let script = "hostname relay.example.com && exec \"$0\" -C test.cf -bt";
    let sendmail = path_of("sendmail").unwrap();
    let output = run("unshare", &["-u", "sh", "-c", script, sendmail.to_str().unwrap()], folder, &input);
    if !output.status.success() && String::from_utf8_lossy(&output.stderr).starts_with("unshare") {
        writeln!(std::io::stderr(), "skipped: sendmail's look-ups: no private host name to be had").unwrap();
        return;
    }
    let answers = output.stdout.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"> map_lookup"));
    let answers = answers.map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>();
    assert!(questions.len() > 1000);
    assert_eq!(answers.len(), questions.len());
    for (answer, (map, key, value)) in answers.iter().zip(questions) {
        let key = String::from_utf8_lossy(key);
        let expected = match value {
            Some(value) => format!("> map_lookup: {map} ({key}) returns {} (0)", String::from_utf8_lossy(value)),
            None => format!("> map_lookup: {map} ({key}) no match (0)"),
        };
        assert_eq!(*answer, expected);
    }
}
