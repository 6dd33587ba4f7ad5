#![doc = include_str!("../findings/cipher_list.md")]

use super::{Rule, Surroundings, raw_lines::last_value};
use crate::{
    diagnostic::{Diagnostic, Severity, nearest},
    site::Site,
};

pub(super) const RULE: Rule = Rule {
    code: "cipher_list",
    summary: "OpenSSL passes over a word of the cipher list",
    severity: Severity::Warning,
    check,
    together: None,
};

/// Names of groups of ciphers (ciphers(1) of OpenSSL 0.9.8 to 3.0), besides those of single ones, which hold a hyphen.
const GROUPS: &[&str] = &[
    "3DES",
    "ADH",
    "AECDH",
    "AES",
    "AES128",
    "AES256",
    "AESCCM",
    "AESCCM8",
    "AESGCM",
    "ALL",
    "ARIA",
    "ARIA128",
    "ARIA256",
    "ARIAGCM",
    "CAMELLIA",
    "CAMELLIA128",
    "CAMELLIA256",
    "CBC",
    "CHACHA20",
    "COMPLEMENTOFALL",
    "COMPLEMENTOFDEFAULT",
    "DEFAULT",
    "DES",
    "DH",
    "DHE",
    "DSS",
    "ECDH",
    "ECDHE",
    "ECDSA",
    "EDH",
    "EECDH",
    "EXP",
    "EXPORT",
    "EXPORT40",
    "EXPORT56",
    "FIPS",
    "FZA",
    "GOST89MAC",
    "GOST94",
    "HIGH",
    "IDEA",
    "KRB5",
    "LOW",
    "MD5",
    "MEDIUM",
    "NULL",
    "PSK",
    "RC2",
    "RC4",
    "RSA",
    "SEED",
    "SHA",
    "SHA1",
    "SHA256",
    "SHA384",
    "SRP",
    "SSLv2",
    "SSLv3",
    "SUITEB128",
    "SUITEB128ONLY",
    "SUITEB192",
    "TLSv1",
    "TLSv1.0",
    "TLSv1.1",
    "TLSv1.2",
    "aDH",
    "aDSS",
    "aECDH",
    "aECDSA",
    "aFZA",
    "aGOST",
    "aGOST01",
    "aGOST12",
    "aKRB5",
    "aNULL",
    "aPSK",
    "aRSA",
    "aSRP",
    "eFZA",
    "eNULL",
    "kDH",
    "kDHE",
    "kDHEPSK",
    "kDHd",
    "kDHr",
    "kECDH",
    "kECDHE",
    "kECDHEPSK",
    "kECDHe",
    "kECDHr",
    "kEDH",
    "kEECDH",
    "kFZA",
    "kGOST",
    "kGOST18",
    "kKRB5",
    "kPSK",
    "kRSA",
    "kRSAPSK",
    "kSRP",
];

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let Some((list, place)) = last_value(site, "CipherList") else { return Vec::new() };
    if list.contains('$') {
        return Vec::new();
    }
    let words = list.split([':', ' ', ',', ';', '\t']).filter(|word| !word.is_empty());
    words
        .filter_map(judge)
        .map(|found| place.into_iter().fold(found, |found, place| found.at(place, "set here")))
        .collect()
}

fn judge(word: &str) -> Option<Diagnostic> {
    if let Some(command) = word.strip_prefix('@') {
        let level = command.strip_prefix("SECLEVEL=").and_then(|level| level.parse::<u8>().ok());
        let is_known = command == "STRENGTH" || level.is_some_and(|level| level <= 5);
        return (!is_known).then(|| {
            Diagnostic::warning(RULE.code, format!("unknown command `{word}` in the cipher list"))
                .why("OpenSSL refuses the whole list, and sendmail goes on with all ciphers that OpenSSL offers by itself")
                .help("allowed commands: `@STRENGTH`, `@SECLEVEL=0` to `@SECLEVEL=5`")
        });
    }
    let (operator, names) = word.split_at(word.len() - word.trim_start_matches(['!', '-', '+']).len());
    // Distributions add names of their own, such as `PROFILE=SYSTEM`.
    let unknown = names.split('+').find(|name| !name.contains(['-', '=']) && !GROUPS.contains(name))?;
    let is_of_1_3 = unknown.starts_with("TLS_");
    if unknown.contains('_') && !is_of_1_3 {
        return None;
    }
    let effect = match operator {
        "!" | "-" => format!("it excludes nothing: what `{unknown}` was to keep out stays in"),
        _ => "it adds nothing; of a list without a known word nothing counts, exclusions neither".to_owned(),
    };
    let (message, help) = match is_of_1_3 {
        true => (
            format!("`{unknown}` is a cipher of TLS 1.3, which this list does not name"),
            "remove it, or name it in the option CipherSuites, with a sendmail that has it".to_owned(),
        ),
        false => (
            format!("unknown cipher `{unknown}`"),
            match nearest(unknown, GROUPS.iter().copied()) {
                Some(near) => format!("did you mean `{operator}{}`?", names.replacen(unknown, near, 1)),
                None => "remove it; `openssl ciphers -v LIST` shows what a list stands for".to_owned(),
            },
        ),
    };
    Some(Diagnostic::warning(RULE.code, message).why(format!("OpenSSL passes over it: {effect}")).help(help))
}

#[cfg(test)]
mod tests {
    use super::{GROUPS, judge};

    #[test]
    fn groups_are_in_order() {
        assert!(GROUPS.is_sorted());
    }

    #[test]
    fn words_that_openssl_knows_are_no_finding() {
        for word in
            ["HIGH", "!aNULL", "ECDHE+AESGCM", "-SSLv2", "@STRENGTH", "@SECLEVEL=1", "PROFILE=SYSTEM", "DES-CBC3-SHA"]
        {
            assert!(judge(word).is_none(), "{word}");
        }
        for word in ["high", "!aNUL", "TLS_AES_256_GCM_SHA384", "@STRENGHT", "foo", "HIGH+foo"] {
            assert!(judge(word).is_some(), "{word}");
        }
    }
}
