//! Names in the domain name system.

/// Whether strangers register domains under this name: `com`, `co.uk`.
pub fn is_public_suffix(name: &str) -> bool {
    let name = name.trim_matches('.').to_ascii_lowercase();
    psl::suffix(name.as_bytes())
        .is_some_and(|suffix| suffix.typ() == Some(psl::Type::Icann) && suffix.as_bytes() == name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_names_are_told_from_domains_and_from_names_of_ones_own() {
        for name in ["gov", "com", "DE", "co.uk", ".ch"] {
            assert!(is_public_suffix(name), "{name}");
        }
        for name in ["arkum.ch", "localhost", "intern", "example.co.uk", "github.io", "192.168.138", ""] {
            assert!(!is_public_suffix(name), "{name}");
        }
    }
}
