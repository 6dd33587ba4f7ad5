//! Configurations of random legal rules, and random addresses for them.

use fastrand::Rng;

use crate::probe::Probe;

fn one_of<'a>(random: &mut Rng, all: &[&'a str]) -> &'a str {
    all[random.usize(..all.len())]
}

fn chance(random: &mut Rng, percent: usize) -> bool {
    random.usize(..100) < percent
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
pub(super) fn configuration(random: &mut Rng) -> String {
    let mut cf = String::from(
        "V10/Berkeley\nO OperatorChars=.:%@!^/[]+\nDj$w.example.com\nDMmacro.value\nDAa\nD{One}foo bar\n\
         CA a b.c x\nCB foo bar.foo a.b.c 12\nC{Long} www.outside.test test $=A\nCw localhost\n\
         Karith arith\nKset macro\nKdq dequote\nKds dequote -s_\nKacc hash -T<TMPF> /etc/mail/access\n\
         Kno hash -o /etc/mail/nothing\nKrx regex -a@M ^a.*[0-9]$\nKrs regex -s1,2 ^(.)(.*)$\nKmx bestmx -T<TMP>\nKseq sequence no acc\n\
         Ka dns -R A -a. -T<TMP>\nKtxt dns -R TXT\nKkey hash -m /etc/mail/access\n",
    );
    if chance(random, 50) {
        cf += "O BlankSub=.\n";
    }
    for ruleset in 0..RULESETS {
        cf += &format!("SR{ruleset}\n");
        for _ in 0..1 + random.usize(..6) {
            let (left, wildcards) = left(random);
            cf += &format!("R{left}\t{}\n", right(random, ruleset, wildcards));
        }
    }
    cf
}

fn left(random: &mut Rng) -> (String, usize) {
    if chance(random, 15) {
        return ("$*".to_owned(), 1);
    }
    let (mut parts, mut wildcards) = (Vec::new(), 0);
    for _ in 0..1 + random.usize(..6) {
        parts.push(match random.usize(..20) {
            0..=5 if wildcards < 7 => {
                wildcards += 1;
                one_of(random, &["$*", "$*", "$+", "$+", "$-"]).to_owned()
            }
            6 | 7 if wildcards < 7 => {
                wildcards += 1;
                format!("{}{}", one_of(random, &["$=", "$~"]), one_of(random, &CLASSES))
            }
            8 => format!("$&{}", one_of(random, &MACROS)),
            9 => one_of(random, &["$|", "$@", "$#", "$M", "$w"]).to_owned(),
            10..=14 => one_of(random, &WORDS).to_owned(),
            _ => one_of(random, &SIGNS).to_owned(),
        });
    }
    if parts.iter().all(|part| part == "$@" || part.starts_with("$&")) {
        parts.push("a".to_owned());
    }
    (parts.join(one_of(random, &[" ", ""])), wildcards)
}

fn item(random: &mut Rng, wildcards: usize) -> String {
    match random.usize(..12) {
        0..=4 if wildcards > 0 => format!("${}", 1 + random.usize(..wildcards)),
        5 => format!("$&{}", one_of(random, &MACROS)),
        6 => one_of(random, &["$|", "$M", "${One}", "$?{Two}yes$|no$.", "$$"]).to_owned(),
        7..=8 => one_of(random, &SIGNS).to_owned(),
        _ => one_of(random, &WORDS).to_owned(),
    }
}

fn items(random: &mut Rng, wildcards: usize, most: usize) -> String {
    let count = random.usize(..most + 1);
    (0..count).map(|_| item(random, wildcards)).collect::<Vec<_>>().join(" ")
}

fn right(random: &mut Rng, ruleset: usize, wildcards: usize) -> String {
    let mut text = one_of(random, &["$: ", "$: ", "$: ", "$@ ", ""]).to_owned();
    match random.usize(..12) {
        0 => {
            let key = items(random, wildcards, 2);
            let default =
                if chance(random, 50) { format!(" $: {}", items(random, wildcards, 2)) } else { String::new() };
            text += &format!("{} $[ {key}{default} $] {}", items(random, wildcards, 1), items(random, wildcards, 1));
        }
        1 | 2 => {
            let map = one_of(random, &["dq", "ds", "acc", "no", "rx", "rs", "mx", "seq", "a", "txt", "nomap", "key"]);
            let key = items(random, wildcards, 3);
            let argument =
                if chance(random, 30) { format!(" $@ {}", items(random, wildcards, 2)) } else { String::new() };
            let default =
                if chance(random, 60) { format!(" $: {}", items(random, wildcards, 2)) } else { String::new() };
            text += &format!("$( {map} {key}{argument}{default} $) {}", items(random, wildcards, 2));
        }
        3 => {
            let name = one_of(random, &["{Two}", "x", "{One}"]);
            text += &format!("$( set {name} $@ {} $) {}", items(random, wildcards, 3), items(random, wildcards, 3));
        }
        4 => {
            let operation = one_of(random, &["+", "-", "*", "/", "%", "l", "=", "|", "&"]);
            text += &format!(
                "$( arith {operation} $@ {} $@ {} $) {}",
                item(random, wildcards),
                item(random, wildcards),
                items(random, wildcards, 2)
            );
        }
        5..=7 => {
            // Mostly those behind it, so that few rules call each other for ever.
            let called = if chance(random, 5) { random.usize(..RULESETS + 1) } else { ruleset + 1 + random.usize(..3) };
            text += &format!("{} $>R{called} {}", items(random, wildcards, 2), items(random, wildcards, 4));
            if chance(random, 20) && called < RULESETS {
                text += &format!(" $>R{} {}", called + 1, items(random, wildcards, 2));
            }
        }
        8 if chance(random, 40) => {
            text += &format!(
                "$# {} $@ {} $: {}",
                one_of(random, &WORDS),
                items(random, wildcards, 2),
                items(random, wildcards, 3)
            );
        }
        _ => text += &items(random, wildcards, 6),
    }
    text
}

/// Questions: random addresses for random rulesets.
pub(super) fn probes(random: &mut Rng, count: usize) -> Vec<Probe> {
    let probe = |random: &mut Rng| {
        let mut envelope = Vec::new();
        if chance(random, 30) {
            // Of a dollar sign before a blank in a macro's value, traces of `$&x` show byte 0x81 there and the sign here. That is
            // known, and not asked.
            envelope.push(("x", text(random, 3).replace("$ ", "$")));
        }
        let ruleset = random.usize(..RULESETS);
        let address = text(random, 8);
        let address = if address.trim().is_empty() { "a".to_owned() } else { address };
        Probe { envelope, command: format!("R{ruleset} {address}") }
    };
    (0..count).map(|_| probe(random)).collect()
}

fn text(random: &mut Rng, most: usize) -> String {
    let mut text = String::new();
    for _ in 0..1 + random.usize(..most) {
        match random.usize(..24) {
            0..=9 => text += one_of(random, &WORDS),
            10..=16 => text += one_of(random, &SIGNS),
            17 => text += " ",
            18 => {
                text += one_of(
                    random,
                    &["user@www.outside.test", "tempfail.test", "hub", "outside.test", "nomx.test", "spammer.test"],
                )
            }
            19 => {
                text += one_of(random, &["from:spammer.test", "[192.0.2.31]", "[203.0.113.5]", "Connect:spammer.test"])
            }
            20 => text += one_of(random, &["\\", "\"", "(", ")", "$", "\u{e4}", "{", "}", "=", "~"]),
            21 => text += one_of(random, &["a.b.c", "b.c", "bar.foo", "test"]),
            _ => text += " ",
        }
    }
    text
}
