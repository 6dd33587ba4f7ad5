//! Asking one configuration many questions in one run of `sendmail -bt`, and taking the answers apart.

use std::{
    fs, io,
    path::Path,
    process::{Command, Stdio},
};

use crate::world::World;

/// One question: macros that must hold, and a command of test mode.
///
/// The envelope that `sendmail` has during a dialogue (who the client is, which sender was given) is in macros; every probe
/// says all that it needs, and whatever it does not say is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Probe {
    /// Names without `$`, and values.
    pub envelope: Vec<(&'static str, String)>,
    /// As typed after the prompt.
    pub command: String,
}

impl Probe {
    /// How a probe is named in reports and recordings: `check_rcpt a@b [client_addr=192.0.2.1]`.
    pub fn title(&self) -> String {
        let envelope: Vec<String> = self.envelope.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let command = self.command.replace('\n', "; ");
        if envelope.is_empty() { command } else { format!("{command} [{}]", envelope.join(" ")) }
    }
}

/// A ruleset for test mode only: turns the two characters `$|` as typed into the token that separates arguments, and `$c`
/// into a comma, which ends what is typed.
const START: &str = "\nSStart\nR$* $$| $*\t\t$: $1 $| $2\nR$* $$c $*\t\t$: $1 , $2\n";

/// Lets `sendmail` answer `probes` under the configuration `cf`: one answer each, in order.
///
/// `label` names the run's files in the world's folder; runs with different labels may go on at the same time.
pub fn ask(world: &World, label: &str, cf: &str, probes: &[Probe]) -> io::Result<Vec<String>> {
    let path = world.dir().join(format!("{}.cf", label.replace('/', "-")));
    fs::write(&path, format!("{cf}{START}"))?;
    let script = path.with_extension("bt");
    fs::write(&script, write_script(probes))?;
    let output = run(world, &path, &script)?;
    let answers = split_answers(&output, probes)
        .ok_or_else(|| io::Error::other(format!("{label}: sendmail -bt broke off:\n{}", tail(&output))));
    fs::remove_file(&path)?;
    fs::remove_file(&script)?;
    answers
}

fn run(world: &World, cf: &Path, script: &Path) -> io::Result<String> {
    let mut command: Command = world.command("sendmail");
    command.arg("-C").arg(cf).arg("-bt").stdin(Stdio::from(fs::File::open(script)?));
    let output = command.output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

fn tail(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// Commands for all probes, each led in by a line that prints its number.
fn write_script(probes: &[Probe]) -> String {
    let mut script = String::new();
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

/// A macro's name as `-bt` takes it: one letter, or a longer name in braces.
fn braced(name: &str) -> String {
    if name.chars().count() == 1 { name.to_owned() } else { format!("{{{name}}}") }
}

/// What was printed for each probe, without traces. `None` if a probe was never reached.
fn split_answers(output: &str, probes: &[Probe]) -> Option<Vec<String>> {
    let lines: Vec<&str> = output.lines().map(without_prompts).collect();
    let mut answers = Vec::with_capacity(probes.len());
    let mut from = lines.iter().position(|line| *line == "=0=" || *line == "=end=")? + 1;
    for (number, probe) in probes.iter().enumerate() {
        let next = match number + 1 {
            next if next == probes.len() => "=end=".to_owned(),
            next => format!("={next}="),
        };
        let end = from + lines.get(from..)?.iter().position(|line| *line == next)?;
        answers.push(answer(lines.get(from..end)?, &probe.command));
        from = end + 1;
    }
    Some(answers)
}

fn without_prompts(mut line: &str) -> &str {
    while let Some(rest) = line.strip_prefix("> ") {
        line = rest;
    }
    line
}

/// The last result of the ruleset that was called, with whatever else was said; traces of rulesets are left out.
fn answer(lines: &[&str], command: &str) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut result = None;
    for line in lines {
        if let Some((_, returned)) = traced(line, "returns:") {
            result = Some(returned);
        } else if traced(line, "input:").is_none() && !line.is_empty() && !line.starts_with("Trying ") {
            said.push(without_number(line));
        }
    }
    let command_of_mode = command.starts_with(['/', '$', '.']);
    if command_of_mode {
        if command.starts_with('$') {
            said.sort_unstable();
        }
    } else if let Some(result) = result {
        said.push(result.to_owned());
    }
    said.join("\n")
}

/// `== Ruleset NAME (186) status 75` without the number, which depends on how many rulesets there are.
fn without_number(line: &str) -> String {
    match line.strip_prefix("== Ruleset ").and_then(|rest| rest.split_once(" (")) {
        Some((name, rest)) => match rest.split_once(") ") {
            Some((_, status)) => format!("== Ruleset {name} {status}"),
            None => line.to_owned(),
        },
        None => line.to_owned(),
    }
}

/// `NAME  returns: TEXT` as NAME and TEXT.
fn traced<'a>(line: &'a str, what: &str) -> Option<(&'a str, &'a str)> {
    let (name, rest) = line.split_once(char::is_whitespace)?;
    Some((name, rest.trim_start().strip_prefix(what)?.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart_whatever_stands_between_the_prompts() {
        let probe = |command: &str| Probe { envelope: Vec::new(), command: command.to_owned() };
        let probes = [probe("3,0 a"), probe("nosuch a"), probe("$=w"), probe("/try esmtp a")];
        let output = "ADDRESS TEST MODE\n> > =0=\n> canonify   input: a\ncanonify   returns: a\nparse   returns: $# local\n\
                      > > =1=\n> Undefined ruleset nosuch\n> > =2=\n> b\na\n> > > =3=\n> Trying envelope\n4  returns: a\nRcode = 0\n\
                      > > =end=\n> ";
        let answers = split_answers(output, &probes);
        assert_eq!(
            answers,
            Some(vec!["$# local".into(), "Undefined ruleset nosuch".into(), "a\nb".into(), "Rcode = 0".into()])
        );
        assert_eq!(split_answers(output.split_at(60).0, &probes), None);
    }
}
