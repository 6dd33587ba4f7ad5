//! Repeated builds: unchanged files are left alone, changes are reported, and outputs that are no longer needed are removed.

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::MetadataExt,
        path::PathBuf,
        process::{Command, Stdio},
    };

    use relaycc::map::MapFile;
    use tempfile::TempDir;

    const SITE: &str = "ostype = \"linux\"\nlocal_domain = \"example.com\"\nmailer = [\"local\", \"smtp\"]\n";
    const ACCESS: &str = "[feature]\naccess_db = true\n\n[access]\n\"Connect:192.0.2.1\" = \"RELAY\"\n";
    const EMPTIED: &str = "[feature]\naccess_db = true\n";
    const AUTHINFO: &str =
        "[feature]\nauthinfo = true\n\n[authinfo]\n\"AuthInfo:h.example\" = '\"U:joe\" \"P:geheim\"'\n";

    struct Place(TempDir);

    struct Run {
        status: Option<i32>,
        stdout: String,
        stderr: String,
    }

    impl Place {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        /// Builds a site into `out`.
        fn build(&self, text: &str, options: &str) -> Run {
            fs::write(self.path("site.toml"), format!("{SITE}{text}")).unwrap();
            let output = Command::new(env!("CARGO_BIN_EXE_relaycc"))
                .args("build site.toml --out out".split(' ').chain(options.split_whitespace()))
                .current_dir(self.0.path())
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let text = |bytes| String::from_utf8(bytes).unwrap();
            Run { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
        }

        /// Inode and modification time of each file.
        fn state(&self) -> Vec<(String, u64, i64, i64)> {
            let entries = fs::read_dir(self.path("out")).unwrap().map(|entry| entry.unwrap());
            let mut state = entries
                .map(|entry| {
                    let found = entry.metadata().unwrap();
                    (entry.file_name().into_string().unwrap(), found.ino(), found.mtime(), found.mtime_nsec())
                })
                .collect::<Vec<_>>();
            state.sort();
            state
        }

        fn keys(&self, map: &str) -> Vec<String> {
            let bytes = fs::read(self.path("out").join(map)).unwrap();
            let entries = MapFile::open(&bytes).unwrap();
            let keys = entries.entries().map(|entry| String::from_utf8(entry.unwrap().key.to_vec()).unwrap());
            keys.collect()
        }
    }

    #[test]
    fn the_same_site_leaves_every_file_alone_and_says_so() {
        let place = Place::new();
        let first = place.build(ACCESS, "");
        assert_eq!(first.status, Some(0), "{}", first.stderr);
        assert!(first.stdout.lines().all(|line| line.starts_with("written  out/")), "{}", first.stdout);
        let before = place.state();
        let second = place.build(ACCESS, "");
        assert_eq!(second.status, Some(0));
        assert_eq!(second.stdout, first.stdout.replace("written  ", "unchanged  "));
        assert_eq!(place.state(), before);
        // Another entry changes only the table and its part of relay.toml.
        let more = place.build(&format!("{ACCESS}\"To:example.net\" = \"RELAY\"\n"), "");
        assert!(more.stdout.contains("unchanged  out/sendmail.cf\nwritten    out/access\n"), "{}", more.stdout);
        let json = place.build(ACCESS, "--format json");
        assert!(
            json.stdout.starts_with("{\"file\":\"out/sendmail.cf\",\"change\":\"unchanged\"}\n"),
            "{}",
            json.stdout
        );
    }

    #[test]
    fn check_and_diff_write_nothing_and_fail_if_something_would_change() {
        let place = Place::new();
        let check = place.build(ACCESS, "--check");
        assert_eq!(check.status, Some(1));
        assert!(check.stdout.starts_with("would be written  out/sendmail.cf\n"), "{}", check.stdout);
        assert!(!place.path("out").exists());
        place.build(ACCESS, "");
        let before = place.state();
        for option in ["--check", "--diff"] {
            assert_eq!(place.build(ACCESS, option).status, Some(0), "{option}");
            let changed = place.build(&ACCESS.replace("192.0.2.1", "192.0.2.2"), option);
            assert_eq!(changed.status, Some(1), "{option}");
        }
        let diff = place.build(&ACCESS.replace("192.0.2.1", "192.0.2.2"), "--diff").stdout;
        for part in [
            "--- out/access\n+++ out/access\n",
            "\n-Connect:192.0.2.1 RELAY\n+Connect:192.0.2.2 RELAY\n",
            "--- out/access.db\n+++ out/access.db\n-connect:192.0.2.1\tRELAY\n+connect:192.0.2.2\tRELAY\n",
        ] {
            assert!(diff.contains(part), "{part}\n{diff}");
        }
        assert_eq!(place.state(), before);
        let refused = place.build("relay_domian = \"x\"\n", "--check");
        assert_eq!((refused.status, refused.stdout.as_str()), (Some(1), ""));
        assert_eq!(place.build(ACCESS, "--check --out -").status, Some(2));
    }

    #[test]
    fn credentials_are_not_shown() {
        let place = Place::new();
        place.build(AUTHINFO, "");
        for changed in [AUTHINFO.replace("geheim", "anders"), String::new()] {
            let diff = place.build(&changed, "--diff");
            assert_eq!(diff.status, Some(1), "{}", diff.stderr);
            assert!(diff.stdout.contains("--- out/authinfo"), "{}", diff.stdout);
            assert!(!diff.stdout.contains("geheim") && !diff.stdout.contains("anders"), "{}", diff.stdout);
        }
    }

    #[test]
    fn an_entry_that_goes_is_gone_from_the_map_file_too() {
        let place = Place::new();
        place.build(ACCESS, "");
        assert_eq!(place.keys("access.db"), ["connect:192.0.2.1"]);
        let emptied = place.build(EMPTIED, "");
        assert_eq!(emptied.status, Some(0), "{}", emptied.stderr);
        assert!(emptied.stdout.contains("written    out/access\nwritten    out/access.db\n"), "{}", emptied.stdout);
        assert_eq!(place.keys("access.db"), Vec::<String>::new());
        // With the feature, its files are removed; those of products that are not selected stay.
        let other = place.build("", "--emit cf");
        assert!(other.stdout.lines().count() == 1 && place.path("out/access.db").exists(), "{}", other.stdout);
        let gone = place.build("", "");
        assert!(gone.stdout.contains("removed    out/access\nremoved    out/access.db\n"), "{}", gone.stdout);
        assert!(!place.path("out/access.db").exists());
    }

    #[test]
    fn aliases_that_go_are_gone_too() {
        let place = Place::new();
        place.build("[aliases]\njoe = \"ann@example.net\"\n", "");
        assert_eq!(place.keys("aliases.db").len(), 2);
        place.build("", "");
        // The file that marks them as complete.
        assert_eq!(place.keys("aliases.db"), ["@\0"]);
    }

    #[test]
    fn a_map_file_that_others_keep_is_not_touched() {
        let place = Place::new();
        fs::create_dir(place.path("out")).unwrap();
        fs::write(place.path("out/access.db"), "theirs").unwrap();
        assert_eq!(place.build(EMPTIED, "").status, Some(0));
        assert_eq!(fs::read(place.path("out/access.db")).unwrap(), b"theirs");
        // A former output that somebody has replaced.
        place.build(ACCESS, "");
        fs::write(place.path("out/access.db"), "theirs").unwrap();
        let run = place.build(EMPTIED, "--format short");
        assert!(run.stderr.contains("warning[stale_output]: `out/access.db`"), "{}", run.stderr);
        assert_eq!(fs::read(place.path("out/access.db")).unwrap(), b"theirs");
    }

    #[test]
    fn an_interrupted_build_is_told_and_completed() {
        let place = Place::new();
        place.build(ACCESS, "");
        let state = place.state();
        let out = place.path("out");
        let journal = r#"{"version":1,"rename":[{"from":".relaycc-abc123.tmp","to":"access"}],"remove":[]}"#;
        fs::write(out.join(".relaycc-journal"), journal).unwrap();
        fs::write(out.join(".relaycc-abc123.tmp"), "Connect:192.0.2.9 RELAY\n").unwrap();
        let check = place.build(ACCESS, "--check --format short");
        assert_eq!(check.status, Some(1));
        assert!(check.stderr.contains("warning[interrupted_build]: incomplete build in `out`"), "{}", check.stderr);
        fs::copy(place.path("site.toml"), out.join("site.toml")).unwrap();
        for command in ["lint out/site.toml", "trace out/sendmail.cf 3 x"] {
            let output = Command::new(env!("CARGO_BIN_EXE_relaycc"))
                .args(command.split(' ').chain(["--format", "short"]))
                .current_dir(place.0.path())
                .output()
                .unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains("warning[interrupted_build]"), "{command}: {said}");
        }
        fs::remove_file(out.join("site.toml")).unwrap();
        let run = place.build(ACCESS, "--format short");
        assert_eq!(run.status, Some(0));
        assert!(run.stderr.contains("advice[interrupted_build]"), "{}", run.stderr);
        assert!(run.stdout.contains("written    out/access\n"), "{}", run.stdout);
        let names = |state: &[(String, u64, i64, i64)]| state.iter().map(|(name, ..)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&place.state()), names(&state));
        assert_eq!(place.build(ACCESS, "--check").status, Some(0));
    }
}
