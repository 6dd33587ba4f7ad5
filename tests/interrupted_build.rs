//! A build that is killed at any time, or fills the disk, leaves each output whole: the old file or the new one.

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        env,
        fmt::Write,
        fs::{self, File},
        path::Path,
        process::{Command, Stdio},
        thread,
        time::{Duration, Instant},
    };

    /// Number of builds to kill.
    const KILLED: usize = 200;
    /// Number of entries of the access map: enough for writing to take a good part of the run.
    const ENTRIES: usize = 2000;

    /// Delays that look random and are the same on every run (Knuth's MMIX generator).
    struct Delays(u64);

    impl Delays {
        /// A part of `whole`, in thousandths.
        fn next(&mut self, whole: Duration) -> Duration {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            whole * u32::try_from((self.0 >> 33) % 1000).unwrap() / 1000
        }
    }

    /// A site whose outputs all contain `mark`.
    fn site(mark: &str) -> String {
        let mut text = format!(
            "ostype = \"linux\"\nlocal_domain = [\"{mark}.example\"]\nmasquerade_as = \"{mark}.example\"\n\
             mailer = [\"local\", \"smtp\"]\n\n[feature]\naccess_db = true\n\n[access]\n"
        );
        for entry in 0..ENTRIES {
            writeln!(text, "\"Connect:host{entry}.{mark}.example\" = \"550 {mark} does not want host {entry}\"")
                .unwrap();
        }
        text
    }

    fn build(site: &Path, out: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_relaycc"));
        command.arg("build").arg(site).arg("--out").arg(out).arg("--source-map");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
        fs::read_dir(directory)
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
            })
            .collect()
    }

    fn is_temporary(name: &str) -> bool {
        name.starts_with(".relaycc-")
    }

    /// The text of a map whose entries all contain `mark`.
    fn map_text(mark: &str) -> String {
        (0..20_000).map(|entry| format!("Connect:host{entry}.example.net\t550 {mark} does not want you\n")).collect()
    }

    fn build_map(text: &Path, map: &Path, format: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_relaycc"));
        command.args(["map", "build", format]).arg(map).stdin(File::open(text).unwrap());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    #[test]
    fn a_map_whose_making_is_killed_is_the_old_or_the_new_one() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("out");
        fs::create_dir(&out).unwrap();
        for (format, name) in [("hash", "m.db"), ("cdb", "m.cdb")] {
            let mut whole = Vec::new();
            let mut slowest = Duration::ZERO;
            for mark in ["first", "second"] {
                let text = place.path().join(mark);
                fs::write(&text, map_text(mark)).unwrap();
                let start = Instant::now();
                assert!(build_map(&text, &out.join("m"), format).status().unwrap().success());
                slowest = slowest.max(start.elapsed());
                whole.push((text, fs::read(out.join(name)).unwrap()));
            }
            assert_ne!(whole[0].1, whole[1].1);
            let mut delays = Delays(7);
            for round in 0..KILLED / 2 {
                let (text, _) = &whole[round % 2];
                let mut child = build_map(text, &out.join("m"), format).spawn().unwrap();
                thread::sleep(delays.next(slowest));
                child.kill().unwrap();
                child.wait().unwrap();
                let found = fs::read(out.join(name)).unwrap();
                assert!(whole.iter().any(|(_, file)| *file == found), "{format}, round {round}: {} bytes", found.len());
            }
            // The next run removes the leftovers of killed ones.
            assert!(build_map(&whole[0].0, &out.join("m"), format).status().unwrap().success());
            let left = files(&out);
            assert!(left[name] == whole[0].1 && !left.keys().any(|name| is_temporary(name)), "{:?}", left.keys());
        }
    }

    /// Needs root, to mount a separate file system.
    #[test]
    fn a_full_disk_leaves_the_old_map() {
        let place = tempfile::tempdir().unwrap();
        let disk = place.path().join("disk");
        fs::create_dir(&disk).unwrap();
        fs::write(place.path().join("small"), "a b\n").unwrap();
        fs::write(place.path().join("large"), map_text("large")).unwrap();
        let script = "mount -t tmpfs -o size=256k none disk || exit 77\n\
             \"$relaycc\" map build hash disk/m small || exit 78\n\
             \"$relaycc\" map build --format short hash disk/m large; echo \"exit status $?\"\n\
             ls -A disk; \"$relaycc\" map dump disk/m\n\
             \"$relaycc\" map build hash disk/new large; echo \"exit status $?\"; ls -A disk";
        let output = Command::new("unshare")
            .args(["-m", "sh", "-c", script])
            .current_dir(place.path())
            .env("relaycc", env!("CARGO_BIN_EXE_relaycc"))
            .output();
        let output = match output {
            Ok(output) if output.status.success() => output,
            other => {
                assert!(env::var_os("RELAYCC_REQUIRE_REFERENCE").is_none(), "no file system of its own: {other:?}");
                println!("A FULL DISK WAS NOT TRIED: {other:?}");
                return;
            }
        };
        let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert_eq!(out, "exit status 2\nm.db\na\tb\nexit status 2\nm.db\n", "{err}");
        assert!(err.contains("No space left on device") && err.contains("disk/m.db"), "{err}");
    }

    #[test]
    fn each_output_of_a_killed_build_is_the_old_or_the_new_one() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("out");
        let mut whole = Vec::new();
        let mut slowest = Duration::ZERO;
        for mark in ["first", "second"] {
            let path = place.path().join(format!("{mark}.toml"));
            fs::write(&path, site(mark)).unwrap();
            let start = Instant::now();
            assert!(build(&path, &out).status().unwrap().success());
            slowest = slowest.max(start.elapsed());
            whole.push((path, files(&out)));
        }
        let names = whole[0].1.keys().collect::<Vec<_>>();
        assert_eq!(names, whole[1].1.keys().collect::<Vec<_>>());
        for name in ["access", "access.db", "relay.toml", "sendmail.cf", "sendmail.cf.map.json"] {
            assert_ne!(whole[0].1[name], whole[1].1[name], "{name} does not tell the two builds apart");
        }

        let mut delays = Delays(20_001_104);
        for round in 0..KILLED {
            let (path, _) = &whole[round % 2];
            let mut child = build(path, &out).spawn().unwrap();
            thread::sleep(delays.next(slowest));
            child.kill().unwrap();
            child.wait().unwrap();
            let left = files(&out);
            for name in &names {
                let found = left.get(*name).unwrap_or_else(|| panic!("round {round}: {name} is gone"));
                assert!(
                    whole.iter().any(|(_, files)| files[*name] == *found),
                    "round {round}: {name} is neither the old nor the new file ({} bytes)",
                    found.len()
                );
            }
            let strangers = left.keys().filter(|name| !names.contains(name) && !is_temporary(name)).collect::<Vec<_>>();
            assert!(strangers.is_empty(), "round {round}: {strangers:?}");
        }

        for (path, expected) in &whole {
            assert!(build(path, &out).status().unwrap().success());
            assert!(files(&out) == *expected, "a build after {KILLED} killed ones leaves {:?}", files(&out).keys());
        }
    }
}
