//! Malicious inputs: nested or long without end, or not files at all. Each ends with a diagnostic or an answer, soon and with
//! little memory.

#[cfg(test)]
mod tests {
    use std::{
        fmt::Write as _,
        fs,
        os::unix::fs::symlink,
        path::PathBuf,
        process::{Command, Stdio},
        time::{Duration, Instant},
    };

    use tempfile::TempDir;

    const TOML: &str = "ostype = \"linux\"\nmailer = [\"local\", \"smtp\"]\n";
    const MC: &str = "OSTYPE(`linux')dnl\nMAILER(`local')dnl\nMAILER(`smtp')dnl\n";
    const CF: &str = "V10/Berkeley\nMlocal, P=/bin/true, F=l, A=x\n";

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

        fn write(&self, name: &str, text: &str) {
            fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
            fs::write(self.path(name), text).unwrap();
        }

        /// Runs `relaycc`, limited to 3 GiB of memory and one minute.
        fn run(&self, words: &str) -> Run {
            let script = format!("ulimit -v 3145728; exec timeout 60 \"$relaycc\" {words}");
            let output = Command::new("sh")
                .args(["-c", &script])
                .env("relaycc", env!("CARGO_BIN_EXE_relaycc"))
                .current_dir(self.0.path())
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
            Run { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
        }
    }

    /// The start of a text that may be long.
    fn start(text: &str) -> String {
        text.chars().take(600).collect()
    }

    #[test]
    fn nothing_is_nested_too_deeply_to_be_read() {
        const DEPTH: usize = 80_000;
        let again = |text: &str| text.repeat(DEPTH);
        let place = Place::new();
        place.write("good.toml", TOML);
        for (name, text) in [
            ("key.toml", format!("{TOML}a{} = 1\n", again(".a"))),
            ("header.toml", format!("{TOML}[a{}]\n", again(".a"))),
            ("feature.toml", format!("{TOML}[feature]\naccess_db{} = 1\n", again(".a"))),
            ("case.toml", format!("{TOML}[[test]]\nclient{} = 1\n", again(".a"))),
            ("list.toml", format!("{TOML}x = {}{}\n", again("["), again("]"))),
            ("table.toml", format!("{TOML}x = {}1{}\n", again("{ a = "), again("}"))),
            ("quotes.toml", format!("{TOML}{}", again("\"x\n"))),
            ("quotes.mc", format!("{MC}{}x{}\n", again("`"), again("'"))),
            ("unclosed.mc", format!("{MC}{}\n", again("`"))),
            ("calls.mc", format!("{MC}define(`a', `$1'){}{}\n", again("a("), again(")"))),
            ("ifelse.mc", format!("{MC}{}x{}\n", again("ifelse(1, 1, "), again(")"))),
            ("parentheses.mc", format!("{MC}define(`a', {}{})\n", again("("), again(")"))),
            ("eval.mc", format!("{MC}eval({}1{})\n", again("("), again(")"))),
            ("minus.mc", format!("{MC}eval({}1)\n", again("-"))),
            ("power.mc", format!("{MC}eval({}1)\n", again("2**"))),
            ("self.mc", format!("{MC}define(`a', `x(a($1$1))')a(z)\n")),
            ("include.mc", "include(`include.mc')\n".to_owned()),
            ("raw.mc", format!("{MC}LOCAL_CONFIG\nDx{}{}\n", again("$?x "), again("$."))),
            (
                "condition.cf",
                format!("{CF}Dx{}{}\nSa\nR$*\t{}x{}\n", again("$?x "), again("$."), again("$?y "), again("$.")),
            ),
            ("map.cf", format!("{CF}Kx null\nSa\nR$*\t$: {}y{}\n", again("$(x "), again(" $)"))),
            ("call.cf", format!("{CF}Sa\nR$*\t$: {}y\n", again("$>a "))),
            ("macro.cf", format!("{CF}Dx$x$x\nSa\nR$*\t$x\n")),
            ("sequence.cf", format!("{CF}Ka sequence a a\nSa\nR$*\t$: $(a $1 $)\n")),
            ("zone.zone", format!("$ORIGIN x.\n@ IN SOA a b {} 1 2 3 4 5 {}\n", again("("), again(")"))),
            ("aliases", format!("a: {}x{}\nb: {}\nc: {}\n", again("("), again(")"), again("\""), again("<"))),
        ] {
            place.write(name, &text);
            let words = match name.rsplit('.').next().unwrap() {
                "toml" | "mc" => format!("lint --format short {name}"),
                "cf" => format!("trace --format short {name} a user@example.com"),
                "zone" => format!("lint --format short --zone {name} good.toml"),
                _ => format!("map aliases --format short {name} -o out"),
            };
            let run = place.run(&words);
            // An exit status of the program, not of a signal.
            assert!(run.status.is_some_and(|status| status < 3), "{words}: {:?} {}", run.status, start(&run.stderr));
            if name.ends_with("toml") || name.ends_with("list.toml") {
                assert_eq!(run.status, Some(1), "{words}");
                assert!(run.stderr.starts_with(&format!("{name}:")), "{words}: {}", start(&run.stderr));
            }
        }
    }

    /// A text with `count` repetitions.
    type Many = fn(usize) -> String;

    #[test]
    fn time_grows_with_the_input_and_not_with_its_square() {
        let lines = |head: &str, count, line: &dyn Fn(usize) -> String| {
            (0..count).fold(head.to_owned(), |mut text, n| {
                let _ = write!(text, "{}", line(n));
                text
            })
        };
        let many: &[(&str, Many)] = &[
            ("quotes.toml", |n| format!("{TOML}x = {}\n", "\"".repeat(n))),
            ("long.toml", |n| format!("{TOML}relay_domain = [{}]\n", "\"300.1\", ".repeat(n))),
            ("unquoted.toml", |n| format!("{TOML}x = [{}]\n", "a, ".repeat(n))),
            ("quotes.mc", |n| format!("{MC}{}\n", "`'".repeat(n))),
            ("unclosed.mc", |n| format!("{MC}{}\n", "`".repeat(n))),
            ("defines.mc", |n| format!("{MC}{}\n", "define(`confX', `1')".repeat(n))),
            ("names.mc", |n| format!("{MC}{}", "FEATUER(`x')\n".repeat(n))),
        ];
        let place = Place::new();
        let mut texts = many.iter().map(|(name, text)| (*name, text(60_000))).collect::<Vec<_>>();
        texts.push(("daemons.toml", lines(TOML, 30_000, &|n| format!("[[daemon]]\nname = \"d{n}\"\nport = {n}\n"))));
        texts.push(("filters.mc", lines(MC, 30_000, &|n| format!("INPUT_MAIL_FILTER(`f{n}', `S=local:/run/f')\n"))));
        let access = format!("{TOML}[feature]\naccess_db = true\n[access]\n");
        texts.push(("tags.toml", lines(&access, 30_000, &|n| format!("\"Fo{}:h{n}.example\" = \"REJECT\"\n", n % 7))));
        texts.push(("unknown.toml", lines(TOML, 30_000, &|n| format!("x{n} = 1\n"))));
        for (name, text) in texts {
            place.write(name, &text);
            let begun = Instant::now();
            let run = place.run(&format!("lint --format short {name}"));
            assert!(run.status.is_some_and(|status| status < 2), "{name}: {:?} {}", run.status, start(&run.stderr));
            // Each used to take minutes.
            assert!(begun.elapsed() < Duration::from_secs(25), "{name}: {:?}", begun.elapsed());
        }
    }

    #[test]
    fn files_without_an_end_and_pipes_are_refused() {
        let place = Place::new();
        assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
        for (kind, target) in [("zero", "/dev/zero"), ("pipe", "pipe")] {
            let access = format!("{TOML}access_file = \"{kind}\"\n[feature]\naccess_db = true\n");
            let aliases = format!("{TOML}alias_file = \"/etc/mail/{kind}\"\naliases_file = \"{kind}\"\n");
            if kind == "zero" {
                symlink(target, place.path(kind)).unwrap();
            }
            place.write("access.toml", &access);
            place.write("aliases.toml", &aliases);
            place.write("include.mc", &format!("include(`{kind}')\n{MC}"));
            place.write(
                "class.cf",
                &format!("{CF}Fw{}\nKx hash {0}\nSa\nR$=w\t$: $(x $1 $)\n", place.path(kind).display()),
            );
            for words in ["lint access.toml", "lint aliases.toml", "lint include.mc", "trace class.cf a x"] {
                let run = place.run(&format!("{words} --format short"));
                assert!(run.status.is_some_and(|status| status < 3), "{kind}, {words}: {:?}", run.status);
                let what = if kind == "zero" { "a device" } else { "a pipe" };
                assert!(run.stderr.contains(what), "{kind}, {words}: {}", start(&run.stderr));
            }
        }
        for words in [
            "lint --syntax toml /dev/zero",
            "lint --syntax mc /dev/zero",
            "lint --syntax mc - < /dev/zero",
            "lint --zone /dev/zero access.toml",
            "trace /dev/zero a x",
            "test access.toml --cases /dev/zero",
        ] {
            let run = place.run(&format!("{words} --format short"));
            assert_eq!(run.status, Some(2), "{words}: {}", start(&run.stderr));
            assert!(run.stderr.contains("256 MiB"), "{words}: {}", start(&run.stderr));
        }
        // A shell replaces `<(command)` by a pipe, which can be read.
        let run = place.run("lint --syntax toml /dev/stdin < pipe & cat > pipe <<< x; wait");
        assert_ne!(run.status, Some(124), "{}", start(&run.stderr));
    }

    #[test]
    fn rulesets_that_call_themselves_come_to_an_end() {
        let place = Place::new();
        place.write(
            "twice.cf",
            &format!("{CF}Sa\nR$*\t$: $>a $1 $>a $1\nSb\nR$*\t$>b $>b $1\nSc\nR$*\t$: $>c $1 x\nR$*\t$: $>c $1 y\n"),
        );
        for ruleset in ["a", "b", "c"] {
            let run = place.run(&format!("trace --format short twice.cf {ruleset} user@example.com"));
            assert_eq!(run.status, Some(0), "{ruleset}: {}", start(&run.stderr));
            assert!(
                run.stdout.contains("excessive recursion") || run.stdout.contains("given up"),
                "{}",
                start(&run.stdout)
            );
        }
        // Each level calls the next one twice: 2^40 calls, which sendmail makes.
        place.write("tree.cf", &format!("{CF}Sa\nR$- . $+\t$: $2 / $>a $2\nR$+ / $*\t$@ $>a $1\n"));
        let address = vec!["x"; 40].join(".");
        place.write("script", &format!("-d21.12\na {address}\n"));
        for words in
            [format!("tree.cf a {address}"), format!("--readable tree.cf a {address}"), "tree.cf < script".into()]
        {
            let run = place.run(&format!("trace --format short {words}"));
            assert_eq!(run.status, Some(0), "{words}: {}", start(&run.stderr));
            assert!(run.stdout.contains("relaycc: given up after "), "{words}: {}", start(&run.stdout));
        }
    }

    #[test]
    fn nothing_outside_a_root_is_read() {
        let place = Place::new();
        place.write("outside", "secret.example\n");
        place.write("root/etc/mail/inside", "inside.example\n");
        fs::create_dir_all(place.path("root/etc/links")).unwrap();
        symlink(place.path("outside"), place.path("root/etc/links/absolute")).unwrap();
        symlink("../../../outside", place.path("root/etc/links/up")).unwrap();
        symlink("/etc/mail/inside", place.path("root/etc/links/inside")).unwrap();
        for (file, found) in [
            ("/../outside", false),
            ("/etc/links/absolute", false),
            ("/etc/links/up", false),
            ("/etc/links/inside", true),
            ("/etc/links/../../../../etc/mail/inside", true),
        ] {
            place.write("class.cf", &format!("{CF}Fw-o {file}\n"));
            let run = place.run("trace --root root class.cf < script 2> /dev/null; true");
            assert_eq!(run.stdout, "", "{}", start(&run.stdout));
            place.write("script", "$=w\n");
            let run = place.run("trace --root root class.cf < script");
            assert!(!run.stdout.contains("secret.example"), "{file}: {}", start(&run.stdout));
            assert_eq!(run.stdout.contains("inside.example"), found, "{file}: {}", start(&run.stdout));
            fs::remove_file(place.path("script")).unwrap();
        }
    }
}
