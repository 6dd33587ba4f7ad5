//! The twenty bytes with which libdb distinguishes files.

/// An identifier that no file with other entries has, except by accident (1 in 2⁶⁴) or intent.
///
/// libdb uses inode, device and time; here the same entries must give the same identifier on every machine. The result does not
/// depend on the order of the `entries`, each of which comes with the number of earlier values of its key. Files of different
/// `magic` differ too.
pub(in crate::map) fn file_id<'a>(magic: u32, entries: impl Iterator<Item = (u64, &'a [u8], &'a [u8])>) -> [u8; 20] {
    let seed = SEED ^ u64::from(magic);
    let mut count = 0_u64;
    let [a, b] = entries.fold([0_u64; 2], |[a, b], (before, key, value)| {
        count += 1;
        let entry = mix(mix(seed.wrapping_add(before), key), value);
        [a.wrapping_add(entry), b.wrapping_add(stir(entry, !SEED))]
    });
    let mut id = [0; 20];
    let words = [a, b, count].map(u64::to_le_bytes);
    for (to, from) in id.iter_mut().zip(words.as_flattened()) {
        *to = *from;
    }
    id
}

const SEED: u64 = 0x6d61_7066_696c_6531;

/// Mixes one word into `state`.
fn stir(state: u64, word: u64) -> u64 {
    // Multiplication carries upwards only; the shift brings the high bits back down.
    let product = (state ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ (product >> 32)
}

/// Mixes `bytes` and their length into `state`, eight bytes at a time.
fn mix(state: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let state = words.iter().fold(state, |state, &word| stir(state, u64::from_le_bytes(word)));
    let mut last = [0; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    stir(stir(state, u64::from_le_bytes(last)), bytes.len() as u64)
}
