//! The program as users call it: its output, its files and its exit status.

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        io::{BufRead, BufReader, Write},
        os::unix::fs::{MetadataExt, PermissionsExt, symlink},
        path::{Path, PathBuf},
        process::{Command, Stdio},
        time::{Duration, SystemTime},
    };

    use tempfile::TempDir;

    /// A site without findings.
    const GOOD: &str = "OSTYPE(`linux')dnl\nMAILER(`local')dnl\nMAILER(`smtp')dnl\n";
    /// A site with one warning.
    const DOUBTFUL: &str = "OSTYPE(`linux')dnl\nFEATURE(`promiscuous_relay')dnl\nMAILER(`smtp')dnl\n";
    /// A site with an error.
    const BAD: &str = "OSTYPE(`linux')dnl\nFEATURE(`acess_db')dnl\nMAILER(`smtp')dnl\n";

    /// A site with entries of its access map.
    const ACCESS: &str = "ostype = \"linux\"\nmailer = \"smtp\"\n\n[feature]\naccess_db = true\n\n\
                          [access]\n\"Connect:192.0.2\" = \"RELAY\"\n";

    /// A temporary directory for a test, and the program run in it.
    struct Place(TempDir);

    impl Place {
        fn new() -> Self {
            let place = Self(tempfile::tempdir().unwrap());
            place.write("good.mc", GOOD);
            place.write("doubtful.mc", DOUBTFUL);
            place.write("bad.mc", BAD);
            place
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn write(&self, name: &str, text: &str) {
            let path = self.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn read(&self, name: &str) -> String {
            fs::read_to_string(self.path(name)).unwrap()
        }

        /// The files of a directory, except for the manifest.
        fn names(&self, directory: &str) -> Vec<String> {
            let entries = fs::read_dir(self.path(directory)).unwrap();
            let mut names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>();
            names.retain(|name| name != ".relaycc-manifest");
            names.sort();
            names
        }

        fn command(&self, program: &Path) -> Command {
            let mut command = Command::new(program);
            command.current_dir(self.0.path()).env_clear().env("COLUMNS", "100").stdin(Stdio::null());
            command
        }

        /// Runs `relaycc` with these words and returns what a user sees.
        fn run(&self, words: &str) -> Run {
            let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_relaycc")));
            Run::of(words, command.args(words.split_whitespace()))
        }

        /// The same with something on standard input.
        fn run_with(&self, words: &str, input: &str) -> Run {
            self.write("input", input);
            let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_relaycc")));
            command.stdin(File::open(self.path("input")).unwrap());
            Run::of(words, command.args(words.split_whitespace()))
        }

        /// Runs a shell script in which `$relaycc` is the program.
        fn shell(&self, script: &str) -> Run {
            let mut command = self.command(Path::new("/bin/sh"));
            command.env("relaycc", env!("CARGO_BIN_EXE_relaycc")).env("PATH", "/usr/bin:/bin");
            Run::of(script, command.args(["-c", script]))
        }
    }

    /// The result of a run.
    struct Run {
        shown: String,
        status: Option<i32>,
        stdout: String,
        stderr: String,
    }

    impl Run {
        fn of(words: &str, command: &mut Command) -> Self {
            let output = command.output().unwrap();
            let stdout = String::from_utf8(output.stdout).unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            let status = output.status.code();
            let mut shown =
                format!("$ relaycc {words}\n[exit status: {}]\n", status.map_or("none".into(), |s| s.to_string()));
            for (name, text) in [("standard output", &stdout), ("standard error", &stderr)] {
                if !text.is_empty() {
                    shown.push_str(&format!("--- {name}\n{text}"));
                }
            }
            Self { shown, status, stdout, stderr }
        }
    }

    macro_rules! snapshot {
        ($name:literal, $runs:expr) => {
            insta::with_settings!({ snapshot_path => "../snapshots/cli", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!($name, $runs.map(|run: Run| run.shown).join("\n"));
            });
        };
    }

    #[test]
    fn help_of_every_command() {
        let place = Place::new();
        snapshot!(
            "help",
            [
                "--help",
                "build --help",
                "lint --help",
                "migrate --help",
                "map --help",
                "map build --help",
                "map dump --help",
                "map get --help",
                "map check --help",
                "map convert --help",
                "map aliases --help",
                "schema --help",
                "completions --help",
                "man --help"
            ]
            .map(|words| place.run(words))
        );
    }

    #[test]
    fn wrong_usage() {
        let place = Place::new();
        let runs = [
            "",
            "bild good.mc",
            "build",
            "build good.mc --emmit cf",
            "build good.mc --emit cd",
            "build good.mc --out",
            "build good.mc --deny everything",
            "build good.mc --format xml",
            "build good.mc --out -",
            "build good.mc --out - --emit cf,access",
            "build good.mc --out - --emit cf --source-map",
            "build good.mc --emit access --source-map",
            "build -",
            "lint",
            "man bild",
            "completions korn",
        ]
        .map(|words| place.run(words));
        assert!(runs.iter().all(|run| run.status == Some(2) && run.stdout.is_empty()));
        assert_eq!(place.names("."), ["bad.mc", "doubtful.mc", "good.mc"]);
        snapshot!("wrong_usage", runs);
    }

    #[test]
    fn input_that_cannot_be_read() {
        let place = Place::new();
        place.write("site.cf", GOOD);
        fs::create_dir(place.path("folder")).unwrap();
        let runs = [
            "build god.mc --out out",
            "build nothing/like/this.toml --out out",
            "build folder --out out",
            "build good.mc/site.toml --out out",
            "build site.cf --out out",
            "build god.mc --out out --format short",
            "build god.mc --out out --format sendmail",
            "build god.mc --out out --format json",
            "lint god.mc good.mc bad.mc",
        ]
        .map(|words| place.run(words));
        assert!(runs.iter().all(|run| run.status == Some(2) && run.stdout.is_empty()));
        assert!(!place.path("out").exists());
        snapshot!("unreadable", runs);
    }

    #[test]
    fn output_that_cannot_be_written() {
        let place = Place::new();
        place.write("file", "precious");
        for directory in ["link", "folder", "taken"] {
            fs::create_dir(place.path(directory)).unwrap();
        }
        symlink("../file", place.path("link/sendmail.cf")).unwrap();
        fs::create_dir(place.path("folder/sendmail.cf")).unwrap();
        place.write("sendmail.cf", "precious");
        let runs = [
            "build good.mc --out file",
            "build good.mc --out file/below",
            "build good.mc --out link",
            "build good.mc --out folder",
            "build good.mc",
            "build good.mc --out link --format json",
        ]
        .map(|words| place.run(words));
        assert!(runs.iter().all(|run| run.status == Some(2) && run.stdout.is_empty()));
        assert_eq!((place.read("file"), place.read("sendmail.cf")), ("precious".into(), "precious".into()));
        assert_eq!(place.names("link"), ["sendmail.cf"]);
        snapshot!("unwritable", runs);
    }

    #[test]
    fn a_full_disk_leaves_the_old_files() {
        let place = Place::new();
        assert_eq!(place.run("build good.mc --out out --emit cf").status, Some(0));
        let old = place.read("out/sendmail.cf");
        // With a limit on file sizes, a write fails midway, like on a full disk.
        let run =
            place.shell("trap '' XFSZ; ulimit -f 4; \"$relaycc\" build doubtful.mc --out out --emit cf --format short");
        assert_eq!(run.status, Some(2), "{}", run.shown);
        assert!(run.stderr.contains("cannot write `out/sendmail.cf`: File too large"), "{}", run.stderr);
        assert_eq!(place.read("out/sendmail.cf"), old);
        assert_eq!(place.names("out"), ["sendmail.cf"]);
    }

    #[test]
    fn standard_output_that_cannot_be_written() {
        let place = Place::new();
        let run = place.shell("\"$relaycc\" build good.mc --emit cf --out - > /dev/full");
        assert_eq!(run.status, Some(2));
        assert!(run.stderr.contains("cannot write to standard output: No space left on device"), "{}", run.stderr);
        // A reader that stops early sees no error.
        let run = place.shell("{ \"$relaycc\" build good.mc --emit cf --out -; echo $? >&2; } | head -n 1");
        assert_eq!(run.stdout.lines().count(), 1);
        assert_eq!(run.stderr, "0\n");
        place.write("long", &(0..100_000).map(|n| format!("host{n}.example.net\tREJECT\n")).collect::<String>());
        assert_eq!(place.run("map build hash long long").status, Some(0));
        for command in ["schema", "schema relay", "man", "man map build", "completions zsh", "map dump long"] {
            let run = place.shell(&format!("{{ \"$relaycc\" {command}; echo $? >&2; }} | head -n 1"));
            assert_eq!((run.stdout.lines().count(), run.stderr.as_str()), (1, "0\n"), "{command}");
        }
    }

    #[test]
    fn refused_and_denied_input_writes_nothing() {
        let place = Place::new();
        for (words, status) in [
            ("build bad.mc --out out", 1),
            ("build doubtful.mc --out out --deny warnings", 1),
            ("build bad.mc --emit cf --out -", 1),
            ("lint bad.mc good.mc", 1),
            ("lint doubtful.mc", 0),
            ("lint doubtful.mc --deny warnings", 1),
        ] {
            let run = place.run(words);
            assert_eq!((run.status, run.stdout.as_str()), (Some(status), ""), "{}", run.shown);
            assert!(!place.path("out").exists(), "{words}");
        }
        assert_eq!(place.run("build doubtful.mc --out out").status, Some(0));
    }

    #[test]
    fn formats_of_one_site() {
        let place = Place::new();
        place.write("both.mc", &format!("{DOUBTFUL}FEATURE(`acess_db')dnl\n"));
        snapshot!(
            "formats",
            [
                "lint both.mc",
                "lint both.mc --format short",
                "lint both.mc --format sendmail",
                "lint both.mc --format json",
                "lint doubtful.mc --deny warnings",
                "lint both.mc --color always",
            ]
            .map(|words| place.run(words))
        );
    }

    #[test]
    fn standard_input_is_a_site_like_any_other() {
        let place = Place::new();
        let from_file = place.run("build good.mc --emit cf --out -");
        let from_stdin = place.run_with("build - --syntax mc --emit cf --out -", GOOD);
        assert_eq!(from_stdin.status, Some(0));
        assert!(from_stdin.stdout.contains("Mlocal"), "{}", from_stdin.stdout);
        assert_eq!(from_stdin.stdout, from_file.stdout);
        let run = place.run_with("lint - --syntax mc --format short", BAD);
        assert!(run.stderr.starts_with("<stdin>:2:"), "{}", run.stderr);
    }

    #[test]
    fn written_files_are_named_and_have_their_modes() {
        let place = Place::new();
        let run = place.run("build good.mc --out new/out --emit cf --source-map");
        assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
        assert_eq!(run.stdout, "written  new/out/sendmail.cf\nwritten  new/out/sendmail.cf.map.json\n");
        // The umask reduces the mode, and never makes a file writable for others.
        assert_eq!(fs::metadata(place.path("new/out/sendmail.cf")).unwrap().mode() & 0o133, 0);
        assert_eq!(place.names("new/out"), ["sendmail.cf", "sendmail.cf.map.json"]);
    }

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        let place = Place::new();
        for out in ["one", "two"] {
            assert_eq!(place.run(&format!("build good.mc --out {out} --source-map")).status, Some(0));
        }
        for name in place.names("one") {
            assert_eq!(
                fs::read(place.path("one").join(&name)).unwrap(),
                fs::read(place.path("two").join(&name)).unwrap()
            );
        }
    }

    #[test]
    fn every_mapped_line_leads_to_the_statement_that_asked_for_it() {
        let place = Place::new();
        place.write("hub.mc", "OSTYPE(`linux')dnl\ndefine(`MAIL_HUB', `paragon.arkum.ch')dnl\nMAILER(`smtp')dnl\n");
        assert_eq!(place.run("build hub.mc --out out --emit cf --source-map").status, Some(0));
        let map = serde_json::from_str::<serde_json::Value>(&place.read("out/sendmail.cf.map.json")).unwrap();
        assert_eq!((&map["format"], &map["sources"][0]), (&1.into(), &"hub.mc".into()));
        let cf = place.read("out/sendmail.cf");
        let hub = cf.lines().position(|line| line == "DHparagon.arkum.ch").expect("a line for the hub") + 1;
        let lines = map["lines"].as_array().unwrap();
        let mapped = lines.iter().find(|line| line["emitted"] == hub).expect("the hub's line is mapped");
        assert_eq!(mapped["line"], 2);
        assert!(lines.iter().all(|line| (1..=cf.lines().count() as u64).contains(&line["emitted"].as_u64().unwrap())));
    }

    #[test]
    fn completions_are_scripts_and_the_manual_knows_every_option() {
        let place = Place::new();
        for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
            let run = place.run(&format!("completions {shell}"));
            assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
            assert!(run.stdout.contains("source-map"), "{shell}");
        }
        assert_eq!(place.shell("\"$relaycc\" completions bash > script && bash -n script").status, Some(0));
        let page = place.run("man build");
        assert!(page.stdout.starts_with(".ie"), "{}", page.stdout);
        for option in ["out", "emit", "source\\-map", "syntax", "format", "deny", "color", "zone"] {
            assert!(page.stdout.contains(&format!("\\-\\-{option}")), "{option}");
        }
        assert_eq!(place.run("man").status, Some(0));
    }

    #[test]
    fn schemas_are_json() {
        let place = Place::new();
        let run = place.run("schema");
        assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
        let schema = serde_json::from_str::<serde_json::Value>(&run.stdout).unwrap();
        assert_eq!(schema["type"], "object");
    }

    #[test]
    fn zones_are_checked_against() {
        let place = Place::new();
        place.write(
            "good.mc",
            "OSTYPE(`linux')dnl\ndefine(`confDOMAIN_NAME', `mail.example.com')dnl\nMAILER(`smtp')dnl\n",
        );
        place.write(
            "example.com.zone",
            "@ IN SOA ns.example.com. root.example.com. ( 1 1 1 1 1 )\nmail IN A 192.0.2.1\n\
             lost IN MX 10 mail.example.com.\n",
        );
        assert_eq!(place.run("lint good.mc").stderr, "");
        snapshot!(
            "zones",
            ["lint good.mc --zone example.com.zone", "build good.mc --out out --zone exampel.com.zone"]
                .map(|words| place.run(words))
        );
        assert!(!place.path("out").exists());
    }

    #[test]
    fn sites_are_checked_against_each_other() {
        let place = Place::new();
        place.write(
            "gateway.mc",
            "OSTYPE(`linux')dnl\nFEATURE(`nouucp', `nospecial')dnl\ndefine(`MAIL_HUB', `hub.example.com')dnl\nMAILER(`smtp')dnl\n",
        );
        place.write(
            "hub.mc",
            "OSTYPE(`linux')dnl\ndefine(`confDOMAIN_NAME', `hub.example.com')dnl\nMAILER(`smtp')dnl\n",
        );
        snapshot!(
            "together",
            ["lint gateway.mc hub.mc", "lint gateway.mc good.mc --format short"].map(|words| place.run(words))
        );
    }

    /// A site with entries of every table.
    const TABLES: &str = r#"ostype = "linux"
mailer = ["local", "smtp"]
virtuser_domain = "v.example"
virtusertable_file = "virtual"

[feature]
access_db     = true
mailertable   = "btree /etc/mail/routes"
virtusertable = "cdb /etc/mail/virtusertable"
domaintable   = "text -k0 -v1 /etc/mail/domaintable"
genericstable = true
authinfo      = true

[access]
"Connect:192.0.2" = "RELAY"

[mailertable]
"A.example" = "smtp:host"

[domaintable]
"old.example" = "new.example"

[genericstable]
"joe" = "joe.user@example.com"

[authinfo]
"AuthInfo:smart.example" = '"U:relay" "P:secret"'
"#;

    #[test]
    fn every_table_becomes_a_text_and_a_map_file_of_its_class() {
        let place = Place::new();
        place.write("site.toml", TABLES);
        place.write("virtual", "# Virtual users.\ninfo@v.example joe\n");
        let run = place.run("build site.toml --out out");
        assert_eq!(run.status, Some(0), "{}", run.shown);
        let files = [
            "access",
            "access.db",
            "authinfo",
            "authinfo.db",
            "domaintable",
            "genericstable",
            "genericstable.db",
            "routes",
            "routes.db",
            "sendmail.cf",
            "virtusertable",
            "virtusertable.cdb",
        ];
        assert_eq!(place.names("out"), files);
        let get = |file: &str, key: &[u8]| {
            let bytes = fs::read(place.path("out").join(file)).unwrap();
            let map = relaycc::map::MapFile::open(&bytes).unwrap();
            map.get(key).unwrap().map(|value| String::from_utf8(value.into_owned()).unwrap())
        };
        assert_eq!(get("routes.db", b"a.example").as_deref(), Some("smtp:host"));
        assert_eq!(get("virtusertable.cdb", b"info@v.example").as_deref(), Some("joe"));
        assert_eq!(get("authinfo.db", b"authinfo:smart.example").as_deref(), Some("\"U:relay\" \"P:secret\""));
        assert_eq!(fs::metadata(place.path("out/authinfo.db")).unwrap().mode() & 0o777, 0o600);
        let database = place.run("build site.toml --out some --emit db");
        assert_eq!(place.names("some").len(), 5, "{}", database.shown);
        let texts = place.run("build site.toml --out texts --emit tables");
        assert_eq!(place.names("texts").len(), 5, "{}", texts.shown);
        snapshot!("tables_built", [run, database, texts]);
    }

    #[test]
    fn aliases_become_a_text_and_a_map_file() {
        let place = Place::new();
        let policy = "ostype = 'linux'\nmailer = ['local', 'smtp']\nlocal_domain = 'example.com'\n";
        place.write(
            "here.toml",
            &format!("{policy}alias_file = 'cdb:/etc/mail/aliases'\n[aliases]\npostmaster = 'root'\n'root@example.com' = ['joe', 'ann@example.net']\n"),
        );
        place.write("file.toml", &format!("aliases_file = 'names'\n{policy}"));
        place.write("names", "postmaster: root\nroot: joe,\n  ann@example.net\n");
        place.write(
            "bad.toml",
            &format!("{policy}[aliases]\n'a:b' = 'joe'\n'joe@elsewhere.example' = 'ann'\nroot = 'a b'\n'x' = 'y'\n'X' = 'z'\n"),
        );
        place.write(
            "names.toml",
            &format!("{policy}[aliases]\n'joe@elsewhere.example' = 'ann'\nroot = 'a b'\n'x' = 'y'\n'X' = 'z'\n"),
        );
        place
            .write("both.toml", &format!("aliases_file = 'names'\nalias_file = '/a,/b'\n{policy}[aliases]\nx = 'y'\n"));
        place.write("several.toml", &format!("aliases_file = 'names'\nalias_file = '/a,/b'\n{policy}"));
        let runs = [
            "build here.toml --out here --emit tables,db",
            "build here.toml --out - --emit tables",
            "build file.toml --out file --emit tables,db",
            "build bad.toml --out bad",
            "build names.toml --out bad",
            "build both.toml --out both",
            "build several.toml --out several",
        ]
        .map(|words| place.run(words));
        assert_eq!(runs.each_ref().map(|run| run.status.unwrap()), [0, 0, 0, 1, 1, 1, 1], "{}", runs[0].shown);
        assert_eq!(place.read("file/aliases"), place.read("names"));
        let bytes = fs::read(place.path("file/aliases.db")).unwrap();
        let map = relaycc::map::MapFile::open(&bytes).unwrap();
        assert_eq!(map.get(b"root\0").unwrap().as_deref(), Some(&b"joe,  ann@example.net\0"[..]));
        assert_eq!(map.get(b"@\0").unwrap().as_deref(), Some(&b"@\0"[..]));
        // The text builds the same map file.
        let again = place.run("map aliases here/aliases again --type cdb --host example.com");
        assert_eq!(again.status, Some(0), "{}", again.shown);
        assert_eq!(fs::read(place.path("again.cdb")).unwrap(), fs::read(place.path("here/aliases.cdb")).unwrap());
        snapshot!("aliases_built", runs);
    }

    #[test]
    fn tables_are_compared_with_map_files_that_are_there() {
        let place = Place::new();
        place.write(
            "site.mc",
            "OSTYPE(`linux')dnl\nFEATURE(`mailertable', `hash /etc/mail/routes')dnl\nMAILER(`smtp')dnl\n",
        );
        place.write("routes", "a.example smtp:one\n");
        place.write("target", " Compiled with: NEWDB=5.3 LDAPMAP\n");
        place.write(
            "cdb.mc",
            "OSTYPE(`linux')dnl\nFEATURE(`mailertable', `cdb /etc/mail/routes')dnl\nMAILER(`smtp')dnl\n",
        );
        let runs = [
            "lint site.mc",
            "build site.mc --out .",
            "lint site.mc --deny warnings",
            "lint site.mc cdb.mc --target target",
            "lint site.mc --target site.mc",
        ]
        .map(|words| place.run(words));
        place.write("routes", "a.example smtp:two\nb.example nowhere\n");
        let stale = place.run("lint site.mc");
        let refused = place.run("build site.mc --out .");
        assert_eq!(
            runs.iter().chain([&stale, &refused]).map(|run| run.status.unwrap()).collect::<Vec<_>>(),
            [0, 0, 0, 1, 2, 1, 1]
        );
        let [.., target, no_target] = runs;
        snapshot!("tables_compared", [target, no_target, stale, refused]);
    }

    #[test]
    fn tables_that_cannot_be_written_are_refused() {
        let place = Place::new();
        place.write("same.toml", &TABLES.replace("/etc/mail/routes", "/x/genericstable"));
        place.write("twice.toml", &format!("mailertable_file = \"virtual\"\n{TABLES}"));
        place.write("without.toml", &TABLES.replace("genericstable = true\n", ""));
        place.write("virtual", "info@v.example joe\n");
        let runs = ["build same.toml --out a", "build twice.toml --out b", "build without.toml --out c"]
            .map(|words| place.run(words));
        assert_eq!(runs.each_ref().map(|run| run.status), [Some(1); 3]);
        snapshot!("tables_refused", runs);
    }

    #[test]
    fn access_entries_become_text_and_database() {
        let place = Place::new();
        place.write("site.toml", ACCESS);
        let run = place.run("build site.toml --out out");
        let written = ["sendmail.cf", "access", "access.db", "relay.toml"].map(|name| format!("written  out/{name}\n"));
        assert_eq!(run.stdout, written.concat(), "{}", run.shown);
        assert!(place.read("out/access").contains("Connect:192.0.2"));
        let database = fs::read(place.path("out/access.db")).unwrap();
        let map = relaycc::map::hash::HashFile::open(&database).unwrap();
        assert_eq!(map.get(b"connect:192.0.2").unwrap().as_deref(), Some(&b"RELAY"[..]));
        let text = place.run("build site.toml --emit access --out -");
        assert_eq!(text.stdout, place.read("out/access"));
        for name in ["access", "access.db", "relay.toml"] {
            assert_eq!(fs::metadata(place.path("out").join(name)).unwrap().mode() & 0o137, 0, "{name}");
        }
    }

    #[test]
    fn a_build_never_replaces_what_it_reads() {
        let place = Place::new();
        place.write("site.mc", "OSTYPE(`linux')dnl\nFEATURE(`access_db')dnl\nMAILER(`smtp')dnl\n");
        let by_hand = "# mine\nConnect:192.0.2\tRELAY\n";
        place.write("access", by_hand);
        // Next to its own source, the text is left unchanged, and only the database is built.
        let run = place.run("build site.mc --out .");
        assert_eq!(
            (run.status, run.stdout.as_str()),
            (Some(0), "written  ./sendmail.cf\nwritten  ./access.db\nwritten  ./relay.toml\n"),
            "{}",
            run.shown
        );
        assert_eq!(place.read("access"), by_hand);
        let asked = place.run("build site.mc --out . --emit access");
        fs::copy(place.path("site.mc"), place.path("sendmail.cf")).unwrap();
        let site = place.run("build sendmail.cf --syntax mc --out .");
        assert_eq!((asked.status, site.status), (Some(2), Some(2)), "{}{}", asked.shown, site.shown);
        assert_eq!(place.read("access"), by_hand);
        assert_eq!(place.read("sendmail.cf"), place.read("site.mc"));
        snapshot!("overwrites_source", [asked, site]);
    }

    #[test]
    fn products_that_the_site_does_not_have() {
        let place = Place::new();
        place.write("raw.mc", "OSTYPE(`linux')dnl\nMAILER(`smtp')dnl\nLOCAL_RULESETS\nSmine\nR$*\t$@ $1\n");
        place.write("elsewhere.mc", "OSTYPE(`linux')dnl\nFEATURE(`access_db')dnl\nMAILER(`smtp')dnl\n");
        place.write("ldap.toml", &ACCESS.replace("access_db = true", "access_db = \"ldap -k (x=%0) -v y\""));
        assert_eq!(place.run("build good.mc --out old").status, Some(0));
        let runs = [
            "build raw.mc --out old",
            "build raw.mc --out raw --emit relay",
            "build raw.mc --out raw --emit cf",
            "build good.mc --out good --emit cf,access",
            "build elsewhere.mc --out elsewhere --emit db",
            "build ldap.toml --out ldap",
            "build ldap.toml --out ldap --emit db",
        ]
        .map(|words| place.run(words));
        assert_eq!(runs.each_ref().map(|run| run.status.unwrap()), [0, 1, 0, 1, 1, 0, 1]);
        assert_eq!(place.names("raw"), ["sendmail.cf"]);
        assert_eq!(place.names("ldap"), ["access", "relay.toml", "sendmail.cf"]);
        snapshot!("no_such_product", runs);
    }

    /// The relay host of arkum.ch, with its tests.
    fn arkum() -> Place {
        let place = Place::new();
        for name in ["site.toml", "site.test.toml", "root.zone"] {
            let text =
                fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/arkum").join(name)).unwrap();
            place.write(name, &text);
        }
        place
    }

    #[test]
    fn decisions_are_explained() {
        let place = arkum();
        assert_eq!(place.run("build site.toml --out out --emit cf,access,db").status, Some(0));
        place.write("host/etc/mail/relay-domains", "");
        fs::copy(place.path("out/access.db"), place.path("host/etc/mail/access.db")).unwrap();
        let runs = [
            "explain site.toml --client 198.51.100.7 --name mail.example.net --from ann@example.net --to joe@arkum.ch",
            "explain site.toml --client 198.51.100.7 --from ann@example.net --to bob@example.org",
            "explain site.toml --client 192.168.138.7 --from joe@arkum.ch --to ann@example.net --zone root.zone",
            "explain site.toml --client 198.51.100.7 --from ann@cyberspammer.com --to joe@arkum.ch",
            "explain site.toml --client 192.168.212.9",
            "explain site.toml --client 198.51.100.7 --from x@vanished.test --to joe@arkum.ch --zone root.zone",
            "explain site.toml --client 198.51.100.7 --from ann@doubtful.test --to nobody@arkum.ch --format json",
            "explain out/sendmail.cf --client 198.51.100.7 --from ann@example.net --to bob@example.org --host ux-mail1.arkum.ch --root host",
            "explain site.toml --client mail.example.net",
            "explain bad.mc --client 192.0.2.1",
        ]
        .map(|words| place.run(words));
        assert_eq!(runs.each_ref().map(|run| run.status.unwrap()), [0, 0, 0, 0, 0, 0, 0, 0, 2, 1]);
        snapshot!("explained", runs);
    }

    #[test]
    fn traces_are_readable() {
        let place = arkum();
        let rules = "V10/Berkeley\nDAhere\nCBone\nKnone null\nSmain\n# One comment,\n# on two lines.\n\
                     R$+ @ $+\t$: $(none $1 $: $1 $)\nR$=B\t\t$: $&A $>empty $1\tbehind it\n\
                     R$&A $+\t$: $(what $1 $)\nR$+\t$@ $>grow $1\nSempty\nSgrow\nR$+\t$1 $1 $1 $1 $1 $1 $1 $1 $1 $1\nSunknown\n\
                     R$*\t$: $>nowhere\nSend\nR$*\t$#error $@ 5.7.1 $: \"550 no\"\n";
        place.write("odd.cf", rules);
        place.write(
            "script",
            "main one@two\n/map none x\n.D{x}y\n\nmain\nother one\n/try local joe@arkum.ch\n/quit\nmain x@y\n",
        );
        let trace = "trace --readable --host ux-mail1.arkum.ch --root . --zone root.zone";
        let runs = [
            &format!("{trace} site.toml 3,0 joe@arkum.ch ann@example.net"),
            &format!("{trace} site.toml check_mail ann@cyberspammer.com --color always"),
            &format!("{trace} site.toml parse joe@arkum.ch --format json"),
            &format!("{trace} odd.cf end one@two x\u{1b}[2Jx@y --format short"),
            "trace site.toml parse joe@arkum.ch --host ux-mail1.arkum.ch --root . --zone root.zone",
            "trace bad.mc parse joe@arkum.ch --format short",
        ]
        .map(|words| place.run(words));
        assert_eq!(runs.each_ref().map(|run| run.status.unwrap()), [0, 0, 0, 0, 0, 1]);
        let scripts = ["odd.cf", "odd.cf --format json"];
        let scripts = scripts.map(|words| place.run_with(&format!("{trace} {words}"), &place.read("script")));
        let [a, b, c, d, e, f] = runs;
        let [g, h] = scripts;
        // Without a terminal, the output is exactly sendmail's, including prompts.
        let i = place.run_with("trace odd.cf --host ux-mail1.arkum.ch", &place.read("script"));
        assert!(i.stdout.starts_with("ADDRESS TEST MODE") && i.stdout.ends_with("\n> "), "{}", i.stdout);
        snapshot!("readable", [a, b, c, d, e, f, g, h, i]);
    }

    #[test]
    fn a_build_checks_that_rules_do_what_the_site_says() {
        let place = Place::new();
        let site = "ostype = 'linux'\nmailer = ['local', 'smtp']\nrelay_domain = ['example.com', '192.168.138']\n";
        let table =
            "[feature]\nmailertable = true\naccess_db = true\n[mailertable]\n'example.com' = 'smtp:mail.example.com'\n";
        place.write("plain.toml", &format!("{site}{table}"));
        // An explanation for everybody is an error by itself; the members of a class are known only to the dialogue.
        let networks = "C{Octet}192 198 203";
        let opening = "SLocal_check_rcpt\\nR$*\\t$: $&{client_addr}\\nR$={Octet}.$*\\t$#OK";
        let open = format!("{site}local_config = '{networks}'\nlocal_rulesets = \"{opening}\"\n{table}");
        place.write("open.toml", &open);
        let refusing = "SLocal_check_rcpt\\nR$*\\t$#error $@ 5.7.1 $: \\\"550 closed\\\"";
        place.write("closed.toml", &format!("{site}local_rulesets = \"{refusing}\"\n{table}"));
        let elsewhere = "R$* < @ example.com . > $*\\t$#relay $@ other.example.com $: $1";
        place.write("astray.toml", &format!("{site}local_rule_0 = \"{elsewhere}\"\n{table}"));
        place.write("wanted.toml", "ostype = 'linux'\nmailer = 'smtp'\nfeature.promiscuous_relay = true\n");
        let runs = [
            "build plain.toml --verify --out plain --emit cf",
            "build open.toml --out open --emit cf",
            "build open.toml --verify --out open2 --emit cf",
            "build closed.toml --verify --out closed --emit cf",
            "build astray.toml --verify --out astray --emit cf",
            "build wanted.toml --verify --out wanted --emit cf",
        ]
        .map(|words| place.run(words));
        assert_eq!(runs.each_ref().map(|run| run.status.unwrap()), [0, 1, 1, 1, 1, 0], "{}", runs[4].shown);
        snapshot!("verified", runs);
    }

    /// A class that decides the answer, an optional one, and three maps, of which one is used.
    const ELSEWHERE: &str = "ostype = 'linux'\nmailer = ['local', 'smtp']\nrelay_domain_file = '/etc/mail/our-domains'\n\
        virtuser_domain_file = '-o /etc/mail/virtual'\n[feature]\naccess_db = true\nuucpdomain = true\n\
        mailertable = { map = 'hash -o /etc/mail/mailertable' }\n[[test]]\nclient = '192.0.2.1'\n\
        from = 'a@example.net'\nto = 'b@example.org'\nverdict = 'refused'\n";

    #[test]
    fn files_that_answers_lack_are_told() {
        let place = arkum();
        place.write("elsewhere.toml", ELSEWHERE);
        place.write("host/etc/mail/empty", "");
        place.write("full/etc/mail/our-domains", "example.org\n");
        place.write("odd/etc/mail/our-domains/is/a/directory", "");
        assert_eq!(place.run("build elsewhere.toml --out out --emit cf").status, Some(0));
        let asked = "--client 192.0.2.1 --from a@example.net --to b@example.org --host relay.example.com";
        let runs = [
            &format!("explain elsewhere.toml {asked} --root host"),
            &format!("explain elsewhere.toml {asked} --root full"),
            &format!("explain elsewhere.toml {asked} --root odd --format json --deny warnings"),
            &format!("explain out/sendmail.cf {asked} --root host --format short"),
            "explain site.toml --client 192.168.138.7 --host relay.example.com --root host",
            "test elsewhere.toml --root host",
            "test elsewhere.toml --root host --junit --format short --deny warnings",
            "trace out/sendmail.cf --root host --format sendmail --host relay.example.com 3 a",
            "build elsewhere.toml --out verified --verify --root host --emit cf --format short",
            "build elsewhere.toml --out denied --verify --root host --emit cf --format short --deny warnings",
            "build elsewhere.toml --out checked --root full --emit cf",
        ]
        .map(|words| place.run(words));
        assert_eq!(runs.each_ref().map(|run| run.status.unwrap()), [0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0]);
        assert!(!place.path("denied").exists());
        snapshot!("not_read", runs);
    }

    #[test]
    fn cases_are_run() {
        let place = arkum();
        let failing = "[[test]]\nabout = 'a <tag> & more'\nclient = '198.51.100.7'\nfrom = 'a@example.net'\n\
                       to = 'b@example.org'\nverdict = 'accepted'\nmailer = 'esmtp'\n";
        place.write("failing.toml", failing);
        let wrong = "[[test]]\nclient = 'mail'\nverdict = 'refused'\n[[test]]\nclient = '::1'\nverdict = 'no'\n\
                     [[test]]\nclient = '::1'\nverdict = 'refused'\nto = 'a@b'\nkode = 550\n[[test]]\nverdict = 'refused'\n\
                     [[test]]\nclient = '::1'\nverdict = 'refused'\ncode = 250\n";
        place.write("wrong.toml", wrong);
        place.write("with.toml", &format!("ostype = 'linux'\nmailer = ['local', 'smtp']\n{failing}"));
        let runs = [
            "test site.toml --cases site.test.toml --zone root.zone",
            "test site.toml --cases failing.toml",
            "test site.toml --cases failing.toml --junit",
            "test site.toml --cases failing.toml --format json",
            "test site.toml --cases site.test.toml --zone root.zone --all-covered",
            "test site.toml --cases wrong.toml",
            "test with.toml",
            "test good.mc",
        ]
        .map(|words| place.run(words));
        assert_eq!(runs.each_ref().map(|run| run.status.unwrap()), [0, 1, 1, 1, 1, 1, 1, 1]);
        snapshot!("cases_run", runs);
    }

    #[test]
    fn findings_are_explained() {
        let place = Place::new();
        let words = ["lint --explain undefined_map", "lint --explain undefinedmap", "lint --explain x", "lint"];
        snapshot!("explain", words.map(|words| place.run(words)));
    }

    #[test]
    fn a_mc_becomes_a_site_toml() {
        let place = Place::new();
        place.write("site.mc", "OSTYPE(`linux')\ndnl the house\nRELAY_DOMAIN(`example.org')\nMAILER(`smtp')\n");
        place.write("order.mc", "OSTYPE(`linux')\nMASQUERADE_AS(`')\nMAILER(`smtp')\n");
        place.write("site.toml", "ostype = \"linux\"\n");
        let shown = [
            "migrate site.mc",
            "migrate order.mc",
            "migrate site.toml",
            "migrate none.mc",
            "migrate site.mc --out site.toml",
            "migrate site.mc --out new/other.toml",
        ]
        .map(|words| place.run(words));
        snapshot!("migrate", shown);
        assert_eq!(place.read("site.toml"), "ostype = \"linux\"\n");
        assert_eq!(place.read("new/other.toml"), place.run("migrate site.mc").stdout);
        let stdin = place.run_with("migrate -", "OSTYPE(`linux')\nMAILER(`smtp')\n").stdout;
        assert_eq!(stdin, "ostype = \"linux\"\nmailer = \"smtp\"\n");
    }

    #[test]
    fn bytes_that_are_not_utf8_come_out_as_they_went_in() {
        let place = Place::new();
        let text = b"OSTYPE(`linux')\nMAILER(`smtp')\nLOCAL_CONFIG\nKbad regex -a@MATCH \xb1\xa4\xb0\xed\n";
        fs::write(place.path("site.mc"), text).unwrap();
        place.run("build site.mc --emit cf --out new");
        let cf = fs::read(place.path("new/sendmail.cf")).unwrap();
        assert!(cf.windows(4).any(|bytes| bytes == b"\xb1\xa4\xb0\xed"));
        place.run("migrate site.mc --out site.toml");
        place.run("build site.toml --emit cf --out other");
        assert_eq!(fs::read(place.path("other/sendmail.cf")).unwrap(), cf);
    }

    #[test]
    fn map_files_are_made_looked_into_checked_and_converted() {
        let place = Place::new();
        place.write("access", "Connect:192.0.2.1 REJECT\nexample.org\tRELAY\n");
        place.write("bad", "a b\n c\nd\nA e\n");
        place.write("damaged.db", "\0\0\0\0");
        let shown = [
            "map build hash access access",
            "map dump access",
            "map dump -t : access.db",
            "map get access EXAMPLE.ORG connect:192.0.2.1",
            "map get access nobody example.org",
            "map get -f access EXAMPLE.ORG",
            "map convert access cdb",
            "map convert access.cdb btree other",
            "map dump other",
            "map check access access.db access.cdb other.db",
            "map check bad damaged.db nowhere",
            "map check --format short bad",
            "map build hash access bad",
            "map dump access",
            "map build -o btree access access",
            "map build hash nowhere/access access",
            "map build -u hash access",
            "map build --list",
            "map convert access.db hash access.db",
        ]
        .map(|words| place.run(words));
        snapshot!("map", shown);
    }

    #[test]
    fn keys_on_standard_input_are_answered_as_they_come() {
        let place = Place::new();
        place.write("access", "example.org\tRELAY\nexample.net REJECT\n");
        for format in ["cdb", "hash"] {
            assert_eq!(place.run(&format!("map build {format} {format} access")).status, Some(0));
            let mut get = place.command(Path::new(env!("CARGO_BIN_EXE_relaycc")));
            get.args(["map", "get", format]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut get = get.spawn().unwrap();
            let (mut keys, mut answers) = (get.stdin.take().unwrap(), BufReader::new(get.stdout.take().unwrap()));
            let mut ask = |keys_now: &str, expected: &str| {
                keys.write_all(keys_now.as_bytes()).unwrap();
                let mut answer = String::new();
                answers.read_line(&mut answer).unwrap();
                assert_eq!(answer, expected);
            };
            ask("Example.ORG\n", "Example.ORG\tRELAY\n");
            ask("nobody\r\n\nexample.net\r\nexamp", "example.net\tREJECT\n");
            ask("le.org\n", "example.org\tRELAY\n");
            // Output stops when the reader does, regardless of the number of keys.
            drop(answers);
            while keys.write_all(&b"example.org\n".repeat(5000)).is_ok() {}
            // One of them was not found.
            assert_eq!(get.wait().unwrap().code(), Some(1));
        }
    }

    #[test]
    fn a_key_that_look_ups_miss_is_dumped_and_refused_by_all_others() {
        let place = Place::new();
        place.write("access", "example.net RELAY\nexample.org RELAY\n");
        place.run("map build hash access access");
        let mut bytes = fs::read(place.path("access.db")).unwrap();
        let at = bytes.windows(11).position(|bytes| bytes == b"example.net").unwrap();
        bytes[at + 10] = b'u';
        fs::write(place.path("access.db"), &bytes).unwrap();
        assert_eq!(place.run("map dump access").stdout.lines().filter(|line| *line == "example.neu\tRELAY").count(), 1);
        for words in ["map check access.db", "map convert access cdb", "map build -o hash access access"] {
            let run = place.run(words);
            assert!(
                run.status == Some(2) && run.stderr.contains("`example.neu` in a place where lookups"),
                "{}",
                run.stderr
            );
        }
        assert_eq!(fs::read(place.path("access.db")).unwrap(), bytes);
    }

    #[test]
    fn many_keys_are_answered_in_their_order() {
        let place = Place::new();
        let entries = (0..120_000).map(|n| format!("host-{n}.example.net\tvalue-{n}\n")).collect::<String>();
        let keys = (0..150_000).rev().map(|n| format!("Host-{n}.example.net\n")).collect::<String>();
        let found = (0..120_000).rev().map(|n| format!("Host-{n}.example.net\tvalue-{n}\n")).collect::<String>();
        for format in ["hash", "btree", "cdb"] {
            assert_eq!(place.run_with(&format!("map build {format} access -"), &entries).status, Some(0));
            let run = place.run_with("map get access", &keys);
            assert!(run.stdout == found && run.stderr.is_empty());
            assert_eq!(run.status, Some(1));
            let known = keys.split_inclusive('\n').skip(30_000).collect::<String>();
            assert_eq!(place.run_with("map get access", known.trim_end()).status, Some(0));
            fs::remove_file(place.path("access.db")).ok();
        }
    }

    #[test]
    fn a_refused_line_of_a_table_hides_nothing_else() {
        let place = Place::new();
        let tables = "FEATURE(`access_db')dnl\nFEATURE(`mailertable')dnl\nFEATURE(`virtusertable')dnl\n";
        place.write("site.mc", &GOOD.replace("MAILER(`local')", &format!("{tables}MAILER(`local')")));
        place.write("access", "Connect:192.0.2.7 RELAY\nConect:192.0.2 REJECT\n");
        place.write("virtusertable", "@example.com\n");
        let run = place.run("lint site.mc");
        assert_eq!(run.status, Some(1), "{}", run.stderr);
        for code in ["map_no_value", "access_never_matches"] {
            assert!(run.stderr.contains(code), "{code}: {}", run.stderr);
        }
        let run = place.run("explain site.mc --client 192.0.2.7 --from a@example.net --to b@example.org");
        assert!(run.stderr.contains("map_no_value") && run.status == Some(1), "{}", run.stderr);
        assert!(run.stdout.contains("`Connect:192.0.2.7`: `RELAY`"), "{}", run.stdout);
        assert_eq!(place.run("build site.mc --out out").status, Some(1));
        assert!(!place.path("out").exists());
    }

    #[test]
    fn class_files_of_raw_lines_are_checked() {
        let place = Place::new();
        place.write("site.mc", &format!("{GOOD}LOCAL_CONFIG\nFR/etc/mail/relays\nF{{VirtHost}}-o /etc/mail/virtual\n"));
        place.write("relays", "com\n");
        place.write("virtual", "192.0.2.0/24\n");
        let run = place.run("lint site.mc --format short");
        for at in ["relays:1:1", "virtual:1:1"] {
            assert!(run.stderr.contains(&format!("{at}: warning[class_file_member]")), "{}", run.stderr);
        }
    }

    #[test]
    fn what_a_table_says_does_not_steer_the_terminal() {
        let place = Place::new();
        place.write("site.mc", &GOOD.replace("MAILER(`local')", "FEATURE(`access_db')dnl\nMAILER(`local')"));
        place.write("access", "Connect:192.0.2.7 ERROR:5.7.1:\"550 \u{1b}[31mred\u{1b}]0;x\u{7}\"\n");
        let asked = "--client 192.0.2.7 --from a@example.net --to b@example.org";
        for words in [format!("explain site.mc {asked}"), format!("explain --all site.mc {asked}")] {
            let run = place.run(&words);
            assert!(run.stdout.contains("550 5.7.1 ?[31mred?]0;x?"), "{}", run.stdout);
            assert!(!run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'), "{}", run.stdout);
        }
        // Without a text that can be read there is no answer.
        fs::write(place.path("access"), b"Connect:192.0.2.7 REJECT \xff\n").unwrap();
        let run = place.run(&format!("explain site.mc {asked}"));
        assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "{}", run.stderr);
        assert!(run.stderr.contains("not_text"), "{}", run.stderr);
    }

    #[test]
    fn mail_for_a_domain_whose_best_mx_is_this_host_loops_back() {
        let place = Place::new();
        let site = |option: &str| format!("{GOOD}define(`confDOMAIN_NAME', `relay.example.net')dnl\n{option}");
        place.write("site.mc", &site(""));
        place.write("direct.mc", &site("define(`confTRY_NULL_MX_LIST', `True')dnl\n"));
        let zone = |records: &str| format!("$TTL 60\n@ SOA ns h 1 60 60 60 60\n@ NS ns\nns A 192.0.2.53\n{records}");
        place.write("own.test.zone", &zone("@ MX 10 Relay.example.net.\n@ MX 20 other.test.\n"));
        place.write("both.test.zone", &zone("@ MX 10 other.test.\n@ MX 10 relay.example.net.\n"));
        place.write("backup.test.zone", &zone("@ MX 5 other.test.\n@ MX 10 relay.example.net.\n"));
        let zones =
            "--zone own.test.zone --zone both.test.zone --zone backup.test.zone --client 127.0.0.1 --from a@own.test";
        // As sendmail 8.17 delivers them.
        for (site, domain, loops) in [
            ("site.mc", "own.test", true),
            ("site.mc", "both.test", true),
            ("site.mc", "backup.test", false),
            ("site.mc", "[192.0.2.80]", false),
            ("direct.mc", "own.test", false),
        ] {
            let run = place.run(&format!("explain {site} {zones} --to b@{domain}"));
            assert_eq!(run.stdout.contains("it loops back"), loops, "{site} {domain}: {}{}", run.stdout, run.stderr);
        }
    }

    #[test]
    fn a_text_that_is_newer_than_its_map_is_told() {
        let place = Place::new();
        place.write("access", "a b\n");
        place.run("map build hash access access");
        assert_eq!(place.run("map check access.db").stderr, "");
        let later = SystemTime::now() + Duration::from_secs(10);
        File::options().write(true).open(place.path("access")).unwrap().set_modified(later).unwrap();
        let run = place.run("map check --deny warnings access.db");
        assert!(run.stderr.contains("stale_map") && run.status == Some(1), "{}", run.stderr);
    }

    #[test]
    fn aliases_become_their_database() {
        let place = Place::new();
        let text = "# People\nRoot: joe,\n  jim\npostmaster@example.com: root\nlist: :include:/etc/mail/list\n\
                    archive: \"|/usr/bin/archive -v\"\nroot: jane\n";
        place.write("aliases", text);
        place.write("names", "# this host\nexample.com\n");
        place.write("bad", "root joe\na:\nb@example.net: c\n  d\ne: \"f\n");
        let shown = [
            "map aliases aliases",
            "map aliases aliases --hosts names",
            "map get aliases ROOT list @",
            "map aliases aliases other --host EXAMPLE.com --type btree --format sendmail",
            "map dump other.db",
            "map aliases bad",
            "map aliases bad --check --format sendmail",
            "map aliases nowhere",
        ]
        .map(|words| place.run(words));
        snapshot!("aliases", shown);
    }

    #[test]
    fn a_map_is_replaced_whole_and_keeps_its_mode() {
        let place = Place::new();
        place.run_with("map build --mode 600 hash m", "a b\n");
        let mode = || fs::metadata(place.path("m.db")).unwrap().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        fs::set_permissions(place.path("m.db"), PermissionsExt::from_mode(0o644)).unwrap();
        let old = fs::read(place.path("m.db")).unwrap();
        assert_eq!(place.run_with("map build hash m", " bad\n").status, Some(1));
        assert_eq!(fs::read(place.path("m.db")).unwrap(), old);
        assert_eq!(place.run_with("map build hash m", "c d\n").status, Some(0));
        assert_eq!(mode(), 0o644);
        // Users who may not change owners keep their files.
        place.write("trusting.cf", "O TrustedUser=12345\n");
        assert_eq!(place.run_with("map build -C trusting.cf hash given", "a b\n").status, Some(0));
        let maker = fs::metadata(place.path("trusting.cf")).unwrap().uid();
        let owner = fs::metadata(place.path("given.db")).unwrap().uid();
        assert_eq!(owner, if maker == 0 { 12345 } else { maker });
        assert_eq!(place.run_with("map build -C nowhere.cf hash given", "a b\n").status, Some(2));
        symlink("m.db", place.path("link.db")).unwrap();
        assert!(place.run_with("map build hash link", "e f\n").stderr.contains("symbolic link"));
        assert_eq!(place.run("map dump m").stdout, "c\td\n");
    }

    #[test]
    fn a_migrated_site_finds_its_access_entries() {
        let place = Place::new();
        fs::create_dir(place.path("old")).unwrap();
        place.write("old/site.mc", "OSTYPE(`linux')\nFEATURE(`access_db')\nMAILER(`smtp')\n");
        place.write("old/access", "Connect:192.0.2.1 REJECT\n");
        place.run("migrate old/site.mc --out old/site.toml");
        place.run("migrate old/site.mc --out new/site.toml");
        let [old, beside, elsewhere] = ["old/site.mc", "old/site.toml", "new/site.toml"]
            .map(|site| place.run(&format!("build {site} --emit access --out -")).stdout);
        assert!(old.contains("REJECT"));
        assert_eq!((beside, elsewhere), (old.clone(), old));
    }

    #[test]
    fn a_feature_of_the_site_s_own_is_found_by_an_include_path() {
        let place = Place::new();
        fs::create_dir_all(place.path("own/feature")).unwrap();
        place.write("own/feature/house.m4", "divert(-1)\ndefine(`SMART_HOST', _ARG_)\nLOCAL_CONFIG\nDXhouse\n");
        place.write("site.mc", "OSTYPE(`linux')\nFEATURE(`house', `hub.example.com')\nMAILER(`smtp')\n");
        let run = place.run("build site.mc --emit cf --out - -I elsewhere --include own");
        assert!(run.stdout.contains("\nDShub.example.com\n") && run.stdout.contains("\nDXhouse\n"), "{}", run.shown);
        assert_eq!(place.run("lint site.mc -I own").status, Some(0));
        let without = place.run("lint site.mc --format short");
        assert!(without.stderr.contains("there is no feature `house`"), "{}", without.shown);
    }

    #[test]
    fn a_map_file_given_for_a_text_is_called_one() {
        let place = Place::new();
        place.write("access", "example.com REJECT\n");
        assert_eq!(place.run("map build hash access access").status, Some(0));
        let run = place.run("map build hash other access.db --format short");
        assert_eq!(run.status, Some(1), "{}", run.shown);
        assert!(
            run.stderr.contains("error[map_not_text]: `access.db` is a hash map file, not a text"),
            "{}",
            run.shown
        );
        assert!(!place.path("other.db").exists());
    }

    #[test]
    fn a_script_named_where_a_ruleset_stands_is_refused() {
        let place = Place::new();
        let run = place.run("trace good.mc script.bt");
        assert_eq!(run.status, Some(2), "{}", run.shown);
        assert!(run.stderr.contains("<ADDRESSES>") && run.stdout.is_empty(), "{}", run.shown);
    }

    #[test]
    fn a_file_that_is_no_text_is_refused() {
        let place = Place::new();
        let mut file = File::create(place.path("binary.mc")).unwrap();
        file.write_all(b"OSTYPE(`linux')\n\xff\xfe\0\x1b[2J").unwrap();
        let run = place.run("build binary.mc --out out");
        assert_eq!(run.status, Some(1), "{}", run.shown);
        assert!(!run.stderr.contains('\u{1b}'));
        assert!(!place.path("out").exists());
    }
}
