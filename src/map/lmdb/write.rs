//! Writes a file through LMDB's library.

use std::io;

use super::KEY_LENGTHS;
use crate::map::{
    Duplicates, WriteError,
    berkeley::sort::{Order, Slot, by_key, mark_repeated, settle},
};

/// Writes an LMDB file with the given entries.
///
/// Keys and values are stored unchanged; Postfix expects them [`terminated`](super::terminated). A key has one value:
/// [`Duplicates::Keep`] rejects duplicate keys like [`Duplicates::Refuse`]. The output depends only on the set of entries and the
/// page size of the machine. The library writes to an unnamed file in the temporary directory. It takes about 64 bytes of memory
/// per entry, plus the size of the file.
///
/// # Errors
/// [`WriteError::DuplicateKey`], [`WriteError::KeyLength`] and [`WriteError::TooLarge`] before anything is written;
/// [`WriteError::Io`] if `out` or the other file fails; [`WriteError::LeftOut`] without the Cargo feature `lmdb`.
pub fn write_with<K, V>(entries: &[(K, V)], duplicates: Duplicates, out: &mut impl io::Write) -> Result<(), WriteError>
where
    K: AsRef<[u8]>,
    V: AsRef<[u8]>,
{
    let mut slots = Vec::with_capacity(entries.len());
    for (index, (key, value)) in entries.iter().enumerate() {
        let slot = Slot::new(index, 0, (key.as_ref(), value.as_ref()))?;
        if !KEY_LENGTHS.contains(&slot.key.len()) {
            return Err(WriteError::KeyLength { entry: index, lengths: KEY_LENGTHS });
        }
        slots.push(slot);
    }
    by_key(&mut slots, Order::ShorterFirst);
    mark_repeated(&mut slots);
    settle(&mut slots, if duplicates == Duplicates::Keep { Duplicates::Refuse } else { duplicates })?;
    write_sorted(&slots, out)
}

#[cfg(feature = "lmdb")]
fn write_sorted(slots: &[Slot<'_>], out: &mut impl io::Write) -> Result<(), WriteError> {
    let mut file = relaycc_lmdb::file_of(slots.iter().map(|slot| (slot.key, slot.value)))?;
    let mut piece = vec![0; crate::map::pipe::CHUNK];
    loop {
        match io::Read::read(&mut file, &mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => out.write_all(piece.get(..count).unwrap_or_default())?,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause.into()),
        }
    }
}

#[cfg(not(feature = "lmdb"))]
fn write_sorted(_: &[Slot<'_>], _: &mut impl io::Write) -> Result<(), WriteError> {
    Err(WriteError::LeftOut("lmdb"))
}
