//! The documentation of codes is complete and true: every code has a page, its example has the finding, and what to use instead
//! does not.

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::{Path, PathBuf},
        process::Command,
    };

    use relaycc::{
        catalog::table::TABLES,
        diagnostic::Severity,
        emit::cf,
        findings::FINDINGS,
        front::{self, Input, Syntax, aliases, class_text},
        lint::{self, ClassText, RULES, Surroundings},
        map::{self, Duplicates, Format},
        rewrite::{Host, load},
        site::{Class, ClassFile},
        source::{MemoryFiles, NoFiles, Sources},
        syntax::zone,
    };

    /// Code blocks under a heading, by language.
    fn blocks<'a>(text: &'a str, heading: &str) -> BTreeMap<&'a str, String> {
        let mut blocks: BTreeMap<&str, String> = BTreeMap::new();
        let (mut here, mut block) = (false, None);
        for line in text.lines() {
            match (line.strip_prefix("# "), line.strip_prefix("```")) {
                (Some(title), _) if block.is_none() => here = title == heading,
                (_, Some("")) => block = None,
                (_, Some(language)) => block = Some(language),
                _ => {
                    if let Some(language) = block.filter(|_| here) {
                        blocks.entry(language).or_default().push_str(&format!("{line}\n"));
                    }
                }
            }
        }
        blocks
    }

    /// The map file of a text.
    fn map_file(text: &str) -> Vec<u8> {
        let parsed = map::text::parse(text.as_bytes(), Sources::default().add("", ""));
        let pairs = parsed.entries.iter().map(|entry| (&entry.key.value, &entry.value.value)).collect::<Vec<_>>();
        let mut bytes = Vec::new();
        map::write(Format::Hash, &pairs, Duplicates::Refuse, &mut bytes).unwrap();
        bytes
    }

    /// A site with what every site needs, where it does not say so itself.
    fn complete_mc(mc: &str) -> String {
        let system = if mc.contains("OSTYPE(") { "" } else { "OSTYPE(`linux')\n" };
        let mailers = if mc.contains("MAILER(") { "" } else { "MAILER(`local')\nMAILER(`smtp')\n" };
        format!("{system}{mc}{mailers}")
    }

    fn complete_toml(toml: &str) -> String {
        let system = if toml.contains("ostype") { "" } else { "ostype = \"linux\"\n" };
        let mailers = if toml.contains("mailer =") { "" } else { "mailer = [\"local\", \"smtp\"]\n" };
        format!("{system}{mailers}{toml}")
    }

    /// The codes of all findings in a site, completed by what every site needs, or in an aliases text.
    fn codes(blocks: &BTreeMap<&str, String>) -> Vec<&'static str> {
        if let Some(text) = blocks.get("aliases") {
            assert_eq!(blocks.len(), 1);
            let mut sources = Sources::default();
            let id = sources.add("aliases", text);
            let problems = aliases::read(&sources, id, &|_| false).problems;
            return problems.iter().map(|problem| problem.diagnostic().code).collect();
        }
        let (name, text) = match (blocks.get("mc"), blocks.get("toml")) {
            (Some(mc), None) => ("site.mc", complete_mc(mc)),
            (None, Some(toml)) => ("site.toml", complete_toml(toml)),
            _ => panic!("one site is expected: {blocks:?}"),
        };
        let files = TABLES.iter().filter_map(|table| {
            let text = blocks.get(table.key)?;
            Some((PathBuf::from(table.file()), text.clone().into_bytes()))
        });
        let input = Input { name, bytes: text.as_bytes(), syntax: Syntax::of(name).unwrap() };
        let mut compiled = front::compile(&input, &MemoryFiles(files.collect()));
        let mut found = compiled.diagnostics;
        if let Some(site) = &compiled.site {
            let mut around = Surroundings::default();
            if let Some(text) = blocks.get("zone") {
                around.zones = zone::parse(text, compiled.sources.add("zone", text), "").0;
            }
            if let Some(text) = blocks.get("relay-domains") {
                let id = compiled.sources.add("relay-domains", text.as_str());
                let file = ClassFile { text: "/etc/mail/relay-domains %[^\\#]".into() };
                let members = class_text::members(&file, text, id);
                around.class_files.push(ClassText {
                    class: Class::Relay,
                    path: PathBuf::new(),
                    members,
                    has_crlf: false,
                });
            }
            for table in &TABLES {
                let name = format!("{}.db", table.key);
                if let Some(text) = blocks.get(name.as_str()) {
                    around.map_files.insert(table.kind, (name.into(), map_file(text)));
                }
            }
            found.extend(lint::check(site, &around));
            found.extend(cf::undefined(&cf::emit(site), site));
            found.extend(cf::exceeded(&cf::emit(site)));
            let mut sources = Sources::default();
            let source = sources.add("sendmail.cf", cf::emit(site).into_text());
            let loaded = load(&sources, source, &Host::default(), &NoFiles);
            // A file that need not be there is no example.
            found.extend(loaded.diagnostics.into_iter().filter(|one| one.severity > Severity::Advice));
        }
        found.into_iter().map(|finding| finding.code).collect()
    }

    /// The codes that the commands report for a site with its tables, or for a sendmail.cf.
    fn codes_of_commands(blocks: &BTreeMap<&str, String>) -> Vec<String> {
        let place = tempfile::tempdir().unwrap();
        let site = match (blocks.get("mc"), blocks.get("toml"), blocks.get("cf")) {
            (Some(_), None, None) => "site.mc",
            (None, Some(_), None) => "site.toml",
            (None, None, Some(_)) => "sendmail.cf",
            _ => panic!("one file is expected: {blocks:?}"),
        };
        for (language, text) in blocks {
            let (name, text) = match *language {
                "mc" => ("site.mc".to_owned(), complete_mc(text)),
                "toml" => ("site.toml".to_owned(), complete_toml(text)),
                "cf" => ("sendmail.cf".to_owned(), text.clone()),
                map if map.ends_with(".db") => {
                    fs::write(place.path().join(map), map_file(text)).unwrap();
                    continue;
                }
                table => (
                    TABLES.iter().find(|known| known.key == table).map_or(table, |known| known.file()).to_owned(),
                    text.clone(),
                ),
            };
            fs::write(place.path().join(name), text).unwrap();
        }
        let run = |words: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_relaycc"));
            let output = command.current_dir(place.path()).args(words).args(["--format", "json"]).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            let code = |part: &str| part.split('"').next().map(str::to_owned);
            said.split("\"code\":\"").skip(1).filter_map(code).collect::<Vec<_>>()
        };
        match site {
            "sendmail.cf" => run(&["trace", site, "0", "x"]),
            site => [run(&["lint", site]), run(&["build", "--verify", site, "--out", "out"])].concat(),
        }
    }

    /// Pages whose example is a command, because it takes a damaged file, a full disk or the like.
    const COMMANDS_ONLY: usize = 54;

    #[test]
    fn examples_are_true() {
        let said = |blocks: &BTreeMap<&str, String>| match blocks.contains_key("aliases") {
            true => codes(blocks).into_iter().map(str::to_owned).collect(),
            false => codes_of_commands(blocks),
        };
        let (mut commands_only, mut wrong) = (0, Vec::new());
        for finding in FINDINGS {
            let is_file = |blocks: &BTreeMap<&str, String>| {
                blocks.keys().any(|language| matches!(*language, "mc" | "toml" | "cf" | "aliases"))
            };
            let (bad, good) = (blocks(finding.text, "Example"), blocks(finding.text, "Use instead"));
            assert!(!bad.is_empty() && !good.is_empty(), "{}", finding.code);
            if !is_file(&bad) {
                commands_only += 1;
                continue;
            }
            let has = |blocks: &BTreeMap<&str, String>| {
                !blocks.contains_key("cf") && codes(blocks).contains(&finding.code)
                    || !blocks.contains_key("aliases")
                        && codes_of_commands(blocks).iter().any(|code| code == finding.code)
            };
            if !has(&bad) {
                wrong.push(format!("{}: the example has not: {:?}", finding.code, said(&bad)));
            }
            if is_file(&good) && has(&good) {
                wrong.push(format!("{}: what to use instead has it: {:?}", finding.code, said(&good)));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(commands_only, COMMANDS_ONLY);
    }

    #[test]
    fn pages_have_their_sections() {
        for finding in FINDINGS {
            let prose = finding.text.split("```").step_by(2).flat_map(str::lines).collect::<Vec<_>>();
            let titles = prose.iter().filter_map(|line| line.strip_prefix("# ")).collect::<Vec<_>>();
            let known = ["What it does", "Why it matters", "Example", "Use instead", "Fix safety", "See also"];
            let places = titles.iter().map(|title| known.iter().position(|known| known == title).unwrap());
            assert!(places.is_sorted() && titles.len() >= 4, "{}: {titles:?}", finding.code);
            let first = finding.text.lines().next().unwrap();
            assert!(first.ends_with('.') && !finding.summary().is_empty(), "{}", finding.code);
            assert!(prose.iter().all(|line| line.chars().count() < 120), "{}", finding.code);
        }
    }

    /// The codes in the sources: literals where a diagnostic is built.
    fn codes_in_sources() -> BTreeSet<String> {
        let mut codes = BTreeSet::new();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                if path.extension().is_none_or(|ending| ending != "rs") || path.ends_with("tests.rs") {
                    continue;
                }
                let text = fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
                for before in ["error(", "warning(", "advice(", "Diagnostic::new(", "report(", "code: ", "Print("] {
                    for rest in text.split(before).skip(1) {
                        let Some(literal) = rest.trim_start().strip_prefix('"') else { continue };
                        let code = literal.split('"').next().unwrap();
                        if !code.is_empty()
                            && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
                        {
                            codes.insert(code.to_owned());
                        }
                    }
                }
            }
        }
        codes
    }

    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        assert!(FINDINGS.is_sorted_by(|a, b| a.code < b.code));
        let pages = FINDINGS.iter().map(|finding| finding.code.to_owned()).collect::<BTreeSet<_>>();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/findings");
        let files = fs::read_dir(folder).unwrap().filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            Some(name.strip_suffix(".md")?.to_owned())
        });
        assert_eq!(files.collect::<BTreeSet<_>>(), pages);
        let codes = codes_in_sources();
        assert_eq!(codes.difference(&pages).collect::<Vec<_>>(), Vec::<&String>::new());
        for rule in &RULES {
            assert!(pages.contains(rule.code), "{}", rule.code);
        }
        // Codes that are chosen before the diagnostic is built.
        let chosen = pages.difference(&codes).map(String::as_str).collect::<Vec<_>>();
        assert_eq!(chosen, CHOSEN);
    }

    const CHOSEN: &[&str] = &[
        "alias_error_value",
        "alias_loop",
        "alias_relative_path",
        "alias_unbalanced",
        "alias_words",
        "file_not_read",
        "relay_local_from",
        "relay_mail_from",
        "toml_syntax",
        "unknown_domain",
        "unknown_hack",
        "unknown_mailer",
        "unknown_system_type",
    ];
}
