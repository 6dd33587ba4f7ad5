//! `dequote`: removes quotes.

use super::{Change, Context, Flags, Found, Map, Maps};

/// Removes the quotes around text; blanks are replaced, or make the lookup fail.
pub(super) struct Dequote {
    pub(super) flags: Flags,
}

impl Map for Dequote {
    fn change(&self) -> Change {
        Change::None
    }

    fn look_up(&self, key: &[u8], _: &[Vec<u8>], _: &mut Maps, _: &mut Context<'_>) -> Found {
        let mut out = Vec::with_capacity(key.len());
        let (mut quoted, mut any) = (false, false);
        let (mut angles, mut parentheses) = (0_i32, 0_i32);
        let mut bytes = key.iter().copied();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\\' => {
                    out.push(byte);
                    out.extend(bytes.next());
                    continue;
                }
                b'"' => {
                    quoted = !quoted;
                    any = true;
                    continue;
                }
                b' ' => {
                    match self.flags.blank {
                        Some(blank) => out.push(blank),
                        None => return Found::default(),
                    }
                    continue;
                }
                b'<' => angles += 1,
                b'>' => angles -= 1,
                b'(' => parentheses += 1,
                b')' => parentheses -= 1,
                _ => {}
            }
            if angles < 0 || parentheses < 0 {
                return Found::default();
            }
            out.push(byte);
        }
        if !any || angles != 0 || parentheses != 0 || quoted {
            return Found::default();
        }
        out.extend_from_slice(&self.flags.append);
        Found::value(out)
    }
}
