//! What the sendmail that will run a site was built with.

use std::collections::BTreeSet;

/// The words that sendmail prints after `Compiled with:` when it is asked with `-d0.1` (op guide section 4.6).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    words: BTreeSet<String>,
}

impl Target {
    /// Reads what `sendmail -d0.1 -bt < /dev/null` prints; `None` if it does not say what sendmail was built with.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().skip_while(|line| !line.contains("Compiled with:"));
        let (_, first) = lines.next()?.split_once("Compiled with:")?;
        // The list goes on in lines that begin with a tab.
        let others = lines.take_while(|line| line.starts_with(['\t', ' ']) && !line.contains(':'));
        let words = std::iter::once(first).chain(others).flat_map(str::split_whitespace);
        // Some have a value: `NEWDB=5.3`.
        let names = words.map(|word| word.split('=').next().unwrap_or(word).to_owned());
        Some(Self { words: names.collect() })
    }

    /// Whether it was built with this.
    pub fn has(&self, word: &str) -> bool {
        self.words.contains(word)
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn the_list_ends_where_another_begins() {
        let text = "Version 8.17.1.9\n Compiled with: DNSMAP LDAPMAP\n\t\tNEWDB=5.3 NIS\n    OS Defines: HASFLOCK\n";
        let target = Target::parse(text).unwrap();
        assert!(["DNSMAP", "LDAPMAP", "NEWDB", "NIS"].into_iter().all(|word| target.has(word)));
        assert!(!target.has("HASFLOCK") && !target.has("CDB") && !target.has("5.3"));
        assert_eq!(Target::parse("usage: sendmail"), None);
    }
}
