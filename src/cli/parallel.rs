//! Several inputs at once, and what comes of them in their order.

use std::{
    collections::BTreeMap,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

/// Calls `work` on each input, on as many threads as the machine has processors, and `done` with each result: in the order of
/// the inputs, and as soon as those before it are there.
pub(super) fn in_order<I, R>(inputs: &[I], work: impl Fn(&I) -> R + Sync, mut done: impl FnMut(R))
where
    I: Sync,
    R: Send,
{
    let threads = thread::available_parallelism().map_or(1, usize::from).min(inputs.len());
    if threads < 2 {
        inputs.iter().for_each(|input| done(work(input)));
        return;
    }
    let (next, work) = (&AtomicUsize::new(0), &work);
    let (sender, receiver) = mpsc::sync_channel(threads);
    thread::scope(|scope| {
        for _ in 0..threads {
            let sender = sender.clone();
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(input) = inputs.get(index) else { break };
                    if sender.send((index, work(input))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut wanted = 0;
        for (index, result) in receiver {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&wanted) {
                done(result);
                wanted += 1;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_inputs() {
        let inputs = (0..100).collect::<Vec<u64>>();
        let mut results = Vec::new();
        // The first ones take longest.
        let work = |input: &u64| {
            thread::sleep(Duration::from_micros(100 - input));
            input * 2
        };
        in_order(&inputs, work, |result| results.push(result));
        assert_eq!(results, inputs.iter().map(|input| input * 2).collect::<Vec<_>>());
        in_order(&[], work, |_| panic!("there is no input"));
    }
}
