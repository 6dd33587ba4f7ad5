//! How far a long run is, on a terminal.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

use crate::cli::report::say;

/// How often the line is written anew.
const PERIOD: Duration = Duration::from_millis(200);

/// A line on standard error that is written over and over, and is gone at the end. Nothing where that is no terminal, and
/// nothing in the first moments.
pub(super) struct Progress {
    is_terminal: bool,
    next: Instant,
    shown: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { is_terminal: io::stderr().is_terminal(), next: Instant::now() + PERIOD, shown: false }
    }

    /// Says what is being done, and how many bytes of it are.
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

/// Counts what goes through it.
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
