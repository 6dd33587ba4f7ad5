//! Overlaps computing and writing: one thread builds pages, another writes them.

use std::{
    io,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use super::WriteError;

/// Number of bytes written at a time.
pub(super) const CHUNK: usize = 1 << 18;
/// Maximum number of chunks that wait to be written.
const MAX_QUEUED_CHUNKS: usize = 4;

/// Writes to `out` what `make` writes; `make` runs on its own thread.
pub(super) fn through_thread(
    out: &mut impl io::Write,
    make: impl FnOnce(&mut Pipe) -> Result<(), WriteError> + Send,
) -> Result<(), WriteError> {
    thread::scope(|scope| {
        let (full, to_write) = sync_channel(MAX_QUEUED_CHUNKS);
        let (used, empty) = sync_channel(MAX_QUEUED_CHUNKS + 2);
        let maker = scope.spawn(move || {
            let mut pipe = Pipe { chunk: Vec::with_capacity(CHUNK), full, empty };
            make(&mut pipe)?;
            Ok(io::Write::flush(&mut pipe)?)
        });
        let mut written = Ok(());
        for chunk in to_write {
            written = out.write_all(&chunk);
            if written.is_err() {
                // Leaving the loop closes the pipe, so that the maker fails.
                break;
            }
            // If the maker is done, nobody needs the buffer.
            let _ = used.try_send(chunk);
        }
        let made: Result<(), WriteError> = maker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        written?;
        made?;
        Ok(out.flush()?)
    })
}

/// The writing end.
pub(super) struct Pipe {
    chunk: Vec<u8>,
    full: SyncSender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
}

impl io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.chunk.len() + bytes.len() > CHUNK {
            self.flush()?;
        }
        self.chunk.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut next = self.empty.try_recv().unwrap_or_else(|_| Vec::with_capacity(CHUNK));
        next.clear();
        let full = std::mem::replace(&mut self.chunk, next);
        self.full.send(full).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn everything_arrives_in_order() {
        let mut out = Vec::new();
        through_thread(&mut out, |pipe| {
            for n in 0..300_000_u32 {
                pipe.write_all(&n.to_le_bytes())?;
            }
            Ok(pipe.write_all(&vec![7; 3 * CHUNK])?)
        })
        .unwrap();
        let expected = (0..300_000_u32).flat_map(u32::to_le_bytes).chain(std::iter::repeat_n(7, 3 * CHUNK));
        assert!(out.into_iter().eq(expected));
    }

    #[test]
    fn both_ends_may_fail() {
        let mut full = [0; CHUNK + 10];
        let error = through_thread(&mut full.as_mut_slice(), |pipe| Ok(pipe.write_all(&vec![1; 40 * CHUNK])?));
        assert!(matches!(error, Err(WriteError::Io(error)) if error.kind() == io::ErrorKind::WriteZero));
        let error = through_thread(&mut Vec::new(), |_| Err(WriteError::TooLarge("it")));
        assert!(matches!(error, Err(WriteError::TooLarge("it"))));
    }
}
