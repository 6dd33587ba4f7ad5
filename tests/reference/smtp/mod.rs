//! A whole dialogue: the reference's daemon on a configuration, clients from many addresses, and servers that take the mail.
//!
//! What comes out is a text: every command with its reply, and every message as it arrived, without dates, queue
//! identifiers and whatever else is different each time. Two configurations that decide alike give the same text.

pub mod client;
mod daemon;
mod script;
mod sink;

use std::{fs::File, io, os::fd::AsFd, thread};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::{fixture::Place, world::World};
pub use daemon::Daemon;
use sink::Sinks;

/// Runs the dialogue of `place` against the configuration `cf`. `label` names the run's files.
pub fn dialogue(world: &World, place: Place, label: &str, cf: &str) -> io::Result<String> {
    let network = File::open(world.network())?;
    thread::scope(|scope| {
        let held = scope.spawn(|| {
            move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))?;
            hold(world, place, label, cf)
        });
        held.join().unwrap_or_else(|_| Err(io::Error::other("the dialogue broke off")))
    })
}

fn hold(world: &World, place: Place, label: &str, cf: &str) -> io::Result<String> {
    let setting = place.setting();
    let sinks = Sinks::open(&script::servers(place))?;
    let daemon = Daemon::start(world, setting.address, label, cf)?;
    let mut text = String::new();
    for session in script::sessions(place) {
        text += &format!("=== {}: {}\n", session.from, session.what);
        text += &client::run(&session, setting.address)?;
        let left = daemon.settle()?;
        text.extend(sinks.taken());
        text += &left;
    }
    Ok(text)
}

/// The lines in which two dialogues differ, under the heading of their session.
pub fn difference(reference: &str, ours: &str) -> String {
    let mut text = String::new();
    for (theirs, ours) in reference.split("=== ").zip(ours.split("=== ")) {
        if theirs == ours {
            continue;
        }
        text += &format!("=== {}\n", theirs.lines().next().unwrap_or_default());
        let only = |these: &str, others: &str| {
            these
                .lines()
                .filter(|line| !others.lines().any(|other| other == *line))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        for line in only(theirs, ours) {
            text += &format!("  reference: {line}\n");
        }
        for line in only(ours, theirs) {
            text += &format!("  ours:      {line}\n");
        }
    }
    text
}

/// Replaces what is different in every run: dates, and queue identifiers (14 letters and digits that begin with a date).
fn scrubbed(line: &str) -> String {
    let line = without_dates(line);
    line.split_inclusive(|c: char| !c.is_ascii_alphanumeric())
        .map(|piece| {
            let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            let digits = word.chars().rev().take(6).filter(char::is_ascii_digit).count();
            if word.len() == 14 && digits == 6 { piece.replace(word, "ID") } else { piece.to_owned() }
        })
        .collect()
}

/// Replaces `Tue, 24 Nov 2026 16:30:15 GMT` and the like.
fn without_dates(line: &str) -> String {
    for day in ["Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, ", "Sun, "] {
        if let Some(at) = line.find(day) {
            let clock = line[at..].find(':').map_or(at, |colon| at + colon + 6);
            let zone = line.get(clock..).unwrap_or("");
            let end = zone.find(['(', ';']).map_or(line.len(), |end| clock + end);
            return format!("{}DATE{}", &line[..at], line.get(end..).unwrap_or("").trim_start_matches("(GMT)"));
        }
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changes_is_scrubbed() {
        assert_eq!(scrubbed("250 2.0.0 5AOGUFrY008214 Message accepted"), "250 2.0.0 ID Message accepted");
        assert_eq!(scrubbed("220 a.b ESMTP; Tue, 24 Nov 2026 16:30:15 GMT"), "220 a.b ESMTP; DATE");
        assert_eq!(scrubbed("\tTue, 24 Nov 2026 16:30:15 +0100 (MET)"), "\tDATE(MET)");
        assert_eq!(
            scrubbed("550 5.7.1 <user@plenaxx.ch>... Relaying denied"),
            "550 5.7.1 <user@plenaxx.ch>... Relaying denied"
        );
    }
}
