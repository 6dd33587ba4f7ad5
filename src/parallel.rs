//! Processes inputs in parallel and their results in order.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    thread,
};

/// Number of threads that can run at a time.
pub(crate) fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Calls `work` on each input, on as many threads as there are processors, and `done` on each result, in the order of the inputs
/// and as soon as the earlier ones are done. `done` runs on the thread that computed the result, which is still in its cache; no
/// other thread has to be woken. Inputs are requested only when a thread is free, so that input read from a file is never in
/// memory as a whole.
pub(crate) fn in_order<I, R>(
    inputs: impl IntoIterator<Item = I, IntoIter: Send>,
    work: impl Fn(I) -> R + Sync,
    mut done: impl FnMut(R) + Send,
) {
    in_order_with(inputs, || (), |(), input| work(input), |(), result| done(result));
}

/// Like [`in_order`], with state per thread, such as buffers, that `start` creates.
pub(crate) fn in_order_with<I, S, R>(
    inputs: impl IntoIterator<Item = I, IntoIter: Send>,
    start: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, I) -> R + Sync,
    done: impl FnMut(&mut S, R) + Send,
) {
    let inputs = inputs.into_iter();
    let most = inputs.size_hint().1.unwrap_or(usize::MAX);
    let threads = threads().min(most);
    let inputs = Mutex::new(inputs.fuse().enumerate());
    // A panic while an input is requested ends this thread as well.
    let next = || inputs.lock().ok()?.next();
    let turn = Turn { state: Mutex::new((0, done)), changed: Condvar::new() };
    let take = || {
        let _panic = Panic(&turn);
        let mut own = start();
        while let Some((index, input)) = next() {
            let result = work(&mut own, input);
            turn.take(index, |done| done(&mut own, result));
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(take);
        }
        take();
    });
}

/// Index of the next result.
struct Turn<D> {
    state: Mutex<(usize, D)>,
    changed: Condvar,
}

/// Marks that a result will never arrive, so that later ones are not waited for.
const GIVEN_UP: usize = usize::MAX;

impl<D> Turn<D> {
    /// Waits until it is the turn of the input `index`.
    fn take(&self, index: usize, done: impl FnOnce(&mut D)) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_while(state, |(wanted, _)| *wanted != index && *wanted != GIVEN_UP);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.0 == index {
            done(&mut state.1);
            state.0 += 1;
            self.changed.notify_all();
        }
    }
}

/// Stops the other threads if its thread panics.
struct Panic<'t, D>(&'t Turn<D>);

impl<D> Drop for Panic<'_, D> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.state.lock().unwrap_or_else(PoisonError::into_inner).0 = GIVEN_UP;
            self.0.changed.notify_all();
        }
    }
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

    #[test]
    fn a_panic_ends_all_of_it() {
        let inputs = (0..100).collect::<Vec<u64>>();
        let run = |fails: u64| {
            let work = |input: &u64| assert!(*input != fails);
            std::panic::catch_unwind(|| in_order(&inputs, work, |()| ()))
        };
        assert!(run(5).is_err());
        assert!(run(100).is_ok());
    }
}
