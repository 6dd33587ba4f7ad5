//! Large texts, of which nothing but the entries is wanted: no key is copied, and no place is noted.

use std::io::BufRead;

use super::{MAX_KEY, MAX_LINE, is_blank};

/// Folds the keys of a text as [`parse`](super::parse) does, where they stand, so that none of them has to be copied later.
pub fn fold_keys(text: &mut [u8]) {
    let mut rest = text;
    while !rest.is_empty() {
        let length = (&*rest).skip_until(b'\n').unwrap_or(rest.len());
        let Some((line, after)) = rest.split_at_mut_checked(length) else { return };
        if line.first() != Some(&b'#') {
            let key_end = line.iter().position(is_blank).unwrap_or(line.len());
            line.split_at_mut(key_end).0.make_ascii_lowercase();
        }
        rest = after;
    }
}

/// The entries of a text whose keys [`fold_keys`] folded, if there is nothing to be said about it otherwise: those of
/// [`parse_repeating`](super::parse_repeating), without where each is written. Keys may repeat.
///
/// `None` if that would find a problem, which it can tell, or if there is a byte 0 anywhere.
pub fn plain_entries(text: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    if text.contains(&0) {
        return None;
    }
    // A guess that spares most of the copying as the list grows.
    let mut entries = Vec::with_capacity(text.len() / 48);
    let mut rest = text;
    while !rest.is_empty() {
        let mut after = rest;
        let length = after.skip_until(b'\n').ok()?;
        let line = rest.get(..length)?;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        rest = after;
        if line.first().is_none_or(|first| *first == b'#') {
            continue;
        }
        let key_end = line.iter().position(is_blank)?;
        let (key, value) = line.split_at_checked(key_end)?;
        let blanks = value.iter().position(|byte| !is_blank(byte))?;
        // All bytes are looked at, which is faster than to stop at the first.
        let folded = key.iter().fold(true, |folded, byte| folded & !byte.is_ascii_uppercase());
        if !folded || key.is_empty() || key.len() > MAX_KEY || line.len() > MAX_LINE {
            return None;
        }
        entries.push((key, value.get(blanks..)?));
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{map::text::parse_repeating, source::Sources};

    proptest! {
        #[test]
        fn plain_entries_are_those_of_texts_without_problems(
            text in prop::collection::vec(prop_oneof![3 => Just(b'\n'), 5 => Just(b' '), 5 => Just(b'a'), 5 => Just(b'B'), 1 => Just(b'#'), 1 => any::<u8>()], 0..60)
        ) {
            let map = parse_repeating(&text, Sources::default().add("access", ""));
            let mut folded = text.clone();
            fold_keys(&mut folded);
            match plain_entries(&folded) {
                Some(entries) => {
                    let expected = map.entries.iter().map(|entry| (&*entry.key.value, entry.value.value)).collect::<Vec<_>>();
                    prop_assert_eq!(entries, expected);
                    prop_assert!(map.problems.is_empty());
                }
                None => prop_assert!(!map.problems.is_empty() || text.contains(&0)),
            }
        }
    }

    #[test]
    fn plain_entries_of_a_text_are_found() {
        let mut text = b"# Fine\n\nConnect:A  REJECT X \nb c\nB d".to_vec();
        fold_keys(&mut text);
        let entries: [(&[u8], &[u8]); 3] = [(b"connect:a", b"REJECT X "), (b"b", b"c"), (b"b", b"d")];
        assert_eq!(plain_entries(&text).as_deref(), Some(&entries[..]));
        let longest = [&[b'k'; 256][..], b" v"].concat();
        assert!(plain_entries(&longest).is_some());
        assert_eq!(plain_entries(&[b"k", &longest[..]].concat()), None);
        assert_eq!(plain_entries(&[b"k ".as_slice(), &[b'x'; 1021]].concat()), None);
        assert_eq!(plain_entries(b"Unfolded v"), None);
    }
}
