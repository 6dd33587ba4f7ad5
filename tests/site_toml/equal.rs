//! A `.toml` and a `.mc` that say the same are the same site.

use relaycc::{catalog::table::TableKind, emit, map::Format, site::Site, source::NoFiles};

use crate::given::{Disk, compiled, fixture};

#[test]
fn relay_host_of_arkum_is_one_site_in_both_languages() {
    let toml = fixture("fixtures/arkum/site.toml");
    let mc = fixture("fixtures/arkum/site.mc");
    assert_eq!(mc.diagnostics, []);
    assert_eq!(toml.diagnostics, []);
    let (toml, mc) = (toml.site.unwrap(), mc.site.unwrap());
    assert_eq!(toml, mc);
    assert_eq!(products(&toml), products(&mc));
    assert_eq!(products(&toml), products(&toml));
}

/// Every file that a site becomes.
fn products(site: &Site) -> [Vec<u8>; 4] {
    let access = site.table(TableKind::Access).unwrap();
    [
        emit::cf::emit(site).to_string().into_bytes(),
        emit::tables::text(&access).unwrap().into_bytes(),
        emit::tables::map_file(&access, Format::Hash).unwrap(),
        emit::relay::relay_config(site).unwrap().to_toml().unwrap().into_bytes(),
    ]
}

#[test]
fn entries_of_a_mc_and_of_an_access_file_are_those_beside_it() {
    let text = std::fs::read_to_string("fixtures/arkum/site.toml").unwrap();
    let (policy, _) = text.split_once("[access]").unwrap();
    let name = "fixtures/arkum/other.toml";
    let named = compiled(name, format!("access_file = \"access\"\n{policy}"), &Disk).site.unwrap();
    assert_eq!(Some(named), fixture("fixtures/arkum/site.mc").site);
    let without = compiled(name, policy, &Disk).site.unwrap();
    assert_eq!(without.entries_of(TableKind::Access), []);
}

#[test]
fn order_does_not_matter() {
    let text = std::fs::read_to_string("fixtures/toml/every_key.toml").unwrap();
    let expected = compiled("site.toml", &text, &NoFiles).site.unwrap();
    let (top, tables) = text.split_once("\n[conf]").unwrap();
    let mut tables: Vec<String> = format!("[conf]{tables}").split("\n\n").map(str::to_owned).collect();
    tables.reverse();
    // The listeners of a list are in the order given.
    let daemons: Vec<usize> = (0..tables.len()).filter(|i| tables[*i].starts_with("[[daemon]]")).collect();
    tables.swap(daemons[0], daemons[1]);
    let mut statements: Vec<&str> = Vec::new();
    let mut rest = top;
    while let Some(at) = rest.match_indices('\n').map(|(at, _)| at).find(|at| {
        let next = &rest[at + 1..];
        next.starts_with(|c: char| c.is_ascii_lowercase())
            && next.lines().next().is_some_and(|line| line.contains(" = "))
    }) {
        statements.push(&rest[..at]);
        rest = &rest[at + 1..];
    }
    statements.push(rest);
    statements.reverse();
    let shuffled = format!("{}\n{}", statements.join("\n"), tables.join("\n\n"));
    assert_ne!(shuffled, text);
    let found = compiled("site.toml", &shuffled, &NoFiles);
    assert!(found.diagnostics.iter().all(|d| !d.is_error()), "{:?}", found.diagnostics);
    assert_eq!(found.site.unwrap(), expected);
}
