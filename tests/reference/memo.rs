//! Answers of the reference from an earlier run, so that who works on our side does not wait for both sides each time.
//!
//! Kept under `target/`, one file for each fixture, under a key that covers all that the answers depend on: the
//! configuration, the questions, the world's files and the program. `RELAYCC_FRESH=1` asks anew.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

use crate::{
    probe::{self, Probe},
    world::World,
};

/// Answers `probes` under `cf` from the earlier run if nothing changed since, by [`probe::ask`] otherwise.
pub fn ask(world: &World, label: &str, cf: &str, probes: &[Probe]) -> io::Result<Vec<String>> {
    let path = path(label);
    let key = key(world, cf, probes)?;
    if env::var_os("RELAYCC_FRESH").is_none()
        && let Some(answers) = kept(&path, &key)
        && answers.len() == probes.len()
    {
        return Ok(answers);
    }
    let answers = probe::ask(world, label, cf, probes)?;
    fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
    fs::write(path, format!("{key}\0{}", answers.join("\0")))?;
    Ok(answers)
}

fn kept(path: &Path, key: &str) -> Option<Vec<String>> {
    let text = fs::read_to_string(path).ok()?;
    let (found, answers) = text.split_once('\0')?;
    (found == key).then(|| answers.split('\0').map(str::to_owned).collect())
}

fn path(label: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("answers").join(label.replace('/', "-"))
}

fn key(world: &World, cf: &str, probes: &[Probe]) -> io::Result<String> {
    let program = fs::metadata("/usr/sbin/sendmail")?;
    let mut hasher = DefaultHasher::new();
    world.fingerprint.hash(&mut hasher);
    (program.len(), program.modified()?).hash(&mut hasher);
    for line in cf.lines().filter(|line| !line.starts_with('#')) {
        line.hash(&mut hasher);
    }
    for probe in probes {
        probe.title().hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}
