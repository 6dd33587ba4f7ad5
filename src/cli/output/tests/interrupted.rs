//! Interrupts runs at each possible point: afterwards, and after the next run, all files belong to the same set.

use std::{
    env,
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

use super::*;

/// Environment variable with the point at which a child process ends.
const STEP: &str = "RELAYCC_TEST_STEP";
/// Environment variables with the directory of the child process, and its task.
const DIRECTORY: &str = "RELAYCC_TEST_DIRECTORY";
const ACTION: &str = "RELAYCC_TEST_ACTION";

static STEPS: AtomicUsize = AtomicUsize::new(0);

/// Counts the points, and ends the process at the requested one.
pub(in crate::cli::output) fn step() {
    let Some(last) = env::var(STEP).ok().and_then(|last| last.parse::<usize>().ok()) else { return };
    if STEPS.fetch_add(1, Ordering::SeqCst) == last {
        // No cleanup, as when a process is killed.
        std::process::abort();
    }
}

fn set(text: &str) -> Vec<OutputFile> {
    vec![file("a", 0o644, text), map("a.db", text), file("b", 0o644, text), file("same", 0o644, "same")]
}

/// Performs the task in the environment variables.
#[test]
#[ignore = "is started by the other tests"]
fn child() {
    let directory = PathBuf::from(env::var_os(DIRECTORY).unwrap());
    match env::var(ACTION).unwrap().as_str() {
        "replace" => drop(replace(&directory, &set("new"), &["gone".into()], Existing::Replace).unwrap()),
        "complete" => drop(open(&directory).unwrap()),
        "fail" => {
            failing(&directory).unwrap_err();
        }
        other => panic!("{other}"),
    }
}

/// Whether a run completed.
fn run(directory: &Path, action: &str, step: usize) -> bool {
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", "cli::output::tests::interrupted::child", "--ignored"])
        .envs([(STEP, step.to_string()), (ACTION, action.to_owned())])
        .env(DIRECTORY, directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    // A failing test has another exit status.
    assert!(status.code().is_none_or(|code| code == 0), "{action} at {step}: {status}");
    status.success()
}

/// A directory with the old set.
fn old() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    replace(directory.path(), &set("old"), &[], Existing::Replace).unwrap();
    fs::write(directory.path().join("gone"), "old").unwrap();
    directory
}

/// The content of the files: `old`, `new`, or nothing for a missing file.
fn state(directory: &Path) -> Vec<String> {
    let read = |name| fs::read_to_string(directory.join(name)).unwrap_or_default();
    ["a", "a.db", "b", "gone"].map(read).into()
}

/// The two sets.
fn sets() -> [Vec<String>; 2] {
    [["old", "old", "old", "old"], ["new", "new", "new", ""]].map(|set| set.map(str::to_owned).into())
}

fn assert_one_set(directory: &Path, what: &str) -> bool {
    let [old, new] = sets();
    let found = state(directory);
    assert!(found == old || found == new, "{what}: {found:?}");
    let is_new = found == new;
    let expected: &[&str] = if is_new { &["a", "a.db", "b", "same"] } else { &["a", "a.db", "b", "gone", "same"] };
    assert_eq!(names(directory), expected, "{what}");
    is_new
}

#[test]
fn a_set_is_one_set_wherever_its_run_ends() {
    let (mut outcomes, mut mixed) = ([0, 0], 0);
    for step in 0.. {
        let directory = old();
        let ended = run(directory.path(), "replace", step);
        for (name, text) in ["a", "a.db", "b"].iter().zip(state(directory.path())) {
            assert!(["old", "new"].contains(&text.as_str()), "step {step}: {name} is {text:?}");
        }
        mixed += usize::from(!sets().contains(&state(directory.path())));
        // Only with a journal can the files be mixed, and it is found.
        assert!(sets().contains(&state(directory.path())) || is_unfinished(directory.path()), "step {step}");
        drop(open(directory.path()).unwrap());
        let is_new = assert_one_set(directory.path(), &format!("step {step}"));
        outcomes[usize::from(is_new)] += 1;
        if ended {
            assert!(is_new);
            break;
        }
    }
    assert!(outcomes[0] > 6 && outcomes[1] > 5 && mixed >= 3, "{outcomes:?}, {mixed} mixed");
}

#[test]
fn a_run_that_completes_another_may_end_anywhere_too() {
    // After the journal, so that there is something to complete.
    let begun = (0..).find(|step| {
        let directory = old();
        run(directory.path(), "replace", *step);
        is_unfinished(directory.path())
    });
    for first in [begun.unwrap(), begun.unwrap() + 2] {
        for second in 0.. {
            let directory = old();
            assert!(!run(directory.path(), "replace", first));
            let ended = run(directory.path(), "complete", second);
            drop(open(directory.path()).unwrap());
            assert!(assert_one_set(directory.path(), &format!("{first}, then {second}")));
            if ended {
                break;
            }
        }
    }
}

#[test]
fn a_run_that_undoes_what_it_did_may_end_anywhere_too() {
    for step in 0.. {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        fs::write(path.join("a"), "old").unwrap();
        let ended = run(path, "fail", step);
        let _ = fs::remove_dir_all(path.join("missing"));
        drop(open(path).unwrap());
        let a = fs::read_to_string(path.join("a")).unwrap();
        // As long as nothing has failed, the journal is replayed; the third file is not in this directory.
        assert!(["old", "new"].contains(&a.as_str()));
        assert_eq!(path.join("b").exists(), a == "new", "step {step}");
        if ended {
            assert_eq!(names(path), ["a"]);
            assert_eq!(a, "old");
            break;
        }
    }
}
