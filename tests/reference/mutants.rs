//! How much the questions see: rules are taken out of a configuration one at a time, and somebody must notice.

use std::io;

use crate::{compare::Reference, world::World};

/// One rule taken out, and how many questions were then answered otherwise.
pub struct Mutant {
    /// The rule, with the ruleset that it stood in.
    pub rule: String,
    /// Questions that noticed.
    pub noticed: usize,
}

/// Takes out every `step`-th of those rules of `cf` that `wanted` stands in, the first one being number `first`, and asks what `reference` was asked.
pub fn without_each_rule(
    world: &World,
    reference: &Reference,
    cf: &str,
    label: &str,
    wanted: &str,
    first: usize,
    step: usize,
) -> io::Result<Vec<Mutant>> {
    let lines: Vec<&str> = cf.lines().collect();
    let mut ruleset = "";
    let mut rules = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if line.starts_with('S') {
            ruleset = line;
        } else if line.starts_with('R') && line.contains(wanted) {
            rules.push((number, ruleset));
        }
    }
    let mut mutants = Vec::new();
    for (number, ruleset) in rules.into_iter().skip(first).step_by(step) {
        let mut rest = lines.clone();
        rest.remove(number);
        while rest.get(number).is_some_and(|line| line.starts_with(['\t', ' '])) {
            rest.remove(number);
        }
        let noticed = reference.differing(world, label, &(rest.join("\n") + "\n"))?.len();
        mutants.push(Mutant { rule: format!("{ruleset}: {}", lines[number]), noticed });
    }
    Ok(mutants)
}
