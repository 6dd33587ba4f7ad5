//! Names of domains, hosts and users: whether sendmail could ever match one.

/// What is wrong with a name that should be a domain's or a host's; `None` if nothing is. Names with a macro (`$…`) pass.
pub(super) fn domain(name: &str) -> Option<String> {
    if name.contains('$') || is_address_literal(name) {
        return None;
    }
    if let Some(c) = name.chars().find(|c| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_')) {
        return Some(match c {
            '@' => "this is an address; the name of a domain is what stands after the `@`".into(),
            ',' => "a comma is no part of a name; give several names as a list".into(),
            '*' | '?' => {
                "sendmail knows no wildcards here; a domain stands for its subdomains where that has a meaning".into()
            }
            _ => format!("`{c}` is no part of a domain name"),
        });
    }
    if name.split('.').any(str::is_empty) {
        return Some("a part of the name is empty: it starts or ends with a dot, or two dots follow each other".into());
    }
    if name.len() > 253 || name.split('.').any(|label| label.len() > 63) {
        return Some("a name has at most 253 characters, and 63 between two dots (RFC 1035 section 2.3.4)".into());
    }
    None
}

/// `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
fn is_address_literal(name: &str) -> bool {
    let inside = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let Some(inside) = inside else { return false };
    match inside.strip_prefix("IPv6:") {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
        None => inside.parse::<std::net::Ipv4Addr>().is_ok(),
    }
}

/// What is wrong with the name of a local user; `None` if nothing is.
pub(super) fn user(name: &str) -> Option<String> {
    if name.contains('$') {
        return None;
    }
    name.chars().find(|c| matches!(c, '@' | ',' | '<' | '>' | '(' | ')' | '"' | ';')).map(|c| match c {
        '@' => "a local user is named without a domain".into(),
        ',' => "a comma is no part of a name; give several names as a list".into(),
        _ => format!("`{c}` is no part of a user's name"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_sendmail_could_match_pass() {
        for name in
            ["arkum.ch", "ux-mail1", "localhost", "[127.0.0.1]", "[IPv6:2001:db8::1]", "$m", "3com.com", "zürich.ch"]
        {
            assert_eq!(domain(name), None, "{name}");
        }
        assert_eq!(user("root"), None);
    }

    #[test]
    fn names_that_nothing_could_match_are_explained() {
        for name in ["a@arkum.ch", "arkum.ch,", "*.arkum.ch", "arkum..ch", ".arkum.ch", "arkum.ch.", "a b", "[1.2.3]"] {
            assert!(domain(name).is_some(), "{name}");
        }
        assert!(domain(&"a".repeat(64)).is_some());
        assert!(user("root@arkum.ch").is_some() && user("root,").is_some());
    }
}
