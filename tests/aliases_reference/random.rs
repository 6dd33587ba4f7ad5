//! Random aliases texts, the same on every run.

use fastrand::Rng;

/// Parts of names: what addresses are made of, and what makes them hard to read.
const PIECES: [&[u8]; 52] = [
    b"a",
    b"b",
    b"Joe",
    b"USER",
    b"x.y",
    b"localhost",
    b"LocalHost",
    b"mail.example.com",
    b"example.org",
    b"[127.0.0.1]",
    b"[192.0.2.1]",
    b"@",
    b"@",
    b"@localhost",
    b"@mail.example.com",
    b"@b.c",
    b"%",
    b"!",
    b".",
    b"..",
    b",",
    b";",
    b" ",
    b" ",
    b"\t",
    b"\r",
    b"\"",
    b"\"",
    b"\"a b\"",
    b"\"a.b\"",
    b"\"a@b\"",
    b"(",
    b")",
    b"(c)",
    b"(c (d) e)",
    b"<",
    b">",
    b"<a>",
    b"<b@localhost>",
    b"\\",
    b"\\\"",
    b"\\a",
    b"+",
    b"+d",
    b"/",
    b"|",
    b"[",
    b"]",
    b"^",
    b"#",
    b"*",
    b"\xc3\xa9",
];

/// Parts that are rarer.
const RARE: [&[u8]; 16] = [
    b":",
    b"\x01",
    b"\x7f",
    b"\x85",
    b"\xa0",
    b"\0",
    b"\x0b",
    b":include:",
    b"::",
    b"\\\n",
    b"\n ",
    b"\n",
    b"'",
    b"$",
    b"`",
    b"\"\"",
];

const VALUES: [&[u8]; 14] = [
    b"joe",
    b"a",
    b"b",
    b"\\root",
    b"joe, jim",
    b"\"|/bin/true a, b\"",
    b":include:/etc/list",
    b"/dev/null",
    b"c # d",
    b"(x) y",
    b"",
    b"a: b",
    b" ",
    b"\t z ",
];

fn one_of<'a>(random: &mut Rng, all: &[&'a [u8]]) -> &'a [u8] {
    all[random.usize(..all.len())]
}

/// A text that has nothing of what depends on the network: addresses where a name should be, which are looked up, and control
/// characters in names with a `!`, which are told with the name of this host.
pub fn text(random: &mut Rng, n: u64) -> Vec<u8> {
    let mut text = any_text(random, n);
    while let Some(at) = text.windows(2).position(|pair| pair == b"\\[") {
        text.remove(at);
    }
    // The last part makes of it an address that is looked up nowhere.
    let own = b"[127.0.0.1]";
    for at in 0..text.len().saturating_sub(own.len()) {
        let next = text[at + own.len()];
        if text[at..].starts_with(own) && next != b'>' && (next != b':' || text.contains(&b'<')) {
            text[at + 1..at + 10].copy_from_slice(b"192.0.2.1");
        }
    }
    if text.contains(&b'!') {
        text.retain(|byte| !byte.is_ascii_control() || byte.is_ascii_whitespace());
        while let Some(at) = text.windows(2).position(|pair| pair == b"]!") {
            text.remove(at);
        }
    }
    text
}

/// A text of a few entries. Every eighth is of any pieces, in any order.
fn any_text(random: &mut Rng, n: u64) -> Vec<u8> {
    let mut text = Vec::new();
    if n % 8 == 7 {
        for _ in 0..random.usize(..40) {
            let piece = match random.usize(..10) {
                0..=3 => one_of(random, &PIECES),
                4..=5 => one_of(random, &RARE),
                6 => one_of(random, &VALUES),
                7 => b": ",
                8 => b"\n",
                _ => b"\n\t",
            };
            text.extend_from_slice(piece);
        }
        return text;
    }
    for _ in 0..1 + random.usize(..6) {
        for _ in 0..1 + random.usize(..4) {
            let piece = if random.usize(..12) == 0 { one_of(random, &RARE) } else { one_of(random, &PIECES) };
            text.extend_from_slice(piece);
        }
        if random.usize(..40) == 0 {
            text.extend(vec![b'x'; [100, 150, 240, 250, 256, 260][random.usize(..6)]]);
        }
        text.extend_from_slice(one_of(random, &[b": ", b":", b" : ", b":\t", b": ", b": ", b""]));
        text.extend_from_slice(one_of(random, &VALUES));
        if random.usize(..80) == 0 {
            text.extend(vec![b'y'; 8150 + random.usize(..60)]);
        }
        text.extend_from_slice(one_of(
            random,
            &[b"\n", b"\n", b"\n", b"\n", b"\n\n", b"\n\tc\n", b"\\\n", b"\r\n", b"\n#\n", b"\n \n"],
        ));
    }
    text
}
