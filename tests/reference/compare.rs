//! One configuration compiled twice, by the reference and by us, and what differs.

use std::{
    collections::{BTreeMap, HashSet},
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    directives::{self, Directives},
    fixture::{self, Fixture},
    m4::{self, Compiled, Verdict},
    memo,
    probe::{self, Probe},
    probes,
    recording::Recording,
    world::World,
};

/// Where our side of the comparison comes from.
#[derive(Debug, Clone)]
pub enum Candidate {
    /// `relaycc build`, by this program.
    Relaycc(PathBuf),
    /// The same with a tree of the site's own.
    WithTree(PathBuf, PathBuf),
    /// A `sendmail.cf` that somebody made; its diagnostics are not compared.
    File(PathBuf),
}

/// All that the reference says about a fixture.
pub struct Reference {
    /// What it compiled.
    pub compiled: Compiled,
    /// The questions that it was asked, drawn from the fixed list and from what it itself declares.
    pub probes: Vec<Probe>,
    /// Its answers, in the same order.
    pub answers: Vec<String>,
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

impl Reference {
    /// Compiles `fixture` with m4 and asks what came of it. A configuration that m4 gave up on is asked nothing.
    pub fn ask(world: &World, fixture: &Fixture) -> io::Result<Reference> {
        Self::of(world, fixture, m4::compile(&fixture.mc)?)
    }

    /// The same for what m4 made of it, or what that was made into.
    pub fn of(world: &World, fixture: &Fixture, compiled: Compiled) -> io::Result<Reference> {
        if compiled.verdict != Verdict::Accepted {
            return Ok(Reference { compiled, probes: Vec::new(), answers: Vec::new() });
        }
        let classes = memo::ask(world, &format!("{}-classes", fixture.name), &compiled.cf, &probes::of_classes())?;
        let known = fixture::known(fixture.place, &compiled.cf, &classes);
        let domain = world.host.split_once('.').map_or("", |(_, domain)| domain);
        let mut all = probes::fixed(&world.host, domain);
        all.extend(probes::derived(&known));
        let mut seen = HashSet::new();
        all.retain(|probe| seen.insert(probe.title()));
        let answers = memo::ask(world, &format!("{}-reference", fixture.name), &compiled.cf, &all)?;
        Ok(Reference { compiled, probes: all, answers })
    }

    /// What of it is kept for machines without a reference.
    pub fn recording(&self, world: &World) -> Recording {
        let domain = world.host.split_once('.').map_or("", |(_, domain)| domain);
        let kept: HashSet<String> = probes::recorded(&world.host, domain).iter().map(Probe::title).collect();
        let answers = self.probes.iter().map(Probe::title).zip(self.answers.iter().cloned());
        Recording {
            answers: answers.filter(|(title, _)| kept.contains(title)).collect(),
            ..Recording::declared(&self.compiled)
        }
    }

    /// Asks the configuration `cf` the same questions; what it answers otherwise.
    pub fn differing(&self, world: &World, label: &str, cf: &str) -> io::Result<Vec<(Probe, String, String)>> {
        let ours = probe::ask(world, label, cf, &self.probes)?;
        let all = self.probes.iter().zip(&self.answers).zip(ours);
        Ok(all
            .filter(|((_, theirs), ours)| verdict(theirs) != verdict(ours))
            .map(|((probe, theirs), ours)| (probe.clone(), theirs.clone(), ours))
            .collect())
    }
}

/// What an answer decides. Behind an accepted sender the reference leaves what `badmx` found out; only `$#` counts there.
fn verdict(answer: &str) -> &str {
    match answer.split_once(" $| < MX >") {
        Some((sender, _)) if !answer.contains("$#") => sender,
        _ => answer,
    }
}

impl Candidate {
    /// The file `RELAYCC_CF` or the program `RELAYCC_BIN` if one is set, the program just built otherwise; `None` if that
    /// cannot build yet.
    pub fn from_environment() -> Option<Candidate> {
        if let Some(path) = env::var_os("RELAYCC_CF") {
            return Some(Candidate::File(path.into()));
        }
        let program = env::var_os("RELAYCC_BIN").unwrap_or_else(|| env!("CARGO_BIN_EXE_relaycc").into());
        let built = Command::new(&program).args(["build", "--help"]).output();
        built.is_ok_and(|output| output.status.success()).then(|| Candidate::Relaycc(program.into()))
    }

    /// The same with a tree of the site's own; `None` if a file was made by somebody else.
    pub fn with_tree(&self, tree: &Path) -> Option<Candidate> {
        match self {
            Candidate::Relaycc(program) | Candidate::WithTree(program, _) => {
                Some(Candidate::WithTree(program.clone(), tree.to_owned()))
            }
            Candidate::File(_) => None,
        }
    }

    /// Compiles `fixture`: the configuration, and what about diagnostics and exit status is not as in `expected`.
    fn compile(&self, fixture: &Fixture, expected: &Recording) -> io::Result<(String, Vec<String>)> {
        match self {
            Candidate::File(path) => Ok((fs::read_to_string(path)?, Vec::new())),
            Candidate::Relaycc(program) | Candidate::WithTree(program, _) => {
                let include = match self {
                    Candidate::WithTree(_, tree) => vec![PathBuf::from("-I"), tree.clone()],
                    _ => Vec::new(),
                };
                let (dir, file) = (fixture.mc.parent(), fixture.mc.file_name().unwrap_or_default());
                let output = Command::new(program)
                    .arg("build")
                    .arg(file)
                    .args(include)
                    .args(["--emit", "cf", "--out", "-", "--format", "sendmail"])
                    .current_dir(dir.unwrap_or(&fixture.mc))
                    .output()?;
                let cf = String::from_utf8_lossy(&output.stdout).into_owned();
                let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
                let refused = expected.verdict != Verdict::Accepted;
                let mut wrong = Vec::new();
                if output.status.code() != Some(i32::from(refused)) {
                    wrong.push(format!(
                        "exit status {} is not {}; it said: {stderr}",
                        output.status,
                        i32::from(refused)
                    ));
                }
                if refused && !cf.is_empty() {
                    wrong.push("refused, and yet something was written".to_owned());
                }
                if expected.verdict == Verdict::Broken && stderr.is_empty() {
                    wrong.push("refused without a word".to_owned());
                }
                if expected.verdict != Verdict::Broken && stderr != expected.stderr {
                    wrong.push(format!("standard error\n  reference: {:?}\n  ours:      {stderr:?}", expected.stderr));
                }
                Ok((cf, wrong))
            }
        }
    }
}

impl Comparison {
    /// All that can be compared without a running sendmail.
    pub fn offline(fixture: &Fixture, candidate: &Candidate, expected: &Recording) -> io::Result<(Comparison, String)> {
        let (cf, diagnostics) = candidate.compile(fixture, expected)?;
        let mut comparison = Comparison { name: fixture.name.clone(), diagnostics, ..Comparison::default() };
        if expected.verdict == Verdict::Accepted && cf.is_empty() {
            comparison.diagnostics.push("nothing was written".to_owned());
        } else if expected.verdict == Verdict::Accepted {
            comparison.directives = directives::difference(&expected.directives, &Directives::of(&cf).lines());
        }
        Ok((comparison, cf))
    }

    /// Everything about one fixture.
    pub fn live(
        world: &World,
        fixture: &Fixture,
        candidate: &Candidate,
        reference: &Reference,
    ) -> io::Result<Comparison> {
        let (mut comparison, cf) = Comparison::offline(fixture, candidate, &reference.recording(world))?;
        if !cf.is_empty() && !reference.probes.is_empty() {
            comparison.probes = reference.probes.len();
            comparison.answers = reference.differing(world, &format!("{}-ours", fixture.name), &cf)?;
        }
        Ok(comparison)
    }

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

/// A line for each configuration, and the totals.
pub fn table(all: &[Comparison]) -> String {
    let mut text = format!(
        "{:<44} {:>7} {:>11} {:>10} {:>8}\n",
        "configuration", "probes", "diagnostics", "directives", "answers"
    );
    for one in all {
        let (directives, diagnostics, answers) = (one.directives.len(), one.diagnostics.len(), one.answers.len());
        text += &format!("{:<44} {:>7} {diagnostics:>11} {directives:>10} {answers:>8}\n", one.name, one.probes);
    }
    let probes: usize = all.iter().map(|one| one.probes).sum();
    let differences: usize = all.iter().map(Comparison::differences).sum();
    let equal = all.iter().filter(|one| one.differences() == 0).count();
    text + &format!("{} configurations ({equal} equal), {probes} probes, {differences} differences\n", all.len())
}

fn indent(text: &str) -> String {
    text.replace('\n', "\n               ")
}
