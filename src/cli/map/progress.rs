//! Progress of a long run, shown on a terminal.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

use crate::cli::report::say;

/// Interval between updates of the line.
const PERIOD: Duration = Duration::from_millis(200);

/// A status line on standard error that is updated in place and removed at the end. Nothing is shown if standard error is not a
/// terminal, or if the run ends quickly.
pub(super) struct Progress {
    is_terminal: bool,
    next: Instant,
    shown: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { is_terminal: io::stderr().is_terminal(), next: Instant::now() + PERIOD, shown: false }
    }

    /// Shows the current action and how many bytes are done.
    pub(super) fn show(&mut self, doing: &str, bytes: Option<u64>) {
        if !self.is_terminal || Instant::now() < self.next {
            return;
        }
        let amount = bytes.map_or(String::new(), |bytes| format!(" {} MB", bytes / 1_000_000));
        say(&format!("\r\x1b[K{doing}{amount}"));
        self.shown = true;
        self.next = Instant::now() + PERIOD;
    }

    /// Removes the line.
    pub(super) fn clear(&mut self) {
        if self.shown {
            say("\r\x1b[K");
            self.shown = false;
        }
    }
}

/// Counts the bytes that pass through it.
pub(super) struct Counted<'p, W> {
    to: W,
    written: u64,
    progress: &'p mut Progress,
}

impl<'p, W> Counted<'p, W> {
    pub(super) fn new(to: W, progress: &'p mut Progress) -> Self {
        Self { to, written: 0, progress }
    }
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.written += count as u64;
        self.progress.show("writing", Some(self.written));
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
