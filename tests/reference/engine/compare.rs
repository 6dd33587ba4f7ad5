//! One configuration on both sides.

use std::{
    collections::HashSet,
    io,
    time::{Duration, Instant},
};

use super::{Configuration, script, sides};
use crate::{fixture, probe::Probe, probes, world::World};

/// How much was compared.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub(super) probes: usize,
    pub(super) lines: usize,
    /// Probes with another answer.
    pub(super) answers: usize,
    /// Probes with the same answer and other lines before it.
    pub(super) traces: usize,
    /// Probes that made sendmail write past the end of an array, and that are not compared: see [`overrun`].
    pub(super) overruns: usize,
    pub(super) theirs: Duration,
    pub(super) ours: Duration,
}

impl Counts {
    pub(super) fn add(&mut self, other: &Counts) {
        self.probes += other.probes;
        self.lines += other.lines;
        self.answers += other.answers;
        self.traces += other.traces;
        self.overruns += other.overruns;
        self.theirs += other.theirs;
        self.ours += other.ours;
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Compared {
    name: String,
    pub(super) counts: Counts,
    /// Probe, the first line that differs: theirs and ours.
    pub(super) differences: Vec<(String, String, String)>,
}

impl Compared {
    pub(super) fn report(&self) -> String {
        let mut text = format!("{}: {} of {} probes differ\n", self.name, self.differences.len(), self.counts.probes);
        for (title, theirs, ours) in self.differences.iter().take(6) {
            text += &format!("  {title}\n    reference: {theirs}\n    ours:      {ours}\n");
        }
        text
    }
}

/// Whether a line shows more tokens than sendmail's arrays for them have places. It checks for that where a rule is applied,
/// and not where the result of a ruleset that was called takes the place of its argument; a little more of it, and sendmail
/// ends with `stack smashing detected`. Here the limit holds in both (`tests/trace.rs`).
fn overrun(line: &str) -> bool {
    const PLACES: usize = 1000;
    // Behind `rewritten as:`, or the name of a ruleset and what it does.
    line.split_whitespace().skip(2).count() > PLACES
}

/// Rules are traced one by one for so many probes of a configuration; of the others only what rulesets get and return.
const TRACED: usize = 40;

/// Asks both sides the fixed questions and those that the configuration suggests.
pub(super) fn compare(world: &World, one: &Configuration) -> io::Result<Compared> {
    let label = one.name.replace(['/', ' '], "-");
    let mut cf = one.cf.clone();
    cf.extend_from_slice(script::START.as_bytes());
    let classes = {
        let probes = probes::of_classes();
        let output = sides::sendmail(world, &label, &cf, &script::write(&probes, false))?;
        let parts = script::split(&output, probes.len()).unwrap_or_default();
        parts.into_iter().map(|lines| lines.join("\n")).collect::<Vec<_>>()
    };
    let domain = world.host.split_once('.').map_or("", |(_, domain)| domain);
    let text = String::from_utf8_lossy(&one.cf);
    let known = fixture::known(one.place, &text, &classes);
    let mut all = probes::fixed(&world.host, domain);
    all.extend(probes::derived(&known));
    let mut seen = HashSet::new();
    all.retain(|probe| seen.insert(probe.title()));
    let mut compared = Compared { name: one.name.clone(), ..Compared::default() };
    ask(world, one, &label, &cf, &all, false, &mut compared)?;
    let step = (all.len() / TRACED).max(1);
    let some = all.into_iter().step_by(step).collect::<Vec<_>>();
    ask(world, one, &label, &cf, &some, true, &mut compared)?;
    Ok(compared)
}

/// Asks both sides `probes`, all of them traced.
pub(super) fn asked(world: &World, one: &Configuration, probes: &[Probe]) -> io::Result<Compared> {
    let label = one.name.replace(['/', ' '], "-");
    let mut compared = Compared { name: one.name.clone(), ..Compared::default() };
    ask(world, one, &label, &one.cf, probes, true, &mut compared)?;
    Ok(compared)
}

fn ask(
    world: &World,
    one: &Configuration,
    label: &str,
    cf: &[u8],
    probes: &[Probe],
    trace: bool,
    compared: &mut Compared,
) -> io::Result<()> {
    let script = script::write(probes, trace);
    let start = Instant::now();
    let theirs = sides::sendmail(world, label, cf, &script)?;
    compared.counts.theirs += start.elapsed();
    let start = Instant::now();
    let ours = sides::engine(world, one.place, cf, &script);
    compared.counts.ours += start.elapsed();
    let (Some(theirs), Some(ours)) = (script::split(&theirs, probes.len()), script::split(&ours, probes.len())) else {
        println!("{}: sendmail does not run it", one.name);
        return Ok(());
    };
    compared.counts.probes += probes.len();
    for ((probe, theirs), ours) in probes.iter().zip(&theirs).zip(&ours) {
        compared.counts.lines += theirs.len();
        if theirs == ours {
            continue;
        }
        if theirs.iter().any(|line| overrun(line)) {
            compared.counts.overruns += 1;
            continue;
        }
        let answer = |lines: &[&str]| lines.last().copied().unwrap_or_default().to_owned();
        if answer(theirs) == answer(ours) {
            compared.counts.traces += 1;
        } else {
            compared.counts.answers += 1;
        }
        let length = theirs.len().max(ours.len());
        let line = |lines: &[&str], at: usize| lines.get(at).copied().unwrap_or("(nothing)").to_owned();
        if let Some(at) = (0..length).find(|at| theirs.get(*at) != ours.get(*at)) {
            let what = if trace { " traced" } else { "" };
            compared.differences.push((format!("{}{what}", probe.title()), line(theirs, at), line(ours, at)));
        }
    }
    Ok(())
}
