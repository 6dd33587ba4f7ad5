//! Sets of files are written whole and together, and left unchanged where nothing changes.

use std::{
    fs::Permissions,
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, symlink},
    thread,
    time::{Duration, Instant},
};

use super::*;

pub(super) mod interrupted;

fn file(name: &'static str, mode: u32, text: &str) -> OutputFile {
    OutputFile { name: name.into(), mode, bytes: text.into(), is_map: false, made_from: None }
}

fn map(name: &'static str, text: &str) -> OutputFile {
    OutputFile { is_map: true, ..file(name, 0o640, text) }
}

fn names(directory: &Path) -> Vec<String> {
    let mut names =
        fs::read_dir(directory).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>();
    names.sort();
    names
}

#[test]
fn new_files_get_the_mode_asked_for_and_old_ones_keep_theirs() {
    let directory = tempfile::tempdir().unwrap();
    let set = [file("a", 0o640, "one"), file("b", 0o600, "two")];
    replace(directory.path(), &set, &[], Existing::Refuse).unwrap();
    let mode = |name| fs::metadata(directory.path().join(name)).unwrap().mode() & 0o777;
    // The umask of the test process reduces the mode.
    let created =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o640).open(directory.path().join("c")).unwrap();
    assert_eq!((mode("a"), mode("b")), (created.metadata().unwrap().mode() & 0o777, 0o600));

    fs::set_permissions(directory.path().join("a"), Permissions::from_mode(0o604)).unwrap();
    replace(directory.path(), &[file("a", 0o640, "three")], &[], Existing::Replace).unwrap();
    assert_eq!(mode("a"), 0o604);
    assert_eq!(fs::read(directory.path().join("a")).unwrap(), b"three");
    assert_eq!(names(directory.path()), ["a", "b", "c"]);
}

#[test]
fn a_missing_directory_is_made_and_unmade_when_nothing_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let deep = directory.path().join("x/y");
    replace(&deep, &[file("a", 0o600, "one")], &[], Existing::Replace).unwrap();
    assert_eq!(names(&deep), ["a"]);

    let other = directory.path().join("z/w");
    let error = replace(&other, &[file("no/such", 0o600, "one")], &[], Existing::Replace).unwrap_err();
    assert!(matches!(error, OutputError::Io { .. }), "{error}");
    assert_eq!(names(directory.path()), ["x"]);
}

#[test]
fn what_is_no_plain_file_is_refused_and_the_rest_of_the_set_stays_old() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    fs::write(path.join("a"), "old").unwrap();
    fs::write(path.join("elsewhere"), "precious").unwrap();
    symlink("elsewhere", path.join("link")).unwrap();
    fs::create_dir(path.join("folder")).unwrap();
    for (name, said) in [("link", "a symbolic link"), ("folder", "a directory")] {
        let set = [file("a", 0o600, "new"), file(name, 0o600, "new")];
        let error = replace(path, &set, &[], Existing::Replace).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    assert_eq!(fs::read(path.join("a")).unwrap(), b"old");
    assert_eq!(fs::read(path.join("elsewhere")).unwrap(), b"precious");
    assert_eq!(names(path), ["a", "elsewhere", "folder", "link"]);
}

#[test]
fn existing_files_stay_when_they_were_not_to_be_replaced() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("b"), "old").unwrap();
    let set = [file("a", 0o600, "new"), file("b", 0o600, "new")];
    let error = replace(directory.path(), &set, &[], Existing::Refuse).unwrap_err();
    assert!(matches!(error, OutputError::Exists { .. }), "{error}");
    assert_eq!(names(directory.path()), ["b"]);
}

#[test]
fn a_file_that_another_program_has_locked_is_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    fs::write(&path, "old").unwrap();
    let theirs = File::open(&path).unwrap();
    theirs.lock().unwrap();
    let error = lock::lock(&path, Duration::from_millis(50)).unwrap_err();
    assert!(matches!(error, OutputError::Locked { .. }), "{error}");
    thread::scope(|scope| {
        let ours = scope.spawn(|| replace(directory.path(), &[map("a", "new")], &[], Existing::Replace));
        thread::sleep(Duration::from_millis(100));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        theirs.unlock().unwrap();
        ours.join().unwrap().unwrap();
    });
    assert_eq!(fs::read(&path).unwrap(), b"new");
}

#[test]
fn remains_of_a_killed_run_are_removed_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    for name in [".relaycc-Ab12Cd.tmp", ".relaycc-notes", "other.tmp"] {
        fs::write(directory.path().join(name), "").unwrap();
    }
    replace(directory.path(), &[file("a", 0o600, "new")], &[], Existing::Replace).unwrap();
    assert_eq!(names(directory.path()), [".relaycc-notes", "a", "other.tmp"]);
}

/// Three staged files, of which the last cannot be put in place.
fn failing(path: &Path) -> Result<(), OutputError> {
    let staged = |target: PathBuf| {
        let made = NewFile { mode: 0o600, owner: None };
        Staged::new(target, made, Existing::Replace, false, |file| file.write_all(b"new")).unwrap()
    };
    let missing = path.join("missing");
    fs::create_dir(&missing).unwrap();
    let set = vec![staged(path.join("a")), staged(path.join("b")), staged(missing.join("c"))];
    fs::remove_dir_all(&missing).unwrap();
    commit(path, set, Vec::new())
}

#[test]
fn a_failed_rename_undoes_the_ones_before_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    fs::write(path.join("a"), "old").unwrap();
    let error = failing(path).unwrap_err();
    assert!(matches!(error, OutputError::Io { .. }), "{error}");
    assert_eq!(names(path), ["a"]);
    assert_eq!(fs::read(path.join("a")).unwrap(), b"old");
}

#[test]
fn what_cannot_be_undone_is_named_and_completed_by_the_next_run() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let staged = |name| {
        let made = NewFile { mode: 0o600, owner: None };
        Staged::new(path.join(name), made, Existing::Replace, false, |file| file.write_all(b"new")).unwrap()
    };
    let set = vec![staged("a"), staged("b")];
    Journal::of(&set, &[]).unwrap().write(path).unwrap();
    set[0].put().unwrap();
    // As on a file system without hard links.
    let done = vec![Done { target: path.join("a"), backup: None, existed: true }];
    let first = failed("replace", &path.join("b"))(io::ErrorKind::PermissionDenied.into());
    let error = undo(path, done, first);
    let said = error.to_string();
    assert!(said.contains("b`") && said.contains("a` was already replaced"), "{said}");
    set.into_iter().for_each(Staged::keep);
    assert!(is_unfinished(path));
    let done = replace(path, &[file("c", 0o600, "new")], &[], Existing::Replace).unwrap();
    assert_eq!(done.completed, ["b"]);
    assert_eq!(names(path), ["a", "b", "c"]);
}

#[test]
fn files_that_have_their_bytes_already_are_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let of = |name| {
        let found = fs::metadata(path.join(name)).unwrap();
        (found.ino(), found.mtime(), found.mtime_nsec())
    };
    let set = |text: &str| {
        let made = OutputFile { made_from: Some("a".into()), ..map("a.db", "map") };
        [file("a", 0o640, text), made, file("cf", 0o644, "same")]
    };
    let changes = |text| replace(path, &set(text), &[], Existing::Replace).unwrap().changes.into_iter().map(|(_, c)| c);
    use Change::{Unchanged, Written};
    assert!(changes("one").eq([Written; 3]));
    let before = ["a", "a.db", "cf"].map(of);
    thread::sleep(Duration::from_millis(20));
    assert!(changes("one").eq([Unchanged; 3]));
    assert_eq!(["a", "a.db", "cf"].map(of), before);
    // A map file is never older than its text.
    assert!(changes("two").eq([Written, Written, Unchanged]));
    let after = ["a", "a.db", "cf"].map(of);
    assert!(after[0] != before[0] && after[1] != before[1] && after[2] == before[2]);
    assert!((after[1].1, after[1].2) >= (after[0].1, after[0].2));
}

#[test]
fn obsolete_files_are_removed_with_the_set_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    fs::write(path.join("gone"), "old").unwrap();
    symlink("gone", path.join("link")).unwrap();
    let set = [file("a", 0o640, "new")];
    assert!(replace(path, &set, &["gone".into(), "link".into()], Existing::Replace).is_err());
    assert_eq!(names(path), ["gone", "link"]);
    let done = replace(path, &set, &["gone".into(), "never".into()], Existing::Replace).unwrap();
    assert_eq!(done.changes, [("a".into(), Change::Written), ("gone".into(), Change::Removed)]);
    assert_eq!(names(path), ["a", "link"]);
}

#[test]
fn plans_say_what_would_be_done_and_do_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    fs::write(path.join("same"), "same").unwrap();
    fs::write(path.join("gone"), "old").unwrap();
    let set = [file("same", 0o640, "same"), file("new", 0o640, "new")];
    let planned = plan(path, &set, &["gone".into()]).unwrap();
    assert_eq!(names(path), ["gone", "same"]);
    assert_eq!(replace(path, &set, &["gone".into()], Existing::Replace).unwrap().changes, planned);
    // This includes a directory that does not exist.
    assert_eq!(plan(&path.join("no"), &set[..1], &[]).unwrap(), [("same".into(), Change::Written)]);
    assert!(!path.join("no").exists());
}

#[test]
fn nobody_keeps_a_build_waiting_for_ever_and_who_tries_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    // Anybody who can read the directory can lock it, which must not delay a build.
    let theirs = File::open(path).unwrap();
    theirs.lock().unwrap();
    fs::write(path.join("a"), "old").unwrap();
    let plain = File::open(path.join("a")).unwrap();
    plain.lock().unwrap();
    let start = Instant::now();
    replace(path, &[file("a", 0o640, "new")], &[], Existing::Replace).unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));

    let held = DirectoryLock::take(path).unwrap().unwrap();
    let error = replace(path, &[file("a", 0o640, "newer")], &[], Existing::Replace).unwrap_err();
    assert!(matches!(error, OutputError::Busy { .. }), "{error}");
    let own = format!("process {} ", std::process::id());
    assert!(!Path::new("/proc/locks").exists() || error.to_string().contains(&own), "{error}");
    drop(held);
    replace(path, &[file("a", 0o640, "newer")], &[], Existing::Replace).unwrap();
    assert_eq!(names(path), ["a"]);
}

#[test]
fn a_journal_that_names_other_files_is_refused() {
    for journal in [
        "",
        "[]",
        r#"{"version":2,"rename":[],"remove":[]}"#,
        r#"{"version":1,"rename":[{"from":".relaycc-a.tmp","to":"../b"}],"remove":[]}"#,
        r#"{"version":1,"rename":[{"from":"passwd","to":"b"}],"remove":[]}"#,
        r#"{"version":1,"rename":[],"remove":["/etc/passwd"]}"#,
        r#"{"version":1,"rename":[],"remove":[".."]}"#,
    ] {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(".relaycc-journal"), journal).unwrap();
        let error = replace(directory.path(), &[file("a", 0o600, "new")], &[], Existing::Replace).unwrap_err();
        assert!(matches!(error, OutputError::Journal { .. }), "{journal}: {error}");
        assert_eq!(names(directory.path()), [".relaycc-journal"]);
    }
}
