//! Aliases that lead back to themselves.

use std::collections::HashMap;

use super::{
    Alias,
    finding::Finding,
    message::shown,
    target::{IsOwn, Target},
    value::recipients,
};
use crate::source::Span;

/// An alias that another one names, and where it does.
struct Step {
    to: usize,
    place: Span,
}

/// What an alias is while the way through it is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Unseen,
    OnTheWay,
    /// On the way, and in a circle that was found.
    InCircle,
    Done,
}

/// Circles of two aliases and more, each with the alias of it that comes first in the text. An alias that names itself, as
/// users do who keep a copy, is none.
pub(super) fn circles(aliases: &[Alias], is_own: IsOwn<'_>) -> Vec<(usize, Finding)> {
    let by_key =
        aliases.iter().enumerate().map(|(at, alias)| (alias.key.value.as_slice(), at)).collect::<HashMap<_, _>>();
    let steps = aliases.iter().enumerate().map(|(at, alias)| steps(at, alias, &by_key, is_own)).collect::<Vec<_>>();
    let mut marks = vec![Mark::Unseen; aliases.len()];
    let mut found = Vec::new();
    for start in 0..aliases.len() {
        if marks.get(start) == Some(&Mark::Unseen) {
            walk(start, &steps, &mut marks, &mut |way| found.push(circle(way, aliases)));
        }
    }
    found.sort_by_key(|(first, _)| *first);
    found
}

/// Is given a circle: aliases, with the place where each names the next.
type Report<'a> = &'a mut dyn FnMut(&[(usize, Span)]);

/// Follows the aliases from `start` on. Circles are reported.
fn walk(start: usize, steps: &[Vec<Step>], marks: &mut [Mark], report: Report<'_>) {
    // The aliases on the way, and how many of the steps from each were taken.
    let mut way = vec![(start, 0)];
    while let Some((at, taken)) = way.last_mut() {
        let at = *at;
        let step = steps.get(at).and_then(|steps| steps.get(*taken));
        *taken += 1;
        let Some(step) = step else {
            set(marks, at, Mark::Done);
            way.pop();
            continue;
        };
        if marks.get(at) == Some(&Mark::Unseen) {
            set(marks, at, Mark::OnTheWay);
        }
        match marks.get(step.to) {
            Some(Mark::Unseen) => way.push((step.to, 0)),
            // Of circles through the same aliases one is enough.
            Some(Mark::InCircle) if marks.get(at) == Some(&Mark::InCircle) => {}
            Some(Mark::OnTheWay | Mark::InCircle) => {
                let from = way.iter().position(|(on, _)| *on == step.to).unwrap_or(0);
                let circle = way.iter().skip(from).filter_map(|(on, taken)| {
                    let place = steps.get(*on)?.get(taken.checked_sub(1)?)?.place;
                    Some((*on, place))
                });
                let circle = circle.collect::<Vec<_>>();
                circle.iter().for_each(|(on, _)| set(marks, *on, Mark::InCircle));
                report(&circle);
            }
            Some(Mark::Done) | None => {}
        }
    }
}

fn set(marks: &mut [Mark], at: usize, mark: Mark) {
    if let Some(place) = marks.get_mut(at) {
        *place = mark;
    }
}

/// The finding, told from the alias of the circle that comes first on.
fn circle(way: &[(usize, Span)], aliases: &[Alias]) -> (usize, Finding) {
    let mut way = way.to_vec();
    let first = way.iter().enumerate().min_by_key(|(_, (alias, _))| *alias).map_or(0, |(at, _)| at);
    way.rotate_left(first);
    let names = way.iter().filter_map(|(alias, _)| Some(shown(&aliases.get(*alias)?.key.value)));
    let finding = Finding::Loop { names: names.collect(), places: way.iter().map(|(_, place)| *place).collect() };
    (way.first().map_or(0, |(alias, _)| *alias), finding)
}

/// The aliases that an alias leads to, other than itself.
fn steps(at: usize, alias: &Alias, by_key: &HashMap<&[u8], usize>, is_own: IsOwn<'_>) -> Vec<Step> {
    let recipients = recipients(&alias.value.value, is_own);
    let steps = recipients.iter().filter_map(|recipient| {
        let Some(Target::User { name, .. }) = &recipient.target else { return None };
        // An escaped name is not looked for.
        let to = if name.starts_with(b"\\") { None } else { found(&name.to_ascii_lowercase(), by_key) };
        to.filter(|to| *to != at).map(|to| Step { to, place: alias.place(recipient.part.clone()) })
    });
    steps.collect()
}

/// The alias that is found for a name: its own, or for `user+detail` that of `user+*` or `user`.
fn found(name: &[u8], by_key: &HashMap<&[u8], usize>) -> Option<usize> {
    let own = by_key.get(name).copied();
    own.or_else(|| {
        let plus = name.iter().position(|byte| *byte == b'+')?;
        let user = name.get(..plus)?;
        by_key.get([user, b"+*"].concat().as_slice()).or_else(|| by_key.get(user)).copied()
    })
}
