//! One configuration compiled twice, by the reference and by us, and what differs.

use std::{collections::BTreeMap, env, fs, io, path::PathBuf, process::Command};

use crate::{
    directives::{self, Directives},
    fixture::{self, Fixture},
    m4::{self, Compiled},
    probe::{self, Probe},
    probes,
    world::World,
};

/// Where our side of the comparison comes from.
#[derive(Debug, Clone)]
pub enum Candidate {
    /// `relaycc build`.
    Relaycc,
    /// A `sendmail.cf` that somebody made; its diagnostics are not compared.
    File(PathBuf),
}

impl Candidate {
    /// `RELAYCC_CF` if it is set, the binary otherwise.
    pub fn from_environment() -> Candidate {
        env::var_os("RELAYCC_CF").map_or(Candidate::Relaycc, |path| Candidate::File(path.into()))
    }
}

/// What was put to both sides, and where they disagree.
#[derive(Debug, Default)]
pub struct Comparison {
    /// The fixture's name.
    pub name: String,
    /// Differences between what is declared.
    pub directives: Vec<String>,
    /// Differences in diagnostics and exit status.
    pub diagnostics: Vec<String>,
    /// How many questions both sides answered.
    pub probes: usize,
    /// The questions that they answered differently: question, reference's answer, ours.
    pub answers: Vec<(Probe, String, String)>,
}

impl Comparison {
    /// How many differences of all kinds.
    pub fn differences(&self) -> usize {
        self.directives.len() + self.diagnostics.len() + self.answers.len()
    }

    /// All differences, for people: questions with the same pair of answers stand together.
    pub fn report(&self) -> String {
        let mut text = String::new();
        for line in self.diagnostics.iter().chain(&self.directives) {
            text += &format!("{}: {line}\n", self.name);
        }
        let mut pairs: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
        for (probe, reference, ours) in &self.answers {
            pairs.entry((reference, ours)).or_default().push(probe.title());
        }
        for ((reference, ours), titles) in pairs {
            text += &format!("{}:\n", self.name);
            let shown = if env::var_os("RELAYCC_ALL").is_some() { titles.len() } else { 4 };
            for title in titles.iter().take(shown) {
                text += &format!("  {title}\n");
            }
            if titles.len() > shown {
                text += &format!("  … and {} more (RELAYCC_ALL=1 shows them)\n", titles.len() - shown);
            }
            text += &format!("    reference: {}\n    ours:      {}\n", indent(reference), indent(ours));
        }
        text
    }
}

fn indent(text: &str) -> String {
    text.replace('\n', "\n               ")
}

/// The questions for a configuration, drawn from the reference's version of it.
pub fn questions(world: &World, fixture: &Fixture, reference: &Compiled) -> io::Result<Vec<Probe>> {
    let classes = probe::ask(world, &format!("{}-classes", fixture.name), &reference.cf, &probes::of_classes())?;
    let known = fixture::known(fixture.place, &Directives::of(&reference.cf), &classes);
    let domain = world.host.split_once('.').map_or("", |(_, domain)| domain);
    let mut all = probes::fixed(&world.host, domain);
    all.extend(probes::of_classes());
    all.extend(probes::derived(&known));
    let mut seen = std::collections::HashSet::new();
    all.retain(|probe| seen.insert(probe.title()));
    Ok(all)
}

/// Compiles `fixture` with `candidate`. The second value says what is wrong with how it ended.
pub fn compile(fixture: &Fixture, candidate: &Candidate, reference: &Compiled) -> io::Result<(Compiled, Vec<String>)> {
    let mut wrong = Vec::new();
    match candidate {
        Candidate::File(path) => {
            let cf = fs::read_to_string(path)?;
            Ok((Compiled { cf, stderr: reference.stderr.clone() }, wrong))
        }
        Candidate::Relaycc => {
            let (dir, file) = (fixture.mc.parent().unwrap_or(&fixture.mc), fixture.mc.file_name().unwrap_or_default());
            let output = Command::new(env!("CARGO_BIN_EXE_relaycc"))
                .arg("build")
                .arg(file)
                .args(["--emit", "cf", "--out", "-", "--format", "sendmail"])
                .current_dir(dir)
                .output()?;
            let ours = Compiled {
                cf: String::from_utf8_lossy(&output.stdout).into_owned(),
                stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            };
            let expected = if reference.refused() { 1 } else { 0 };
            if output.status.code() != Some(expected) {
                wrong.push(format!("exit status: expected {expected}, got {}", output.status));
            }
            if reference.refused() && !ours.cf.is_empty() {
                wrong.push("refused, and yet something was written".to_owned());
            }
            if ours.stderr != reference.stderr {
                wrong.push(format!("standard error: reference {:?}, ours {:?}", reference.stderr, ours.stderr));
            }
            Ok((ours, wrong))
        }
    }
}

/// Puts the same questions to both configurations.
pub fn answers(
    world: &World,
    name: &str,
    probes: &[Probe],
    reference: &str,
    ours: &str,
) -> io::Result<Vec<(Probe, String, String)>> {
    let theirs = probe::ask(world, &format!("{name}-reference"), reference, probes)?;
    let ours = probe::ask(world, &format!("{name}-ours"), ours, probes)?;
    let all = probes.iter().cloned().zip(theirs).zip(ours);
    Ok(all.filter(|((_, theirs), ours)| theirs != ours).map(|((probe, theirs), ours)| (probe, theirs, ours)).collect())
}

/// Everything about one fixture.
pub fn whole(world: &World, fixture: &Fixture, candidate: &Candidate) -> io::Result<Comparison> {
    let reference = m4::compile(&fixture.mc)?;
    let (ours, diagnostics) = compile(fixture, candidate, &reference)?;
    let mut comparison = Comparison { name: fixture.name.clone(), diagnostics, ..Comparison::default() };
    if reference.refused() && matches!(candidate, Candidate::Relaycc) {
        return Ok(comparison);
    }
    comparison.directives = directives::difference(&Directives::of(&reference.cf), &Directives::of(&ours.cf));
    if ours.cf.is_empty() {
        comparison.diagnostics.push("nothing was written".to_owned());
        return Ok(comparison);
    }
    let probes = questions(world, fixture, &reference)?;
    comparison.probes = probes.len();
    comparison.answers = answers(world, &fixture.name, &probes, &reference.cf, &ours.cf)?;
    Ok(comparison)
}
