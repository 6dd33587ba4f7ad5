//! Files of a site's own tree: `feature/NAME.m4` and its like, found by an include path.
//!
//! sendmail's tree keeps a file for each name that `FEATURE`, `DOMAIN`, `HACK`, `MAILER`, `OSTYPE` and `SITECONFIG` take,
//! and sites add theirs. Names of the catalog mean what the catalog says; a file is read for any other name. It is written
//! in the language of the `.mc` itself and executed where the statement stands, with its arguments in `_ARG_`, `_ARGS_` and
//! `_ARG1_` to `_ARG9_`.

use crate::{
    catalog::{domain, feature, hack, macros::MacroRole, mailer, siteconfig, system},
    front::{
        Input,
        environment::{Environment, TREE},
        macros::Macros,
    },
    source::{FileSystem, Sources, Span},
    syntax::mc::{Call, Dialect, Machine, NoDialect, Text, load},
};

/// Whether a path is that of the tree's own files that a site may include, wherever the tree lies.
pub(super) fn is_entry(path: &str) -> bool {
    let entries = ["cf.m4", "cfhead.m4", "proto.m4", "version.m4"];
    path == "cf.m4" || entries.iter().any(|file| path.strip_suffix(file).is_some_and(|folder| folder.ends_with("m4/")))
}

/// Whether a file includes the tree itself, in any way that m4 carries out. Such a file is what m4 is given; any other comes
/// behind `m4/cf.m4` on its command line.
pub(super) fn is_included(input: &Input<'_>, files: &dyn FileSystem) -> bool {
    if !contains(input.bytes, b"include") {
        return false;
    }
    let mut sources = Sources::default();
    let (id, _) = load(&mut sources, input.name, input.bytes);
    let mut m4 = Machine::new(&mut sources, files, id);
    m4.define(&NoDialect, "_CF_DIR_", Text::computed(TREE, Span::new(id, 0, 0)));
    let mut search = TreeSearch { is_found: false };
    let is_broken_off = m4.run(&mut search, id).is_err();
    // What m4 does not get through is read by its rules all the more.
    search.is_found || is_broken_off && contains(input.bytes, b"m4/cf.m4")
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// Plain m4 that notes whether the tree is included.
#[derive(Debug)]
struct TreeSearch {
    is_found: bool,
}

impl Dialect for TreeSearch {
    fn is_macro(&self, _name: &str) -> bool {
        false
    }

    fn call(&mut self, _m4: &mut Machine<'_>, call: Call) -> Text {
        Text::empty(call.span)
    }

    fn include(&mut self, _m4: &mut Machine<'_>, path: &Text) -> Option<Text> {
        let is_entry = is_entry(path.as_str());
        self.is_found |= is_entry;
        is_entry.then(|| Text::empty(path.span()))
    }
}

/// The folder that the files of a statement are in; `None` if it has none.
fn folder(role: MacroRole) -> Option<&'static str> {
    match role {
        MacroRole::System => Some("ostype"),
        MacroRole::Domain => Some("domain"),
        MacroRole::Feature => Some("feature"),
        MacroRole::Hack => Some("hack"),
        MacroRole::Mailer => Some("mailer"),
        MacroRole::SiteConfig => Some("siteconfig"),
        _ => None,
    }
}

/// Whether the catalog has the name.
fn is_known(role: MacroRole, name: &str) -> bool {
    match role {
        MacroRole::System => system::by_name(name).is_some(),
        MacroRole::Domain => domain::by_name(name).is_some(),
        MacroRole::Feature => feature::by_name(name).is_some(),
        MacroRole::Hack => hack::by_name(name).is_some(),
        MacroRole::Mailer => mailer::by_name(name).is_some(),
        MacroRole::SiteConfig => siteconfig::by_name(name).is_some(),
        _ => false,
    }
}

/// Whether the tree's file of that name writes a line of its own to the head of sendmail.cf, which ends the one that was
/// begun there, such as that of a `VERSIONID` before `dnl`. Observed of each file.
pub(super) fn leaves_a_line(role: MacroRole, name: &str) -> bool {
    match role {
        MacroRole::System | MacroRole::Domain => is_known(role, name),
        MacroRole::Feature => {
            is_known(role, name) && !["bcc", "drac", "prefixmod", "sts", "tls_failures", "vnet"].contains(&name)
        }
        MacroRole::Hack => is_known(role, name) && name != "spamtrap",
        _ => false,
    }
}

/// Defines the names that files know single arguments by; see [`Environment::define_arguments`].
pub(super) fn define_names(macros: &mut Macros<'_, '_>, by: Span) {
    for number in 1..10 {
        macros.set(&format!("_ACC_ARG_{number}_"), &format!("${number}"), by);
        macros.set(&format!("_ARG{number}_"), &format!("_ACC_ARG_{number}_(_ARGS_)"), by);
    }
}

/// Defines the arguments of a statement whose file is read in its place.
pub(super) fn define_arguments(macros: &mut Macros<'_, '_>, role: MacroRole, call: &Call) {
    let arguments = call.args.get(1..).unwrap_or(&[]);
    match role {
        MacroRole::Feature | MacroRole::Hack | MacroRole::Mailer => {
            Environment::define_arguments(macros, arguments, call.span);
        }
        MacroRole::System | MacroRole::Domain => {
            Environment::define_argument(macros, arguments, call.span);
        }
        _ => {}
    }
}

/// The m4 text that is read in place of a statement whose name only a file of the site's tree knows, after what else the
/// statement does; `None` if there is no such file.
pub(super) fn text(m4: &Machine<'_>, role: MacroRole, call: &Call) -> Option<String> {
    let folder = folder(role)?;
    let name = call.str(0);
    // A name that leads out of the folder is no name.
    if is_known(role, name) || name.is_empty() || name.contains(['/', '`', '\'', '\0']) {
        return None;
    }
    let path = m4.find_file(&format!("{folder}/{name}.m4"))?;
    let include = format!("include(`{path}')POPDIVERT`'");
    Some(match role {
        MacroRole::System => format!(
            "ifdef(`__OSTYPE__', `errprint(`duplicate OSTYPE({name})\n')')define(`__OSTYPE__', `{name}')\
             PUSHDIVERT(-1){include}"
        ),
        MacroRole::Mailer => {
            let alias = Some(call.str(1)).filter(|alias| !alias.is_empty()).unwrap_or(name);
            format!(
                "ifdef(`_MAILER_DEFINED_', `', `define(`_MAILER_DEFINED_', `1')')ifdef(`_MAILER_{alias}_', \
                 `errprint(`*** ERROR: MAILER({alias}) already included\n')', \
                 `define(`_MAILER_{alias}_', `')PUSHDIVERT(7){include}')"
            )
        }
        MacroRole::SiteConfig => format!("include(`{path}')"),
        _ => format!("PUSHDIVERT(-1){include}"),
    })
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        path::{Path, PathBuf},
    };

    use crate::{
        front::{Compiled, Input, Syntax, compile},
        site::RawSection,
        source::FileSystem,
    };

    /// A tree with one file.
    struct Tree(&'static str, &'static str);

    impl FileSystem for Tree {
        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            if path == Path::new("/own").join(self.0) { Ok(self.1.into()) } else { Err(io::ErrorKind::NotFound.into()) }
        }

        fn find(&self, relative: &Path) -> Option<PathBuf> {
            (relative == Path::new(self.0)).then(|| Path::new("/own").join(relative))
        }
    }

    fn compiled(tree: &Tree, statements: &str) -> Compiled {
        let text = format!("OSTYPE(`linux')\n{statements}\nMAILER(`smtp')\n");
        compile(&Input { name: "site.mc", bytes: text.as_bytes(), syntax: Syntax::Mc }, tree)
    }

    #[test]
    fn a_feature_of_the_site_is_executed_with_its_arguments() {
        let tree = Tree(
            "feature/house.m4",
            "divert(-1)\nremarks\nifelse(defn(`_ARG_'), `', `errprint(`house needs an argument\n')')\ndivert(0)\n\
             VERSIONID(`house')\ndefine(`SMART_HOST', _ARG_)define(`MAIL_HUB', _ARG2_)\n\
             ifdef(`_NO_UUCP_', `', `FEATURE(`nouucp', `reject')')\nLOCAL_CONFIG\nDX`'_ARG_\n",
        );
        let found = compiled(&tree, "FEATURE(`house', `hub.example.com', `other.example.com')");
        assert!(found.diagnostics.is_empty(), "{:#?}", found.diagnostics);
        let site = found.site.unwrap();
        assert_eq!(site.routing.smart_host.unwrap().value, "hub.example.com");
        assert_eq!(site.routing.mail_hub.unwrap().value, "other.example.com");
        assert!(site.nouucp.is_some());
        // Another statement has been there since.
        assert_eq!(site.raw[&RawSection::LocalConfig][0].text, "DXreject\n");
    }

    #[test]
    fn domains_hacks_and_systems_of_the_site_are_found_too() {
        for (file, statement) in [
            ("domain/house.m4", "DOMAIN(`house')"),
            ("hack/house.m4", "HACK(`house')"),
            ("ostype/house.m4", "OSTYPE(`house')"),
            ("mailer/house.m4", "MAILER(`house')"),
        ] {
            let found = compiled(&Tree(file, "define(`SMART_HOST', `hub.example.com')\n"), statement);
            let site = found.site.unwrap_or_else(|| panic!("{file}: {:#?}", found.diagnostics));
            assert_eq!(site.routing.smart_host.map(|host| host.value).as_deref(), Some("hub.example.com"), "{file}");
        }
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_not_looked_for() {
        let found = compiled(&Tree("feature/../x.m4", ""), "FEATURE(`../x')");
        assert!(found.site.is_none());
    }

    #[test]
    fn the_catalog_comes_before_files() {
        for (file, statement) in
            [("feature/nouucp.m4", "FEATURE(`nouucp', `reject')"), ("hack/cssubdomain.m4", "HACK(`cssubdomain')")]
        {
            let found = compiled(&Tree(file, "define(`SMART_HOST', `no')\n"), statement);
            assert!(found.site.unwrap().routing.smart_host.is_none(), "{file}");
        }
    }
}
