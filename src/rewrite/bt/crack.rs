//! The text around an address in a header: a name, comments, a group. sendmail keeps it when it rewrites the address.

/// The text around an address, with `$g` in place of the address.
pub(super) fn crack(text: &[u8], colons: bool) -> Vec<u8> {
    let text = text.trim_ascii();
    let mut out = Vec::new();
    let mut rest = text;
    if !colons && let Some(colon) = group(text) {
        let (name, behind) = text.split_at(colon);
        phrase(name, &mut out);
        out.push(b':');
        rest = behind.get(1..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_ascii_start().len();
        out.extend_from_slice(rest.get(..blanks).unwrap_or_default());
        rest = rest.get(blanks..).unwrap_or_default();
    }
    match last_angle(rest) {
        Some(open) => {
            let (before, inside) = rest.split_at(open);
            phrase(before, &mut out);
            let inside = inside.get(1..).unwrap_or_default();
            let close =
                pieces(inside).find(|(_, byte, kind)| *kind == Piece::Plain && *byte == b'>').map(|(at, ..)| at);
            let address = inside.get(..close.unwrap_or(inside.len())).unwrap_or_default();
            let group = pieces(address).any(|(_, byte, kind)| kind == Piece::Plain && byte == b';');
            out.extend_from_slice(match (address.trim_ascii().is_empty() && close.is_some(), group) {
                (true, _) => b"<>",
                (false, true) => b"<$g;>",
                (false, false) => b"<$g>",
            });
            let tail = inside.get(close.unwrap_or(inside.len()) + 1..).unwrap_or_default();
            out.extend(
                pieces(tail).filter(|(_, byte, kind)| *kind != Piece::Plain || *byte != b'>').map(|(_, byte, _)| byte),
            );
        }
        None => bare(rest, &mut out),
    }
    out
}

/// The part of the syntax that a character belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Plain,
    Quoted,
    Comment,
}

/// Characters with their positions and parts.
fn pieces(text: &[u8]) -> impl Iterator<Item = (usize, u8, Piece)> {
    let (mut quoted, mut depth, mut escaped) = (false, 0_usize, false);
    text.iter().copied().enumerate().map(move |(at, byte)| {
        let kind = |quoted, depth| match (quoted, depth) {
            (true, _) => Piece::Quoted,
            (false, 0) => Piece::Plain,
            (false, _) => Piece::Comment,
        };
        if std::mem::take(&mut escaped) {
            return (at, byte, if kind(quoted, depth) == Piece::Plain { Piece::Quoted } else { kind(quoted, depth) });
        }
        match byte {
            b'\\' => {
                escaped = true;
                (at, byte, kind(quoted, depth))
            }
            b'"' if depth == 0 => {
                quoted = !quoted;
                (at, byte, Piece::Quoted)
            }
            b'(' if !quoted => {
                depth += 1;
                (at, byte, Piece::Comment)
            }
            b')' if !quoted && depth > 0 => {
                depth -= 1;
                (at, byte, Piece::Comment)
            }
            _ => (at, byte, kind(quoted, depth)),
        }
    })
}

/// End of a group's name: a colon that is not doubled, nor in brackets or angles.
fn group(text: &[u8]) -> Option<usize> {
    let (mut angles, mut brackets) = (0_usize, 0_usize);
    let mut skip = false;
    for (at, byte, kind) in pieces(text) {
        if kind != Piece::Plain {
            continue;
        }
        match byte {
            _ if std::mem::take(&mut skip) => {}
            b'<' => angles += 1,
            b'>' => angles = angles.saturating_sub(1),
            b'[' => brackets += 1,
            b']' => brackets = brackets.saturating_sub(1),
            b':' if text.get(at + 1) == Some(&b':') => skip = true,
            b':' if angles == 0 && brackets == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

fn last_angle(text: &[u8]) -> Option<usize> {
    pieces(text).filter(|(_, byte, kind)| *kind == Piece::Plain && *byte == b'<').map(|(at, ..)| at).last()
}

/// A name before an address, quoted if necessary.
fn phrase(text: &[u8], out: &mut Vec<u8>) {
    let special = |byte: u8| b".@,<>[]\\:;".contains(&byte);
    if !pieces(text).any(|(_, byte, kind)| kind == Piece::Plain && special(byte)) {
        out.extend_from_slice(text);
        return;
    }
    let name = text.trim_ascii_end();
    let leading = name.len() - name.trim_ascii_start().len();
    out.extend_from_slice(name.get(..leading).unwrap_or_default());
    out.push(b'"');
    out.extend_from_slice(name.get(leading..).unwrap_or_default());
    out.push(b'"');
    out.extend_from_slice(text.get(name.len()..).unwrap_or_default());
}

/// An address without angle brackets, with comments around it.
fn bare(text: &[u8], out: &mut Vec<u8>) {
    let mut given = false;
    let mut ended = false;
    let mut blanks = Vec::new();
    for (_, byte, kind) in pieces(text) {
        match (kind, byte) {
            (Piece::Comment, byte) => {
                out.append(&mut blanks);
                out.push(byte);
            }
            (Piece::Plain, b' ' | b'\t') => blanks.push(byte),
            (Piece::Plain, b';') if !ended => {
                blanks.clear();
                out.push(b';');
                if !given {
                    out.extend_from_slice(b"$g");
                    given = true;
                }
                ended = true;
            }
            _ => {
                if !given {
                    out.append(&mut blanks);
                    out.extend_from_slice(b"$g");
                    given = true;
                }
                blanks.clear();
            }
        }
    }
    if !given && out.is_empty() {
        out.extend_from_slice(b"$g");
    }
}

#[cfg(test)]
mod tests {
    use super::crack;

    #[test]
    fn what_surrounds_an_address_is_kept() {
        for (text, expected) in [
            ("user", "$g"),
            ("Some One <user@x> (foo)", "Some One <$g> (foo)"),
            ("Some. One <user@x> tail", "\"Some. One\" <$g> tail"),
            ("a <b> <user@x>", "\"a <b>\" <$g>"),
            ("group: a@b, c@d;", "group: $g;"),
            ("group : user@x ;", "group : $g;"),
            ("@a:b@c", "\"@a\":$g"),
            ("x:y@z (c);", "x:$g (c);"),
            ("(x) user@x (y)", "(x) $g (y)"),
            ("host::user", "$g"),
            ("user@[IPv6:2001::25]", "$g"),
            ("<> (x)", "<> (x)"),
            ("(comment)", "(comment)"),
            ("a;b", "$g;"),
            ("list:;", "list:;$g"),
            ("<a", "<$g>"),
        ] {
            assert_eq!(String::from_utf8(crack(text.as_bytes(), false)).unwrap(), expected, "{text}");
        }
    }
}
