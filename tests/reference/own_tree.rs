//! Sites with a tree of their own: features, policies, hacks, mailers, system types and lists of neighbours that sendmail
//! does not have.
//!
//! The reference reads them beside its own files, so a copy of its tree is made and they are put into it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    compare::{Candidate, Comparison, Reference},
    fixture::{self, Fixture, Place},
    m4,
    recording::Recording,
    world::{CF_TREE, World},
};

/// The folder of the tree, and of the sites that use it.
pub fn folder() -> PathBuf {
    fixture::folder("own_tree")
}

/// The sites.
pub fn sites() -> io::Result<Vec<Fixture>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder())? {
        let mc = entry?.path();
        if mc.extension().is_some_and(|extension| extension == "mc") {
            let stem = mc.file_stem().unwrap_or_default().to_string_lossy();
            all.push(Fixture { name: format!("own_tree/{stem}"), mc, place: Place::Example, kept: false });
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// The reference's tree with the site's own in it, in a folder of `target/`; its path, with a slash at its end.
pub fn installed() -> io::Result<String> {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("own_tree");
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    copy_into(Path::new(CF_TREE), &copy)?;
    copy_into(&folder(), &copy)?;
    Ok(format!("{}/", copy.display()))
}

fn copy_into(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_into(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Compares one with the reference, live.
pub fn compare(world: &World, fixture: &Fixture, candidate: &Candidate, tree: &str) -> io::Result<Comparison> {
    let compiled = m4::compile_with(tree, &fixture.mc)?;
    let expected = Recording::declared(&compiled);
    let (mut comparison, cf) = Comparison::offline(fixture, candidate, &expected)?;
    if !cf.is_empty() {
        let reference = Reference::of(world, fixture, compiled)?;
        comparison.probes = reference.probes.len();
        comparison.answers = reference.differing(world, &format!("{}-ours", fixture.name), &cf)?;
    }
    Ok(comparison)
}
