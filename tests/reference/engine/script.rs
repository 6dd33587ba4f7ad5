//! Scripts for test mode, and what was printed for each of their probes.

use crate::probe::Probe;

/// Rules behind a configuration: turn the two characters `$|` as typed into the token that parts arguments, and `$c` into a
/// comma.
pub(super) const START: &str = "\nSStart\nR$* $$| $*\t\t$: $1 $| $2\nR$* $$c $*\t\t$: $1 , $2\n";

/// Commands for all probes; each is led in by a line that prints its number.
pub(super) fn write(probes: &[Probe], trace: bool) -> String {
    let mut script = String::new();
    if trace {
        script += "-d21.12\n";
    }
    let mut now: Vec<(&str, &str)> = Vec::new();
    for (number, probe) in probes.iter().enumerate() {
        let wanted: Vec<(&str, &str)> = probe.envelope.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for (name, _) in &now {
            if !wanted.iter().any(|(other, _)| other == name) {
                script += &format!(".D{}\n", braced(name));
            }
        }
        for pair in &wanted {
            if !now.contains(pair) {
                script += &format!(".D{}{}\n", braced(pair.0), pair.1);
            }
        }
        now = wanted;
        script += &format!(".D{{probe}}={number}=\n${{probe}}\n{}\n", probe.command);
    }
    script + ".D{probe}=end=\n${probe}\n"
}

fn braced(name: &str) -> String {
    if name.chars().count() == 1 { name.to_owned() } else { format!("{{{name}}}") }
}

/// How sendmail begins to say, in the midst of a trace, that a server that a map of class `ldap` needs does not answer. The
/// engine asks none: it says of each such map that it is not available (`map_not_available`), and rules then go on alike.
const NO_SERVER: &str = "ldap_init/ldap_bind failed to ";

/// What was printed for each probe.
pub(super) fn split(output: &str, probes: usize) -> Option<Vec<Vec<&str>>> {
    let lines = output.lines().map(without_prompts).filter(|line| !line.starts_with(NO_SERVER)).collect::<Vec<_>>();
    let mut parts = Vec::with_capacity(probes);
    let mut from = lines.iter().position(|line| *line == "=0=" || *line == "=end=")? + 1;
    for number in 0..probes {
        let next = if number + 1 == probes { "=end=".to_owned() } else { format!("={}=", number + 1) };
        let end = from + lines[from..].iter().position(|line| *line == next)?;
        parts.push(lines[from..end].to_vec());
        from = end + 1;
    }
    Some(parts)
}

fn without_prompts(mut line: &str) -> &str {
    while let Some(rest) = line.strip_prefix("> ") {
        line = rest;
    }
    line
}
