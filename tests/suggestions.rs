//! What a diagnostic suggests is carried out as an editor would, and the diagnostic is gone.

#[cfg(test)]
mod tests {
    use std::{
        fs,
        path::{Path, PathBuf},
        process::Command,
    };

    use relaycc::findings::FINDINGS;
    use serde_json::Value;

    /// What lint says of a site in `folder`, one JSON object for each diagnostic.
    fn lint(folder: &Path, name: &str) -> Vec<Value> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_relaycc"));
        let output = command.current_dir(folder).args(["lint", "--format", "json", name]).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{name}: {line}"))).collect()
    }

    fn byte(span: &Value, end: &str) -> usize {
        usize::try_from(span[end]["byte"].as_u64().unwrap()).unwrap()
    }

    /// The sites: examples of the pages, each with its tables, and the fixtures that are wrong.
    fn sites() -> Vec<(String, Vec<(String, String)>)> {
        let mut all = Vec::new();
        for finding in FINDINGS {
            let example = finding.text.split("# Example").nth(1).unwrap().split("\n# ").next().unwrap();
            let mut files = Vec::new();
            for block in example.split("```").skip(1).step_by(2) {
                let (language, text) = block.split_once('\n').unwrap();
                files.push(match language {
                    "mc" => {
                        let system = if text.contains("OSTYPE(") { "" } else { "OSTYPE(`linux')\n" };
                        let mailers = if text.contains("MAILER(") { "" } else { "MAILER(`local')\nMAILER(`smtp')\n" };
                        ("site.mc".to_owned(), format!("{system}{text}{mailers}"))
                    }
                    "toml" => {
                        let system = if text.contains("ostype") { "" } else { "ostype = \"linux\"\n" };
                        let mailers = if text.contains("mailer =") { "" } else { "mailer = [\"local\", \"smtp\"]\n" };
                        ("site.toml".to_owned(), format!("{system}{mailers}{text}"))
                    }
                    table => (table.to_owned(), text.to_owned()),
                });
            }
            all.push((finding.code.to_owned(), files));
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/wrong");
        let mut paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<PathBuf>>();
        paths.sort();
        for path in paths {
            let Some(ending) =
                path.extension().and_then(|ending| ending.to_str()).filter(|e| ["mc", "toml"].contains(e))
            else {
                continue;
            };
            // Texts that are not UTF-8 have other places in what is read of them.
            let Ok(text) = fs::read_to_string(&path) else { continue };
            all.push((path.display().to_string(), vec![(format!("site.{ending}"), text)]));
        }
        all
    }

    #[test]
    fn what_is_suggested_removes_the_diagnostic() {
        let (mut tried, mut wrong) = (0, Vec::new());
        for (title, files) in sites() {
            let Some((name, _)) = files.iter().find(|(name, _)| name.starts_with("site.")) else { continue };
            let folder = tempfile::tempdir().unwrap();
            let write = || files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
            write();
            let found = lint(folder.path(), name);
            for diagnostic in found.iter().filter(|diagnostic| !diagnostic["suggestion"].is_null()) {
                let suggestion = &diagnostic["suggestion"];
                let path = folder.path().join(suggestion["file"].as_str().unwrap());
                let mut text = fs::read_to_string(&path).unwrap();
                let span = &suggestion["span"];
                text.replace_range(byte(span, "start")..byte(span, "end"), suggestion["text"].as_str().unwrap());
                fs::write(&path, text).unwrap();
                let is_same = |other: &Value| {
                    ["code", "message", "file"].iter().all(|key| other[key] == diagnostic[key])
                        && other["span"]["start"] == diagnostic["span"]["start"]
                };
                let left = lint(folder.path(), name);
                if left.iter().any(is_same) {
                    wrong.push(format!("{title}: {} {}", diagnostic["message"], suggestion["text"]));
                }
                tried += 1;
                write();
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(tried >= 20, "{tried} suggestions");
    }
}
