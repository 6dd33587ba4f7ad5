//! A `.mc` from its text to the site and what is said about it.
//!
//! Compared with m4 and sendmail's tree where they are installed; their absence is a failure with
//! `RELAYCC_REQUIRE_REFERENCE=1`.

#[cfg(test)]
mod mc {
    use std::{
        env,
        fmt::Write as _,
        fs, io,
        path::{Path, PathBuf},
        process::Command,
    };

    use relaycc::{
        diagnostic::Diagnostic,
        front::{Compiled, Input, Syntax, compile},
        source::{FileSystem, Sources},
    };

    /// Files beside a fixture.
    struct Directory(PathBuf);

    impl FileSystem for Directory {
        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            if path.is_absolute() { Err(io::ErrorKind::NotFound.into()) } else { fs::read(self.0.join(path)) }
        }
    }

    /// The `.mc` files of a folder of fixtures, by name.
    fn fixtures(folder: &str) -> Vec<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
        let mut found: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "mc"))
            .collect();
        found.sort();
        assert!(!found.is_empty(), "no fixtures in {}", folder.display());
        found
    }

    fn name(path: &Path) -> &str {
        path.file_name().unwrap().to_str().unwrap()
    }

    fn compiled(path: &Path) -> Compiled {
        let bytes = fs::read(path).unwrap();
        let files = Directory(path.parent().unwrap().to_owned());
        compile(&Input { name: name(path), bytes: &bytes, syntax: Syntax::Mc }, &files)
    }

    /// What m4 would have printed.
    fn printed(diagnostics: &[Diagnostic]) -> String {
        diagnostics.iter().filter_map(|d| d.reference.as_deref()).collect()
    }

    fn told(diagnostic: &Diagnostic, sources: &Sources) -> String {
        let mut out = format!("{:?} {}: {}\n", diagnostic.severity, diagnostic.code, diagnostic.message);
        for label in &diagnostic.labels {
            let source = sources.get(label.span.source).unwrap();
            let (line, column) = source.line_column(label.span.start);
            let text = sources.snippet(label.span).escape_debug().to_string();
            writeln!(out, "    at {}:{line}:{column} {text} -- {}", source.name(), label.text).unwrap();
        }
        for (what, text) in [("why", &diagnostic.why), ("help", &diagnostic.help)] {
            if let Some(text) = text {
                writeln!(out, "    {what}: {text}").unwrap();
            }
        }
        if let Some(reference) = &diagnostic.reference {
            writeln!(out, "    reference: {}", reference.escape_debug()).unwrap();
        }
        out
    }

    #[test]
    fn what_people_get_wrong_is_explained_where_it_stands() {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../snapshots/front");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        for path in fixtures("wrong") {
            let Compiled { site, diagnostics, sources, .. } = compiled(&path);
            assert!(!diagnostics.is_empty(), "{} is silent", name(&path));
            assert_eq!(site.is_none(), diagnostics.iter().any(Diagnostic::is_error), "{}", name(&path));
            let source = String::from_utf8_lossy(&fs::read(&path).unwrap()).replace('\0', "\\0").replace('\r', "\\r");
            let said: Vec<String> = diagnostics.iter().map(|d| told(d, &sources)).collect();
            let shown = format!("{source}\n----\n{}", said.join("\n"));
            settings.bind(|| insta::assert_snapshot!(path.file_stem().unwrap().to_str().unwrap(), shown));
        }
    }

    #[test]
    fn what_people_get_right_is_not_remarked_on() {
        for path in fixtures("right") {
            let Compiled { site, diagnostics, sources, .. } = compiled(&path);
            let said: String = diagnostics.iter().map(|d| told(d, &sources)).collect();
            assert!(said.is_empty(), "{}: {said}", name(&path));
            assert!(site.is_some());
        }
    }

    /// Where the two differ, and why.
    const DIFFERENT: [&str; 4] = [
        // m4 names the last place in the tree that it read, not one in the file.
        "m4_unclosed_parenthesis.mc",
        // m4 runs the commands, and goes on.
        "shell_command.mc",
        // What features that are not supported yet would print.
        "unsupported.mc",
        // The tree passes the parts of such an argument to m4's own macros, which complain of them.
        "unprotected_comma.mc",
    ];

    #[test]
    fn messages_are_m4s_to_the_byte() {
        let tree = Path::new("/usr/share/sendmail/cf/m4/cf.m4");
        if !tree.exists() || Command::new("m4").arg("--version").output().is_err() {
            assert!(env::var_os("RELAYCC_REQUIRE_REFERENCE").is_none(), "no m4, or no sendmail tree");
            println!("NOT COMPARED WITH M4: it or sendmail's tree is not installed");
            return;
        }
        let mut compared = 0;
        for path in [fixtures("features"), fixtures("wrong"), fixtures("right"), fixtures("arkum")].concat() {
            let text = fs::read(&path).unwrap();
            let includes_tree = String::from_utf8_lossy(&text).contains("m4/cf.m4");
            let lies_elsewhere = includes_tree && !String::from_utf8_lossy(&text).contains(tree.to_str().unwrap());
            if DIFFERENT.contains(&name(&path)) || lies_elsewhere || text.contains(&0) {
                continue;
            }
            let mut m4 = Command::new("m4");
            m4.arg("-D_CF_DIR_=/usr/share/sendmail/cf/").current_dir(path.parent().unwrap()).env("LC_ALL", "C");
            // A file that includes the tree is all that m4 is given.
            let m4 = if includes_tree { &mut m4 } else { m4.arg(tree) };
            let m4 = m4.arg(name(&path)).output().unwrap();
            let theirs = String::from_utf8_lossy(&m4.stderr).into_owned();
            assert_eq!(printed(&compiled(&path).diagnostics), theirs, "{}", name(&path));
            compared += 1;
        }
        println!("{compared} files give the same messages");
    }
}
