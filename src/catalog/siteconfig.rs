//! Lists of UUCP neighbours that sendmail provides: arguments of `SITECONFIG()`.

/// One list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteConfigSpec {
    /// Its name.
    pub name: &'static str,
    /// Names of a neighbour, and its kind: `S` if it accepts several recipients at a time.
    pub sites: &'static [(&'static str, &'static str)],
}

/// The list with this name.
pub fn by_name(name: &str) -> Option<&'static SiteConfigSpec> {
    FILES.iter().find(|file| file.name == name)
}

/// All lists, sorted by name.
pub static FILES: &[SiteConfigSpec] = &[
    SiteConfigSpec {
        name: "uucp.cogsci",
        sites: &[("contessa", ""), ("emind", ""), ("hoptoad", ""), ("nkainc", ""), ("well", ""), ("ferdy", "")],
    },
    SiteConfigSpec {
        name: "uucp.old.arpa",
        sites: &[("endotsew", ""), ("fateman", ""), ("interlan", ""), ("metron", "")],
    },
    SiteConfigSpec { name: "uucp.ucbarpa", sites: &[] },
    SiteConfigSpec {
        name: "uucp.ucbvax",
        sites: &[
            ("Padova", ""),
            ("Shasta", ""),
            ("alice", ""),
            ("allegra", ""),
            ("amdcad", ""),
            ("att", ""),
            ("attunix", ""),
            ("avsd", ""),
            ("bellcore bellcor", ""),
            ("calma", ""),
            ("cithep", ""),
            ("cnmat", ""),
            ("craig", ""),
            ("craylab", ""),
            ("decusj", ""),
            ("decvax", "S"),
            ("decwrl", ""),
            ("dssovax", ""),
            ("eagle", ""),
            ("ecovax", ""),
            ("floyd", ""),
            ("franz", ""),
            ("geoff", ""),
            ("harpo", ""),
            ("ho3e2", ""),
            ("hpda", ""),
            ("hplabs", ""),
            ("ibmsupt ibmuupa ibmpa", ""),
            ("iiasa70", ""),
            ("imagen", ""),
            ("isunix menlo70", ""),
            ("kentmth", ""),
            ("lbl-csam lbl-csa", ""),
            ("lime", ""),
            ("mothra", ""),
            ("mseonyx", ""),
            ("mtxinu", ""),
            ("pixar", ""),
            ("pur-ee", ""),
            ("purdue", ""),
            ("pwbd", ""),
            ("sdcarl", ""),
            ("sftig", ""),
            ("sgi olympus", ""),
            ("sii", ""),
            ("srivisi", ""),
            ("ssyx", ""),
            ("sun", ""),
            ("trwrb", ""),
            ("twg", ""),
            ("ucivax", ""),
            ("ucla-se", ""),
            ("ucla-cs", ""),
            ("ucsbcsl ucsbhub", ""),
            ("ucscc", ""),
            ("ucsd", ""),
            ("ucsfcgl", ""),
            ("ucsfmis", ""),
            ("ulysses", ""),
            ("unisoft", ""),
            ("unmvax", ""),
            ("usenix", ""),
            ("uw", ""),
            ("uwvax", ""),
            ("vax135", ""),
            ("voder", ""),
            ("wheps", ""),
            ("whuxle", ""),
            ("whuxlj", ""),
            ("xicomp", ""),
            ("xprin", ""),
            ("zehntel", ""),
            ("zilog", ""),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The installed reference has exactly these lists, of these names; skipped where there is none.
    #[test]
    fn table_has_every_list_of_the_reference() {
        assert!(FILES.is_sorted_by(|a, b| a.name < b.name));
        let folder = std::path::Path::new("/usr/share/sendmail/cf/siteconfig");
        let Ok(files) = std::fs::read_dir(folder) else { return };
        assert_eq!(files.count(), FILES.len());
        for file in FILES {
            let text = std::fs::read_to_string(folder.join(format!("{}.m4", file.name))).unwrap();
            let sites: Vec<_> = text
                .lines()
                .filter_map(|line| line.strip_prefix("SITE(")?.split_once(')'))
                .map(|(inside, _)| inside.split_once(", ").unwrap_or((inside, "")))
                .collect();
            assert_eq!(sites, file.sites, "{}", file.name);
        }
    }
}
