//! The documentation of findings is correct: each example has the finding, and each replacement does not.

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::PathBuf};

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

    /// The codes of all findings in a site, completed with the statements that every site needs, or in an aliases text.
    fn codes(blocks: &BTreeMap<&str, String>) -> Vec<&'static str> {
        if let Some(text) = blocks.get("aliases") {
            assert_eq!(blocks.len(), 1);
            let mut sources = Sources::default();
            let id = sources.add("aliases", text);
            let problems = aliases::read(&sources, id, &|_| false).problems;
            return problems.iter().map(|problem| problem.diagnostic().code).collect();
        }
        let (name, text) = match (blocks.get("mc"), blocks.get("toml")) {
            (Some(mc), None) => {
                let system = if mc.contains("OSTYPE(") { "" } else { "OSTYPE(`linux')\n" };
                let mailers = if mc.contains("MAILER(") { "" } else { "MAILER(`local')\nMAILER(`smtp')\n" };
                ("site.mc", format!("{system}{mc}{mailers}"))
            }
            (None, Some(toml)) => ("site.toml", format!("ostype = \"linux\"\nmailer = [\"local\", \"smtp\"]\n{toml}")),
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
                around.class_files.push(ClassText { class: Class::Relay, members, has_crlf: false });
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
            // An optional file is not an example.
            found.extend(loaded.diagnostics.into_iter().filter(|one| one.severity > Severity::Advice));
        }
        found.into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn examples_are_true() {
        for finding in FINDINGS {
            let bad = codes(&blocks(finding.text, "Example"));
            assert!(bad.contains(&finding.code), "{}: {bad:?}", finding.code);
            let good = codes(&blocks(finding.text, "Instead"));
            assert!(!good.contains(&finding.code), "{}: {good:?}", finding.code);
        }
    }

    #[test]
    fn every_rule_is_explained_in_its_place() {
        assert!(FINDINGS.is_sorted_by(|a, b| a.code < b.code));
        for rule in &RULES {
            assert!(FINDINGS.iter().any(|finding| finding.code == rule.code), "{}", rule.code);
        }
        for finding in FINDINGS {
            assert!(finding.text.lines().next().unwrap().ends_with('.'), "{}", finding.code);
        }
    }
}
