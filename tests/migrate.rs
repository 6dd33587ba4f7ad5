//! `migrate`: the site.toml is equivalent to the `.mc`.

#[cfg(test)]
mod tests {
    use std::{
        env, fs, io,
        path::{Path, PathBuf},
    };

    use relaycc::{
        emit::cf,
        front::{self, Input, Syntax},
        migrate::{Migrated, migrate},
        source::FileSystem,
    };

    /// The files of this machine.
    struct Disk;

    impl FileSystem for Disk {
        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            fs::read(path)
        }
    }

    /// The same with a tree of the site's own.
    struct OwnTree;

    impl FileSystem for OwnTree {
        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            fs::read(path)
        }

        fn find(&self, relative: &Path) -> Option<PathBuf> {
            Some(Path::new("fixtures/own_tree").join(relative)).filter(|path| path.exists())
        }
    }

    fn migrated_with(path: &str, files: &dyn FileSystem) -> Migrated {
        let bytes = fs::read(path).unwrap();
        migrate(&Input { name: path, bytes: &bytes, syntax: Syntax::Mc }, &str::to_owned, files)
    }

    fn migrated(path: &str) -> Migrated {
        migrated_with(path, &Disk)
    }

    /// The result for each `.mc` of a folder: nothing if it is rejected or gives the same bytes, otherwise the difference.
    fn failures(folder: &str) -> (usize, Vec<String>) {
        failures_with(folder, &Disk)
    }

    fn failures_with(folder: &str, files: &dyn FileSystem) -> (usize, Vec<String>) {
        let mut paths: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().display().to_string())
            .filter(|path| path.ends_with(".mc"))
            .collect();
        paths.sort();
        let (mut same, mut failures) = (0, Vec::new());
        for path in paths {
            let migrated = migrated_with(&path, files);
            let Some(site) = migrated.site else { continue };
            let name = Path::new(&path).file_stem().unwrap().to_str().unwrap().to_owned();
            let Some(toml) = migrated.toml else {
                failures.push(name);
                continue;
            };
            let input = Input { name: "site.toml", bytes: toml.as_bytes(), syntax: Syntax::Toml };
            let again = front::compile(&input, &Disk).site.unwrap();
            assert_eq!(cf::emit(&site).into_text(), cf::emit(&again).into_text(), "{path}\n{toml}");
            same += 1;
        }
        (same, failures)
    }

    #[test]
    fn every_fixture_comes_out_the_same_or_is_refused() {
        let (same, refused) = failures("fixtures/features");
        let known = fs::read_to_string("fixtures/migrate/refused.txt").unwrap();
        let known = known.lines().filter(|line| !line.starts_with('#'));
        let known = known.filter_map(|line| line.split_whitespace().next()).collect::<Vec<_>>();
        assert_eq!(refused, known);
        assert!(same >= 271, "only {same}");
    }

    #[test]
    fn what_an_own_tree_says_is_written_out() {
        let (same, refused) = failures_with("fixtures/own_tree", &OwnTree);
        assert_eq!(refused, [""; 0]);
        assert!(same >= 10, "only {same}");
        let toml = migrated_with("fixtures/own_tree/domain.mc", &OwnTree).toml.unwrap();
        assert!(
            !toml.contains("domain = \"house\"") && toml.contains("smart_host    = \"esmtp:hub.example.com\""),
            "{toml}"
        );
    }

    /// The reference's own samples, where they are installed.
    #[test]
    fn every_sample_of_the_reference_comes_out_the_same() {
        for folder in ["cf", "debian"].map(|folder| format!("/usr/share/sendmail/cf/{folder}")) {
            if Path::new(&folder).exists() {
                assert_eq!(failures(&folder).1, [""; 0], "{folder}");
            }
        }
    }

    /// Configurations written by others, where the environment names a folder of them.
    #[test]
    fn a_corpus_comes_out_the_same_or_is_refused() {
        let Ok(corpus) = env::var("RELAYCC_CORPUS") else { return };
        let (same, refused) = failures(&format!("{corpus}/mc"));
        println!("{same} the same, refused: {refused:?}");
        assert!(same > 0);
    }

    #[test]
    fn remarks_stay_with_what_they_are_about() {
        let migrated = migrated("fixtures/migrate/remarks.mc");
        let toml = migrated.toml.unwrap();
        insta::with_settings!({ snapshot_path => "../snapshots/migrate", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("remarks", toml);
        });
    }

    #[test]
    fn bytes_that_are_not_utf8_come_out_as_they_went_in() {
        let bytes = b"OSTYPE(`linux')\nMAILER(`smtp')\nLOCAL_CONFIG\nKsubject regex -b -a@MATCH \xb9.\xb0\xed\n";
        let mc = migrate(&Input { name: "site.mc", bytes, syntax: Syntax::Mc }, &str::to_owned, &Disk);
        let toml = mc.toml.unwrap();
        assert!(toml.contains("charset = \"iso-8859-1\"") && toml.contains("@MATCH ¹.°í"), "{toml}");
        let again = front::compile(&Input { name: "site.toml", bytes: toml.as_bytes(), syntax: Syntax::Toml }, &Disk);
        let made = again.sources.encode(cf::emit(&again.site.unwrap()).into_text());
        assert_eq!(made, mc.sources.encode(cf::emit(&mc.site.unwrap()).into_text()));
        assert!(made.windows(4).any(|bytes| bytes == b"\xb9.\xb0\xed"));
        // In a comment they have no special meaning.
        let bytes = b"dnl Caf\xe9.\nOSTYPE(`linux')\nMAILER(`smtp')\n";
        let toml = migrate(&Input { name: "site.mc", bytes, syntax: Syntax::Mc }, &str::to_owned, &Disk).toml.unwrap();
        assert!(toml.contains("# Café.") && !toml.contains("charset"), "{toml}");
    }

    #[test]
    fn what_a_site_toml_refuses_is_refused_at_its_place() {
        let migrated = migrated("fixtures/features/masquerade_as_empty.mc");
        assert!(migrated.toml.is_none());
        let said = migrated.diagnostics.iter().find(|said| said.code == "not_migrated").unwrap();
        assert_eq!(migrated.sources.snippet(said.span().unwrap()), "MASQUERADE_AS(`')");
    }

    #[test]
    fn entries_of_the_access_map_stay_in_their_file() {
        let bytes = fs::read("fixtures/arkum/site.mc").unwrap();
        let input = Input { name: "fixtures/arkum/site.mc", bytes: &bytes, syntax: Syntax::Mc };
        let toml = migrate(&input, &|_| "access".to_owned(), &Disk).toml.unwrap();
        let input = Input { name: "fixtures/arkum/other.toml", bytes: toml.as_bytes(), syntax: Syntax::Toml };
        let (again, original) = (front::compile(&input, &Disk).site, migrate_site());
        assert_eq!(again, original);
    }

    fn migrate_site() -> Option<relaycc::site::Site> {
        migrated("fixtures/arkum/site.mc").site
    }
}
