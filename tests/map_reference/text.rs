//! Texts of maps beside what `makemap` makes of them.

use std::fs;

use relaycc::{
    map::{MapFile, text},
    source::Sources,
};

use super::{
    tables::{Random, Table, by_key},
    tools::{folder, reference_is_installed, run},
};

#[test]
fn texts_are_read_as_makemap_reads_them() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-text");
    let mut random = Random::new(5);
    let pieces: [&[u8]; 24] = [
        b"a",
        b"A",
        b"b",
        b"Connect:",
        b"RELAY",
        b" ",
        b" ",
        b" ",
        b"\t",
        b"\n",
        b"\n",
        b"\n",
        b"#",
        b"\"",
        b"\\",
        b"\r",
        b"\x0b",
        b"\x0c",
        b"\x01",
        b"\x7f",
        b"\xff",
        b"\xa0",
        b"%",
        b"\0",
    ];
    let long = [b'x'; 1018].as_slice();
    let (mut clean, mut faulty) = (0, 0);
    for n in 0..300 {
        // Byte 0, and lines that makemap breaks in two, are in few of the texts.
        let usable = if n % 5 == 0 { pieces.len() } else { pieces.len() - 1 };
        let mut text = Vec::new();
        for _ in 0..random.below(60) {
            text.extend_from_slice(pieces[random.below(usable)]);
        }
        if n % 7 == 0 {
            text.extend(
                [b"\nk".as_slice(), &long[random.below(3)..], b" v".as_slice(), &long[..random.below(3)]].concat(),
            );
        }
        if n % 2 == 0 || text.contains(&0) {
            text.push(b'\n');
        }

        let ours = text::parse(&text, Sources::default().add("text", ""));
        let complaints = ours.problems.iter().filter_map(|problem| problem.makemap_message("t"));
        let complaints = complaints.collect::<String>();
        let output = run("makemap", &["hash", "t"], &folder, &text);
        let shown = String::from_utf8_lossy(&text);
        assert_eq!(String::from_utf8_lossy(&output.stderr), complaints, "{shown:?}");
        assert_eq!(output.status.code(), Some(if complaints.is_empty() { 0 } else { 65 }), "{shown:?}");
        *(if complaints.is_empty() { &mut clean } else { &mut faulty }) += 1;

        let stored = ours.entries.iter().map(|entry| (entry.key.value.to_vec(), entry.value.value.to_vec()));
        let file = fs::read(folder.join("t.db")).unwrap();
        let entries = MapFile::open(&file).unwrap().entries().map(Result::unwrap).collect::<Vec<_>>();
        let entries = entries.into_iter().map(|entry| (entry.key.into_owned(), entry.value.into_owned()));
        assert_eq!(by_key(entries.collect::<Table>()), by_key(stored.collect()), "{shown:?}");
    }
    assert!(clean > 20 && faulty > 100, "{clean} {faulty}");
}
