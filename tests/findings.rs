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

    use serde_json::Value;

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

    /// The files of a site with its tables, or a sendmail.cf, by name, each completed by what every site needs.
    fn files_of(blocks: &BTreeMap<&str, String>) -> BTreeMap<String, Vec<u8>> {
        let file = |(language, text): (&&str, &String)| match *language {
            "mc" => ("site.mc".to_owned(), complete_mc(text).into_bytes()),
            "toml" => ("site.toml".to_owned(), complete_toml(text).into_bytes()),
            "cf" => ("sendmail.cf".to_owned(), text.clone().into_bytes()),
            map if map.ends_with(".db") => (map.to_owned(), map_file(text)),
            table => {
                let known = TABLES.iter().find(|known| known.key == table);
                (known.map_or(table, |known| known.file()).to_owned(), text.clone().into_bytes())
            }
        };
        blocks.iter().map(file).collect()
    }

    /// What a command reports in a folder with these files.
    fn reported(folder: &Path, files: &BTreeMap<String, Vec<u8>>, words: &[&str]) -> Vec<Value> {
        files.iter().for_each(|(name, bytes)| fs::write(folder.join(name), bytes).unwrap());
        let mut command = Command::new(env!("CARGO_BIN_EXE_relaycc"));
        let output = command.current_dir(folder).args(words).args(["--format", "json"]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        said.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{words:?}: {line}"))).collect()
    }

    /// The codes that the commands report for a site with its tables, or for a sendmail.cf.
    fn codes_of_commands(blocks: &BTreeMap<&str, String>) -> Vec<String> {
        let (folder, files) = (tempfile::tempdir().unwrap(), files_of(blocks));
        let run = |words: &[&str]| reported(folder.path(), &files, words);
        let names = ["site.mc", "site.toml", "sendmail.cf"].into_iter().filter(|name| files.contains_key(*name));
        let found = match names.collect::<Vec<_>>()[..] {
            ["sendmail.cf"] => run(&["trace", "sendmail.cf", "0", "x"]),
            [site] => [run(&["lint", site]), run(&["build", "--verify", site, "--out", "out"])].concat(),
            _ => panic!("one file is expected: {blocks:?}"),
        };
        found.iter().map(|diagnostic| diagnostic["code"].as_str().unwrap().to_owned()).collect()
    }

    /// What a diagnostic suggests, carried out as an editor would.
    fn carried_out(files: &BTreeMap<String, Vec<u8>>, suggestion: &Value) -> BTreeMap<String, Vec<u8>> {
        let mut files = files.clone();
        let at = |end: &str| usize::try_from(suggestion["span"][end]["byte"].as_u64().unwrap()).unwrap();
        let text = suggestion["text"].as_str().unwrap().bytes();
        files.get_mut(suggestion["file"].as_str().unwrap()).unwrap().splice(at("start")..at("end"), text);
        files
    }

    #[test]
    fn what_is_suggested_removes_the_diagnostic() {
        let mut sites = FINDINGS
            .iter()
            .map(|finding| (finding.code.to_owned(), files_of(&blocks(finding.text, "Example"))))
            .collect::<Vec<_>>();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/wrong");
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let Some(ending) = path.extension().and_then(|ending| ending.to_str()) else { continue };
            // Texts that are not UTF-8 have other places in what is read of them.
            let Ok(text) = fs::read_to_string(&path) else { continue };
            if ["mc", "toml"].contains(&ending) {
                let files = BTreeMap::from([(format!("site.{ending}"), text.into_bytes())]);
                sites.push((path.display().to_string(), files));
            }
        }
        let (mut tried, mut wrong) = (0, Vec::new());
        for (title, files) in sites {
            let Some(name) = files.keys().find(|name| name.starts_with("site.")) else { continue };
            let folder = tempfile::tempdir().unwrap();
            let lint = |files: &BTreeMap<_, _>| reported(folder.path(), files, &["lint", name]);
            for diagnostic in lint(&files).iter().filter(|diagnostic| !diagnostic["suggestion"].is_null()) {
                let is_same = |other: &Value| {
                    ["code", "message", "file"].iter().all(|key| other[key] == diagnostic[key])
                        && other["span"]["start"] == diagnostic["span"]["start"]
                };
                if lint(&carried_out(&files, &diagnostic["suggestion"])).iter().any(is_same) {
                    wrong.push(format!("{title}: {} {}", diagnostic["message"], diagnostic["suggestion"]["text"]));
                }
                tried += 1;
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(tried >= 20, "{tried} suggestions");
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
