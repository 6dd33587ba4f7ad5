//! Configurations that nobody wrote for these tests: the reference's own samples, and those of a folder that the environment
//! names (`RELAYCC_CORPUS`).
//!
//! They were written for other hosts. Where one reads a file that the world here does not have, it is shown the one of that
//! name that it has, or none; both sides alike.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::{
    compare::{Candidate, Comparison, Reference},
    fixture::{Fixture, Place},
    m4::{self, Compiled, Verdict},
    recording::Recording,
    world::{CF_TREE, World},
};

/// The reference's own samples.
pub fn samples() -> io::Result<Vec<Fixture>> {
    let mut all = Vec::new();
    for folder in ["cf", "debian"] {
        all.extend(collect(&Path::new(CF_TREE).join(folder), folder)?);
    }
    let mended = all.iter().filter_map(|sample| mended(sample).transpose()).collect::<io::Result<Vec<_>>>()?;
    all.extend(mended);
    Ok(all)
}

/// A sample that is refused, as a site would mend it first; `None` for the others.
///
/// The policies of Berkeley refuse themselves: here what they say stands in their place. A system type that has to be chosen
/// is Linux.
fn mended(sample: &Fixture) -> io::Result<Option<Fixture>> {
    if m4::compile(&sample.mc)?.verdict != Verdict::Refused {
        return Ok(None);
    }
    let mut text = inlined(&fs::read_to_string(&sample.mc)?)?.replace("`unknown'", "unknown");
    text = text.replace("OSTYPE(unknown)", "OSTYPE(`linux')");
    if !text.contains("OSTYPE(") {
        text.insert_str(0, "OSTYPE(`linux')dnl\n");
    }
    let (_, stem) = sample.name.split_once('/').unwrap_or(("", &sample.name));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("found").join("mended");
    fs::create_dir_all(&folder)?;
    let mc = folder.join(format!("{stem}.mc"));
    fs::write(&mc, text)?;
    Ok(Some(Fixture { name: format!("mended/{stem}"), mc, ..sample.clone() }))
}

/// The text with what the policies of Berkeley say in their place, and without the one that refuses.
fn inlined(text: &str) -> io::Result<String> {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let named = |start| line.strip_prefix(start).and_then(|rest: &str| rest.split_once(')')).map(|(name, _)| name);
        match named("DOMAIN(").filter(|name| name.contains("erkeley")) {
            Some("berkeley-only") => {}
            Some(name) => {
                let file = fs::read_to_string(Path::new(CF_TREE).join("domain").join(format!("{name}.m4")))?;
                let body = file.split_once("divert(0)").map_or(file.as_str(), |(_, body)| body);
                out += "dnl";
                out += &inlined(body)?;
            }
            None => out += line,
        }
    }
    Ok(out)
}

/// Those of the folder that `RELAYCC_CORPUS` names; none without it.
pub fn corpus() -> io::Result<Vec<Fixture>> {
    match env::var_os("RELAYCC_CORPUS") {
        Some(folder) => collect(&Path::new(&folder).join("mc"), "corpus"),
        None => Ok(Vec::new()),
    }
}

/// Copies of the `.mc` files of a folder, in order of their names.
fn collect(folder: &Path, label: &str) -> io::Result<Vec<Fixture>> {
    let wanted = env::var("RELAYCC_FOUND").unwrap_or_default();
    let copies = Path::new(env!("CARGO_TARGET_TMPDIR")).join("found").join(label);
    fs::create_dir_all(&copies)?;
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "mc"));
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = format!("{label}/{stem}");
        if !name.contains(&wanted) {
            continue;
        }
        let mc = copies.join(format!("{stem}.mc"));
        fs::write(&mc, with_installed_tree(&fs::read(&path)?))?;
        all.push(Fixture { name, mc, place: Place::Example, kept: false });
    }
    Ok(all)
}

/// The text with the installed macro tree in place of the one that it includes itself.
fn with_installed_tree(text: &[u8]) -> Vec<u8> {
    let includes = |line: &[u8]| {
        let line = String::from_utf8_lossy(line);
        line.trim_start().trim_start_matches('s').starts_with("include(") && line.contains("m4/cf.m4")
    };
    let installed = format!("include(`{CF_TREE}m4/cf.m4')dnl\n");
    text.split_inclusive(|byte| *byte == b'\n')
        .map(|line| if includes(line) { installed.as_bytes() } else { line })
        .collect::<Vec<_>>()
        .concat()
}

/// Compares one with the reference, live.
pub fn compare(world: &World, fixture: &Fixture, candidate: &Candidate) -> io::Result<Comparison> {
    let compiled = m4::compile(&fixture.mc)?;
    let (mut comparison, cf) = Comparison::offline(fixture, candidate, &Recording::declared(&compiled))?;
    if compiled.verdict == Verdict::Accepted && !cf.is_empty() {
        let housed = Compiled { cf: at_home(&compiled.cf, fixture.place), ..compiled };
        let reference = Reference::of(world, fixture, housed)?;
        comparison.probes = reference.probes.len();
        comparison.answers =
            reference.differing(world, &format!("{}-ours", fixture.name), &at_home(&cf, fixture.place))?;
    }
    Ok(comparison)
}

/// A `sendmail.cf` whose files are those of the world.
fn at_home(cf: &str, place: Place) -> String {
    let known = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        let name = name.strip_suffix(".db").unwrap_or(name);
        place.etc_mail().join(name).exists().then(|| format!("/etc/mail/{name}"))
    };
    let mut out = String::with_capacity(cf.len());
    for line in cf.lines() {
        let path = line.split_ascii_whitespace().find_map(|word| word.find('/').map(|at| &word[at..]));
        match (line.chars().next(), path) {
            (Some('F'), Some(path)) => match known(path) {
                Some(ours) => out.push_str(&line.replacen(path, &ours, 1)),
                None => out.push('#'),
            },
            (Some('K'), Some(path))
                if line.contains(" hash ") || line.contains(" btree ") || line.contains(" dbm ") =>
            {
                let ours = known(path).unwrap_or_else(|| path.to_owned());
                let line =
                    line.replacen(path, &ours, 1).replacen(" btree ", " hash ", 1).replacen(" dbm ", " hash ", 1);
                out.push_str(&line);
            }
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    out
}
