//! The test cases of the relay host of arkum.ch: they pass, and changing any line of its policy makes one of them fail.

#![cfg(test)]

use std::{fs, io::Write as _, path::Path, process::Command};

const SITE: &str = "fixtures/arkum/site.toml";
const CASES: &str = "fixtures/arkum/site.test.toml";

/// Lines whose change does not affect any dialogue, with the reason.
const UNSEEN: [(&str, &str); 8] = [
    ("\"localhost\"", "this host may send out anyway"),
    ("versionid", "a remark"),
    ("max_message_size", "a limit of the server, not of its rulesets"),
    ("privacy_flags", "about commands other than these"),
    ("to_ident", "a timeout"),
    ("no_default_msa", "about ports"),
    ("port", "about ports"),
    ("name", "about ports"),
];

/// Lines that express the same twice, so that both have to be changed.
const TWINS: [(&str, &[&str]); 5] = [
    ("relay_domain", &["\"arkum.com\"", "\"arkum.ch\"", "\"192.168.138\""]),
    ("\"arkum.com\"", &["relay_domain"]),
    ("\"arkum.ch\"", &["relay_domain"]),
    ("\"192.168.138\"", &["relay_domain"]),
    ("mail_hub", &["local_relay"]),
];

fn exit_status(site: &Path) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_relaycc"))
        .args(["test", "--zone", "fixtures/arkum/root.zone", "--cases", CASES])
        .arg(site)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn every_case_passes_in_both_languages() {
    for site in [SITE, "fixtures/arkum/site.mc"] {
        let (status, said) = exit_status(Path::new(site));
        assert_eq!(status, 0, "{site}: {said}");
    }
}

#[test]
fn a_change_of_any_line_of_the_policy_makes_a_case_fail() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(SITE)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let lines = text.lines().collect::<Vec<_>>();
    let (mut tried, mut noticed, mut missed) = (0, 0, Vec::new());
    for (at, line) in lines.iter().enumerate() {
        let Some((key, _)) = line.split_once('=').filter(|(key, _)| !key.starts_with('#')) else { continue };
        let key = key.trim();
        // Without these, the site is rejected by the compiler.
        if matches!(key, "ostype" | "mailer" | "domain_name" | "local_relay")
            || UNSEEN.iter().any(|(unseen, _)| *unseen == key)
        {
            continue;
        }
        for mutant in mutants(line) {
            let mut changed = lines.clone();
            changed[at] = &mutant;
            let twins = TWINS.iter().find(|(one, _)| *one == key).map_or(&[][..], |(_, twins)| twins);
            changed.retain(|line| !line.split_once('=').is_some_and(|(key, _)| twins.contains(&key.trim())));
            let path = folder.path().join("site.toml");
            fs::write(&path, changed.join("\n")).unwrap();
            let (status, said) = exit_status(&path);
            tried += 1;
            // 1 for a case that fails, and for a site that is refused: neither is deployed.
            if status == 1 {
                noticed += 1;
            } else {
                missed.push(format!("{mutant:?} for {line:?}: {}", said.lines().last().unwrap_or_default()));
            }
        }
    }
    writeln!(std::io::stderr(), "{noticed} of {tried} mutants are noticed").unwrap();
    assert!(tried >= 25, "{tried}");
    assert!(missed.is_empty(), "{missed:#?}");
}

/// Removes a line, and replaces each name in it.
fn mutants(line: &str) -> Vec<String> {
    let mut mutants = vec![String::new()];
    let (key, value) = line.split_once('=').unwrap();
    let quoted =
        value.split('"').skip(1).step_by(2).filter(|word| word.contains('.') || word.chars().all(char::is_alphabetic));
    for word in quoted.filter(|word| !word.is_empty()) {
        let other = match word.trim() {
            "RELAY" => "REJECT".to_owned(),
            "REJECT" => "OK".to_owned(),
            "OK" => "REJECT".to_owned(),
            "DISCARD" => "OK".to_owned(),
            _ => word.replace(['a', 'e', '1'], "x"),
        };
        if other != word {
            mutants.push(format!("{key}={}", value.replacen(&format!("\"{word}\""), &format!("\"{other}\""), 1)));
        }
    }
    mutants
}
