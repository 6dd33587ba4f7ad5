//! What a site uses, so that rules for other things are left out.

use crate::site::{Class, Site};

/// Whether the site's own lines, or a hack, define a ruleset of this name.
pub(super) fn defines_ruleset(site: &Site, name: &str) -> bool {
    let hack = site.hacks.iter().any(|hack| hack.value.kind.own_ruleset() == Some(name));
    hack || raw_lines(site).any(|line| {
        let rest = line.strip_prefix('S').and_then(|rest| rest.trim_start().strip_prefix(name));
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-'))
    })
}

/// Whether the class can have members: through a documented macro, or a raw line that adds some.
pub(super) fn class_may_be_used(site: &Site, class: Class) -> bool {
    site.classes.is_used(class) || raw_lines(site).any(|line| fills_class(line, class.name()))
}

/// Whether the UUCP class of this letter can have members: through `SITECONFIG`, or a raw line that adds some.
pub(super) fn uucp_class_may_be_used(site: &Site, letter: &str) -> bool {
    let mut filled = site.uucp.iter().flat_map(|link| &link.value.neighbours);
    filled.any(|(class, _)| class == letter) || raw_lines(site).any(|line| fills_class(line, letter))
}

/// Whether any raw line contains this text.
pub(super) fn raw_mentions(site: &Site, text: &str) -> bool {
    raw_lines(site).any(|line| line.contains(text))
}

/// Whether a raw line, or a UUCP link, sets the one-letter macro.
pub(super) fn sets_macro(site: &Site, letter: char) -> bool {
    let link = |class: &str| class.chars().eq([letter]);
    site.uucp.iter().any(|declared| link(&declared.value.class))
        || raw_lines(site).any(|line| {
            let Some(rest) = line.strip_prefix('D') else { return false };
            rest.starts_with(letter) || rest.strip_prefix('{').is_some_and(|r| r.starts_with(&format!("{letter}}}")))
        })
}

fn fills_class(line: &str, class: &str) -> bool {
    let Some(rest) = line.strip_prefix(['C', 'F']) else { return false };
    match rest.strip_prefix('{') {
        Some(braced) => braced.strip_prefix(class).is_some_and(|r| r.starts_with('}')),
        None => class.len() == 1 && rest.starts_with(class),
    }
}

fn raw_lines(site: &Site) -> impl Iterator<Item = &str> {
    site.raw.values().flatten().flat_map(|raw| raw.text.lines())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::{RawSection, RawText};

    fn with_raw(text: &str) -> Site {
        let mut site = Site::default();
        site.raw.insert(RawSection::LocalRulesets, vec![RawText { text: text.into(), span: None }]);
        site
    }

    #[test]
    fn a_hook_is_seen_with_and_without_its_number() {
        assert!(defines_ruleset(&with_raw("SLocal_check_mail\n"), "Local_check_mail"));
        assert!(defines_ruleset(&with_raw("SLocal_check_mail=77\n"), "Local_check_mail"));
        assert!(!defines_ruleset(&with_raw("SLocal_check_mail2\nR$*\t$>Local_check_mail\n"), "Local_check_mail"));
    }

    #[test]
    fn classes_are_filled_by_raw_lines_of_either_spelling() {
        for text in ["CEroot\n", "C{E}root\n", "FE/etc/x\n"] {
            assert!(class_may_be_used(&with_raw(text), Class::Exposed), "{text}");
        }
        assert!(!class_may_be_used(&with_raw("C{Else}x\n"), Class::Exposed));
    }
}
