//! Configurations of random legal rules, and random addresses for them.

use crate::probe::Probe;

/// The same numbers for the same seed.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) as usize % n.max(1)
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

const WORDS: [&str; 16] = [
    "a", "b", "c", "foo", "Bar", "x", "outside", "test", "www", "hub", "example", "com", "12", "7", "\"q r\"",
    "\"a.b\"",
];
const SIGNS: [&str; 13] = [".", "@", "<", ">", ":", "!", "%", "+", "[", "]", ",", ";", "/"];
const CLASSES: [&str; 4] = ["A", "B", "w", "{Long}"];
const MACROS: [&str; 6] = ["A", "M", "w", "{One}", "{Two}", "x"];
const RULESETS: usize = 8;

/// A `sendmail.cf` of random rules.
pub(super) fn configuration(random: &mut Random) -> String {
    let mut cf = String::from(
        "V10/Berkeley\nO OperatorChars=.:%@!^/[]+\nDj$w.example.com\nDMmacro.value\nDAa\nD{One}foo bar\n\
         CA a b.c x\nCB foo bar.foo a.b.c 12\nC{Long} www.outside.test test $=A\nCw localhost\n\
         Karith arith\nKset macro\nKdq dequote\nKds dequote -s_\nKacc hash -T<TMPF> /etc/mail/access\n\
         Kno hash -o /etc/mail/nothing\nKrx regex -a@M ^a.*[0-9]$\nKrs regex -s1,2 ^(.)(.*)$\nKmx bestmx -T<TMP>\nKseq sequence no acc\n\
         Ka dns -R A -a. -T<TMP>\nKtxt dns -R TXT\nKkey hash -m /etc/mail/access\n",
    );
    if random.chance(50) {
        cf += "O BlankSub=.\n";
    }
    for ruleset in 0..RULESETS {
        cf += &format!("SR{ruleset}\n");
        for _ in 0..1 + random.below(6) {
            let (left, wildcards) = left(random);
            cf += &format!("R{left}\t{}\n", right(random, ruleset, wildcards));
        }
    }
    cf
}

fn left(random: &mut Random) -> (String, usize) {
    if random.chance(15) {
        return ("$*".to_owned(), 1);
    }
    let (mut parts, mut wildcards) = (Vec::new(), 0);
    for _ in 0..1 + random.below(6) {
        parts.push(match random.below(20) {
            0..=5 if wildcards < 7 => {
                wildcards += 1;
                random.of(&["$*", "$*", "$+", "$+", "$-"]).to_owned()
            }
            6 | 7 if wildcards < 7 => {
                wildcards += 1;
                format!("{}{}", random.of(&["$=", "$~"]), random.of(&CLASSES))
            }
            8 => format!("$&{}", random.of(&MACROS)),
            9 => random.of(&["$|", "$@", "$#", "$M", "$w"]).to_owned(),
            10..=14 => random.of(&WORDS).to_owned(),
            _ => random.of(&SIGNS).to_owned(),
        });
    }
    if parts.iter().all(|part| part == "$@" || part.starts_with("$&")) {
        parts.push("a".to_owned());
    }
    (parts.join(random.of(&[" ", ""])), wildcards)
}

fn item(random: &mut Random, wildcards: usize) -> String {
    match random.below(12) {
        0..=4 if wildcards > 0 => format!("${}", 1 + random.below(wildcards)),
        5 => format!("$&{}", random.of(&MACROS)),
        6 => random.of(&["$|", "$M", "${One}", "$?{Two}yes$|no$.", "$$"]).to_owned(),
        7..=8 => random.of(&SIGNS).to_owned(),
        _ => random.of(&WORDS).to_owned(),
    }
}

fn items(random: &mut Random, wildcards: usize, most: usize) -> String {
    let count = random.below(most + 1);
    (0..count).map(|_| item(random, wildcards)).collect::<Vec<_>>().join(" ")
}

fn right(random: &mut Random, ruleset: usize, wildcards: usize) -> String {
    let mut text = random.of(&["$: ", "$: ", "$: ", "$@ ", ""]).to_owned();
    match random.below(12) {
        0 => {
            let key = items(random, wildcards, 2);
            let default =
                if random.chance(50) { format!(" $: {}", items(random, wildcards, 2)) } else { String::new() };
            text += &format!("{} $[ {key}{default} $] {}", items(random, wildcards, 1), items(random, wildcards, 1));
        }
        1 | 2 => {
            let map = random.of(&["dq", "ds", "acc", "no", "rx", "rs", "mx", "seq", "a", "txt", "nomap", "key"]);
            let key = items(random, wildcards, 3);
            let argument =
                if random.chance(30) { format!(" $@ {}", items(random, wildcards, 2)) } else { String::new() };
            let default =
                if random.chance(60) { format!(" $: {}", items(random, wildcards, 2)) } else { String::new() };
            text += &format!("$( {map} {key}{argument}{default} $) {}", items(random, wildcards, 2));
        }
        3 => {
            let name = random.of(&["{Two}", "x", "{One}"]);
            text += &format!("$( set {name} $@ {} $) {}", items(random, wildcards, 3), items(random, wildcards, 3));
        }
        4 => {
            let operation = random.of(&["+", "-", "*", "/", "%", "l", "=", "|", "&"]);
            text += &format!(
                "$( arith {operation} $@ {} $@ {} $) {}",
                item(random, wildcards),
                item(random, wildcards),
                items(random, wildcards, 2)
            );
        }
        5..=7 => {
            // Mostly those behind it, so that few rules call each other for ever.
            let called = if random.chance(5) { random.below(RULESETS + 1) } else { ruleset + 1 + random.below(3) };
            text += &format!("{} $>R{called} {}", items(random, wildcards, 2), items(random, wildcards, 4));
            if random.chance(20) && called < RULESETS {
                text += &format!(" $>R{} {}", called + 1, items(random, wildcards, 2));
            }
        }
        8 if random.chance(40) => {
            text += &format!(
                "$# {} $@ {} $: {}",
                random.of(&WORDS),
                items(random, wildcards, 2),
                items(random, wildcards, 3)
            );
        }
        _ => text += &items(random, wildcards, 6),
    }
    text
}

/// Questions: random addresses for random rulesets.
pub(super) fn probes(random: &mut Random, count: usize) -> Vec<Probe> {
    let probe = |random: &mut Random| {
        let mut envelope = Vec::new();
        if random.chance(30) {
            envelope.push(("x", text(random, 3)));
        }
        let ruleset = random.below(RULESETS);
        let address = text(random, 8);
        let address = if address.trim().is_empty() { "a".to_owned() } else { address };
        Probe { envelope, command: format!("R{ruleset} {address}") }
    };
    (0..count).map(|_| probe(random)).collect()
}

fn text(random: &mut Random, most: usize) -> String {
    let mut text = String::new();
    for _ in 0..1 + random.below(most) {
        match random.below(24) {
            0..=9 => text += random.of(&WORDS),
            10..=16 => text += random.of(&SIGNS),
            17 => text += " ",
            18 => {
                text += random.of(&[
                    "user@www.outside.test",
                    "tempfail.test",
                    "hub",
                    "outside.test",
                    "nomx.test",
                    "spammer.test",
                ])
            }
            19 => text += random.of(&["from:spammer.test", "[192.0.2.31]", "[203.0.113.5]", "Connect:spammer.test"]),
            20 => text += random.of(&["\\", "\"", "(", ")", "$", "\u{e4}", "{", "}", "=", "~"]),
            21 => text += random.of(&["a.b.c", "b.c", "bar.foo", "test"]),
            _ => text += " ",
        }
    }
    text
}
